(* Kernel and statistic: K2 to K9. A kernel g gives the energies g (z - h m) of a signed pair. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh.
Open Scope R_scope.

Definition pair (g : R -> R) (m z : R) (i : nat) : R := g (z - sgn2 i * m).
Definition gap (d : nat -> R) : R := d 1%nat - d 0%nat.
Definition sigmoid (x : R) : R := / (1 + exp (- x)).

Theorem K2_mean tau d : 0 < tau -> mean 2 (r 2 tau d) sgn2 = tanh (gap d / (2 * tau)).
Proof. apply G2_tanh. Qed.

Theorem K2_full tau d : 0 < tau -> r 2 tau d 0 = sigmoid (gap d / tau) /\ r 2 tau d 1 = sigmoid (- gap d / tau).
Proof.
  intros Ht. unfold r, Z, w, sigmoid, gap; simpl bsum.
  replace (- ((d 1%nat - d 0%nat) / tau)) with (- d 1%nat / tau - - d 0%nat / tau) by (field; lra).
  replace (- (- (d 1%nat - d 0%nat) / tau)) with (- d 0%nat / tau - - d 1%nat / tau) by (field; lra).
  unfold Rminus at 1 2. rewrite !exp_plus, !exp_Ropp. generalize (exp_pos (- d 0%nat / tau)) (exp_pos (- d 1%nat / tau)).
  intros. split; field; repeat split; try lra.
Qed.

(* the mode is the sign of the gap *)
Theorem K2_mode tau d : 0 < tau ->
  (r 2 tau d 1 < r 2 tau d 0 <-> 0 < gap d) /\ (r 2 tau d 0 < r 2 tau d 1 <-> gap d < 0) /\ (r 2 tau d 0 = r 2 tau d 1 <-> gap d = 0).
Proof.
  intros Ht. generalize (T1_softmin 2 tau d 1 0 Ht ltac:(lia) ltac:(lia)) (T1_softmin 2 tau d 0 1 Ht ltac:(lia) ltac:(lia)).
  unfold gap. intros A B. split; [rewrite A; lra|split; [rewrite B; lra|]]. split; intros E.
  - destruct (Rtotal_order (d 0%nat) (d 1%nat)) as [L|[L|L]]; [|lra|]; [apply A in L|apply B in L]; lra.
  - unfold r, w. replace (d 1%nat) with (d 0%nat) by lra. auto.
Qed.

Theorem K2_free_energy tau d : 0 < tau -> F 2 tau d = (d 0%nat + d 1%nat) / 2 - tau * ln (2 * cosh (gap d / (2 * tau))).
Proof.
  intros Ht. unfold F. replace (Z 2 tau d) with (exp (- ((d 0%nat + d 1%nat) / 2) / tau) * (2 * cosh (gap d / (2 * tau)))).
  - rewrite ln_mult, ln_exp by (try apply exp_pos; generalize (cosh_pos (gap d / (2 * tau))); lra). field. lra.
  - unfold Z, w, cosh, gap; simpl bsum.
    replace (2 * ((exp ((d 1%nat - d 0%nat) / (2 * tau)) + exp (- ((d 1%nat - d 0%nat) / (2 * tau)))) / 2))
      with (exp ((d 1%nat - d 0%nat) / (2 * tau)) + exp (- ((d 1%nat - d 0%nat) / (2 * tau)))) by field.
    rewrite Rmult_plus_distr_l, <- !exp_plus, Rplus_0_l. f_equal; f_equal; field; lra.
Qed.

Theorem K2_entropy tau d : 0 < tau ->
  ent 2 (r 2 tau d) = ln (2 * cosh (gap d / (2 * tau))) - gap d / (2 * tau) * tanh (gap d / (2 * tau)).
Proof.
  intros Ht. generalize (T2_attained 2 tau d ltac:(lia) Ht). rewrite K2_free_energy by auto. rewrite <- K2_mean by auto.
  generalize (r_sum 2 tau d ltac:(lia)). unfold mean, gap; simpl. intros S E.
  set (L := ln (2 * cosh ((d 1%nat - d 0%nat) / (2 * tau)))) in *. set (a := r 2 tau d 0) in *. set (b := r 2 tau d 1) in *.
  apply (Rmult_eq_reg_l tau); [|lra].
  replace (tau * (L - (d 1%nat - d 0%nat) / (2 * tau) * (0 + a * 1 + b * -1))) with (tau * L - (d 1%nat - d 0%nat) / 2 * (a - b)) by (field; lra).
  replace b with (1 - a) in * by lra. lra.
Qed.

(* --- K4 --- *)
Definition clip (z m : R) := Rmax (- m) (Rmin z m).
Definition laplace (b z m : R) (i : nat) : R := Rabs (z - sgn2 i * m) / b.

Lemma laplace_gap b z m : 0 < b -> 0 <= m -> laplace b z m 1 - laplace b z m 0 = 2 * clip z m / b.
Proof.
  intros Hb Hm. unfold laplace, sgn2. replace (clip z m) with ((Rabs (z - -1 * m) - Rabs (z - 1 * m)) / 2); [field; lra|].
  unfold clip, Rmax, Rmin, Rabs. repeat destruct Rle_dec; repeat destruct Rcase_abs; lra.
Qed.

Theorem K4_laplace_mean z m b tau : 0 < tau -> 0 < b -> 0 <= m ->
  mean 2 (r 2 tau (laplace b z m)) sgn2 = tanh (clip z m / (tau * b)).
Proof. intros Ht Hb Hm. rewrite G2_tanh, laplace_gap by auto. f_equal. field. lra. Qed.

Theorem K4_hot z m b tau : 0 < tau -> 0 < b -> 0 <= m ->
  Rabs (tau * b * mean 2 (r 2 tau (laplace b z m)) sgn2 - clip z m) <= m^3 / (3 * tau^2 * b^2).
Proof.
  intros Ht Hb Hm. rewrite K4_laplace_mean by auto. set (c := clip z m).
  assert (C : Rabs c <= m). { unfold c, clip. apply Rabs_le. unfold Rmax, Rmin. repeat destruct Rle_dec; lra. }
  assert (TB : 0 < tau * b) by nra.
  replace (tau * b * tanh (c / (tau * b)) - c) with (tau * b * (tanh (c / (tau * b)) - c / (tau * b))) by (field; lra).
  rewrite Rabs_mult, (Rabs_right (tau * b)) by lra.
  apply Rle_trans with (tau * b * (Rabs (c / (tau * b)) ^ 3 / 3)).
  { apply Rmult_le_compat_l; [lra|]. apply tanh_cubic. }
  unfold Rdiv at 2. rewrite Rabs_mult, (Rabs_right (/ (tau * b))) by (left; apply Rinv_0_lt_compat; auto).
  replace (tau * b * ((Rabs c * / (tau * b)) ^ 3 / 3)) with (Rabs c ^ 3 * / (3 * tau^2 * b^2)) by (field; lra).
  apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; nra|].
  apply pow_incr. split; [apply Rabs_pos|auto].
