(* B: boundaries of the reading *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths Attention Regimes.
Open Scope R_scope.

(* B1: finitely many fixed real values, any dependence of energies and positive temperature on the input z: if the posterior
   mean is affine in z on all of R, its slope is 0 *)
Theorem B1_no_affine H (tau : R -> R) (d : R -> nat -> R) a p q : (0 < H)%nat ->
  (forall z, mean H (r H (tau z) (d z)) a = p * z + q) -> p = 0.
Proof.
  intros Hp E. destruct (argmin_ex H a Hp) as (j & Hj & Lo).
  destruct (argmin_ex H (fun h => - a h) Hp) as (k & Hk & Hi).
  assert (B : forall z, a j <= p * z + q <= a k).
  { intros z. rewrite <- E. apply A2_hull; auto. intros h Hh. generalize (Lo h Hh) (Hi h Hh); lra. }
  destruct (Req_dec p 0) as [|N]; auto. exfalso.
  generalize (B ((a k + 1 - q) / p)). replace (p * ((a k + 1 - q) / p) + q) with (a k + 1) by (field; auto). lra.
Qed.

(* ---------- B2: a continuum of hypotheses ---------- *)
Lemma mono_lim (K : R -> R) B : (forall x y, 0 <= x -> x <= y -> K x <= K y) -> (forall x, 0 <= x -> K x <= B) ->
  exists l : R, is_lim K p_infty l /\ forall x, 0 <= x -> K x <= l.
Proof.
  intros M Bd. destruct (completeness (fun e => exists x, 0 <= x /\ e = K x)) as [l [U L]].
  - exists B. intros e (x & X & ->). auto.
  - exists (K 0), 0. split; auto; lra.
  - exists l. assert (Up : forall x, 0 <= x -> K x <= l) by (intros; apply U; exists x; auto). split; auto.
    intros P [eps HP]. assert (Pe := cond_pos eps).
    assert (Ex : exists x, 0 <= x /\ l - eps < K x).
    { destruct (Classical_Prop.classic (exists x, 0 <= x /\ l - eps < K x)) as [E|N]; auto. exfalso.
      assert (l <= l - eps); [|lra]. apply L. intros e (x & X & ->). destruct (Rle_dec (K x) (l - eps)); auto. exfalso. apply N. exists x. split; auto; lra. }
    destruct Ex as (x & X & E). exists x. intros y Y. apply HP. change (Rabs (K y - l) < eps).
    generalize (M x y X ltac:(lra)) (Up y ltac:(lra)). intros. rewrite Rabs_left1; lra.
Qed.

Definition bell (v u : R) : R := exp (- u^2 / (2 * v)).

Lemma bell_cont v u : 0 < v -> continuous (bell v) u.
Proof. intros. apply (ex_derive_continuous (bell v)). unfold bell. auto_derive. lra. Qed.

Lemma bell_primitive_lim v K : 0 < v -> K 0 = 0 -> (forall x, is_derive K x (bell v x)) -> exists l : R, is_lim K p_infty l /\ 0 < l.
Proof.
  intros Hv K0 D.
  assert (M : forall x y, x <= y -> K x <= K y).
  { intros x y L. apply nondecr with (bell v); auto. intros; left; apply exp_pos. }
  assert (Bd : forall x, 0 <= x -> K x <= exp (v / 2)).
  { intros x X. assert (0 - K 0 - exp (v / 2) * exp (- 0) <= 0 - K x - exp (v / 2) * exp (- x)).
    { apply (nondecr (fun x => 0 - K x - exp (v / 2) * exp (- x)) (fun x => exp (v / 2) * exp (- x) - bell v x)); auto.
      - intros y _. assert (E : ex_derive K y) by (eexists; apply D). assert (E2 := D y). apply is_derive_unique in E2.
        auto_derive; [auto|]. change (Derive (fun x => K x) y) with (Derive K y). rewrite E2. ring.
      - intros y _. assert (bell v y <= exp (v / 2) * exp (- y)); [|lra]. rewrite <- exp_plus. apply exp_mono.
        apply Rmult_le_reg_r with (2 * v); [lra|]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra.
        generalize (pow2_ge_0 (y - v)). nra. }
    rewrite K0, Ropp_0, exp_0 in H. generalize (exp_pos (- x)) (exp_pos (v / 2)). nra. }
  destruct (mono_lim K (exp (v / 2))) as (l & L & U); auto.
  exists l. split; auto. apply Rlt_le_trans with (K 1); [|apply U; lra].
  destruct (MVT_gen K 0 1 (bell v)) as (c & _ & E).
  - intros; apply D.
  - intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous K). eexists; apply D.
  - rewrite K0 in E. generalize (exp_pos (- c^2 / (2 * v))). unfold bell in E. lra.
