(* Identifiability: what the responsibilities do not see. I1 to I6. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature.
Open Scope R_scope.

Theorem I1_shift H tau d c h : 0 < tau -> (h < H)%nat ->
  r H tau (fun i => d i + c) h = r H tau d h.
Proof. exact (r_shift H tau d c h). Qed.

Theorem I1_shift_F H tau d c : (0 < H)%nat -> 0 < tau ->
  F H tau (fun i => d i + c) = F H tau d + c.
Proof.
  intros Hp Ht. unfold F. replace (Z H tau (fun i => d i + c)) with (exp (- c / tau) * Z H tau d).
  - rewrite ln_mult, ln_exp; [|apply exp_pos|apply Z_pos; auto]. field. lra.
  - unfold Z. rewrite <- bsum_scal. apply bsum_ext. intros; unfold w. rewrite <- exp_plus. f_equal. field. lra.
Qed.

Theorem I2_scale H tau d c h : 0 < tau -> 0 < c -> (h < H)%nat ->
  r H (c * tau) (fun i => c * d i) h = r H tau d h.
Proof.
  intros Ht Hc Hh. apply r_of_w with 1; auto; [lia|lra|].
  intros; unfold w. rewrite Rmult_1_l. f_equal. field. lra.
Qed.

Theorem I2_scale_F H tau d c : 0 < tau -> 0 < c -> F H (c * tau) (fun i => c * d i) = c * F H tau d.
Proof.
  intros Ht Hc. unfold F. replace (Z H (c * tau) (fun i => c * d i)) with (Z H tau d); [ring|].
  apply bsum_ext. intros; unfold w. f_equal. field. lra.
Qed.

Theorem I3_identified H tau tau' d d' : (0 < H)%nat -> 0 < tau -> 0 < tau' ->
  (forall h, (h < H)%nat -> r H tau d h = r H tau' d' h) <->
  (exists c, forall h, (h < H)%nat -> d' h / tau' = d h / tau + c).
Proof.
  intros Hp Ht Ht'. split.
  - intros E. exists (ln (Z H tau d) - ln (Z H tau' d')). intros h Hh.
    generalize (ln_r H tau d h Hp) (ln_r H tau' d' h Hp). rewrite (E h Hh). unfold Rdiv. lra.
  - intros [c E] h Hh. symmetry. apply r_of_w with (exp (- c)); auto; [apply exp_pos|].
    intros i Hi. unfold w. rewrite <- exp_plus. f_equal. generalize (E i Hi). unfold Rdiv. lra.
Qed.

(* the responsibilities fix every energy difference, in units of the temperature *)
Theorem I3_log_ratio H tau d h k : 0 < tau -> (h < H)%nat -> (k < H)%nat ->
  d h - d k = - tau * ln (r H tau d h / r H tau d k).
Proof.
  intros Ht Hh Hk. assert (Hp : (0 < H)%nat) by lia. rewrite ln_div, !ln_r by (auto; apply r_pos; auto). field. lra.
Qed.

(* at a known temperature only the shift is free *)
Theorem I3_known_tau H tau d d' : (0 < H)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> r H tau d h = r H tau d' h) <-> (exists c, forall h, (h < H)%nat -> d' h = d h + c).
Proof.
  intros Hp Ht. rewrite I3_identified by auto. split; intros [c E].
  - exists (tau * c). intros h Hh. specialize (E h Hh). apply (Rmult_eq_reg_r (/ tau)); [|apply Rinv_neq_0_compat; lra].
    unfold Rdiv in E. rewrite E. field. lra.
  - exists (c / tau). intros h Hh. rewrite E by auto. field. lra.
Qed.

(* I4: the derivative of r along a direction (e, s) in energies and temperature *)
Theorem I4_directional H tau d e s h : 0 < tau -> (h < H)%nat ->
  is_derive (fun t => r H (tau + t * s) (fun i => d i + t * e i) h) 0
    (- r H tau d h * ((e h - mean H (r H tau d) e) / tau - s * (d h - mean H (r H tau d) d) / tau^2)).
Proof.
  intros Ht Hh.
  assert (E0 : tau + 0 * s = tau) by ring.
  assert (R0 : forall i, r H (tau + 0 * s) (fun i => d i + 0 * e i) i = r H tau d i).
  { intros i. unfold r, Z. rewrite E0. assert (W : forall j, w tau (fun i => d i + 0 * e i) j = w tau d j).
    { intros j. unfold w. do 2 f_equal. ring. }
    rewrite W. f_equal. apply bsum_ext. intros; auto. }
  evar_last.
  - apply (is_derive_r H (fun t => tau + t * s) (fun t i => d i + t * e i) s e 0 h Hh); [lra| |].
    + auto_derive; [auto|ring].
    + intros i _. generalize (d i) (e i); intros a b. auto_derive; [auto|ring].
  - assert (M : forall a b, (forall i, a i = b i) -> mean H (r H (tau + 0 * s) (fun i => d i + 0 * e i)) a = mean H (r H tau d) b).
    { intros a b E. apply bsum_ext. intros. rewrite R0, E. auto. }
    cbv beta. rewrite (M e e), (M (fun i => d i + 0 * e i) d) by (intros; ring). rewrite R0, E0. field. lra.
Qed.

(* its null space: spanned by the shift (1, 0) and the scale (d, tau) *)
Theorem I4_null_space H tau d e s : (0 < H)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> is_derive (fun t => r H (tau + t * s) (fun i => d i + t * e i) h) 0 0) <->
  (exists a b, s = b * tau /\ forall h, (h < H)%nat -> e h = a + b * d h).