Qed.

(* flat outside [-m, m], at a level below 1: a Laplace unit never fully commits *)
Theorem K4_flat z m b tau : 0 < tau -> 0 < b -> 0 <= m -> m <= Rabs z ->
  mean 2 (r 2 tau (laplace b z m)) sgn2 = sign z * tanh (m / (tau * b)).
Proof.
  intros Ht Hb Hm L. rewrite K4_laplace_mean by auto. destruct (Rtotal_order z 0) as [A|[A|A]].
  - rewrite sign_eq_m1 by auto. rewrite Rabs_left in L by auto. replace (clip z m) with (- m).
    + replace (- m / (tau * b)) with (- (m / (tau * b))) by (field; lra). rewrite tanh_odd. ring.
    + unfold clip, Rmax, Rmin. repeat destruct Rle_dec; lra.
  - subst. rewrite Rabs_R0 in L. replace m with 0 by lra. unfold clip. rewrite Ropp_0, Rmin_left, Rmax_left by lra.
    unfold Rdiv. rewrite Rmult_0_l, tanh_0, sign_0. ring.
  - rewrite sign_eq_1 by auto. rewrite Rabs_right in L by lra. replace (clip z m) with m; [ring|].
    unfold clip, Rmax, Rmin. repeat destruct Rle_dec; lra.
Qed.

Theorem K4_never_commits z m b tau : 0 < tau -> 0 < b -> 0 <= m ->
  Rabs (mean 2 (r 2 tau (laplace b z m)) sgn2) <= tanh (m / (tau * b)) /\ tanh (m / (tau * b)) < 1.
