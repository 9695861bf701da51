(* Lemmas about one real variable: monotone functions, tanh, limits at hot and cold temperatures. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums.
Open Scope R_scope.

Lemma exp_mono x y : x <= y -> exp x <= exp y.
Proof. intros [L| ->]; [left; apply exp_increasing; auto|lra]. Qed.

Lemma ln_le_sub1 x : 0 < x -> ln x <= x - 1.
Proof. intros. generalize (exp_ineq1_le (ln x)). rewrite exp_ln by auto. lra. Qed.

Lemma ln_lt_sub1 x : 0 < x -> x <> 1 -> ln x < x - 1.
Proof.
  intros P N. assert (ln x <> 0). { intros E. apply N. rewrite <- (exp_ln x P), E. apply exp_0. }
  generalize (exp_ineq1 (ln x) H). rewrite exp_ln by auto. lra.
Qed.

Lemma nondecr (f f' : R -> R) a b : a <= b -> (forall x, a <= x <= b -> is_derive f x (f' x)) ->
  (forall x, a <= x <= b -> 0 <= f' x) -> f a <= f b.
Proof.
  intros L D P. destruct (MVT_gen f a b f') as (c & Hc & E).
  - rewrite Rmin_left, Rmax_right by lra. intros; apply D; lra.
  - rewrite Rmin_left, Rmax_right by lra. intros x Hx. apply continuity_pt_filterlim.
    apply (ex_derive_continuous f). eexists; apply D; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra. generalize (P c Hc). nra.
Qed.

Lemma incr (f f' : R -> R) a b : a < b -> (forall x, a <= x <= b -> is_derive f x (f' x)) ->
  (forall x, a < x < b -> 0 < f' x) -> f a < f b.
Proof.
  intros L D P. destruct (MVT_cor2 f f' a b L) as (c & E & Hc).
  - intros c Hc. apply is_derive_Reals, D; auto.
  - generalize (P c Hc). nra.
Qed.

Lemma decr (f f' : R -> R) a b : a < b -> (forall x, a <= x <= b -> is_derive f x (f' x)) ->
  (forall x, a < x < b -> f' x < 0) -> f b < f a.
Proof.
  intros L D P. destruct (MVT_cor2 f f' a b L) as (c & E & Hc).
  - intros c Hc. apply is_derive_Reals, D; auto.
  - generalize (P c Hc). nra.
Qed.

(* --- tanh --- *)
Lemma tanh_alt y : tanh y = 1 - 2 / (exp (2*y) + 1).
Proof.
  unfold tanh, sinh, cosh. replace (2*y) with (y+y) by ring. rewrite exp_plus, exp_Ropp.
  generalize (exp_pos y); intros. field. nra.
Qed.

Lemma is_derive_tanh y : is_derive tanh y (1 - tanh y ^ 2).
Proof.
  apply is_derive_ext with (fun y => 1 - 2 / (exp (2*y) + 1)); [intros; symmetry; apply tanh_alt|].
  rewrite tanh_alt. generalize (exp_pos (2*y)); intros. auto_derive; [lra|]. field. lra.
Qed.

Lemma tanh_0 : tanh 0 = 0.
Proof. unfold tanh. rewrite sinh_0. unfold Rdiv; ring. Qed.

Lemma tanh_lt1 y : -1 < tanh y < 1.
Proof.
  rewrite tanh_alt. generalize (exp_pos (2*y)); intros P.
  assert (0 < 2 / (exp (2*y) + 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (2 / (exp (2*y) + 1) < 2); [|lra].
  apply Rmult_lt_reg_r with (exp (2*y) + 1); [lra|]. field_simplify; lra.
Qed.

Lemma tanh_le y : 0 <= y -> 0 <= tanh y <= y.
Proof.
  intros Y. split.
  - rewrite <- tanh_0. apply nondecr with (fun x => 1 - tanh x ^ 2); auto; intros; [apply is_derive_tanh|].
    generalize (tanh_lt1 x). nra.
  - assert (0 - tanh 0 <= y - tanh y); [|rewrite tanh_0 in *; lra].
    apply (nondecr (fun x => x - tanh x) (fun x => tanh x ^2)); auto; intros.
    + evar_last; [apply @is_derive_minus; [apply @is_derive_id|apply is_derive_tanh]|].
      unfold minus, plus, opp, one; simpl; ring.
    + apply pow2_ge_0.
Qed.

Lemma tanh_ge_cubic y : 0 <= y -> y - y^3/3 <= tanh y.
Proof.
  intros Y. assert (tanh 0 - (0 - 0^3/3) <= tanh y - (y - y^3/3)); [|rewrite tanh_0 in *; lra].
  apply (nondecr (fun x => tanh x - (x - x^3/3)) (fun x => x^2 - tanh x ^2)); auto; intros.
  - evar_last; [apply @is_derive_minus; [apply is_derive_tanh|]|].
    + instantiate (1 := 1 - x^2). auto_derive; [auto|]. field.
    + unfold minus, plus, opp; simpl; ring.
  - generalize (tanh_le x ltac:(lra)). nra.
Qed.

Lemma tanh_odd y : tanh (- y) = - tanh y.
Proof. rewrite !tanh_alt. replace (2 * - y) with (- (2*y)) by ring. rewrite exp_Ropp. generalize (exp_pos (2*y)); intros. field. nra. Qed.

Lemma tanh_cubic y : Rabs (tanh y - y) <= Rabs y ^ 3 / 3.
Proof.
  assert (P : forall y, 0 <= y -> Rabs (tanh y - y) <= Rabs y ^3/3).
  { intros x X. generalize (tanh_le x X) (tanh_ge_cubic x X). intros. rewrite (Rabs_right x), Rabs_left1; lra. }
  destruct (Rle_dec 0 y); [auto|]. generalize (P (-y) ltac:(lra)). rewrite tanh_odd, Rabs_Ropp.
  rewrite <- (Rabs_Ropp (tanh y - y)). replace (- (tanh y - y)) with (- tanh y - - y) by ring. auto.
Qed.

Lemma tanh_incr x y : x < y -> tanh x < tanh y.
Proof.
  intros L. apply incr with (fun x => 1 - tanh x ^ 2); auto; intros; [apply is_derive_tanh|].
  generalize (tanh_lt1 x0). nra.
Qed.

Lemma tanh_inj x y : tanh x = tanh y -> x = y.
Proof. intros E. destruct (Rtotal_order x y) as [L|[|L]]; auto; generalize (tanh_incr _ _ L); lra. Qed.

Lemma tanh_pos x : 0 < x -> 0 < tanh x.
Proof. intros. rewrite <- tanh_0. apply tanh_incr; auto. Qed.

(* tanh x / x falls on x > 0 *)
Lemma tanh_slope x : 0 < x -> x * (1 - tanh x ^ 2) < tanh x.
Proof.
  intros X. assert (tanh 0 - 0 * (1 - tanh 0 ^ 2) < tanh x - x * (1 - tanh x ^ 2)); [|rewrite tanh_0 in *; lra].
  apply (incr (fun x => tanh x - x * (1 - tanh x ^ 2)) (fun x => 2 * x * tanh x * (1 - tanh x ^ 2))); auto; intros y Y.
  - generalize (is_derive_tanh y); intros D. assert (E : ex_derive tanh y) by (eexists; apply D).
    apply is_derive_unique in D. auto_derive; [auto|]. 
    change (Derive (fun x => tanh x) y) with (Derive tanh y). rewrite D. ring.
  - destruct (tanh_lt1 y) as [A1 A2]. generalize (tanh_pos y ltac:(lra)). intros A3.
    assert (0 < 1 - tanh y ^ 2) by nra. apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra.
Qed.

Lemma tanh_ratio x y : 0 < x -> x < y -> tanh y * x < tanh x * y.
Proof.
  intros X L. assert (tanh y / y < tanh x / x).
  - apply (decr (fun t => tanh t / t) (fun t => (t * (1 - tanh t ^ 2) - tanh t) / t^2)); auto; intros t T.
    + generalize (is_derive_tanh t); intros D. assert (E : ex_derive tanh t) by (eexists; apply D).
      apply is_derive_unique in D. auto_derive; [repeat split; auto; lra|].
      change (Derive (fun x => tanh x) t) with (Derive tanh t). rewrite D. field; lra.
    + generalize (tanh_slope t ltac:(lra)). intros. assert (0 < t^2) by (apply pow_lt; lra).
      apply Ropp_lt_cancel. rewrite Ropp_0. replace (- ((t * (1 - tanh t ^ 2) - tanh t) / t ^ 2))
        with ((tanh t - t * (1 - tanh t ^ 2)) / t ^ 2) by (field; lra). apply Rdiv_lt_0_compat; lra.
  - apply Rmult_lt_reg_r with (/ x * / y); [apply Rmult_lt_0_compat; apply Rinv_0_lt_compat; lra|].
    replace (tanh y * x * (/ x * / y)) with (tanh y / y) by (field; lra).
    replace (tanh x * y * (/ x * / y)) with (tanh x / x) by (field; lra). auto.
Qed.

Lemma cosh_pos x : 0 < cosh x.
Proof. unfold cosh. generalize (exp_pos x) (exp_pos (-x)); lra. Qed.

Definition artanh (y : R) : R := ln ((1 + y) / (1 - y)) / 2.

Lemma tanh_artanh y : -1 < y < 1 -> tanh (artanh y) = y.
Proof.
  intros B. rewrite tanh_alt. unfold artanh. replace (2 * (ln ((1 + y) / (1 - y)) / 2)) with (ln ((1 + y) / (1 - y))) by field.
  rewrite exp_ln by (apply Rdiv_lt_0_compat; lra). field. lra.
Qed.

Lemma artanh_tanh x : artanh (tanh x) = x.
Proof. apply tanh_inj, tanh_artanh, tanh_lt1. Qed.

Lemma continuous_tanh x : continuous tanh x.
Proof. apply (ex_derive_continuous tanh). eexists; apply is_derive_tanh. Qed.

Lemma tanh_p_infty : is_lim tanh p_infty 1.
Proof.
  apply is_lim_ext with (fun y => 1 - 2 * / (exp (2 * y) + 1)); [intros; symmetry; apply tanh_alt|].
  replace (Finite 1) with (Rbar_minus 1 (Rbar_mult 2 0)) by (simpl; f_equal; ring).
  apply (is_lim_minus (fun _ => 1) (fun y => 2 * / (exp (2 * y) + 1)) p_infty 1 (Rbar_mult 2 0)).
  - apply is_lim_const.
  - apply is_lim_scal_l. apply (is_lim_inv _ _ p_infty); [|discriminate].
    apply (is_lim_plus _ _ _ p_infty 1); [|apply is_lim_const|reflexivity].
    apply (is_lim_comp exp (fun y => 2 * y) p_infty p_infty p_infty); [apply is_lim_exp_p| |exists 0; discriminate].
    replace p_infty with (Rbar_mult 2 p_infty) at 2; [apply is_lim_scal_l, is_lim_id|].
    simpl. destruct (Rle_dec 0 2) as [A|A]; [|lra]. destruct (Rle_lt_or_eq_dec 0 2 A); [auto|lra].
  - simpl. unfold is_Rbar_minus, is_Rbar_plus; simpl. do 2 f_equal.
Qed.

Lemma tanh_m_infty : is_lim tanh m_infty (-1).
Proof.
  apply is_lim_ext with (fun y => - tanh (- y)); [intros; rewrite tanh_odd; ring|].
  replace (Finite (-1)) with (Rbar_opp 1) by reflexivity. apply is_lim_opp.
  apply (is_lim_comp tanh (fun y => - y) m_infty 1 p_infty); [apply tanh_p_infty| |exists 0; discriminate].
  replace p_infty with (Rbar_opp m_infty) by reflexivity. apply is_lim_opp, is_lim_id.
Qed.

(* --- cold and hot limits --- *)
Lemma exp_cold c : 0 < c -> filterlim (fun t => exp (- c / t)) (at_right 0) (locally 0).
Proof.
  intros Hc. eapply filterlim_comp; [|apply is_lim_exp_m].
  apply (filterlim_ext (fun t => (- c) * / t)); [reflexivity|].
  eapply filterlim_comp; [apply filterlim_Rinv_0_right|].
  intros P [M HM]. exists (- M / c). intros x Hx. apply HM.
  assert (- M / c * c < x * c) by (apply Rmult_lt_compat_r; auto). replace (- M / c * c) with (- M) in H by (field; lra). lra.
Qed.

Lemma exp_hot c : filterlim (fun t => exp (- c / t)) (Rbar_locally p_infty) (locally 1).
Proof.
  rewrite <- exp_0. eapply filterlim_comp.
  2: { apply (ex_derive_continuous exp). auto_derive; auto. }
  apply (filterlim_ext (fun t => (- c) * / t)); [reflexivity|].
  change (is_lim (fun t => (- c) * / t) p_infty 0).
  replace (Finite 0) with (Rbar_mult (- c) 0) by (simpl; f_equal; ring).
  apply is_lim_scal_l. apply (is_lim_inv (fun t => t) p_infty p_infty); [apply is_lim_id|discriminate].
Qed.

Lemma filterlim_div {T} (G : (T -> Prop) -> Prop) {FG : Filter G} (f g : T -> R) a b : b <> 0 ->
  filterlim f G (locally a) -> filterlim g G (locally b) -> filterlim (fun t => f t / g t) G (locally (a / b)).
Proof.
  intros B Lf Lg. apply (filterlim_comp_2 (H := locally (/ b)) f (fun t => / g t) Rmult Lf); [|apply (@filterlim_mult R_AbsRing a (/ b))].
  eapply filterlim_comp; [apply Lg|]. apply (filterlim_Rbar_inv b). intros E; injection E; auto.
Qed.

Lemma filterlim_cmul {T} (G : (T -> Prop) -> Prop) {FG : Filter G} (f : T -> R) c a :
  filterlim f G (locally a) -> filterlim (fun t => c * f t) G (locally (c * a)).
Proof.
  intros L. apply (filterlim_comp_2 (F := G) (G := locally c) (H := locally a) (fun _ => c) f Rmult (filterlim_const c) L).
  apply (@filterlim_mult R_AbsRing c a).
Qed.

(* Coq's ln is 0 at 0 but not continuous there: x ln x still tends to 0 *)
Lemma xlnx_0 : filterlim (fun x => x * ln x) (at_right 0) (locally 0).
Proof.
  (* |x ln x| <= 2 sqrt x on (0,1): ln (1/sqrt x) <= 1/sqrt x *)
  apply (filterlim_le_le (F := at_right 0) (fun x => - 2 * sqrt x) _ (fun _ => 0) 0).
  - exists (mkposreal 1 Rlt_0_1). intros x B Hx. change (Rabs (x - 0) < 1) in B. rewrite Rminus_0_r in B.
    apply Rabs_lt_between in B. assert (S0 : 0 < sqrt x) by (apply sqrt_lt_R0; auto).
    assert (SS : sqrt x * sqrt x = x) by (apply sqrt_sqrt; lra).
    assert (L : ln x = - 2 * ln (/ sqrt x)) by (rewrite ln_Rinv, <- SS, ln_mult, SS by auto; ring).
    assert (P : ln (/ sqrt x) <= / sqrt x - 1) by (apply ln_le_sub1, Rinv_0_lt_compat; auto).
    assert (ln x <= 0) by (rewrite <- ln_1; apply ln_le; lra).
    split; [|nra]. assert (x * / sqrt x = sqrt x) by (rewrite <- SS at 1; field; lra). nra.
  - apply (filterlim_filter_le_1 (F := locally 0)); [apply filter_le_within|].
    replace (Finite 0) with (Finite (-2 * sqrt 0)) by (rewrite sqrt_0; f_equal; ring).
    apply (continuous_scal_r (K := R_AbsRing) (-2) sqrt). apply continuous_sqrt.
  - apply filterlim_const.
Qed.