Proof.
  intros Hp Ht. split.
  - intros N. exists (mean H (r H tau d) e - s / tau * mean H (r H tau d) d), (s / tau). split; [field; lra|].
    intros h Hh. generalize (N h Hh) (I4_directional H tau d e s h Ht Hh). intros A B.
    apply is_derive_unique in A. apply is_derive_unique in B. rewrite A in B. generalize (r_pos H tau d h Hp). intros P.
    assert (Q : (e h - mean H (r H tau d) e) / tau - s * (d h - mean H (r H tau d) d) / tau^2 = 0).
    { symmetry in B. apply Rmult_integral in B. destruct B; [lra|auto]. }
    apply (Rmult_eq_reg_r (/ tau)); [|apply Rinv_neq_0_compat; lra]. apply Rminus_diag_uniq. rewrite <- Q. field. lra.
  - intros (a & b & S & E) h Hh. evar_last; [apply I4_directional; auto|]. generalize (r_sum H tau d Hp); intros R1.
    assert (M : mean H (r H tau d) e = a + b * mean H (r H tau d) d).
    { unfold mean. rewrite (bsum_ext _ _ (fun i => a * r H tau d i + b * (r H tau d i * d i))) by (intros i Hi; rewrite (E i Hi); ring).
      rewrite bsum_plus, !bsum_scal, R1. ring. }
    rewrite M, (E h Hh), S. field. lra.
Qed.

(* the two directions are independent, so the nullity is 2 and the rank H + 1 - 2 *)
Theorem I4_independent H tau (d : nat -> R) a b : (0 < H)%nat -> 0 < tau ->
  b * tau = 0 -> (forall h, (h < H)%nat -> a + b * d h = 0) -> a = 0 /\ b = 0.
Proof. intros Hp Ht B A. assert (b = 0) by nra. split; auto. generalize (A O Hp). subst; lra. Qed.

(* N inputs, one temperature: a shift per input and one common scale, nullity N + 1 *)
Theorem I4_null_space_inputs N H tau (d e : nat -> nat -> R) s : (0 < H)%nat -> (0 < N)%nat -> 0 < tau ->
  (forall n h, (n < N)%nat -> (h < H)%nat -> is_derive (fun t => r H (tau + t * s) (fun i => d n i + t * e n i) h) 0 0) <->
  (exists a b, s = b * tau /\ forall n h, (n < N)%nat -> (h < H)%nat -> e n h = a n + b * d n h).
