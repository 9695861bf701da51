(* F: temperature fixed, learned or scheduled *)
Require Import Reals Ranalysis5 Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths Attention.
Open Scope R_scope.

(* responsibilities at inverse temperature beta (beta = 0 allowed) with prior weights pi, and the negative log-likelihood of labels y n *)
Definition rbp (H : nat) (pi : nat -> R) (beta : R) (d : nat -> R) (h : nat) : R := rp H 1 pi (fun h => beta * d h) h.
Definition nll (N H : nat) (pi : nat -> R) (d : nat -> nat -> R) (y : nat -> nat) (beta : R) : R :=
  bsum N (fun n => - ln (rbp H pi beta (d n) (y n))).
Definition slope (N H : nat) (pi : nat -> R) (d : nat -> nat -> R) (y : nat -> nat) (beta : R) : R :=
  bsum N (fun n => d n (y n) - mean H (rbp H pi beta (d n)) (d n)).
Definition curv (N H : nat) (pi : nat -> R) (d : nat -> nat -> R) (beta : R) : R := bsum N (fun n => var H (rbp H pi beta (d n)) (d n)).

(* F1: at beta = 1/tau these are the responsibilities at temperature tau *)
Theorem F1_beta H pi tau d h : 0 < tau -> rbp H pi (/ tau) d h = rp H tau pi d h.
Proof.
  intros Ht. assert (W : forall i, w 1 (fun h => / tau * d h) i = w tau d i) by (intros; unfold w; f_equal; field; lra).
  unfold rbp, rp, Zp. rewrite W. f_equal. apply bsum_ext. intros; rewrite W; auto.
Qed.

Lemma rbp_r H pi beta d h : (forall h, (h < H)%nat -> 0 < pi h) -> (h < H)%nat ->
  rbp H pi beta d h = r H 1 (absorbed 1 pi (fun h => beta * d h)) h.
Proof. intros P Hh. apply rp_absorbed; auto; lra. Qed.

Lemma mean_rbp H pi beta d a : (forall h, (h < H)%nat -> 0 < pi h) ->
  mean H (rbp H pi beta d) a = mean H (r H 1 (absorbed 1 pi (fun h => beta * d h))) a.
Proof. intros P. apply mean_ext; auto. intros; apply rbp_r; auto. Qed.

Lemma rbp_hull H pi beta d a lo hi : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall h, (h < H)%nat -> lo <= a h <= hi) ->
  lo <= mean H (rbp H pi beta d) a <= hi.
Proof. intros Hp P B. rewrite mean_rbp by auto. apply A2_hull; auto. Qed.

Lemma nll_term H pi beta d h : (forall h, (h < H)%nat -> 0 < pi h) -> (h < H)%nat ->
  - ln (rbp H pi beta d h) = absorbed 1 pi (fun h => beta * d h) h - F H 1 (absorbed 1 pi (fun h => beta * d h)).
Proof. intros P Hh. rewrite rbp_r, ln_r by (auto; lia). unfold F. field. Qed.

Lemma d_lin pi d h x : is_derive (fun t => absorbed 1 pi (fun h => t * d h) h) x (d h).
Proof. unfold absorbed. auto_derive; auto. ring. Qed.

(* F1: the slope of the negative log-likelihood in beta: energy of the label minus mean energy, summed over the data *)
Theorem F1_slope N H pi d y beta : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  is_derive (nll N H pi d y) beta (slope N H pi d y beta).
Proof.
  intros Hp P Y. unfold nll, slope. apply (is_derive_bsum N (fun n beta => - ln (rbp H pi beta (d n) (y n)))). intros n Hn.
  apply is_derive_ext with (fun b => absorbed 1 pi (fun h => b * d n h) (y n) - F H 1 (absorbed 1 pi (fun h => b * d n h))).
  { intros t. symmetry. apply nll_term; auto. }
  apply (is_derive_minus (fun b => absorbed 1 pi (fun h => b * d n h) (y n)) (fun b => F H 1 (absorbed 1 pi (fun h => b * d n h)))); [apply d_lin|].
  rewrite mean_rbp by auto.
  apply (dF_path H 1 (fun h b => absorbed 1 pi (fun h => b * d n h) h) (d n)); auto; [lra|]. intros; apply d_lin.
Qed.

(* F1: its second derivative in beta is the variance of the energies under r, summed over the data *)
Theorem F1_second N H pi d y beta : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) ->
  is_derive (slope N H pi d y) beta (curv N H pi d beta).
Proof.
  intros Hp P. unfold slope, curv. apply (is_derive_bsum N (fun n b => d n (y n) - mean H (rbp H pi b (d n)) (d n))). intros n Hn.
  apply is_derive_ext with (fun b => d n (y n) - mean H (r H 1 (absorbed 1 pi (fun h => b * d n h))) (d n)).
  { intros; rewrite mean_rbp; auto. }
  evar_last; [apply @is_derive_minus; [apply @is_derive_const|]|].
  - apply (dmean_path H 1 (fun h b => absorbed 1 pi (fun h => b * d n h) h) (d n) (fun h _ => d n h) (fun _ => 0)); auto; [lra| |].
    + intros; apply d_lin.
    + intros; apply @is_derive_const.
  - assert (R1 : forall h, (h < H)%nat -> rbp H pi beta (d n) h = r H 1 (fun h => absorbed 1 pi (fun h => beta * d n h) h) h) by (intros; apply rbp_r; auto).
    rewrite (var_ext H _ _ _ _ R1 (fun h _ => eq_refl)), var_alt by (apply r_sum; auto).
    unfold minus, plus, opp, zero; simpl. set (q := r H 1 (fun h => absorbed 1 pi (fun h => beta * d n h) h)).
    rewrite (mean_ext H q q (fun h => d n h * d n h) (fun h => d n h * (d n h * 1))) by (intros; ring).
    unfold mean at 1. rewrite (bsum_ext _ _ (fun _ => 0)) by (intros; ring). rewrite bsum_const.
    change (fun h => d n h) with (d n). field.
Qed.

Lemma curv_ge0 N H pi d beta : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> 0 <= curv N H pi d beta.
Proof. intros Hp P. apply bsum_ge0. intros. apply var_ge0. intros; left; apply rp_pos; auto. Qed.