Proof.
  intros Ht Hb Hm. split; [|apply tanh_lt1]. rewrite K4_laplace_mean by auto.
  assert (TB : 0 < / (tau * b)) by (apply Rinv_0_lt_compat; nra).
  assert (C : - m <= clip z m <= m) by (unfold clip, Rmax, Rmin; repeat destruct Rle_dec; lra).
  assert (Mon : forall x y, x <= y -> tanh x <= tanh y) by (intros x y [L| ->]; [left; apply tanh_incr; auto|lra]).
  apply Rabs_le. split.
  - rewrite <- tanh_odd. apply Mon. unfold Rdiv. rewrite Ropp_mult_distr_l. apply Rmult_le_compat_r; lra.
  - apply Mon. apply Rmult_le_compat_r; lra.
Qed.

(* --- K5: every kernel that increases strictly with |u| gives the same step --- *)
Theorem K5_step tau m (g : R -> R) z : 0 < tau -> 0 < m -> (forall u v, Rabs u < Rabs v -> g u < g v) -> (forall u, g (- u) = g u) ->
  (r 2 tau (pair g m z) 1 < r 2 tau (pair g m z) 0 <-> 0 < z) /\
  (r 2 tau (pair g m z) 0 < r 2 tau (pair g m z) 1 <-> z < 0) /\
  (r 2 tau (pair g m z) 0 = r 2 tau (pair g m z) 1 <-> z = 0).
Proof.
  intros Ht M G Ev. destruct (K2_mode tau (pair g m z) Ht) as (A & B & C). rewrite A, B, C. unfold gap, pair; simpl sgn2.
  assert (P : 0 < z -> g (z - 1 * m) < g (z - -1 * m)).
  { intros Z0. apply G. unfold Rabs. repeat destruct Rcase_abs; lra. }
  assert (N : z < 0 -> g (z - -1 * m) < g (z - 1 * m)).
  { intros Z0. apply G. unfold Rabs. repeat destruct Rcase_abs; lra. }
  assert (E : z = 0 -> g (z - -1 * m) = g (z - 1 * m)).
  { intros ->. rewrite <- Ev. f_equal. ring. }
  destruct (Rtotal_order z 0) as [L|[L|L]]; [specialize (N L)|specialize (E L)|specialize (P L)]; repeat split; intros; lra.
Qed.

(* --- K3: the rows of the table --- *)
Theorem K3_gaussian tau sigma m z : 0 < tau -> 0 < sigma -> 0 < m ->
  let d := gauss sigma m z in
  mean 2 (r 2 tau d) sgn2 = tanh (m * z / (tau * sigma^2)) /\
  (r 2 tau d 0 = sigmoid (2 * m * z / (tau * sigma^2)) /\ r 2 tau d 1 = sigmoid (- (2 * m * z / (tau * sigma^2)))) /\
  ((r 2 tau d 1 < r 2 tau d 0 <-> 0 < z) /\ (r 2 tau d 0 < r 2 tau d 1 <-> z < 0) /\ (r 2 tau d 0 = r 2 tau d 1 <-> z = 0)).
Proof.
  intros Ht S M d. assert (G : gap d = 2 * m * z / sigma^2) by (apply G1_gap; auto).
  split; [apply G2_gaussian; auto|]. split.
  - destruct (K2_full tau d Ht) as [A B]. rewrite A, B, G. split; f_equal; field; lra.
  - apply (K5_step tau m (fun u => u^2 / (2 * sigma^2))); auto.
    + intros u v L. apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat; generalize (pow_lt sigma 2 S); lra|].
      rewrite <- (pow2_abs u), <- (pow2_abs v). generalize (Rabs_pos u). nra.
    + intros; unfold Rdiv; ring.
Qed.

Theorem K3_laplace tau b m z : 0 < tau -> 0 < b -> 0 < m ->
  let d := laplace b z m in
  mean 2 (r 2 tau d) sgn2 = tanh (clip z m / (tau * b)) /\
  ((r 2 tau d 1 < r 2 tau d 0 <-> 0 < z) /\ (r 2 tau d 0 < r 2 tau d 1 <-> z < 0) /\ (r 2 tau d 0 = r 2 tau d 1 <-> z = 0)).