Proof.
  intros Hp Np Ht. split.
  - intros D. exists (fun n => mean H (r H tau (d n)) (e n) - s / tau * mean H (r H tau (d n)) (d n)), (s / tau).
    split; [field; lra|]. intros n h Hn Hh.
    destruct (proj1 (I4_null_space H tau (d n) (e n) s Hp Ht) (fun h Hh => D n h Hn Hh)) as (a & b & S & E).
    assert (B : s / tau = b) by (rewrite S; field; lra). rewrite B. generalize (r_sum H tau (d n) Hp); intros R1.
    assert (M : mean H (r H tau (d n)) (e n) = a + b * mean H (r H tau (d n)) (d n)).
    { unfold mean. rewrite (bsum_ext _ _ (fun i => a * r H tau (d n) i + b * (r H tau (d n) i * d n i))) by (intros i Hi; rewrite (E i Hi); ring).
      rewrite bsum_plus, !bsum_scal, R1. ring. }
    rewrite M, (E h Hh). ring.
  - intros (a & b & S & E) n h Hn Hh. apply (proj2 (I4_null_space H tau (d n) (e n) s Hp Ht)); auto.
    exists (a n), b. split; auto.
Qed.

(* the image: a vector is a derivative of r in some direction exactly when its entries sum to 0, a space of dimension H - 1: the rank *)
Theorem I4_image H tau d (v : nat -> R) : (0 < H)%nat -> 0 < tau ->
  (exists e s, forall h, (h < H)%nat -> is_derive (fun t => r H (tau + t * s) (fun i => d i + t * e i) h) 0 (v h)) <-> bsum H v = 0.
Proof.
  intros Hp Ht. generalize (r_sum H tau d Hp); intros R1. split.
  - intros (e & s & D).
    rewrite (bsum_ext H v (fun h => - / tau * (r H tau d h * e h - mean H (r H tau d) e * r H tau d h)
      + s / tau^2 * (r H tau d h * d h - mean H (r H tau d) d * r H tau d h))).
    + rewrite bsum_plus, !bsum_scal, !bsum_minus, !bsum_scal, R1. fold (mean H (r H tau d) e). fold (mean H (r H tau d) d). ring.
    + intros h Hh. generalize (D h Hh) (I4_directional H tau d e s h Ht Hh). intros A B.
      apply is_derive_unique in A. apply is_derive_unique in B. rewrite A in B. rewrite B. field. lra.
  - intros S. exists (fun h => - tau * v h / r H tau d h), 0. intros h Hh. evar_last; [apply I4_directional; auto|].
    assert (M : mean H (r H tau d) (fun h => - tau * v h / r H tau d h) = 0).
    { unfold mean. rewrite (bsum_ext H _ (fun i => - tau * v i)); [rewrite bsum_scal, S; ring|].
      intros i Hi. generalize (r_pos H tau d i Hp); intros. field. lra. }
    rewrite M. generalize (r_pos H tau d h Hp); intros. field. lra.
Qed.

(* the same at N inputs with one temperature: N sums, so the rank is N (H - 1) *)
Theorem I4_image_inputs N H tau (d v : nat -> nat -> R) : (0 < H)%nat -> 0 < tau ->
  (exists (e : nat -> nat -> R) s, forall n h, (n < N)%nat -> (h < H)%nat ->
    is_derive (fun t => r H (tau + t * s) (fun i => d n i + t * e n i) h) 0 (v n h)) <->
  (forall n, (n < N)%nat -> bsum H (v n) = 0).
Proof.
  intros Hp Ht. split.
  - intros (e & s & D) n Hn. apply (proj1 (I4_image H tau (d n) (v n) Hp Ht)). exists (e n), s. intros; apply D; auto.
  - intros S. exists (fun n h => - tau * v n h / r H tau (d n) h), 0. intros n h Hn Hh. evar_last; [apply I4_directional; auto|].
    assert (M : mean H (r H tau (d n)) (fun h => - tau * v n h / r H tau (d n) h) = 0).
    { unfold mean. rewrite (bsum_ext H _ (fun i => - tau * v n i)); [rewrite bsum_scal, S by auto; ring|].
      intros i Hi. generalize (r_pos H tau (d n) i Hp); intros. field. lra. }
    rewrite M. generalize (r_pos H tau (d n) h Hp); intros. field. lra.