Lemma slope_mono N H pi d y a b : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> a <= b -> slope N H pi d y a <= slope N H pi d y b.
Proof. intros Hp P L. apply nondecr with (curv N H pi d); auto; intros; [apply F1_second|apply curv_ge0]; auto. Qed.

(* F1: the negative log-likelihood is convex in beta: it lies above each of its tangents *)
Theorem F1_convex N H pi d y a b : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  nll N H pi d y b >= nll N H pi d y a + slope N H pi d y a * (b - a).
Proof.
  intros Hp P Y. destruct (MVT_gen (nll N H pi d y) a b (slope N H pi d y)) as (c & Hc & E).
  - intros; apply F1_slope; auto.
  - intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous (nll N H pi d y)). eexists; apply F1_slope; auto.
  - unfold Rmin, Rmax in Hc. destruct Rle_dec as [L|L].
    + generalize (slope_mono N H pi d y a c Hp P ltac:(lra)). nra.
    + generalize (slope_mono N H pi d y c a Hp P ltac:(lra)). nra.
Qed.

(* F1: the slope at beta = 0 (infinite temperature): energy of the label minus the prior's average of the energies *)
Theorem F1_slope_0 N H pi d y : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) ->
  slope N H pi d y 0 = bsum N (fun n => d n (y n) - mean H pi (d n) / bsum H pi).
Proof.
  intros Hp P. assert (0 < bsum H pi) by (apply bsum_pos; auto). apply bsum_ext. intros n Hn. f_equal.
  assert (W : forall i, w 1 (fun h => 0 * d n h) i = 1).
  { intros. unfold w. replace (- (0 * d n i) / 1) with 0 by field. apply exp_0. }
  unfold mean, Rdiv. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext. intros h Hh.
  unfold rbp, rp, Zp. rewrite (bsum_ext H _ pi) by (intros; rewrite W; ring). rewrite W. field. lra.
Qed.

Lemma filter_inv_p : filterlim Rinv (Rbar_locally p_infty) (at_right 0).
Proof.
  intros P [eps HP]. exists (/ eps). intros x Hx. assert (Pe := cond_pos eps).
  assert (0 < / eps) by (apply Rinv_0_lt_compat; auto). assert (0 < / x) by (apply Rinv_0_lt_compat; lra).
  apply HP; auto. change (Rabs (/ x - 0) < eps). rewrite Rminus_0_r, Rabs_right by lra.
  rewrite <- (Rinv_involutive eps) by lra. apply Rinv_lt_contravar; auto. apply Rmult_lt_0_compat; lra.
Qed.

Lemma mean_ind H pi d k : (k < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) ->
  mean H (fun h => pi h * ind d k h / bsum H (fun i => pi i * ind d k i)) d = d k.
Proof.
  intros Hk P. set (B := bsum H (fun i => pi i * ind d k i)). assert (N0 : 0 < B).
  { apply Rlt_le_trans with (pi k * ind d k k).
    - generalize (P k Hk). unfold ind; destruct Req_EM_T; [lra|congruence].
    - apply (bsum_ge_term H (fun i => pi i * ind d k i)); auto. intros i Hi. generalize (P i Hi). unfold ind; destruct Req_EM_T; lra. }
  unfold mean. rewrite (bsum_ext _ _ (fun h => (d k / B) * (pi h * ind d k h))).
  - rewrite bsum_scal. fold B. field. lra.
  - intros i Hi. unfold ind. destruct Req_EM_T as [E|]; [rewrite E|]; field; lra.
Qed.

(* F1: the slope as beta grows without bound (temperature to 0): energy of the label minus the least energy *)
Theorem F1_slope_inf N H pi d y k : (forall h, (h < H)%nat -> 0 < pi h) ->
  (forall n, (n < N)%nat -> (k n < H)%nat /\ forall i, (i < H)%nat -> d n (k n) <= d n i) ->
  is_lim (slope N H pi d y) p_infty (bsum N (fun n => d n (y n) - d n (k n))).