Qed.

Lemma gen_of_primitive (G f : R -> R) la lb : (forall x, is_derive G x (f x)) -> (forall x, continuous f x) ->
  filterlim G (Rbar_locally m_infty) (locally la) -> filterlim G (Rbar_locally p_infty) (locally lb) ->
  is_RInt_gen f (Rbar_locally m_infty) (Rbar_locally p_infty) (lb - la).
Proof.
  intros D C La Lb.
  assert (E : forall x, Derive G x = f x) by (intros; apply is_derive_unique, D).
  assert (T : forall P : R * R -> Prop, (forall ab, P ab) -> filter_prod (Rbar_locally m_infty) (Rbar_locally p_infty) P).
  { intros P A. apply filter_forall. auto. }
  apply (is_RInt_gen_ext (Derive G)).
  - apply T. intros ab x _. apply E.
  - apply (is_RInt_gen_Derive (Fa := Rbar_locally m_infty) (Fb := Rbar_locally p_infty)); auto.
    + apply T. intros ab x _. eexists; apply D.
    + apply T. intros ab x _. apply continuous_ext with f; [intros; symmetry; apply E|apply C].
Qed.

Lemma lim_shift (G : R -> R) a (x : Rbar) l : (x = p_infty \/ x = m_infty) -> filterlim G (Rbar_locally x) (locally l) ->
  filterlim (fun h => G (h - a)) (Rbar_locally x) (locally l).
Proof.
  intros X L. eapply filterlim_comp; [|apply L]. destruct X as [-> | ->]; intros P [M HM].
  - exists (M + a). intros h Hh. apply HM. lra.
  - exists (M + a). intros h Hh. apply HM. lra.
Qed.

Lemma exp_m_infty : is_lim exp m_infty 0.
Proof. apply is_lim_exp_m. Qed.

Lemma bell_lim v (x : Rbar) : 0 < v -> (x = p_infty \/ x = m_infty) -> filterlim (bell v) (Rbar_locally x) (locally 0).
Proof.
  intros Hv X. unfold bell. eapply filterlim_comp; [|apply exp_m_infty].
  intros P [M HM]. set (B := Rabs M * (2 * v) + 1).
  assert (B1 : 1 <= B) by (unfold B; generalize (Rabs_pos M); nra).
  assert (Q : forall u, B < Rabs u -> - u^2 / (2 * v) < M).
  { intros u U. apply Rmult_lt_reg_r with (2 * v); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. rewrite Rmult_1_r.
    rewrite <- (pow2_abs u). assert (Rabs M * (2 * v) < Rabs u ^ 2) by (unfold B in *; nra).
    generalize (Rle_abs (- M)). rewrite Rabs_Ropp. nra. }
  destruct X as [-> | ->].
  - exists B. intros u U. apply HM, Q. rewrite Rabs_right; lra.
  - exists (- B). intros u U. apply HM, Q. rewrite Rabs_left; lra.
Qed.

Lemma gaussian_moments v a : 0 < v -> exists M, 0 < M /\
  is_RInt_gen (fun h => bell v (h - a)) (Rbar_locally m_infty) (Rbar_locally p_infty) M /\
  is_RInt_gen (fun h => h * bell v (h - a)) (Rbar_locally m_infty) (Rbar_locally p_infty) (a * M).