Qed.

(* I5, first part: the gain m / sigma^2, all that the posterior of the signed Gaussian pair sees, does not move along (m, sigma / 2) *)
Theorem I5_gain_only tau m m' sigma sigma' z h : 0 < tau -> 0 < sigma -> 0 < sigma' -> m / sigma^2 = m' / sigma'^2 -> (h < 2)%nat ->
  r 2 tau (gauss sigma m z) h = r 2 tau (gauss sigma' m' z) h.
Proof.
  intros Ht S S' E Hh.
  assert (W : forall s g i, 0 < s -> w tau (gauss s g z) i = exp (- ((z^2 + (sgn2 i * g)^2) / (2 * s^2)) / tau) * exp (sgn2 i * z * (g / s^2) / tau)).
  { intros s g i P. rewrite <- exp_plus. unfold w, gauss. f_equal. field. lra. }
  assert (Q : forall g i, (sgn2 i * g)^2 = g^2) by (intros g [|i]; simpl; ring).
  set (c := exp (- ((z^2 + m^2) / (2 * sigma^2)) / tau) / exp (- ((z^2 + m'^2) / (2 * sigma'^2)) / tau)).
  apply r_of_w with c; [lia|apply Rdiv_lt_0_compat; apply exp_pos| |auto].
  intros i Hi. rewrite !W by auto. rewrite !Q, E. unfold c. field. apply Rgt_not_eq, exp_pos.
Qed.

(* the responsibilities do not move along (m, sigma / 2): the null direction of their Fisher information *)
Theorem I5_null_direction tau m sigma z h : 0 < tau -> 0 < sigma -> (h < 2)%nat ->
  is_derive (fun t => r 2 tau (gauss (sigma + t * (sigma / 2)) (m + t * m) z) h) 0 0.
Proof.
  intros Ht S Hh.
  assert (E : forall s, 0 < s -> forall g, r 2 tau (gauss s g z) h = r 2 tau (gauss 1 (g / s^2) z) h).
  { intros s P g. apply I5_gain_only; auto; [lra|field; lra]. }
  apply is_derive_ext_loc with (fun t => r 2 (tau + 0 * t) (fun i => (z - sgn2 i * ((m + t * m) / (sigma + t * (sigma / 2))^2))^2 / (2 * 1^2)) h).
  { exists (mkposreal 1 Rlt_0_1). intros t B. change (Rabs (t - 0) < 1) in B. apply Rabs_lt_between in B.
    rewrite (E (sigma + t * (sigma / 2)) ltac:(nra)). rewrite Rmult_0_l, Rplus_0_r. reflexivity. }
  evar_last.
  - apply (is_derive_r 2 (fun t => tau + 0 * t) (fun t i => (z - sgn2 i * ((m + t * m) / (sigma + t * (sigma / 2))^2))^2 / (2 * 1^2)) 0 (fun _ => 0) 0 h Hh).
    + lra.
    + auto_derive; auto. ring.
    + intros i _. auto_derive; [|field; lra]. assert (sigma + 0 * (sigma / 2) <> 0) by lra.
      repeat split; auto.
  - cbv beta. rewrite (mean_const 2 _ 0) by (apply r_sum; lia). unfold Rdiv. ring.
Qed.

(* T8: the posterior of the signed Gaussian pair, and its mean, see only the gain m / sigma^2 *)
Theorem T8_gain tau m m' sigma sigma' z : 0 < tau -> 0 < sigma -> 0 < sigma' -> m / sigma^2 = m' / sigma'^2 ->
  (forall h, (h < 2)%nat -> r 2 tau (gauss sigma m z) h = r 2 tau (gauss sigma' m' z) h) /\
  mean 2 (r 2 tau (gauss sigma m z)) sgn2 = mean 2 (r 2 tau (gauss sigma' m' z)) sgn2.