Proof.
  intros P K. apply (filterlim_bsum (Rbar_locally' p_infty) N (fun n b => d n (y n) - mean H (rbp H pi b (d n)) (d n))). intros n Hn.
  destruct (K n Hn) as [Hk Min].
  assert (L : filterlim (fun b => mean H (rbp H pi b (d n)) (d n)) (Rbar_locally' p_infty) (locally (d n (k n)))).
  { rewrite <- (mean_ind H pi (d n) (k n) Hk P).
    apply (filterlim_bsum (Rbar_locally' p_infty) H (fun h b => rbp H pi b (d n) h * d n h)). intros h Hh.
    apply filterlim_ext_loc with (fun b => d n h * rp H (/ b) pi (d n) h).
    - exists 0. intros b Hb. rewrite <- F1_beta by (apply Rinv_0_lt_compat; auto). rewrite Rinv_involutive by lra. ring.
    - rewrite (Rmult_comm (_ / _)). apply filterlim_cmul; [apply filter_filter|].
      apply (filterlim_comp _ _ _ Rinv (fun t => rp H t pi (d n) h) _ _ _ filter_inv_p (T6_prior_cold H pi (d n) (k n) h P Hk Min Hh)). }
  apply (filterlim_comp_2 (G := locally (d n (y n))) (H := locally (- d n (k n))) (fun _ => d n (y n)) (fun b => - mean H (rbp H pi b (d n)) (d n)) Rplus).
  - apply filterlim_const.
  - eapply filterlim_comp; [apply L|apply (@filterlim_opp R_AbsRing)].
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.

Lemma var_pos H p a i j : (forall h, (h < H)%nat -> 0 < p h) -> (i < H)%nat -> (j < H)%nat -> a i <> a j -> 0 < var H p a.
Proof.
  intros P Hi Hj N. destruct (Rle_lt_or_eq_dec 0 (var H p a)) as [L|L]; auto.
  { apply var_ge0. intros; left; auto. }
  exfalso. apply N. assert (Q : forall h, (h < H)%nat -> a h = mean H p a).
  { intros h Hh. generalize (bsum_eq0 H (fun h => p h * (a h - mean H p a)^2)). unfold var in L. intros B.
    assert (E : p h * (a h - mean H p a)^2 = 0).
    { apply B; auto. intros. apply Rmult_le_pos; [left; auto|apply pow2_ge_0]. }
    generalize (P h Hh); intros. assert ((a h - mean H p a)^2 = 0) by (apply Rmult_eq_reg_l with (p h); lra).
    assert (a h - mean H p a = 0) by (apply Rsqr_0_uniq; unfold Rsqr; lra). lra. }
  rewrite (Q i Hi), (Q j Hj). auto.
Qed.

Lemma curv_pos N H pi d beta n i j : (forall h, (h < H)%nat -> 0 < pi h) ->
  (n < N)%nat -> (i < H)%nat -> (j < H)%nat -> d n i <> d n j -> 0 < curv N H pi d beta.
Proof.
  intros P Hn Hi Hj D. apply Rlt_le_trans with (var H (rbp H pi beta (d n)) (d n)).
  - apply var_pos with i j; auto. intros; apply rp_pos; auto.
  - apply (bsum_ge_term N (fun n => var H (rbp H pi beta (d n)) (d n))); auto. intros. apply var_ge0. intros; left; apply rp_pos; auto.
Qed.

Lemma slope_strict N H pi d y n i j : (forall h, (h < H)%nat -> 0 < pi h) -> (n < N)%nat -> (i < H)%nat -> (j < H)%nat -> d n i <> d n j ->
  forall a b, a < b -> slope N H pi d y a < slope N H pi d y b.
Proof.
  intros P Hn Hi Hj D a b L. assert (Hp : (0 < H)%nat) by lia. apply incr with (curv N H pi d); auto; intros.
  - apply F1_second; auto.
  - apply curv_pos with n i j; auto.
Qed.

Lemma argmax_ex' n (d : nat -> R) : (0 < n)%nat -> exists k, (k < n)%nat /\ forall i, (i < n)%nat -> d i <= d k.
Proof.
  intros Hn. destruct (argmin_ex n (fun i => - d i) Hn) as (k & Hk & E). exists k. split; auto.
  intros i Hi. generalize (E i Hi). lra.
Qed.

Lemma slope_at_min N H pi d y beta : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  0 < beta -> (forall b, 0 < b -> nll N H pi d y beta <= nll N H pi d y b) -> slope N H pi d y beta = 0.
Proof.
  intros Hp P Y Pb M. assert (D := F1_slope N H pi d y beta Hp P Y). apply is_derive_Reals in D.
  apply (uniqueness_limite (nll N H pi d y) beta); auto.
  assert (E := deriv_minimum (nll N H pi d y) (beta / 2) (beta + 1) beta (exist _ _ D) ltac:(lra) ltac:(lra) (fun x A _ => M x ltac:(lra))).
  simpl in E. rewrite <- E. exact D.
Qed.

(* F1: energies not all constant: a finite minimiser over beta > 0 exists exactly when some sample is strictly
   misclassified by energies alone and the energies are informative on average, measured against the prior *)
Theorem F1_finite N H pi d y n0 i0 j0 : (n0 < N)%nat -> (i0 < H)%nat -> (j0 < H)%nat -> d n0 i0 <> d n0 j0 ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  (exists beta, 0 < beta /\ forall b, 0 < b -> nll N H pi d y beta <= nll N H pi d y b) <->
  (exists n i, (n < N)%nat /\ (i < H)%nat /\ d n i < d n (y n)) /\
  bsum N (fun n => d n (y n)) < bsum N (fun n => mean H pi (d n) / bsum H pi).
Proof.
  intros Hn0 Hi0 Hj0 D0 P Y. assert (Hp : (0 < H)%nat) by lia.
  assert (St := slope_strict N H pi d y n0 i0 j0 P Hn0 Hi0 Hj0 D0).
  assert (S0 : slope N H pi d y 0 < 0 <-> bsum N (fun n => d n (y n)) < bsum N (fun n => mean H pi (d n) / bsum H pi)).
  { rewrite F1_slope_0, bsum_minus by auto. lra. }
  split.
  - intros (beta & Pb & M). assert (S := slope_at_min N H pi d y beta Hp P Y Pb M).
    split; [|apply S0; assert (slope N H pi d y 0 < slope N H pi d y beta) by (apply St; auto); lra].
    (* some sample misclassified: otherwise every slope is <= 0 *)
    assert (S1 : 0 < slope N H pi d y (beta + 1)) by (assert (slope N H pi d y beta < slope N H pi d y (beta + 1)) by (apply St; lra); lra).
    assert (X : forall m, (m <= N)%nat -> (exists n i, (n < m)%nat /\ (i < H)%nat /\ d n i < d n (y n)) \/
      bsum m (fun n => d n (y n) - mean H (rbp H pi (beta + 1) (d n)) (d n)) <= 0).
    { induction m; intros Hm; [right; simpl; lra|]. destruct IHm as [(n & i & A & B & C)|IH]; [lia|left; exists n, i; auto|].
      destruct (argmin_ex H (d m) Hp) as (k & Hk & Min).
      destruct (Rlt_dec (d m k) (d m (y m))) as [L|L]; [left; exists m, k; auto|right]. simpl.
      assert (d m (y m) <= mean H (rbp H pi (beta + 1) (d m)) (d m)); [|lra].
      destruct (argmax_ex' H (d m) Hp) as (k' & Hk' & Max).
      apply (rbp_hull H pi (beta + 1) (d m) (d m) (d m (y m)) (d m k') Hp P). intros h Hh. generalize (Min h Hh) (Max h Hh). lra. }
    destruct (X N ltac:(lia)) as [E|E]; auto. unfold slope in S1. lra.
  - intros [(n1 & i1 & Hn1 & Hi1 & L1) Inf]. apply S0 in Inf.
    assert (Ki : exists k : nat -> nat, forall n, (k n < H)%nat /\ forall i, (i < H)%nat -> d n (k n) <= d n i).
    { assert (G : forall n, {k | (k < H)%nat /\ forall i, (i < H)%nat -> d n k <= d n i}) by (intros; apply argmin_sig; auto).
      exists (fun n => proj1_sig (G n)). intros n. destruct (G n); auto. }
    destruct Ki as [k K].
    assert (Lim := F1_slope_inf N H pi d y k P (fun n _ => K n)).
    set (l := bsum N (fun n => d n (y n) - d n (k n))) in *.
    assert (Pl : 0 < l).
    { apply Rlt_le_trans with (d n1 (y n1) - d n1 (k n1)).
      - destruct (K n1) as [_ M]. generalize (M i1 Hi1). lra.
      - apply (bsum_ge_term N (fun n => d n (y n) - d n (k n))); auto. intros n Hn. destruct (K n) as [_ M]. generalize (M (y n) (Y n Hn)). lra. }
    assert (Ex : exists b, 0 < b /\ 0 < slope N H pi d y b).
    { assert (Q : Rbar_locally' p_infty (fun b => 0 < slope N H pi d y b)).
      { apply (Lim (fun v => 0 < v)). exists (mkposreal l Pl). intros v Bv. change (Rabs (v - l) < l) in Bv. apply Rabs_lt_between in Bv. lra. }
      destruct Q as [M Q]. exists (Rmax M 0 + 1). generalize (Rmax_l M 0) (Rmax_r M 0). intros. split; [lra|apply Q; lra]. }
    destruct Ex as (b1 & Pb1 & Sb1).
    destruct (IVT_interv (slope N H pi d y) 0 b1) as (b & Hb & E); auto.
    { intros a _. apply continuity_pt_filterlim. apply (ex_derive_continuous (slope N H pi d y)). eexists; apply F1_second; auto. }
    exists b. assert (b <> 0) by (intros ->; lra). split; [lra|]. intros c Pc. generalize (F1_convex N H pi d y b c Hp P Y). rewrite E. lra.
Qed.

(* F1: that minimiser is unique *)
Theorem F1_unique N H pi d y n0 i0 j0 a b : (n0 < N)%nat -> (i0 < H)%nat -> (j0 < H)%nat -> d n0 i0 <> d n0 j0 ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) -> 0 < a -> 0 < b ->
  (forall c, 0 < c -> nll N H pi d y a <= nll N H pi d y c) -> (forall c, 0 < c -> nll N H pi d y b <= nll N H pi d y c) -> a = b.
Proof.
  intros Hn Hi Hj D P Y Pa Pb Ma Mb. assert (Hp : (0 < H)%nat) by lia.
  assert (Sa := slope_at_min N H pi d y a Hp P Y Pa Ma). assert (Sb := slope_at_min N H pi d y b Hp P Y Pb Mb).
  destruct (Rtotal_order a b) as [L|[L|L]]; auto; exfalso;
    apply (slope_strict N H pi d y n0 i0 j0 P Hn Hi Hj D) in L; lra.
Qed.

(* F1: separable labels (no sample strictly misclassified): the negative log-likelihood never rises with beta, and falls
   strictly unless all energies are constant, so tau -> 0 *)
Theorem F1_separable N H pi d y a b : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  (forall n i, (n < N)%nat -> (i < H)%nat -> d n (y n) <= d n i) -> a < b ->
  nll N H pi d y b <= nll N H pi d y a /\
  ((exists n i j, (n < N)%nat /\ (i < H)%nat /\ (j < H)%nat /\ d n i <> d n j) -> nll N H pi d y b < nll N H pi d y a).
Proof.
  intros Hp P Y M L. assert (S : forall c, slope N H pi d y c <= 0).
  { intros c. unfold slope. rewrite bsum_minus. apply Rle_minus. apply bsum_le. intros n Hn.
    destruct (argmax_ex' H (d n) Hp) as (k' & Hk' & Max).
    apply (rbp_hull H pi c (d n) (d n) (d n (y n)) (d n k') Hp P). intros h Hh. generalize (M n h Hn Hh) (Max h Hh). lra. }
  assert (C := F1_convex N H pi d y b a Hp P Y). split; [generalize (S b); nra|].
  intros (n & i & j & Hn & Hi & Hj & D). generalize (slope_strict N H pi d y n i j P Hn Hi Hj D b (b + 1) ltac:(lra)) (S (b + 1)). nra.
Qed.

(* F1: energies that are not informative on average: the negative log-likelihood never falls with beta >= 0, and rises
   strictly unless all energies are constant, so tau -> infinity *)
Theorem F1_uninformative N H pi d y a b : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  bsum N (fun n => mean H pi (d n) / bsum H pi) <= bsum N (fun n => d n (y n)) -> 0 <= a -> a < b ->
  nll N H pi d y a <= nll N H pi d y b /\
  ((exists n i j, (n < N)%nat /\ (i < H)%nat /\ (j < H)%nat /\ d n i <> d n j) -> nll N H pi d y a < nll N H pi d y b).
Proof.
  intros Hp P Y I A L. assert (S0 : 0 <= slope N H pi d y 0) by (rewrite F1_slope_0, bsum_minus by auto; lra). split.
  - generalize (slope_mono N H pi d y 0 a Hp P A) (F1_convex N H pi d y a b Hp P Y). nra.
  - intros (n & i & j & Hn & Hi & Hj & D). assert (St := slope_strict N H pi d y n i j P Hn Hi Hj D).
    apply incr with (slope N H pi d y); auto; [intros; apply F1_slope; auto|].
    intros x Hx. generalize (St 0 x ltac:(lra)). lra.
Qed.

(* F1: constant energies: every temperature is optimal *)
Theorem F1_constant N H pi d y a b : (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  (forall n i j, (n < N)%nat -> (i < H)%nat -> (j < H)%nat -> d n i = d n j) -> nll N H pi d y a = nll N H pi d y b.
Proof.
  intros P Y E. apply bsum_ext. intros n Hn. do 2 f_equal. assert (Yn := Y n Hn). assert (0 < bsum H pi) by (apply bsum_pos; auto; lia).
  assert (Q : forall c, rbp H pi c (d n) (y n) = pi (y n) / bsum H pi); [|rewrite !Q; auto].
  intros c. set (W := w 1 (fun h => c * d n h) (y n)). assert (0 < W) by apply w_pos.
  unfold rbp, rp, Zp. rewrite (bsum_ext H _ (fun h => W * pi h)).
  - rewrite bsum_scal. fold W. field. lra.
  - intros i Hi. unfold W, w. rewrite (E n i (y n)) by auto. ring.
Qed.

Lemma nll_hot N H pi d y : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) ->
  is_lim (fun t => nll N H pi d y (/ t)) p_infty (nll N H pi d y 0).
Proof.
  intros Hp P Y. apply (filterlim_comp _ _ _ Rinv (nll N H pi d y) _ (locally 0)).
  - change (is_lim (fun t => / t) p_infty (Rbar_inv p_infty)). apply is_lim_inv; [apply is_lim_id|discriminate].
  - apply (ex_derive_continuous (nll N H pi d y)). eexists; apply F1_slope; auto.
Qed.

(* a function with a finite limit at infinity that it undercuts somewhere is not convex: far out, the middle lies above the chord *)
Lemma not_convex_far (f : R -> R) (u L : R) : is_lim f p_infty L -> f u < L -> exists c, u < c /\ (f u + f c) / 2 < f ((u + c) / 2).
Proof.
  intros Lim U. assert (Pe : 0 < (L - f u) / 3) by lra.
  assert (Q : Rbar_locally' p_infty (fun t => Rabs (f t - L) < (L - f u) / 3)).
  { apply (Lim (fun v => Rabs (v - L) < (L - f u) / 3)). exists (mkposreal _ Pe). auto. }
  destruct Q as [M Q]. set (m := Rmax M u + 1). generalize (Rmax_l M u) (Rmax_r M u); intros.
  exists (2 * m - u). replace ((u + (2 * m - u)) / 2) with m by field. split; [unfold m; lra|].
  generalize (Q m ltac:(unfold m; lra)) (Q (2 * m - u) ltac:(unfold m; lra)). intros A B.
  apply Rabs_lt_between in A. apply Rabs_lt_between in B. lra.
Qed.

(* F1: energies not all constant: where a finite optimum tau exists, the negative log-likelihood is convex neither in tau nor in
   ln tau: above the optimum there are a c and a midpoint at which it exceeds the chord *)
Theorem F1_never_convex N H pi d y n0 i0 j0 tau : (n0 < N)%nat -> (i0 < H)%nat -> (j0 < H)%nat -> d n0 i0 <> d n0 j0 ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall n, (n < N)%nat -> (y n < H)%nat) -> 0 < tau ->
  let f := fun t => nll N H pi d y (/ t) in
  (forall t, 0 < t -> f tau <= f t) ->
  (exists c, tau < c /\ (f tau + f c) / 2 < f ((tau + c) / 2)) /\
  (exists c, tau < c /\ (f tau + f c) / 2 < f (exp ((ln tau + ln c) / 2))).
Proof.
  intros Hn Hi Hj D P Y Ht f M. assert (Hp : (0 < H)%nat) by lia. assert (Pi : 0 < / tau) by (apply Rinv_0_lt_compat; auto).
  assert (S : slope N H pi d y (/ tau) = 0).
  { apply slope_at_min; auto. intros b Pb. rewrite <- (Rinv_involutive b) by lra. apply M. apply Rinv_0_lt_compat; auto. }
  assert (U : f tau < nll N H pi d y 0).
  { change (nll N H pi d y (/ tau) < nll N H pi d y 0). apply decr with (slope N H pi d y); auto; [intros; apply F1_slope; auto|].
    intros x Hx. rewrite <- S. apply (slope_strict N H pi d y n0 i0 j0); auto. lra. }
  assert (Lim := nll_hot N H pi d y Hp P Y). split.
  - apply not_convex_far with (nll N H pi d y 0); auto.
  - destruct (not_convex_far (fun u => f (exp u)) (ln tau) (nll N H pi d y 0)) as (u & Lu & C).
    + apply (is_lim_comp f exp p_infty (nll N H pi d y 0) p_infty); [exact Lim|apply is_lim_exp_p|exists 0; discriminate].
    + rewrite exp_ln; auto.
    + exists (exp u). rewrite ln_exp. rewrite exp_ln in C by auto. split; auto.
      rewrite <- (exp_ln tau Ht). apply exp_increasing; auto.
Qed.

Definition d01 (n h : nat) : R := match h with O => 0 | _ => 1 end.
Lemma nll_d01 t : nll 1 2 (fun _ => 1) d01 (fun _ => 0%nat) (/ t) = ln (1 + exp (- / t)).
Proof.
  unfold nll, rbp. simpl. rewrite rp_unit. unfold r, Z, w; simpl. replace (- (/ t * 0) / 1) with 0 by (unfold Rdiv; ring). rewrite exp_0.
  replace (- (/ t * 1) / 1) with (- / t) by (unfold Rdiv; rewrite Rinv_1; ring). rewrite !Rplus_0_l. unfold Rdiv. rewrite Rmult_1_l, ln_Rinv; [ring|].
  generalize (exp_pos (- / t)). lra.
Qed.

Lemma ln_mid x y z : 0 < x -> 0 < y -> 0 < z -> x * z < y * y -> (ln x + ln z) / 2 < ln y.
Proof.
  intros X Y Z0 L. assert (ln (x * z) < ln (y * y)) by (apply ln_increasing; auto; apply Rmult_lt_0_compat; auto).
  rewrite !ln_mult in H by auto. lra.
Qed.

(* F1: not convex in tau: one sample, energies (0,1), label 0: at tau = 2 the value exceeds the mean of those at 1 and 3 *)
Theorem F1_not_convex_tau : let f := fun tau => nll 1 2 (fun _ => 1) d01 (fun _ => 0%nat) (/ tau) in (f 1 + f 3) / 2 < f 2.
Proof.
  cbv beta zeta. rewrite !nll_d01. set (q := exp (- / 6)).
  assert (Pq : 5 / 6 <= q) by (unfold q; generalize (exp_ineq1_le (- / 6)); lra).
  assert (Q1 : q < 1) by (unfold q; rewrite <- exp_0; apply exp_increasing; lra).
  assert (E2 : exp (- / 3) = q * q) by (unfold q; rewrite <- exp_plus; f_equal; field).
  assert (E3 : exp (- / 2) = q * q * q) by (unfold q; rewrite <- !exp_plus; f_equal; field).
  assert (E6 : exp (- / 1) = q * q * q * (q * q * q)) by (unfold q; rewrite <- !exp_plus; f_equal; field).
  rewrite E2, E3, E6. clearbody q.
  apply ln_mid; [nra|nra|nra|].
  assert (0 < q^2 * ((1 - q) * (q^5 + q^4 + q^3 + q^2 + q - 1))); [|lra].
  assert (0 < q^5) by (apply pow_lt; lra). assert (0 < q^4) by (apply pow_lt; lra). assert (0 < q^3) by (apply pow_lt; lra).
  assert (1/2 < q^2) by nra.
  apply Rmult_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; lra.
Qed.

(* F1: not convex in ln tau: same sample, at tau = 2 the value exceeds the mean of those at 1 and 4, and ln 2 is midway *)
Theorem F1_not_convex_lntau : let f := fun tau => nll 1 2 (fun _ => 1) d01 (fun _ => 0%nat) (/ tau) in
  (f 1 + f 4) / 2 < f 2 /\ (ln 1 + ln 4) / 2 = ln 2.
Proof.
  cbv beta zeta. split.
  - rewrite !nll_d01. set (q := exp (- / 4)).
    assert (Pq : 3 / 4 <= q) by (unfold q; generalize (exp_ineq1_le (- / 4)); lra).
    assert (Q1 : q < 1) by (unfold q; rewrite <- exp_0; apply exp_increasing; lra).
    assert (E2 : exp (- / 2) = q * q) by (unfold q; rewrite <- exp_plus; f_equal; field).
    assert (E4 : exp (- / 1) = q * q * (q * q)) by (unfold q; rewrite <- !exp_plus; f_equal; field).
    rewrite E2, E4. clearbody q. apply ln_mid; [nra|nra|nra|].
    assert (0 < q * ((1 - q) * (q^3 + q^2 + q - 1))); [|lra].
    assert (0 < q^3) by (apply pow_lt; lra). assert (1/2 < q^2) by nra.
    apply Rmult_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; lra.
  - replace 4 with (2 * 2) by ring. rewrite ln_mult, ln_1 by lra. field.
Qed.

(* F3: the mixture loss F/tau, any positive prior: its derivative in tau is minus the mean energy over tau^2 *)
Theorem F3_mixture H tau pi d : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  is_derive (fun t => Fp H t pi d / t) tau (- mean H (rp H tau pi d) d / tau^2).
Proof.
  intros Hp Ht P. generalize (Zp_pos H tau pi d Hp P); intros PZ.
  apply is_derive_ext_loc with (fun t => -1 * ln (Zp H t pi d)).
  { apply locally_interval with 0 p_infty; simpl; auto. intros t T _. unfold Fp. field. lra. }
  assert (D : is_derive (fun t => Zp H t pi d) tau (bsum H (fun h => pi h * (w tau d h * d h / tau^2)))).
  { apply (is_derive_bsum H (fun h t => pi h * w t d h)). intros i Hi. apply d_scal_path. apply dw; auto. }
  evar_last; [apply d_scal_path, d_ln_path; [exact PZ|apply D]|].
  unfold mean, rp. rewrite (bsum_ext H (fun h => pi h * w tau d h / Zp H tau pi d * d h) (fun h => (tau^2 / Zp H tau pi d) * (pi h * (w tau d h * d h / tau^2))))
    by (intros; field; lra).
  rewrite bsum_scal. field. lra.
Qed.

(* F3: for energies d >= 0 that derivative is never positive, and negative unless all are 0: without a normaliser the mixture loss
   pushes tau to infinity *)
Theorem F3_collapse H a b pi d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> (forall h, (h < H)%nat -> 0 <= d h) ->
  0 < a -> a < b -> Fp H b pi d / b <= Fp H a pi d / a /\ ((exists h, (h < H)%nat /\ d h <> 0) -> Fp H b pi d / b < Fp H a pi d / a).
Proof.
  intros Hp P D A L. set (f := fun t => 0 - Fp H t pi d / t). set (f' := fun t => 0 - - mean H (rp H t pi d) d / t^2).
  assert (Df : forall x, a <= x <= b -> is_derive f x (f' x)).
  { intros x Hx. apply @is_derive_minus; [apply @is_derive_const|apply F3_mixture; auto; lra]. }
  assert (Ef : forall x, 0 < x -> f' x = mean H (rp H x pi d) d / x^2) by (intros; unfold f'; field; lra).
  assert (T : forall x h, (h < H)%nat -> 0 <= rp H x pi d h * d h) by (intros; apply Rmult_le_pos; auto; left; apply rp_pos; auto).
  split.
  - assert (f a <= f b); [|unfold f in *; lra]. apply (nondecr f f'); auto; [lra|].
    intros x Hx. rewrite Ef by lra. apply Rmult_le_pos; [apply bsum_ge0; auto|left; apply Rinv_0_lt_compat, pow_lt; lra].
  - intros (h & Hh & N). assert (f a < f b); [|unfold f in *; lra]. apply (incr f f'); auto.
    intros x Hx. rewrite Ef by lra. apply Rdiv_lt_0_compat; [|apply pow_lt; lra].
    apply Rlt_le_trans with (rp H x pi d h * d h).
    + apply Rmult_lt_0_compat; [apply rp_pos; auto|]. generalize (D h Hh). lra.
    + apply (bsum_ge_term H (fun h => rp H x pi d h * d h)); auto.
Qed.

(* F3: with the Gaussian normaliser (D/2) ln tau the stationary temperatures are exactly those with tau = (2/D) <d>_r *)
Theorem F3_normaliser H (D : R) tau pi d : (0 < H)%nat -> 0 < tau -> 0 < D -> (forall h, (h < H)%nat -> 0 < pi h) ->
  exists l, is_derive (fun t => Fp H t pi d / t + D / 2 * ln t) tau l /\ (l = 0 <-> tau = 2 / D * mean H (rp H tau pi d) d).
Proof.
  intros Hp Ht HD P. eexists. split.
  - apply d_plus_path; [apply F3_mixture; auto|]. apply d_scal_path. apply (d_ln_path (fun t => t)); [auto|apply @is_derive_id].
  - unfold one; simpl. set (m := mean H (rp H tau pi d) d). 
    replace (- m / (tau * (tau * 1)) + D / 2 * (1 / tau)) with ((D / 2) / tau^2 * (tau - 2 / D * m)) by (field; lra).
    assert (0 < D / 2 / tau^2) by (apply Rdiv_lt_0_compat; [lra|apply pow_lt; auto]).
    split; intros E; [|rewrite <- E; ring]. apply Rmult_integral in E. lra.
Qed.

Lemma mean_gap k c g tau : 0 < tau -> let d := fun h : nat => match h with O => c | _ => c + g end in
  mean (S k) (rp (S k) tau (fun _ => 1) d) d = c + g * (INR k / (INR k + exp (g / tau))).
Proof.
  intros Ht d. set (u := exp (g / tau)). set (W := exp (- (c + g) / tau)). assert (PW : 0 < W) by apply exp_pos. assert (Pu : 0 < u) by apply exp_pos.
  assert (Pk := pos_INR k).
  assert (W0 : w tau d 0 = u * W) by (unfold w, d, u, W; rewrite <- exp_plus; f_equal; field; lra).
  assert (Sh : forall f, bsum (S k) f = f 0%nat + bsum k (fun i => f (S i))).
  { clear. intros f. induction k; [simpl; ring|]. change (bsum (S k) f + f (S k) = f 0%nat + (bsum k (fun i => f (S i)) + f (S k))). rewrite IHk. ring. }
  assert (EZ : Zp (S k) tau (fun _ => 1) d = (INR k + u) * W).
  { unfold Zp. rewrite Sh, W0, (bsum_ext k _ (fun _ => W)) by (intros; unfold w, d, W; ring). rewrite bsum_const. ring. }
  unfold mean. rewrite Sh, (bsum_ext k _ (fun _ => W / ((INR k + u) * W) * (c + g))).
  - unfold rp. rewrite EZ, W0, bsum_const. unfold d. field. split; apply Rgt_not_eq; lra.
  - intros i _. unfold rp. rewrite EZ. unfold w, d, W. unfold Rdiv. ring.
Qed.

(* F3: there may be no stationary temperature: energies 0 and g in one dimension *)
Theorem F3_none g tau : 0 < g -> 0 < tau -> let d := fun h : nat => match h with O => 0 | _ => g end in
  2 / 1 * mean 2 (rp 2 tau (fun _ => 1) d) d < tau.
Proof.
  intros G Ht d. assert (E := mean_gap 1 0 g tau Ht). cbv zeta in E. 
  assert (E' : mean 2 (rp 2 tau (fun _ => 1) d) d = g / (1 + exp (g / tau))).
  { transitivity (mean 2 (rp 2 tau (fun _ => 1) (fun h : nat => match h with O => 0 | _ => 0 + g end)) (fun h : nat => match h with O => 0 | _ => 0 + g end)).
    - rewrite Rplus_0_l. auto.
    - rewrite E. simpl. generalize (exp_pos (g / tau)); intros. field. lra. }
  rewrite E'. set (y := g / tau). assert (Py : 0 < y) by (apply Rdiv_lt_0_compat; auto). assert (g = y * tau) by (unfold y; field; lra).
  (* exp y >= 2 + 2 (y - ln 2) *)
  assert (X : 2 * (1 + (y - ln 2)) <= exp y).
  { replace (exp y) with (2 * exp (y - ln 2)); [generalize (exp_ineq1_le (y - ln 2)); lra|].
    rewrite <- (exp_ln 2) at 1 by lra. rewrite <- exp_plus. f_equal. ring. }
  assert (ln 2 <= 1) by (generalize (ln_le_sub1 2 ltac:(lra)); lra).
  apply Rmult_lt_reg_r with (1 + exp y); [generalize (exp_pos y); lra|].
  replace (2 / 1 * (g / (1 + exp y)) * (1 + exp y)) with (2 * y * tau) by (rewrite H; field; generalize (exp_pos y); lra).
  rewrite (Rmult_comm tau). apply Rmult_lt_compat_r; auto. lra.
Qed.

(* F3: and there may be several: energies 1/100 and three times 1 + 1/100 in one dimension have at least three *)
Theorem F3_several : let d := fun h : nat => match h with O => 1 / 100 | _ => 1 / 100 + 1 end in
  let stationary := fun tau => tau = 2 / 1 * mean 4 (rp 4 tau (fun _ => 1) d) d in
  exists t1 t2 t3, 0 < t1 /\ t1 < t2 /\ t2 < t3 /\ stationary t1 /\ stationary t2 /\ stationary t3.
Proof.
  intros d stationary. set (f := fun t => t - (2 / 100 + 6 / (3 + exp (/ t)))).
  assert (St : forall t, 0 < t -> f t = 0 -> stationary t).
  { intros t Pt E. unfold stationary. assert (M := mean_gap 3 (1/100) 1 t Pt). cbv zeta in M. fold d in M. rewrite M.
    unfold f in E. replace (1 / t) with (/ t) by (field; lra). simpl INR. replace (1 + 1 + 1) with 3 by ring. generalize (exp_pos (/ t)). intros.
    replace (2 / 1 * (1 / 100 + 1 * (3 / (3 + exp (/ t))))) with (2 / 100 + 6 / (3 + exp (/ t))) by (field; lra). lra. }
  assert (C : forall t, 0 < t -> continuity_pt f t).
  { intros t Pt. apply continuity_pt_filterlim. apply (ex_derive_continuous f). unfold f. auto_derive. generalize (exp_pos (/ t)). intros. repeat split; lra. }
  assert (B : forall t, 0 < 6 / (3 + exp (/ t)) < 2).
  { intros t. generalize (exp_pos (/ t)). intros. split; [apply Rdiv_lt_0_compat; lra|]. apply Rmult_lt_reg_r with (3 + exp (/ t)); [lra|].
    replace (6 / (3 + exp (/ t)) * (3 + exp (/ t))) with 6 by (field; lra). lra. }
  assert (F1 : f (2/100) < 0) by (unfold f; generalize (B (2/100)); lra).
  assert (F4 : 0 < f 3) by (unfold f; generalize (B 3); lra).
  assert (F2 : 0 < f (1/10)).
  { unfold f. replace (/ (1/10)) with 10 by field. assert (100 < exp 10).
    { replace 10 with (ln 100 + (10 - ln 100)) by ring. rewrite exp_plus, exp_ln by lra.
      assert (ln 100 < 10); [|assert (1 < exp (10 - ln 100)) by (rewrite <- exp_0; apply exp_increasing; lra); lra].
      replace 100 with (10 * 10) by ring. rewrite ln_mult by lra. assert (ln 10 < 5); [|lra].
      replace 10 with (4 * (5/2)) by field. rewrite ln_mult by lra. generalize (ln_le_sub1 4 ltac:(lra)) (ln_le_sub1 (5/2) ltac:(lra)). lra. }
    assert (6 / (3 + exp 10) < 8/100); [|lra]. apply Rmult_lt_reg_r with (3 + exp 10); [lra|].
    replace (6 / (3 + exp 10) * (3 + exp 10)) with 6 by (field; lra). lra. }
  assert (F3 : f 1 < 0).
  { unfold f. rewrite Rinv_1. assert (E3 := exp_le_3). assert (E0 := exp_pos 1).
    assert (1 <= 6 / (3 + exp 1)); [|lra]. apply Rmult_le_reg_r with (3 + exp 1); [lra|].
    replace (6 / (3 + exp 1) * (3 + exp 1)) with 6 by (field; lra). lra. }
  destruct (IVT_interv f (2/100) (1/10)) as (t1 & H1 & Z1); [intros; apply C; lra|lra|auto|auto|].
  destruct (IVT_interv (fun t => - f t) (1/10) 1) as (t2 & H2 & Z2); [intros; apply continuity_pt_opp, C; lra|lra|lra|lra|].
  destruct (IVT_interv f 1 3) as (t3 & H3 & Z3); [intros; apply C; lra|lra|auto|auto|].
  assert (t1 <> 1/10) by (intros ->; lra). assert (t2 <> 1) by (intros ->; lra).
  exists t1, t2, t3. repeat split; try lra; apply St; lra.
Qed.

(* F3: unit weights, F itself never rises with tau (so its minimisation pushes tau to infinity) *)
Theorem F3_unit_weights H a b d : (0 < H)%nat -> 0 < a -> a <= b -> F H b d <= F H a d.
Proof.
  intros Hp A L. assert (0 - F H a d <= 0 - F H b d); [|lra].
  apply (nondecr (fun t => 0 - F H t d) (fun t => 0 - - ent H (r H t d))); auto.
  - intros x Hx. apply @is_derive_minus; [apply @is_derive_const|apply T5_dF; auto; lra].
  - intros x Hx. assert (0 <= ent H (r H x d)); [|lra]. unfold ent.
    assert (0 <= bsum H (fun h => - (r H x d h * ln (r H x d h)))).
    { apply bsum_ge0. intros i Hi. generalize (r_pos H x d i Hp) (r_le1 H x d i Hi). intros P1 P2.
      assert (ln (r H x d i) <= 0) by (rewrite <- ln_1; apply ln_le; auto). nra. }
    rewrite (bsum_ext _ _ (fun h => -1 * (r H x d h * ln (r H x d h)))) in H0 by (intros; ring). rewrite bsum_scal in H0. lra.
Qed.

(* F3: a scale per component: a component of share p on one datum sends the negative log-likelihood below every bound as its scale
   falls to 0, in any dimension, for any data; rest n > 0 is what the other components, whatever they are, contribute at datum n *)
Theorem F3_singular N D x k p rest : (k < N)%nat -> (0 < D)%nat -> 0 < p -> (forall n, (n < N)%nat -> 0 < rest n) ->
  forall M, exists s, 0 < s /\ bsum N (fun n => - ln (p * (/ s ^ D * exp (- dist2 D (x n) (x k) / (2 * s^2))) + rest n)) < M.
Proof.
  intros Hk HD Pp Pr M. set (c := fun n => - ln (rest n)). set (C := bsum N (upd c k 0)).
  set (s := Rmin 1 (p * exp (M - C - 1))). assert (E0 : 0 < exp (M - C - 1)) by apply exp_pos.
  assert (S : 0 < s) by (apply Rmin_glb_lt; [lra|apply Rmult_lt_0_compat; auto]).
  assert (SD : 0 < s ^ D) by (apply pow_lt; auto). assert (I : 0 < / s ^ D) by (apply Rinv_0_lt_compat; auto).
  assert (L : s ^ D <= p * exp (M - C - 1)).
  { apply Rle_trans with s; [|apply Rmin_r]. destruct D as [|D']; [lia|]. simpl. rewrite <- (Rmult_1_r s) at 3. apply Rmult_le_compat_l; [lra|].
    rewrite <- (pow1 D'). apply pow_incr. split; [lra|apply Rmin_l]. }
  exists s. split; auto. rewrite (bsum_split _ _ k Hk).
  set (g := fun n => - ln (p * (/ s ^ D * exp (- dist2 D (x n) (x k) / (2 * s^2))) + rest n)).
  assert (A : g k <= M - C - 1).
  { unfold g, dist2. rewrite (bsum_ext D _ (fun _ => 0)) by (intros; ring). rewrite bsum_const.
    replace (- (INR D * 0) / (2 * s ^ 2)) with 0 by (field; lra). rewrite exp_0, Rmult_1_r.
    assert (Q : / exp (M - C - 1) <= p * / s ^ D + rest k).
    { apply Rle_trans with (p * / s ^ D); [|generalize (Pr k Hk); lra]. apply Rmult_le_reg_r with (exp (M - C - 1) * s ^ D); [apply Rmult_lt_0_compat; auto|].
      replace (/ exp (M - C - 1) * (exp (M - C - 1) * s ^ D)) with (s ^ D) by (field; lra).
      replace (p * / s ^ D * (exp (M - C - 1) * s ^ D)) with (p * exp (M - C - 1)) by (field; lra). auto. }
    apply ln_le in Q; [|apply Rinv_0_lt_compat; auto]. rewrite ln_Rinv, ln_exp in Q by auto. lra. }
  assert (B : bsum N (upd g k 0) <= C).
  { apply bsum_le. intros n Hn. unfold upd. destruct Nat.eq_dec; [lra|]. unfold g, c. apply Ropp_le_contravar, ln_le; auto.
    assert (0 < p * (/ s ^ D * exp (- dist2 D (x n) (x k) / (2 * s^2)))); [|lra].
    apply Rmult_lt_0_compat; auto. apply Rmult_lt_0_compat; auto. apply exp_pos. }
  change (g k + bsum N (upd g k 0) < M). lra.
Qed.
