(* R: robustness *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths Degeneracy.
Open Scope R_scope.

(* the pair activation  tanh (m z / (tau s^2)) *)
Definition act (m s tau z : R) : R := tanh (m * z / (tau * s^2)).

(* R1: its slope is m/(tau s^2) (1 - a^2) *)
Theorem R1_slope m s tau z : 0 < tau -> 0 < s -> is_derive (act m s tau) z (m / (tau * s^2) * (1 - act m s tau z ^ 2)).
Proof.
  intros Ht Hs. unfold act. evar_last.
  - apply is_derive_comp; [apply is_derive_tanh|]. instantiate (1 := m / (tau * s^2)). auto_derive; auto. field; lra.
  - unfold scal; simpl; unfold mult; simpl. ring.
Qed.

(* R1: the least upper bound of |a'| is m/(tau s^2), attained at 0: the worst-case noise sensitivity falls with tau *)
Theorem R1_sup m s tau : 0 < tau -> 0 < s -> 0 < m ->
  is_lub (fun e => exists z, is_derive (act m s tau) z e) (m / (tau * s^2)) /\ is_derive (act m s tau) 0 (m / (tau * s^2)).
Proof.
  intros Ht Hs Hm. assert (G : 0 < m / (tau * s^2)) by (apply Rdiv_lt_0_compat; [auto|apply Rmult_lt_0_compat; [auto|apply pow_lt; auto]]).
  assert (At : is_derive (act m s tau) 0 (m / (tau * s^2))).
  { generalize (R1_slope m s tau 0 Ht Hs). unfold act at 2. replace (m * 0 / (tau * s^2)) with 0 by (unfold Rdiv; ring).
    rewrite tanh_0. replace (m / (tau * s ^ 2) * (1 - 0 ^ 2)) with (m / (tau * s ^ 2)) by ring. auto. }
  split; auto. split.
  - intros e [z D]. apply is_derive_unique in D. rewrite <- D. rewrite (is_derive_unique _ _ _ (R1_slope m s tau z Ht Hs)).
    generalize (pow2_ge_0 (act m s tau z)). nra.
  - intros u U. apply U. exists 0. auto.
Qed.

(* R1: every slope of the pair activation is positive, so the least upper bound of a' is that of |a'| *)
Theorem R1_positive m s tau z : 0 < tau -> 0 < s -> 0 < m -> 0 < m / (tau * s^2) * (1 - act m s tau z ^ 2).
Proof.
  intros Ht Hs Hm. apply Rmult_lt_0_compat.
  - apply Rdiv_lt_0_compat; [auto|apply Rmult_lt_0_compat; [auto|apply pow_lt; auto]].
  - generalize (tanh_lt1 (m * z / (tau * s^2))). unfold act. nra.
Qed.

Lemma d_one_minus_sq f x l : is_derive f x l -> is_derive (fun t => 1 - f t ^ 2) x (- (2 * f x * l)).
Proof.
  intros D. assert (E : ex_derive f x) by (eexists; apply D). apply is_derive_unique in D. auto_derive; [auto|].
  change (Derive (fun x => f x) x) with (Derive f x). rewrite D. ring.
Qed.

(* R1, qualification: at one point z, with x = m z/(tau s^2), the derivative of the slope in tau has the sign of x tanh x - 1/2 *)
Theorem R1_pointwise m s tau z : 0 < tau -> 0 < s -> 0 < m -> let x := m * z / (tau * s^2) in
  exists l c, is_derive (fun t => m / (t * s^2) * (1 - act m s t z ^ 2)) tau l /\ 0 < c /\ l = c * (x * tanh x - 1 / 2).
Proof.
  intros Ht Hs Hm x. exists (2 * m / (tau^2 * s^2) * (1 - tanh x ^ 2) * (x * tanh x - 1 / 2)), (2 * m / (tau^2 * s^2) * (1 - tanh x ^ 2)).
  assert (S2 : 0 < s^2) by (apply pow_lt; auto). assert (T2 : 0 < tau^2) by (apply pow_lt; auto).
  assert (Dx : is_derive (fun t => act m s t z) tau ((1 - tanh x ^ 2) * (- x / tau))).
  { unfold act. evar_last.
    - apply (is_derive_comp tanh (fun t => m * z / (t * s^2))); [apply is_derive_tanh|].
      instantiate (1 := - x / tau). auto_derive; [nra|]. unfold x. field. nra.
    - change (- x / tau * (1 - tanh x ^ 2) = (1 - tanh x ^ 2) * (- x / tau)). ring. }
  split; [|split; auto].
  - evar_last.
    + apply d_mult_path.
      * instantiate (1 := - m / (tau^2 * s^2)). auto_derive; [nra|]. field. lra.
      * apply (d_one_minus_sq (fun t => act m s t z)). apply Dx.
    + cbv beta. change (act m s tau z) with (tanh x). generalize (tanh x). intros T. unfold x. field. lra.
  - apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; nra|]. generalize (tanh_lt1 x). nra.
Qed.

(* R1: the responsibilities are Lipschitz in the energies with constant 1/(2 tau), Euclidean norm to Euclidean norm *)
Theorem R1_lipschitz H tau d d' : (0 < H)%nat -> 0 < tau ->
  sqrt (nrm2 H (fun h => r H tau d' h - r H tau d h)) <= 1 / (2 * tau) * sqrt (nrm2 H (fun h => d' h - d h)).
Proof.
  intros Hp Ht. set (u := fun h => r H tau d' h - r H tau d h). set (v := fun h => d' h - d h).
  set (e := fun h t => d h + t * v h). set (g := fun t => bsum H (fun h => u h * r H tau (fun h => e h t) h)).
  set (g' := fun t => bsum H (fun h => u h * (- r H tau (fun h => e h t) h * (v h - mean H (r H tau (fun h => e h t)) v) / tau))).
  assert (De : forall h t, is_derive (e h) t (v h)) by (intros; unfold e; auto_derive; auto; ring).
  assert (Dg : forall t, is_derive g t (g' t)).
  { intros t. apply (is_derive_bsum H (fun h t => u h * r H tau (fun h => e h t) h)). intros h Hh. apply d_scal_path. apply dr_path; auto. }
  destruct (MVT_gen g 0 1 g') as (c & _ & E).
  { intros; apply Dg. }
  { intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous g). eexists; apply Dg. }
  assert (Ext : forall d1 d2, (forall h, (h < H)%nat -> d1 h = d2 h) -> forall h, (h < H)%nat -> r H tau d1 h = r H tau d2 h).
  { intros d1 d2 Q h Hh. apply r_of_w with 1; auto; [lra|]. intros; unfold w; rewrite Q; auto; ring. }
  assert (E1 : g 1 - g 0 = nrm2 H u).
  { unfold g, nrm2. rewrite <- bsum_minus. apply bsum_ext. intros h Hh.
    rewrite (Ext (fun h => e h 1) d'), (Ext (fun h => e h 0) d) by (auto; intros; unfold e, v; ring). unfold u. ring. }
  set (p := r H tau (fun h => e h c)) in *.
  assert (E2 : g' c = - / tau * bsum H (fun h => 1 * u h * jac H p v h)).
  { rewrite <- bsum_scal. apply bsum_ext. intros; unfold jac; fold p. unfold Rdiv; ring. }
  assert (S : csimplex H p) by (split; [intros; left; apply r_pos; auto|apply r_sum; auto]).
  assert (Q := cauchy_w H (fun _ => 1) u (jac H p v) ltac:(intros; lra)). simpl in Q.
  set (X := bsum H (fun h => 1 * u h * jac H p v h)) in *.
  rewrite (bsum_ext _ (fun h => 1 * (u h * (u h * 1))) (fun h => u h ^ 2)) in Q by (intros; ring).
  rewrite (bsum_ext _ (fun h => 1 * (jac H p v h * (jac H p v h * 1))) (fun h => jac H p v h ^ 2)) in Q by (intros; ring).
  fold (nrm2 H u) in Q. fold (nrm2 H (jac H p v)) in Q.
  generalize (D6_spectral H p v S). intros J.
  assert (U0 : 0 <= nrm2 H u) by (apply bsum_ge0; intros; apply pow2_ge_0).
  assert (V0 : 0 <= nrm2 H v) by (apply bsum_ge0; intros; apply pow2_ge_0).
  assert (It : 0 < / tau) by (apply Rinv_0_lt_compat; auto).
  assert (K : nrm2 H u = - / tau * X) by (rewrite <- E1, E, E2; ring).
  assert (K2 : nrm2 H u * nrm2 H u <= (/ tau)^2 * (nrm2 H u * (nrm2 H v / 4))).
  { rewrite K at 1 2. apply Rle_trans with ((/ tau)^2 * (X * X)); [right; ring|]. apply Rmult_le_compat_l; [apply pow2_ge_0|].
    apply Rle_trans with (nrm2 H u * nrm2 H (jac H p v)); [lra|]. apply Rmult_le_compat_l; auto. }
  assert (K3 : nrm2 H u <= (1 / (2 * tau))^2 * nrm2 H v).
  { replace ((1 / (2 * tau))^2 * nrm2 H v) with ((/ tau)^2 * (nrm2 H v / 4)) by (field; lra).
    destruct (Rle_lt_or_eq_dec 0 _ U0) as [L|L]; [apply Rmult_le_reg_r with (nrm2 H u); lra|].
    rewrite <- L. apply Rmult_le_pos; [apply pow2_ge_0|lra]. }
  apply Rle_trans with (sqrt ((1 / (2 * tau))^2 * nrm2 H v)); [apply sqrt_le_1_alt; auto|].
  rewrite sqrt_mult by (auto; apply pow2_ge_0). rewrite sqrt_pow2; [lra|]. left. apply Rdiv_lt_0_compat; lra.
Qed.

(* R1: no smaller constant will do, already for two hypotheses *)
Theorem R1_lipschitz_sharp tau L : 0 < tau -> L < 1 / (2 * tau) -> exists d d',
  L * sqrt (nrm2 2 (fun h => d' h - d h)) < sqrt (nrm2 2 (fun h => r 2 tau d' h - r 2 tau d h)).
Proof.
  intros Ht HL. set (K := Rmax L 0). assert (K0 : 0 <= K) by apply Rmax_r. assert (KL : L <= K) by apply Rmax_l.
  assert (K1 : K < 1 / (2 * tau)) by (apply Rmax_lub_lt; [auto|apply Rdiv_lt_0_compat; lra]).
  (* energies (0,0) against (-x, x) *)
  set (eps := 1 - 2 * tau * K). assert (Pe : 0 < eps <= 1).
  { unfold eps. assert (2 * tau * K < 1); [|assert (0 <= 2 * tau * K) by (apply Rmult_le_pos; lra); lra].
    apply Rmult_lt_compat_l with (r := 2 * tau) in K1; [|lra]. replace (2 * tau * (1 / (2 * tau))) with 1 in K1 by (field; lra). lra. }
  set (x := tau * eps). assert (Px : 0 < x) by (unfold x; nra).
  exists (fun _ => 0), (fun h => - sgn2 h * x).
  assert (R0 : forall h, r 2 tau (fun _ => 0) h = / 2).
  { intros h. unfold r, Z, w. simpl. generalize (exp_pos (- 0 / tau)). intros. field. lra. }
  set (d' := fun h => - sgn2 h * x). set (T := tanh (x / tau)).
  assert (M := G2_tanh tau d' Ht). replace ((d' 1%nat - d' 0%nat) / (2 * tau)) with (x / tau) in M by (unfold d', sgn2; field; lra). fold T in M.
  assert (S := r_sum 2 tau d' ltac:(lia)). unfold mean, sgn2 in M. simpl in M, S.
  assert (A : r 2 tau d' 0%nat = (1 + T) / 2) by lra. assert (B : r 2 tau d' 1%nat = (1 - T) / 2) by lra.
  unfold nrm2, bsum. rewrite A, B, !R0. unfold d', sgn2.
  replace (0 + (- (1) * x - 0) ^ 2 + (- (-1) * x - 0) ^ 2) with (2 * x^2) by ring.
  replace (0 + ((1 + T) / 2 - / 2) ^ 2 + ((1 - T) / 2 - / 2) ^ 2) with (2 * (T / 2)^2) by field.
  rewrite !sqrt_mult by (try lra; apply pow2_ge_0).
  assert (T0 : x / tau - (x / tau)^3 / 3 <= T) by (apply tanh_ge_cubic; left; apply Rdiv_lt_0_compat; auto).
  replace (x / tau) with eps in T0 by (unfold x; field; lra).
  assert (0 < T) by nra. rewrite !sqrt_pow2 by lra.
  assert (0 < sqrt 2) by (apply sqrt_lt_R0; lra).
  assert (L * x < T / 2); [|nra].
  apply Rle_lt_trans with (K * x); [nra|]. unfold x. replace (K * (tau * eps)) with ((1 - eps) / 2 * eps) by (unfold eps; field). nra.
Qed.

(* R1, qualification: a hard decision does not depend on tau: at every temperature r_h <= r_k exactly when d_k <= d_h *)
Theorem R1_hard H tau d h k : 0 < tau -> (0 < H)%nat -> r H tau d h <= r H tau d k <-> d k <= d h.
Proof.
  intros Ht Hp. rewrite (d_of_r H tau d h Hp Ht), (d_of_r H tau d k Hp Ht).
  generalize (r_pos H tau d h Hp) (r_pos H tau d k Hp). intros P Q. split; intros L.
  - generalize (ln_le _ _ P L). nra.
  - assert (ln (r H tau d h) <= ln (r H tau d k)) by nra. rewrite <- (exp_ln _ P), <- (exp_ln _ Q). apply exp_mono; auto.
Qed.

(* R2: with any positive prior the information KL(r||pi) carried by the evidence falls with tau: its derivative is -Var_r(d)/tau^3 *)
Theorem R2_KL H tau pi d : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  is_derive (fun t => KL H (rp H t pi d) pi) tau (- var H (rp H tau pi d) d / tau^3) /\ - var H (rp H tau pi d) d / tau^3 <= 0.
Proof.
  intros Hp Ht P. generalize (Zp_pos H tau pi d Hp P); intros PZ. split.
  - (* KL = -<d>/t - ln Zp *)
    set (A := fun t => bsum H (fun h => pi h * (w t d h * d h))).
    set (C := bsum H (fun h => pi h * (w tau d h * d h ^ 2))).
    assert (Em : forall t a, 0 < t -> mean H (rp H t pi d) a = bsum H (fun h => pi h * (w t d h * a h)) / Zp H t pi d).
    { intros t a T. generalize (Zp_pos H t pi d Hp P); intros. unfold mean, rp, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring. }
    apply is_derive_ext_loc with (fun t => (- 1) * ln (Zp H t pi d) + (- / t) * (A t / Zp H t pi d)).
    { apply locally_interval with 0 p_infty; simpl; auto. intros t T _.
      generalize (gibbs_prior_attained H t pi d Hp T P). rewrite Em by auto. fold (A t). unfold Fp. intros E.
      apply Rmult_eq_reg_l with t; [|lra]. replace (t * (-1 * ln (Zp H t pi d) + - / t * (A t / Zp H t pi d))) with (- t * ln (Zp H t pi d) - A t / Zp H t pi d); [lra|].
      generalize (Zp_pos H t pi d Hp P); intros. field. lra. }
    assert (DZ : is_derive (fun t => Zp H t pi d) tau (A tau / tau^2)).
    { replace (A tau / tau^2) with (bsum H (fun h => pi h * (w tau d h * d h / tau^2))).
      - apply (is_derive_bsum H (fun h t => pi h * w t d h)). intros i Hi. apply d_scal_path. apply dw; auto.
      - unfold A, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring. }
    assert (DA : is_derive A tau (C / tau^2)).
    { replace (C / tau^2) with (bsum H (fun h => pi h * (w tau d h * d h / tau^2 * d h + w tau d h * 0))).
      - apply (is_derive_bsum H (fun h t => pi h * (w t d h * d h))). intros i Hi. apply d_scal_path.
        apply (d_mult_path (fun t => w t d i) (fun _ => d i)); [apply dw; auto|apply @is_derive_const].
      - unfold C, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring. }
    rewrite var_alt by (apply rp_sum; auto). rewrite !Em by auto. fold C. fold (A tau).
    evar_last.
    + apply d_plus_path; [apply d_scal_path, d_ln_path; [exact PZ|apply DZ]|]. apply d_mult_path.
      * instantiate (1 := / tau^2). auto_derive; [lra|]. field. lra.
      * apply d_div_path; [lra|apply DA|apply DZ].
    + cbv beta. field. lra.
  - assert (0 <= var H (rp H tau pi d) d) by (apply var_ge0; intros; left; apply rp_pos; auto).
    assert (0 <= var H (rp H tau pi d) d / tau^3); [|unfold Rdiv in *; lra].
    apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat, pow_lt; auto].
Qed.