Proof.
  intros Hv. set (G := fun x => RInt (bell v) 0 x).
  assert (DG : forall x, is_derive G x (bell v x)).
  { intros x. apply (is_derive_RInt (bell v) G 0 x).
    - apply filter_forall. intros y. apply (RInt_correct (V := R_CompleteNormedModule)). apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply bell_cont; auto.
    - apply bell_cont; auto. }
  assert (G0 : G 0 = 0) by (apply (RInt_point (V := R_CompleteNormedModule))).
  destruct (bell_primitive_lim v G Hv G0 DG) as (l1 & L1 & P1).
  destruct (bell_primitive_lim v (fun x => - G (- x)) Hv) as (l2 & L2 & P2).
  { rewrite Ropp_0, G0. ring. }
  { intros x. assert (E : ex_derive G (- x)) by (eexists; apply DG). assert (E2 := DG (- x)). apply is_derive_unique in E2.
    auto_derive; [auto|]. change (Derive (fun x => G x) (- x)) with (Derive G (- x)). rewrite E2. unfold bell. replace ((- x)^2) with (x^2) by ring. ring. }
  assert (L2' : filterlim G (Rbar_locally m_infty) (locally (- l2))).
  { apply filterlim_ext with (fun x => - (- G (- - x))); [intros; rewrite !Ropp_involutive; auto|].
    eapply filterlim_comp; [|apply (@filterlim_opp R_AbsRing)].
    apply (filterlim_comp _ _ _ Ropp (fun x => - G (- x)) _ (Rbar_locally p_infty)); [|apply L2].
    intros P [M HM]. exists (- M). intros x Hx. apply HM. lra. }
  exists (l1 - - l2). split; [lra|].
  assert (I0 : is_RInt_gen (fun h => bell v (h - a)) (Rbar_locally m_infty) (Rbar_locally p_infty) (l1 - - l2)).
  { apply gen_of_primitive with (fun h => G (h - a)).
    - intros x. evar_last; [apply (is_derive_comp G (fun h => h - a)); [apply DG|]|].
      + instantiate (1 := 1). auto_derive; auto; ring.
      + unfold scal; simpl; unfold mult; simpl. ring.
    - intros x. apply (ex_derive_continuous (fun h => bell v (h - a))). unfold bell. auto_derive. lra.
    - apply lim_shift; auto.
    - apply lim_shift; auto; apply L1. }
  split; auto.
  assert (I1 : is_RInt_gen (fun h => (h - a) * bell v (h - a)) (Rbar_locally m_infty) (Rbar_locally p_infty) (- v * 0 - - v * 0)).
  { assert (Lv : forall x : Rbar, (x = p_infty \/ x = m_infty) -> filterlim (fun h => - v * bell v (h - a)) (Rbar_locally x) (locally (- v * 0))).
    { intros x X. apply (filterlim_comp _ _ _ (fun h => bell v (h - a)) (fun y => - v * y) _ (locally 0)).
      - apply (lim_shift (bell v)); auto. apply bell_lim; auto.
      - apply (ex_derive_continuous (V := R_NormedModule) (fun y => - v * y)). auto_derive; auto. }
    apply gen_of_primitive with (fun h => - v * bell v (h - a)).
    - intros x. unfold bell. auto_derive; [lra|]. unfold Rdiv. simpl. unfold Rminus. field. lra.
    - intros x. apply (ex_derive_continuous (fun h => (h - a) * bell v (h - a))). unfold bell. auto_derive. lra.
    - apply Lv; auto.
    - apply Lv; auto. }
  assert (Z0 : - v * 0 - - v * 0 = 0) by ring. rewrite Z0 in I1. clear Z0. revert I0 I1. generalize (l1 - - l2). intros M I0 I1.
  assert (I2 := is_RInt_gen_scal (fun h => bell v (h - a)) a M I0).
  assert (I3 := is_RInt_gen_plus (fun h => (h - a) * bell v (h - a)) (fun h => scal a (bell v (h - a))) 0 (scal a M) I1 I2).
  replace (a * M) with (plus 0 (scal a M)) by (change (0 + a * M = a * M); ring).
  apply (is_RInt_gen_ext (fun h => plus ((h - a) * bell v (h - a)) (scal a (bell v (h - a))))); [|exact I3].
  apply filter_forall. intros ab x _. change ((x - a) * bell v (x - a) + a * bell v (x - a) = x * bell v (x - a)). ring.
Qed.

(* unnormalised posterior weight of h in R given z: Gaussian prior of variance c^2 outside the temperature, energy (z-h)^2/(2 s^2) *)
Definition weight (c s tau z h : R) : R := exp (- h^2 / (2 * c^2)) * exp (- ((z - h)^2 / (2 * s^2)) / tau).
(* flat prior *)
Definition weight_flat (s tau z h : R) : R := exp (- ((z - h)^2 / (2 * s^2)) / tau).

(* B2: a continuum of hypotheses with a Gaussian prior gives linear shrinkage: the weights have a finite positive integral over R and
   their first moment is  c^2/(c^2 + tau s^2) z  times it (at tau = 1: c^2/(c^2+s^2) z) *)
Theorem B2_shrinkage c s tau z : 0 < c -> 0 < s -> 0 < tau -> exists M, 0 < M /\
  is_RInt_gen (weight c s tau z) (Rbar_locally m_infty) (Rbar_locally p_infty) M /\
  is_RInt_gen (fun h => h * weight c s tau z h) (Rbar_locally m_infty) (Rbar_locally p_infty) (c^2 / (c^2 + tau * s^2) * z * M).
Proof.
  intros Hc Hs Ht. assert (C2 : 0 < c^2) by (apply pow_lt; auto). assert (V : 0 < tau * s^2) by (apply Rmult_lt_0_compat; auto; apply pow_lt; auto).
  set (W := tau * s^2) in *. set (v := c^2 * W / (c^2 + W)). set (a := c^2 / (c^2 + W) * z). set (K := exp (- z^2 / (2 * (c^2 + W)))).
  assert (Pv : 0 < v) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
  assert (Pk : 0 < K) by apply exp_pos.
  assert (E : forall h, weight c s tau z h = K * bell v (h - a)).
  { intros h. unfold weight, K, bell. rewrite <- !exp_plus. f_equal. unfold v, a, W. field.
    assert (0 < s^2) by (apply pow_lt; auto). unfold W in *. repeat split; lra. }
  destruct (gaussian_moments v a Pv) as (M & PM & I0 & I1). exists (K * M). split; [apply Rmult_lt_0_compat; auto|]. split.
  - apply (is_RInt_gen_ext (fun h => scal K (bell v (h - a)))); [apply filter_forall; intros ab x _; rewrite E; reflexivity|].
    apply (is_RInt_gen_scal (fun h => bell v (h - a)) K M I0).
  - fold a. replace (a * (K * M)) with (scal K (a * M)) by (unfold scal; simpl; unfold mult; simpl; ring).
    apply (is_RInt_gen_ext (fun h => scal K (h * bell v (h - a)))); [apply filter_forall; intros ab x _; rewrite E; unfold scal; simpl; unfold mult; simpl; ring|].
    apply (is_RInt_gen_scal (fun h => h * bell v (h - a)) K (a * M) I1).
Qed.

(* B2: with a flat prior the posterior mean is the input itself, at every temperature *)
Theorem B2_flat s tau z : 0 < s -> 0 < tau -> exists M, 0 < M /\
  is_RInt_gen (weight_flat s tau z) (Rbar_locally m_infty) (Rbar_locally p_infty) M /\
  is_RInt_gen (fun h => h * weight_flat s tau z h) (Rbar_locally m_infty) (Rbar_locally p_infty) (z * M).
Proof.
  intros Hs Ht. assert (S2 : 0 < s^2) by (apply pow_lt; auto). assert (V : 0 < tau * s^2) by (apply Rmult_lt_0_compat; auto).
  assert (E : forall h, weight_flat s tau z h = bell (tau * s^2) (h - z)).
  { intros h. unfold weight_flat, bell. f_equal. field. lra. }
  destruct (gaussian_moments (tau * s^2) z V) as (M & PM & I0 & I1). exists M. split; auto. split.
  - apply (is_RInt_gen_ext (fun h => bell (tau * s^2) (h - z))); [apply filter_forall; intros; rewrite E; auto|exact I0].
  - apply (is_RInt_gen_ext (fun h => h * bell (tau * s^2) (h - z))); [apply filter_forall; intros; rewrite E; auto|exact I1].
Qed.

(* B3: the encoder of the information bottleneck: for fixed codewords, with energies d_t = KL(p(y|x)||p(y|t)) and prior p(t), the
   responsibilities at tau = 1/beta minimise  KL(q||p) + beta <d>_q  over all encoders q; the least value is beta F *)
Theorem B3_bottleneck T Y beta (p : nat -> R) (pyx : nat -> R) (pyt : nat -> nat -> R) q : (0 < T)%nat -> 0 < beta -> simplex T p -> csimplex T q ->
  let d := fun t => KL Y pyx (pyt t) in let best := rp T (/ beta) p d in
  KL T best p + beta * mean T best d <= KL T q p + beta * mean T q d /\
  KL T best p + beta * mean T best d = beta * Fp T (/ beta) p d.
Proof.
  intros HT Hb [P SP] Q d best. assert (Ht : 0 < / beta) by (apply Rinv_0_lt_compat; auto).
  assert (A : beta * Fp T (/ beta) p d = KL T best p + beta * mean T best d).
  { rewrite (gibbs_prior_attained T (/ beta) p d) by auto. fold best. field. lra. }
  split; [|auto]. rewrite <- A. generalize (gibbs_prior T (/ beta) p d q HT Ht P Q). intros L.
  apply Rmult_le_compat_l with (r := beta) in L; [|lra]. eapply Rle_trans; [apply L|]. right. field. lra.
Qed.

(* B4: the posterior variance of the sign is 1 - a^2, for any two energies *)
Theorem B4_variance tau d : var 2 (r 2 tau d) sgn2 = 1 - mean 2 (r 2 tau d) sgn2 ^ 2.
Proof.
  rewrite var_alt by (apply r_sum; lia). f_equal. rewrite <- (mean_const 2 (r 2 tau d) 1) by (apply r_sum; lia).
  apply bsum_ext. intros [|[|i]] Hi; try lia; simpl; ring.
Qed.

(* B4: for the signed Gaussian pair the slope of the activation is the posterior variance times the gain m/(tau s^2) *)
Theorem B4_slope m s tau z : 0 < tau -> 0 < s ->
  is_derive (fun z => mean 2 (r 2 tau (fun i => (z - sgn2 i * m)^2 / (2 * s^2))) sgn2) z
    (m / (tau * s^2) * var 2 (r 2 tau (fun i => (z - sgn2 i * m)^2 / (2 * s^2))) sgn2).
Proof.
  intros Ht Hs. assert (E : forall z, mean 2 (r 2 tau (fun i => (z - sgn2 i * m)^2 / (2 * s^2))) sgn2 = tanh (m * z / (tau * s^2))).
  { intros x. rewrite G2_tanh by auto. f_equal. unfold sgn2. field. lra. }
  rewrite B4_variance, E. apply is_derive_ext with (fun z => tanh (m * z / (tau * s^2))); [intros; symmetry; apply E|].
  apply (is_derive_comp tanh (fun z => m * z / (tau * s^2))); [apply is_derive_tanh|].
  auto_derive; auto. field. lra.
Qed.

(* responsibilities at inverse temperature beta, with unit weights *)
Definition rb (H : nat) (beta : R) (d : nat -> R) (h : nat) : R := r H 1 (fun h => beta * d h) h.

Lemma rb_beta H tau d h : 0 < tau -> (h < H)%nat -> rb H (/ tau) d h = r H tau d h.
Proof.
  intros Ht Hh. unfold rb. rewrite <- (I2_scale H tau d (/ tau) h) by (auto; apply Rinv_0_lt_compat; auto).
  rewrite Rinv_l by lra. auto.
Qed.

Lemma d_lin c x : is_derive (fun t => t * c) x c.
Proof. auto_derive; auto. ring. Qed.

Lemma ent_rb H beta d : (0 < H)%nat -> ent H (rb H beta d) = beta * mean H (rb H beta d) d - F H 1 (fun h => beta * d h).
Proof.
  intros Hp. generalize (T2_attained H 1 (fun h => beta * d h) Hp ltac:(lra)).
  change (r H 1 (fun h => beta * d h)) with (rb H beta d). intros E. rewrite <- E.
  replace (beta * mean H (rb H beta d) d) with (mean H (rb H beta d) (fun h => beta * d h)); [ring|].
  unfold mean. rewrite <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

Lemma dmean_rb H beta d a : (0 < H)%nat -> is_derive (fun b => mean H (rb H b d) a) beta
   (- (mean H (rb H beta d) (fun h => d h * a h) - mean H (rb H beta d) d * mean H (rb H beta d) a)).
Proof.
  intros Hp. evar_last.
  - apply (dmean_path H 1 (fun h b => b * d h) d (fun h _ => a h) (fun _ => 0) beta); auto; [lra| |].
    + intros; apply d_lin.
    + intros; apply @is_derive_const.
  - cbv zeta beta. change (r H 1 (fun h => beta * d h)) with (rb H beta d). change (fun h => a h) with a.
    unfold mean at 1. rewrite (bsum_ext _ _ (fun _ => 0)) by (intros; ring). rewrite bsum_const. field.
Qed.

Lemma dent_rb H beta d : (0 < H)%nat -> is_derive (fun b => ent H (rb H b d)) beta (- (beta * var H (rb H beta d) d)).
Proof.
  intros Hp. apply is_derive_ext with (fun b => b * mean H (rb H b d) d - F H 1 (fun h => b * d h)); [intros; symmetry; apply ent_rb; auto|].
  evar_last.
  - apply @is_derive_minus.
    + apply (d_mult_path (fun b => b)); [apply @is_derive_id|apply dmean_rb; auto].
    + apply (dF_path H 1 (fun h b => b * d h) d); auto; [lra|]. intros; apply d_lin.
  - change (r H 1 (fun h => beta * d h)) with (rb H beta d). rewrite var_alt by (apply r_sum; auto).
    rewrite (mean_ext H (rb H beta d) (rb H beta d) (fun h => d h * d h) (fun h => d h ^ 2)) by (intros; ring).
    unfold minus, plus, opp, one; simpl. ring.
Qed.

Lemma var_rb_cont H beta d : (0 < H)%nat -> continuous (fun b => b * var H (rb H b d) d) beta.
Proof.
  intros Hp. apply continuous_ext with (fun b => b * (mean H (rb H b d) (fun h => d h ^ 2) - mean H (rb H b d) d * mean H (rb H b d) d)).
  { intros b. rewrite var_alt by (apply r_sum; auto). simpl. ring. }
  apply (ex_derive_continuous (fun b => b * (mean H (rb H b d) (fun h => d h ^ 2) - mean H (rb H b d) d * mean H (rb H b d) d))).
  eexists. apply (d_mult_path (fun b => b)); [apply @is_derive_id|].
  apply @is_derive_minus; [apply dmean_rb; auto|]. apply d_mult_path; apply dmean_rb; auto.
Qed.

(* B4, companion: the area under  beta Var_r(d)  over all inverse temperatures is  ln H - ln (number of ties of the least energy) *)
Theorem B4_area H d k : (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  is_RInt_gen (fun beta => beta * var H (rb H beta d) d) (at_point 0) (Rbar_locally p_infty) (ln (INR H) - ln (bsum H (ind d k))).
Proof.
  intros Hk Min. assert (Hp : (0 < H)%nat) by lia.
  set (G := fun b => - ent H (rb H b d)).
  assert (DG : forall b, is_derive G b (b * var H (rb H b d) d)).
  { intros b. rewrite <- (Ropp_involutive (b * var H (rb H b d) d)). apply (is_derive_opp (fun b => ent H (rb H b d))). apply dent_rb; auto. }
  assert (E : forall x, Derive G x = x * var H (rb H x d) d) by (intros; apply is_derive_unique, DG).
  assert (T : forall P : R * R -> Prop, (forall ab, P ab) -> filter_prod (at_point 0) (Rbar_locally p_infty) P).
  { intros P A. apply filter_forall. auto. }
  replace (ln (INR H) - ln (bsum H (ind d k))) with (- ln (bsum H (ind d k)) - - ln (INR H)) by ring.
  apply (is_RInt_gen_ext (Derive G)); [apply T; intros ab x _; apply E|].
  apply (is_RInt_gen_Derive (Fa := at_point 0) (Fb := Rbar_locally p_infty)).
  - apply T. intros ab x _. eexists; apply DG.
  - apply T. intros ab x _. apply continuous_ext with (fun b => b * var H (rb H b d) d); [intros; symmetry; apply E|apply var_rb_cont; auto].
  - assert (G0 : G 0 = - ln (INR H)).
    { unfold G. rewrite ent_rb by auto. unfold F, Z, w. rewrite (bsum_ext _ _ (fun _ => 1)).
      - rewrite bsum_const, Rmult_1_r. ring.
      - intros. replace (- (0 * d i) / 1) with 0 by field. apply exp_0. }
    intros P HP. unfold filtermap, at_point. rewrite <- G0 in HP. apply (locally_singleton (G 0) P HP).
  - unfold G. eapply filterlim_comp; [|apply (@filterlim_opp R_AbsRing)].
    apply filterlim_ext_loc with (fun b => ent H (r H (/ b) d)).
    + exists 0. intros b Hb. unfold ent. f_equal. apply bsum_ext. intros h Hh. rewrite <- rb_beta by (auto; apply Rinv_0_lt_compat; auto).
      rewrite Rinv_involutive by lra. auto.
    + apply (filterlim_comp _ _ _ Rinv (fun t => ent H (r H t d)) _ _ _ filter_inv_p (T6_S_cold H d k Hk Min)).
Qed.

(* B5: one attention step with values = keys is a gradient step of size s^2 on the free energy, coordinate by coordinate, at every
   temperature:  q_i - E[k_i | q] = s^2 dF/dq_i *)
Theorem B5_gradient D H tau s q k i : (0 < H)%nat -> 0 < tau -> 0 < s -> (i < D)%nat ->
  exists g, is_derive (fun t => F H tau (gauss D s (upd q i t) k)) (q i) g /\
    mean H (r H tau (gauss D s q k)) (fun h => k h i) = q i - s^2 * g.
Proof.
  intros Hp Ht Hs Hi. assert (S2 : 0 < s^2) by (apply pow_lt; auto).
  exists (mean H (r H tau (gauss D s q k)) (fun h => (q i - k h i) / s^2)). split.
  - evar_last.
    + apply (dF_path H tau (fun h t => gauss D s (upd q i t) k h) (fun h => (q i - k h i) / s^2)); auto.
      intros h Hh. unfold gauss, dist2. evar_last.
      * apply is_derive_ext with (fun t => / (2 * s^2) * bsum D (fun j => (upd q i t j - k h j)^2)); [intros t; apply Rmult_comm|].
        apply d_scal_path. apply (is_derive_bsum D (fun j t => (upd q i t j - k h j)^2) (upd (fun _ => 0) i (2 * (q i - k h i)))).
        intros j Hj. unfold upd. destruct (Nat.eq_dec j i) as [->|]; [|apply @is_derive_const]. auto_derive; auto. ring.
      * rewrite bsum_upd, bsum_const by auto. field. lra.
    + apply mean_ext; auto. intros h Hh. apply r_of_w with 1; auto; [lra|]. intros j Hj. unfold w, gauss, dist2. rewrite Rmult_1_l.
      do 4 f_equal. apply bsum_ext. intros; rewrite upd_id; auto.
  - replace (mean H (r H tau (gauss D s q k)) (fun h => (q i - k h i) / s^2))
      with (/ s^2 * (mean H (r H tau (gauss D s q k)) (fun _ => q i) - mean H (r H tau (gauss D s q k)) (fun h => k h i))).
    + rewrite mean_const by (apply r_sum; auto). field. lra.
    + unfold mean. rewrite <- bsum_minus, <- bsum_scal. apply bsum_ext; intros; unfold Rdiv; ring.
Qed.

(* B5: hence iterating that step never raises the free energy *)
Theorem B5_descent D H tau s q k : (0 < H)%nat -> 0 < tau -> 0 < s ->
  F H tau (gauss D s (fun i => mean H (r H tau (gauss D s q k)) (fun h => k h i)) k) <= F H tau (gauss D s q k).
Proof.
  intros Hp Ht Hs. assert (S2 : 0 < s^2) by (apply pow_lt; auto). set (p := r H tau (gauss D s q k)).
  assert (S : csimplex H p) by (split; [intros; left; apply r_pos; auto|apply r_sum; auto]).
  rewrite <- (T2_attained H tau (gauss D s q k)) by auto. fold p.
  eapply Rle_trans; [apply (T2_gibbs H tau _ p); auto|]. apply Rplus_le_compat_r.
  assert (Sw : forall x, mean H p (gauss D s x k) = / (2 * s^2) * bsum D (fun i => bsum H (fun h => p h * (x i - k h i)^2))).
  { intros x. rewrite <- bsum_scal. rewrite (bsum_ext D _ (fun i => bsum H (fun h => / (2 * s^2) * (p h * (x i - k h i)^2)))) by (intros; rewrite bsum_scal; auto).
    clear - p. generalize p. intros p'. unfold mean, gauss, dist2. induction D; cbn [bsum].
    - rewrite (bsum_ext H _ (fun _ => 0)) by (intros; unfold Rdiv; ring). rewrite bsum_const; ring.
    - rewrite <- IHD, <- bsum_plus. apply bsum_ext. intros; unfold Rdiv; ring. }
  rewrite !Sw. apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat; lra|]. apply bsum_le. intros i Hi.
  set (m := mean H p (fun h => k h i)). assert (Q : forall y, bsum H (fun h => p h * (y - k h i)^2) = var H p (fun h => k h i) + (y - m)^2).
  { intros y. rewrite var_alt by apply S. fold m.
    rewrite (bsum_ext H _ (fun h => (y^2 * p h - 2 * y * (p h * k h i)) + p h * k h i ^ 2)) by (intros; ring).
    rewrite bsum_plus, bsum_minus, !bsum_scal. destruct S as [_ S]. rewrite S.
    change (bsum H (fun h => p h * k h i)) with m. change (bsum H (fun h => p h * k h i ^ 2)) with (mean H p (fun h => k h i ^ 2)). ring. }
  rewrite !Q. generalize (pow2_ge_0 (q i - m)). replace ((m - m)^2) with 0 by ring. lra.
Qed.

(* B5: Tanhshrink is s^2 times the gradient of the free energy of the signed pair at gain 1 (m = s = tau = 1) *)
Theorem B5_tanhshrink m s tau z : 0 < tau -> 0 < s ->
  is_derive (fun z => F 2 tau (fun i => (z - sgn2 i * m)^2 / (2 * s^2))) z ((z - m * tanh (m * z / (tau * s^2))) / s^2).
Proof.
  intros Ht Hs. assert (S2 : 0 < s^2) by (apply pow_lt; auto). evar_last.
  - apply (dF_path 2 tau (fun i z => (z - sgn2 i * m)^2 / (2 * s^2)) (fun i => (z - sgn2 i * m) / s^2)); auto.
    intros h Hh. auto_derive; auto. field. lra.
  - replace (mean 2 (r 2 tau (fun h => (z - sgn2 h * m)^2 / (2 * s^2))) (fun i => (z - sgn2 i * m) / s^2))
      with (/ s^2 * (mean 2 (r 2 tau (fun h => (z - sgn2 h * m)^2 / (2 * s^2))) (fun _ => z) - m * mean 2 (r 2 tau (fun h => (z - sgn2 h * m)^2 / (2 * s^2))) sgn2)).
    + rewrite mean_const by (apply r_sum; lia). rewrite G2_tanh by auto. unfold sgn2.
      replace (((z - -1 * m) ^ 2 / (2 * s ^ 2) - (z - 1 * m) ^ 2 / (2 * s ^ 2)) / (2 * tau)) with (m * z / (tau * s^2)) by (field; lra). field. lra.
    + unfold mean. rewrite <- bsum_scal, <- bsum_minus, <- bsum_scal. apply bsum_ext; intros; unfold Rdiv; ring.
Qed.