Proof.
  intros Ht B M d. split; [apply K4_laplace_mean; auto; lra|].
  apply (K5_step tau m (fun u => Rabs u / b)); auto.
  - intros u v L. apply Rmult_lt_compat_r; auto. apply Rinv_0_lt_compat; auto.
  - intros; rewrite Rabs_Ropp; auto.
Qed.

(* the cosine wraps around: far positive evidence for the negative hypothesis *)
Theorem K5_cosine_counterexample tau : 0 < tau ->
  r 2 tau (pair (fun u => 1 - cos u) (PI / 2) (3 * (PI / 2))) 0 < r 2 tau (pair (fun u => 1 - cos u) (PI / 2) (3 * (PI / 2))) 1.
Proof.
  intros Ht. apply T1_softmin; auto. unfold pair; simpl sgn2.
  replace (3 * (PI / 2) - 1 * (PI / 2)) with PI by field. replace (3 * (PI / 2) - -1 * (PI / 2)) with (2 * PI) by field.
  rewrite cos_PI, cos_2PI. lra.
Qed.

(* --- K6: tails --- *)
Theorem K6_tail tau (d : R -> nat -> R) L : 0 < tau -> is_lim (fun z => gap (d z)) p_infty (Finite L) ->
  is_lim (fun z => mean 2 (r 2 tau (d z)) sgn2) p_infty (tanh (L / (2 * tau))).
Proof.
  intros Ht A. apply is_lim_ext with (fun z => tanh (/ (2 * tau) * gap (d z))).
  { intros z. rewrite K2_mean by auto. f_equal. unfold Rdiv; ring. }
  replace (L / (2 * tau)) with (/ (2 * tau) * L) by (unfold Rdiv; ring).
  apply (filterlim_comp _ _ _ (fun z => / (2 * tau) * gap (d z)) tanh _ (locally (/ (2 * tau) * L))); [|apply continuous_tanh].
  apply (is_lim_scal_l _ (/ (2 * tau)) _ _ A).
Qed.

Theorem K6_tail_infinite tau (d : R -> nat -> R) : 0 < tau -> is_lim (fun z => gap (d z)) p_infty p_infty ->
  is_lim (fun z => mean 2 (r 2 tau (d z)) sgn2) p_infty 1.
Proof.
  intros Ht A. apply is_lim_ext with (fun z => tanh (/ (2 * tau) * gap (d z))).
  { intros z. rewrite K2_mean by auto. f_equal. unfold Rdiv; ring. }
  apply (is_lim_comp tanh (fun z => / (2 * tau) * gap (d z)) p_infty 1 p_infty); [apply tanh_p_infty| |exists 0; discriminate].
  apply (is_lim_comp (fun x => / (2 * tau) * x) (fun z => gap (d z)) p_infty p_infty p_infty); [|auto|exists 0; discriminate].
  apply lin_p_infty, Rinv_0_lt_compat. lra.
Qed.

Theorem K6_tail_minus_infinite tau (d : R -> nat -> R) : 0 < tau -> is_lim (fun z => gap (d z)) p_infty m_infty ->
  is_lim (fun z => mean 2 (r 2 tau (d z)) sgn2) p_infty (-1).
Proof.
  intros Ht A. apply is_lim_ext with (fun z => - mean 2 (r 2 tau (fun i => match i with O => d z 1%nat | _ => d z 0%nat end)) sgn2).
  { intros z. rewrite !K2_mean by auto. rewrite <- tanh_odd. f_equal. unfold gap. field. lra. }
  apply (is_lim_opp _ p_infty 1). apply (K6_tail_infinite tau (fun z i => match i with O => d z 1%nat | _ => d z 0%nat end)); auto.
  apply is_lim_ext with (fun z => - gap (d z)); [intros; unfold gap; ring|]. apply (is_lim_opp _ p_infty m_infty); auto.
Qed.

Theorem K6_gaussian tau sigma m : 0 < tau -> 0 < sigma -> 0 < m ->
  is_lim (fun z => mean 2 (r 2 tau (gauss sigma m z)) sgn2) p_infty 1.
Proof. intros. apply G3_saturation; auto. Qed.

Theorem K6_laplace tau b m : 0 < tau -> 0 < b -> 0 <= m ->
  is_lim (fun z => mean 2 (r 2 tau (laplace b z m)) sgn2) p_infty (tanh (m / (tau * b))).
