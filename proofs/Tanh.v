(* From the signed Gaussian to tanh: G1 to G7. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability.
Open Scope R_scope.

Theorem G1_gap sigma m z : 0 < sigma -> gauss sigma m z 1 - gauss sigma m z 0 = 2 * m * z / sigma^2.
Proof. intros S. unfold gauss; simpl sgn2. field. lra. Qed.

(* the quadratic part is shared: by I1 the posterior sees only -h m z / sigma^2 *)
Theorem G1_shared tau sigma m z h : 0 < tau -> 0 < sigma -> (h < 2)%nat ->
  r 2 tau (gauss sigma m z) h = r 2 tau (fun i => - (sgn2 i * m * z / sigma^2)) h.
Proof.
  intros Ht S Hh. rewrite <- (I1_shift 2 tau (fun i => - (sgn2 i * m * z / sigma^2)) ((z^2 + m^2) / (2 * sigma^2)) h Ht Hh).
  assert (W : forall i, w tau (gauss sigma m z) i = w tau (fun i => - (sgn2 i * m * z / sigma^2) + (z^2 + m^2) / (2 * sigma^2)) i).
  { intros i. unfold w, gauss. do 3 f_equal. destruct i; simpl sgn2; field; lra. }
  unfold r, Z. rewrite W. f_equal. apply bsum_ext. intros; auto.
Qed.

Theorem G2_tanh tau d : 0 < tau -> mean 2 (r 2 tau d) sgn2 = tanh ((d 1%nat - d 0%nat) / (2 * tau)).
Proof. apply pair_tanh. Qed.

Theorem G2_gaussian tau sigma m z : 0 < tau -> 0 < sigma ->
  mean 2 (r 2 tau (gauss sigma m z)) sgn2 = tanh (m * z / (tau * sigma^2)).
Proof. intros Ht S. rewrite G2_tanh, G1_gap by auto. f_equal. field. lra. Qed.

Lemma is_derive_tanh_lin k z : is_derive (fun z => tanh (k * z)) z (k * (1 - tanh (k * z) ^ 2)).
Proof.
  evar_last.
  - apply (is_derive_comp tanh (fun z => k * z)); [apply is_derive_tanh|]. instantiate (1 := k). auto_derive; [auto|ring].
  - unfold scal; simpl; unfold mult; simpl. ring.
Qed.

Theorem G3_slope tau sigma m : 0 < tau -> 0 < sigma ->
  is_derive (fun z => mean 2 (r 2 tau (gauss sigma m z)) sgn2) 0 (m / (tau * sigma^2)).
Proof.
  intros Ht S. apply is_derive_ext with (fun z => tanh (m / (tau * sigma^2) * z)).
  { intros z. rewrite G2_gaussian by auto. f_equal. field. lra. }
  evar_last; [apply is_derive_tanh_lin|]. rewrite Rmult_0_r, tanh_0. ring.
Qed.

Lemma lin_p_infty k : 0 < k -> is_lim (fun z => k * z) p_infty p_infty.
Proof.
  intros K. replace p_infty with (Rbar_mult k p_infty) at 2; [apply is_lim_scal_l, is_lim_id|].
  simpl. destruct (Rle_dec 0 k) as [A|A]; [|lra]. destruct (Rle_lt_or_eq_dec 0 k A); [auto|lra].
Qed.

Theorem G3_saturation tau sigma m : 0 < tau -> 0 < sigma -> 0 < m ->
  is_lim (fun z => mean 2 (r 2 tau (gauss sigma m z)) sgn2) p_infty 1 /\
  is_lim (fun z => mean 2 (r 2 tau (gauss sigma m z)) sgn2) m_infty (-1).
Proof.
  intros Ht S M. set (k := m / (tau * sigma^2)).
  assert (K : 0 < k) by (apply Rdiv_lt_0_compat; auto; apply Rmult_lt_0_compat; auto; apply pow_lt; auto).
  assert (E : forall z, tanh (k * z) = mean 2 (r 2 tau (gauss sigma m z)) sgn2).
  { intros z. rewrite G2_gaussian by auto. f_equal. unfold k. field. lra. }
  assert (P : is_lim (fun z => tanh (k * z)) p_infty 1).
  { apply (is_lim_comp tanh (fun z => k * z) p_infty 1 p_infty); [apply tanh_p_infty|apply lin_p_infty; auto|exists 0; discriminate]. }
  split; [apply (is_lim_ext _ _ _ _ E); auto|].
  apply is_lim_ext with (fun z => - (fun y => tanh (k * y)) (- z)).
  { intros z. rewrite <- E. replace (k * - z) with (- (k * z)) by ring. rewrite tanh_odd. ring. }
  replace (Finite (-1)) with (Rbar_opp 1) by reflexivity. apply is_lim_opp.
  apply (is_lim_comp (fun y => tanh (k * y)) (fun z => - z) m_infty 1 p_infty); [auto| |exists 0; discriminate].
  replace p_infty with (Rbar_opp m_infty) by reflexivity. apply is_lim_opp, is_lim_id.
Qed.

(* the level 1 - eps is reached at exactly one point *)
Theorem G3_level tau sigma m eps z : 0 < tau -> 0 < sigma -> 0 < m -> 0 < eps < 2 ->
  mean 2 (r 2 tau (gauss sigma m z)) sgn2 = 1 - eps <-> z = tau * sigma^2 / m * artanh (1 - eps).
Proof.
  intros Ht S M E. rewrite G2_gaussian by auto. split; intros A.
  - rewrite <- A, artanh_tanh. field. lra.
  - rewrite A. replace (m * (tau * sigma^2 / m * artanh (1 - eps)) / (tau * sigma^2)) with (artanh (1 - eps)) by (field; lra).
    apply tanh_artanh. lra.
Qed.

(* gain to infinity: sign pointwise *)
Theorem G4_sign z : is_lim (fun g => tanh (g * z)) p_infty (sign z).
Proof.
  destruct (Rtotal_order z 0) as [L|[->|L]].
  - rewrite sign_eq_m1 by auto. apply is_lim_ext with (fun g => - tanh (- z * g)).
    { intros g. replace (- z * g) with (- (g * z)) by ring. rewrite tanh_odd. ring. }
    replace (Finite (-1)) with (Rbar_opp 1) by reflexivity. apply is_lim_opp.
    apply (is_lim_comp tanh (fun g => - z * g) p_infty 1 p_infty); [apply tanh_p_infty|apply lin_p_infty; lra|exists 0; discriminate].
  - rewrite sign_0. apply is_lim_ext with (fun _ => 0); [intros; rewrite Rmult_0_r, tanh_0; auto|apply is_lim_const].
  - rewrite sign_eq_1 by auto. apply is_lim_ext with (fun g => tanh (z * g)); [intros; f_equal; ring|].
    apply (is_lim_comp tanh (fun g => z * g) p_infty 1 p_infty); [apply tanh_p_infty|apply lin_p_infty; lra|exists 0; discriminate].
Qed.

(* never uniformly: the sup error is 1 for every finite gain *)
Theorem G4_not_uniform g : 0 < g -> is_lub (fun e => exists z, e = Rabs (tanh (g * z) - sign z)) 1.
Proof.
  intros G. split.
  - intros e [z ->]. destruct (Rtotal_order z 0) as [L|[->|L]].
    + rewrite sign_eq_m1 by auto. generalize (tanh_lt1 (g * z)) (tanh_pos (g * - z) ltac:(nra)).
      replace (g * - z) with (- (g * z)) by ring. rewrite tanh_odd. intros. apply Rabs_le. lra.
    + rewrite sign_0, Rmult_0_r, tanh_0. rewrite Rminus_0_r, Rabs_R0. lra.
    + rewrite sign_eq_1 by auto. generalize (tanh_lt1 (g * z)) (tanh_pos (g * z) ltac:(nra)). intros. apply Rabs_le. lra.
  - intros u U. destruct (Rle_lt_dec 1 u) as [|L]; auto. exfalso.
    assert (0 <= u). { generalize (U _ (ex_intro _ 0 eq_refl)). rewrite sign_0, Rmult_0_r, tanh_0, Rminus_0_r, Rabs_R0; auto. }
    set (z := (1 - u) / (2 * g)). assert (Z0 : 0 < z) by (apply Rdiv_lt_0_compat; lra).
    generalize (U _ (ex_intro _ z eq_refl)). rewrite sign_eq_1 by auto.
    replace (g * z) with ((1 - u) / 2) by (unfold z; field; lra).
    generalize (tanh_le ((1 - u) / 2) ltac:(lra)) (tanh_lt1 ((1 - u) / 2)). intros A B. rewrite Rabs_left by lra. lra.
Qed.

Theorem G4_cubic x : Rabs (tanh x - x) <= Rabs x ^ 3 / 3.
Proof. apply tanh_cubic. Qed.

(* unequal priors are a bias: pp on +1, pm on -1 *)
Theorem G5_prior tau sigma m z pp pm : 0 < tau -> 0 < sigma -> 0 < pp -> 0 < pm ->
  mean 2 (rp 2 tau (fun i => match i with O => pp | _ => pm end) (gauss sigma m z)) sgn2
  = tanh (m * z / (tau * sigma^2) + ln (pp / pm) / 2).
Proof.
  intros Ht S P Q. set (p := fun i : nat => match i with O => pp | _ => pm end).
  assert (PP : forall i, (i < 2)%nat -> 0 < p i) by (intros [|i] _; simpl; auto).
  replace (mean 2 (rp 2 tau p (gauss sigma m z)) sgn2) with (mean 2 (r 2 tau (fun i => gauss sigma m z i - tau * ln (p i))) sgn2).
  - rewrite G2_tanh by auto. f_equal. generalize (G1_gap sigma m z S). rewrite ln_div by auto. simpl p. intros G.
    replace (gauss sigma m z 1 - tau * ln pm - (gauss sigma m z 0 - tau * ln pp))
      with (gauss sigma m z 1 - gauss sigma m z 0 + tau * (ln pp - ln pm)) by ring. rewrite G. field. lra.
  - apply bsum_ext. intros i Hi. rewrite rp_tilt by auto. auto.
Qed.

(* unequal variances: the gap is quadratic, and it is affine in z only when they agree *)
Definition gap_unequal (sp sm m z : R) : R := (z + m)^2 / (2 * sm^2) - (z - m)^2 / (2 * sp^2).

Theorem G6_quadratic sp sm m z : 0 < sp -> 0 < sm ->
  gap_unequal sp sm m z = (1 / (2 * sm^2) - 1 / (2 * sp^2)) * (z^2 + m^2) + (1 / sm^2 + 1 / sp^2) * m * z.
Proof. intros P Q. unfold gap_unequal. field. lra. Qed.

Theorem G6_affine_iff_shared sp sm m : 0 < sp -> 0 < sm ->
  (exists a b, forall z, gap_unequal sp sm m z = a * z + b) <-> sp = sm.
Proof.
  intros P Q. split.
  - intros (a & b & E). generalize (E 0) (E 1) (E (-1)). rewrite !G6_quadratic by auto. intros E0 E1 E2.
    assert (C : 1 / (2 * sm^2) - 1 / (2 * sp^2) = 0) by lra.
    assert (sp^2 = sm^2). { apply (Rmult_eq_reg_r (/ (2 * sm^2 * sp^2))).
      - apply Rminus_diag_uniq. rewrite <- C. field. lra.
      - apply Rinv_neq_0_compat. assert (0 < sm^2) by (apply pow_lt; auto). assert (0 < sp^2) by (apply pow_lt; auto). nra. }
    nra.
  - intros ->. exists (2 * m / sm^2), 0. intros z. unfold gap_unequal. field. lra.
Qed.

(* and the mean of the pair with two variances is a tanh of an affine function only when they agree *)
Theorem G6_mean tau sp sm m : 0 < tau -> 0 < sp -> 0 < sm ->
  (exists a b, forall z, mean 2 (r 2 tau (fun i => match i with O => (z - m)^2 / (2 * sp^2) | _ => (z + m)^2 / (2 * sm^2) end)) sgn2 = tanh (a * z + b))
  <-> sp = sm.
Proof.
  intros Ht P Q.
  assert (E : forall z, mean 2 (r 2 tau (fun i => match i with O => (z - m)^2 / (2 * sp^2) | _ => (z + m)^2 / (2 * sm^2) end)) sgn2 = tanh (gap_unequal sp sm m z / (2 * tau))).
  { intros z. rewrite G2_tanh by auto. auto. }
  rewrite <- (G6_affine_iff_shared sp sm m P Q). split; intros (a & b & A).
  - exists (2 * tau * a), (2 * tau * b). intros z. generalize (A z). rewrite E. intros T. apply tanh_inj in T.
    apply (Rmult_eq_reg_r (/ (2 * tau))); [|apply Rinv_neq_0_compat; lra]. unfold Rdiv in T. rewrite T. field. lra.
  - exists (a / (2 * tau)), (b / (2 * tau)). intros z. rewrite E, A. f_equal. field. lra.
Qed.

(* G7: D coordinates, precision matrix Q (symmetric), means +mu and -mu *)
Definition quad (n : nat) (Q : nat -> nat -> R) (u v : nat -> R) : R := bsum n (fun i => bsum n (fun j => u i * Q i j * v j)).

Lemma bsum_swap n k (f : nat -> nat -> R) : bsum n (fun i => bsum k (fun j => f i j)) = bsum k (fun j => bsum n (fun i => f i j)).
Proof.
  induction n; simpl.
  - rewrite bsum_const. ring.
  - rewrite IHn, <- bsum_plus. auto.
Qed.

Lemma quad_sym n Q u v : (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) -> quad n Q u v = quad n Q v u.
Proof.
  intros S. unfold quad. rewrite bsum_swap. apply bsum_ext. intros i Hi. apply bsum_ext. intros j Hj. rewrite (S j i); auto. ring.
Qed.

Lemma quad_lin n Q u v x c : quad n Q (fun i => u i - c * v i) x = quad n Q u x - c * quad n Q v x.
Proof.
  unfold quad. rewrite <- bsum_scal, <- bsum_minus. apply bsum_ext. intros i Hi.
  rewrite <- bsum_scal, <- bsum_minus. apply bsum_ext. intros; ring.
Qed.

Theorem G7_mahalanobis n tau Q mu x : 0 < tau -> (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) ->
  mean 2 (r 2 tau (fun h => quad n Q (fun i => x i - sgn2 h * mu i) (fun i => x i - sgn2 h * mu i) / 2)) sgn2
  = tanh (quad n Q mu x / tau).
Proof.
  intros Ht S. rewrite G2_tanh by auto. f_equal.
  assert (E : forall c, quad n Q (fun i => x i - c * mu i) (fun i => x i - c * mu i) = quad n Q x x - 2 * c * quad n Q mu x + c^2 * quad n Q mu mu).
  { intros c. rewrite quad_lin, (quad_sym n Q x), (quad_sym n Q mu (fun i => x i - c * mu i)), !quad_lin by auto.
    rewrite (quad_sym n Q x mu) by auto. ring. }
  rewrite !E. simpl sgn2. field. lra.
Qed.

(* the same as a linear layer  w . x / tau  with  Sigma w = mu  when Q is the inverse of the covariance Sigma *)
Theorem G7_linear_layer n tau Sigma Q mu x : 0 < tau -> (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> bsum n (fun k => Sigma i k * Q k j) = if Nat.eq_dec i j then 1 else 0) ->
  exists v, (forall i, (i < n)%nat -> bsum n (fun k => Sigma i k * v k) = mu i) /\
  mean 2 (r 2 tau (fun h => quad n Q (fun i => x i - sgn2 h * mu i) (fun i => x i - sgn2 h * mu i) / 2)) sgn2
  = tanh (bsum n (fun i => v i * x i) / tau).
Proof.
  intros Ht S I. exists (fun k => bsum n (fun j => Q k j * mu j)). split.
  - intros i Hi. rewrite (bsum_ext _ _ (fun k => bsum n (fun j => Sigma i k * Q k j * mu j))).
    + rewrite bsum_swap. rewrite (bsum_ext _ _ (upd (fun _ => 0) i (mu i))).
      * rewrite bsum_upd, bsum_const by auto. ring.
      * intros j Hj. rewrite (bsum_ext _ _ (fun k => mu j * (Sigma i k * Q k j))) by (intros; ring). rewrite bsum_scal, I by auto.
        unfold upd. destruct (Nat.eq_dec i j); destruct (Nat.eq_dec j i); subst; try congruence; ring.
    + intros k _. rewrite <- bsum_scal. apply bsum_ext. intros; ring.
  - rewrite G7_mahalanobis by auto. do 2 f_equal. rewrite quad_sym by auto. unfold quad. apply bsum_ext. intros i Hi.
    rewrite Rmult_comm, <- bsum_scal. apply bsum_ext. intros; ring.
Qed.