Proof.
  intros Ht S S' E. assert (A : forall h, (h < 2)%nat -> r 2 tau (gauss sigma m z) h = r 2 tau (gauss sigma' m' z) h).
  { intros h Hh. apply I5_gain_only; auto. }
  split; auto. unfold mean. apply bsum_ext. intros h Hh. rewrite A by auto. auto.
Qed.

(* I6: two kernels, as functions of the residual, give the same pair activation iff their difference has period 2 m *)
Theorem I6_same_activation tau m (g1 g2 : R -> R) : 0 < tau ->
  (forall z, mean 2 (r 2 tau (fun i => g1 (z - sgn2 i * m))) sgn2 = mean 2 (r 2 tau (fun i => g2 (z - sgn2 i * m))) sgn2) <->
  (forall u, g1 (u + 2 * m) - g2 (u + 2 * m) = g1 u - g2 u).
Proof.
  intros Ht.
  assert (A : forall g z, mean 2 (r 2 tau (fun i => g (z - sgn2 i * m))) sgn2 = tanh ((g (z + m) - g (z - m)) / (2 * tau))).
  { intros g z. rewrite pair_tanh by auto. simpl. do 3 f_equal; f_equal; ring. }
  split.
  - intros E u. specialize (E (u + m)). rewrite !A in E. apply tanh_inj in E.
    replace (u + m + m) with (u + 2 * m) in E by ring. replace (u + m - m) with u in E by ring.
    assert (g1 (u + 2 * m) - g1 u = g2 (u + 2 * m) - g2 u); [|lra].
    apply (Rmult_eq_reg_r (/ (2 * tau))); [|apply Rinv_neq_0_compat; lra]. exact E.
  - intros E z. rewrite !A. f_equal. f_equal. specialize (E (z - m)).
    replace (z - m + 2 * m) with (z + m) in E by ring. lra.
Qed.

(* a kernel with a ripple of period 2 m gives exactly tanh *)
Theorem I6_ripple tau sigma m eps z : 0 < tau -> 0 < sigma -> 0 < m ->
  mean 2 (r 2 tau (fun i => (z - sgn2 i * m)^2 / (2 * sigma^2) + eps * cos (PI * (z - sgn2 i * m) / m))) sgn2
  = tanh (m * z / (tau * sigma^2)).
Proof.
  intros Ht S M. rewrite pair_tanh by auto. f_equal. simpl sgn2.
  replace (PI * (z - -1 * m) / m) with (PI * (z - 1 * m) / m + 2 * PI) by (field; lra).
  rewrite cos_plus, cos_2PI, sin_2PI. field. lra.
Qed.

(* the hyperbolic secant: the shape of tanh, another amplitude *)
Theorem I6_sech s m z : 0 < s ->
  mean 2 (r 2 1 (fun i => ln (cosh ((z - sgn2 i * m) / s)))) sgn2 = tanh (m / s) * tanh (z / s).
Proof.
  intros S. rewrite mean2. unfold w. simpl sgn2.
  replace ((z - 1 * m) / s) with (z / s + - (m / s)) by (field; lra). replace ((z - -1 * m) / s) with (z / s + m / s) by (field; lra).
  set (a := z / s). set (b := m / s).
  assert (E : forall x, 0 < x -> exp (- ln x / 1) = / x). { intros x X. replace (- ln x / 1) with (- ln x) by field. rewrite exp_Ropp, exp_ln; auto. }
  rewrite !E by apply cosh_pos.
  assert (P : cosh (a + b) = cosh a * cosh b + sinh a * sinh b).
  { unfold cosh, sinh. replace (- (a + b)) with (- a + - b) by ring. rewrite !exp_plus. field. }
  assert (Q : cosh (a + - b) = cosh a * cosh b - sinh a * sinh b).
  { unfold cosh, sinh. replace (- (a + - b)) with (- a + b) by ring. rewrite !exp_plus. field. }
  generalize (cosh_pos (a + - b)) (cosh_pos (a + b)) (cosh_pos a) (cosh_pos b). rewrite P, Q. unfold tanh.
  intros. field. repeat split; lra.
Qed.