Proof.
  intros Ht B M. apply is_lim_ext_loc with (fun _ => tanh (m / (tau * b))); [|apply is_lim_const].
  exists (Rmax m 0). intros z Hz. generalize (Rmax_l m 0) (Rmax_r m 0). intros.
  rewrite K4_flat, sign_eq_1; try lra. rewrite Rabs_right; lra.
Qed.

Theorem K6_logistic tau s m : 0 < tau -> 0 < s -> 0 <= m ->
  is_lim (fun z => mean 2 (r 2 tau (pair (logistic s) m z)) sgn2) p_infty (tanh (m / (tau * s))).
Proof.
  intros Ht S M. replace (m / (tau * s)) with ((2 * m / s) / (2 * tau)) by (field; lra).
  apply (K6_tail tau (pair (logistic s) m)); auto.
  assert (T : forall c, is_lim (fun z => 2 * ln (1 + exp (- (z + c) / s))) p_infty 0).
  { intros c. replace (Finite 0) with (Rbar_mult 2 (ln 1)) by (rewrite ln_1; simpl; f_equal; ring). apply is_lim_scal_l.
    apply (filterlim_comp _ _ _ (fun z => 1 + exp (- (z + c) / s)) ln _ (locally 1)).
    - assert (G : is_lim (fun z => 1 + exp (- (z + c) / s)) p_infty (1 + 0)); [|rewrite Rplus_0_r in G; exact G].
      apply (is_lim_plus' (fun _ => 1) (fun z => exp (- (z + c) / s)) p_infty 1 0); [apply is_lim_const|].
      apply (is_lim_comp exp (fun z => - (z + c) / s) p_infty 0 m_infty); [apply is_lim_exp_m| |exists 0; discriminate].
      apply is_lim_ext with (fun z => - (/ s * (z + c))); [intros; unfold Rdiv; ring|].
      replace m_infty with (Rbar_opp p_infty) by reflexivity. apply is_lim_opp.
      apply (is_lim_comp (fun x => / s * x) (fun z => z + c) p_infty p_infty p_infty); [apply lin_p_infty, Rinv_0_lt_compat; auto| |exists 0; discriminate].
      apply (is_lim_plus _ _ _ p_infty c); [apply is_lim_id|apply is_lim_const|reflexivity].
    - apply (ex_derive_continuous (V := R_NormedModule) ln). eexists. apply is_derive_Reals, derivable_pt_lim_ln. lra. }
  apply is_lim_ext with (fun z => 2 * m / s + (2 * ln (1 + exp (- (z + m) / s)) - 2 * ln (1 + exp (- (z + - m) / s)))).
  { intros z. unfold gap, pair, logistic; simpl sgn2. replace (z - -1 * m) with (z + m) by ring. replace (z - 1 * m) with (z + - m) by ring.
    field. lra. }
  replace (Finite (2 * m / s)) with (Finite (2 * m / s + (0 - 0))) by (f_equal; ring).
  apply (is_lim_plus' (fun _ => 2 * m / s)); [apply is_lim_const|]. apply (is_lim_minus' _ _ _ 0 0); apply T.
Qed.

(* Student-t redescends: far evidence is ignored *)
Theorem K6_student tau nu sigma m : 0 < tau -> 0 < nu -> 0 < sigma -> 0 < m ->
  is_lim (fun z => mean 2 (r 2 tau (pair (student nu sigma) m z)) sgn2) p_infty 0.
Proof.
  intros Ht N S M. 
  replace (Finite 0) with (Finite (tanh (0 / (2 * tau)))) by (f_equal; unfold Rdiv; rewrite Rmult_0_l; apply tanh_0).
  apply (K6_tail tau (pair (student nu sigma) m)); auto. set (c := nu * sigma^2).
  assert (C : 0 < c) by (apply Rmult_lt_0_compat; [auto|apply pow_lt; auto]).
  (* the gap is (nu+1)/2 ln (1 + q z) with 0 <= q z <= 4 m z / (z - m)^2 *)
  apply (is_lim_le_le_loc (fun _ => 0) (fun z => (nu + 1) / 2 * (4 * m * / (z - m) + 4 * m * m * / (z - m) * / (z - m)))).
  - exists (m + 1). intros z Hz. unfold gap, pair, student; simpl sgn2. fold c.
    replace (z - -1 * m) with (z + m) by ring. replace (z - 1 * m) with (z - m) by ring.
    assert (A : 0 < 1 + (z - m)^2 / c). { assert (0 <= (z - m)^2 / c); [|lra]. apply Rmult_le_pos; [apply pow2_ge_0|left; apply Rinv_0_lt_compat; auto]. }
    assert (B : 0 < 1 + (z + m)^2 / c). { assert (0 <= (z + m)^2 / c); [|lra]. apply Rmult_le_pos; [apply pow2_ge_0|left; apply Rinv_0_lt_compat; auto]. }
    rewrite <- Rmult_minus_distr_l, <- ln_div by auto.
    set (q := 4 * m * z / (c + (z - m)^2)). assert (Q : (1 + (z + m)^2 / c) / (1 + (z - m)^2 / c) = 1 + q).
    { unfold q. field. repeat split; try lra. assert (0 <= (z - m)^2) by apply pow2_ge_0. lra. }
    rewrite Q. assert (P2 : 0 < (z - m)^2) by (apply pow_lt; lra).
    assert (Q0 : 0 < q) by (apply Rdiv_lt_0_compat; [repeat apply Rmult_lt_0_compat; lra|lra]).
    assert (Q1 : q <= 4 * m * / (z - m) + 4 * m * m * / (z - m) * / (z - m)).
    { replace (4 * m * / (z - m) + 4 * m * m * / (z - m) * / (z - m)) with (4 * m * z / (z - m)^2) by (field; lra).
      apply Rmult_le_compat_l; [repeat apply Rmult_le_pos; lra|]. apply Rinv_le_contravar; lra. }
    assert (L0 : 0 <= ln (1 + q)) by (rewrite <- ln_1; apply ln_le; lra).
    generalize (ln_le_sub1 (1 + q) ltac:(lra)). intros L1. split; [apply Rmult_le_pos; lra|]. apply Rmult_le_compat_l; lra.
  - apply is_lim_const.
  - assert (I : is_lim (fun z => / (z - m)) p_infty 0).
    { apply (is_lim_inv (fun z => z - m) p_infty p_infty); [|discriminate].
      apply (is_lim_minus _ _ _ p_infty m); [apply is_lim_id|apply is_lim_const|reflexivity]. }
    replace (Finite 0) with (Finite ((nu + 1) / 2 * (4 * m * 0 + 4 * m * m * 0 * 0))) by (f_equal; ring).
    apply (is_lim_scal_l _ ((nu + 1) / 2) p_infty (4 * m * 0 + 4 * m * m * 0 * 0)).
    apply (is_lim_plus' _ _ p_infty (4 * m * 0) (4 * m * m * 0 * 0)); [apply (is_lim_scal_l _ (4 * m) _ 0 I)|].
    apply (is_lim_mult _ _ p_infty (4 * m * m * 0) 0); [apply (is_lim_scal_l _ (4 * m * m) _ 0 I)|exact I|exact Logic.I].
Qed.

Theorem K6_cauchy sigma m z : 0 < sigma ->
  mean 2 (r 2 1 (pair (student 1 sigma) m z)) sgn2 = 2 * m * z / (sigma^2 + m^2 + z^2).
Proof.
  intros S. rewrite mean2. unfold w, pair, student; simpl sgn2. assert (S2 : 0 < sigma^2) by (apply pow_lt; auto).
  assert (E : forall u, exp (- ((1 + 1) / 2 * ln (1 + u^2 / (1 * sigma^2))) / 1) = sigma^2 / (sigma^2 + u^2)).
  { intros u. assert (0 <= u^2) by apply pow2_ge_0.
    assert (A : 0 < 1 + u^2 / (1 * sigma^2)). { assert (0 <= u^2 / (1 * sigma^2)); [|lra]. apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat; lra]. }
    replace (- ((1 + 1) / 2 * ln (1 + u^2 / (1 * sigma^2))) / 1) with (- ln (1 + u^2 / (1 * sigma^2))) by field.
    rewrite exp_Ropp, exp_ln by auto. field. split; lra. }
  rewrite !E. generalize (pow2_ge_0 (z - 1 * m)) (pow2_ge_0 (z - -1 * m)) (pow2_ge_0 m) (pow2_ge_0 z). intros.
  field. repeat split; try lra. nra.
Qed.

(* --- K7: the gap behind an activation --- *)
Theorem K7_gap tau d a : 0 < tau -> -1 < a < 1 -> (mean 2 (r 2 tau d) sgn2 = a <-> gap d = 2 * tau * artanh a).
Proof.
  intros Ht A. rewrite K2_mean by auto. split; intros E.
  - rewrite <- E, artanh_tanh. field. lra.
  - rewrite E. replace (2 * tau * artanh a / (2 * tau)) with (artanh a) by (field; lra). apply tanh_artanh; auto.
Qed.

Theorem K7_softsign z : 2 * artanh (z / (1 + Rabs z)) = sign z * ln (1 + 2 * Rabs z).
Proof.
  unfold artanh. destruct (Rtotal_order z 0) as [L|[->|L]].
  - rewrite Rabs_left, sign_eq_m1 by auto. replace ((1 + z / (1 + - z)) / (1 - z / (1 + - z))) with (/ (1 + 2 * - z)) by (field; lra).
    rewrite ln_Rinv by lra. field.
  - rewrite sign_0, Rabs_R0. replace ((1 + 0 / (1 + 0)) / (1 - 0 / (1 + 0))) with 1 by field. rewrite ln_1. field.
  - rewrite Rabs_right, sign_eq_1 by lra. replace ((1 + z / (1 + z)) / (1 - z / (1 + z))) with (1 + 2 * z) by (field; lra). field.
Qed.

Theorem K7_isru z : 2 * artanh (z / sqrt (1 + z^2)) = 2 * arcsinh z.
Proof.
  f_equal. apply tanh_inj. assert (P : 0 < 1 + z^2) by (generalize (pow2_ge_0 z); lra).
  set (q := sqrt (1 + z^2)). assert (Q : 0 < q) by (apply sqrt_lt_R0; auto). assert (QQ : q * q = 1 + z^2) by (apply sqrt_sqrt; lra).
  assert (B : -1 < z / q < 1). { split; apply (Rmult_lt_reg_r q); auto; unfold Rdiv; rewrite Rmult_assoc, Rinv_l by lra; nra. }
  rewrite tanh_artanh by auto. unfold tanh, cosh. rewrite sinh_arcsinh. unfold arcsinh.
  replace (z^2 + 1) with (1 + z^2) by ring. fold q. assert (ZQ : 0 < z + q) by nra.
  rewrite exp_Ropp, exp_ln by auto. f_equal. assert (E : / (z + q) = q - z).
  { apply (Rmult_eq_reg_l (z + q)); [|lra]. rewrite Rinv_r by lra. ring_simplify. replace (q^2) with (q * q) by ring. rewrite QQ. ring. }
  rewrite E. field.
Qed.

(* evidence and location are interchangeable in a pair activation of an even kernel *)
Theorem K7_swap tau (g : R -> R) m z : 0 < tau -> (forall u, g (- u) = g u) ->
  mean 2 (r 2 tau (pair g m z)) sgn2 = mean 2 (r 2 tau (pair g z m)) sgn2.
Proof.
  intros Ht E. rewrite !K2_mean by auto. unfold gap, pair; simpl sgn2. do 2 f_equal.
  replace (m - 1 * z) with (- (z - 1 * m)) by ring. rewrite E. f_equal. f_equal. ring.
Qed.

(* --- K8: mean to mode in the cold, ties included --- *)
Theorem K8_mean_to_mode d : filterlim (fun t => mean 2 (r 2 t d) sgn2) (at_right 0) (locally (sign (gap d))).
Proof.
  apply (filterlim_ext_loc (fun t => tanh (/ t * (gap d / 2)))).
  { exists (mkposreal 1 Rlt_0_1). intros t _ Ht. rewrite K2_mean by auto. f_equal. field. lra. }
  replace (sign (gap d)) with (sign (gap d / 2)).
  - apply (filterlim_comp _ _ _ Rinv (fun g => tanh (g * (gap d / 2))) (at_right 0) (Rbar_locally' p_infty)); [apply filterlim_Rinv_0_right|apply G4_sign].
  - destruct (Rtotal_order (gap d) 0) as [L|[L|L]].
    + rewrite !sign_eq_m1; lra.
    + rewrite L. replace (0 / 2) with 0 by field. auto.
    + rewrite !sign_eq_1; lra.
Qed.
