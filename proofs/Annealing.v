(* N: annealing *)
Require Import Reals Ranalysis5 Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths.
Open Scope R_scope.

(* ---------- N2: the mean-field equation  y = E[x tanh (x y / tau)]  for finitely many weighted data ---------- *)
Definition field_map (n : nat) (p x : nat -> R) (tau y : R) : R := bsum n (fun i => p i * (x i * tanh (x i * y / tau))).
Definition second (n : nat) (p x : nat -> R) : R := bsum n (fun i => p i * x i ^ 2).
Definition fourth (n : nat) (p x : nat -> R) : R := bsum n (fun i => p i * x i ^ 4).

(* N2: zero is always a solution *)
Theorem N2_zero n p x tau : field_map n p x tau 0 = 0.
Proof.
  unfold field_map. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|].
  intros i _. replace (x i * 0 / tau) with 0 by (unfold Rdiv; ring). rewrite tanh_0. ring.
Qed.

Lemma tanh_lt y : 0 < y -> tanh y < y.
Proof.
  intros Y. destruct (MVT_gen (fun x => x - tanh x) (y / 2) y (fun x => tanh x ^ 2)) as (c & Hc & E).
  - intros x _. evar_last; [apply @is_derive_minus; [apply @is_derive_id|apply is_derive_tanh]|]. unfold minus, plus, opp, one; simpl; ring.
  - intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun x => x - tanh x)). eexists.
    apply @is_derive_minus; [apply @is_derive_id|apply is_derive_tanh].
  - rewrite Rmin_left, Rmax_right in Hc by lra. generalize (tanh_le (y / 2) ltac:(lra)). intros.
    assert (0 < tanh c).
    { generalize (tanh_lt1 c). rewrite tanh_alt. intros. assert (1 < exp (2 * c)) by (rewrite <- exp_0; apply exp_increasing; lra).
      assert (2 / (exp (2 * c) + 1) < 1); [|lra]. apply Rmult_lt_reg_r with (exp (2*c) + 1); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (0 < tanh c ^ 2) by (apply pow_lt; auto). nra.
Qed.

Lemma xtanh_le a y tau : 0 < tau -> 0 < y -> a * tanh (a * y / tau) <= a ^ 2 * y / tau.
Proof.
  intros Ht Y. assert (P : forall a, 0 <= a -> a * tanh (a * y / tau) <= a ^ 2 * y / tau).
  { intros b B. assert (0 <= b * y / tau) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|left; apply Rinv_0_lt_compat; auto]).
    generalize (tanh_le _ H). intros. replace (b ^ 2 * y / tau) with (b * (b * y / tau)) by (field; lra). apply Rmult_le_compat_l; lra. }
  destruct (Rle_dec 0 a); [auto|]. generalize (P (- a) ltac:(lra)). replace (- a * y / tau) with (- (a * y / tau)) by (field; lra).
  rewrite tanh_odd. intros. replace (a ^ 2) with ((- a) ^ 2) by ring. lra.
Qed.

Lemma xtanh_lt a y tau : 0 < tau -> 0 < y -> a <> 0 -> a * tanh (a * y / tau) < a ^ 2 * y / tau.
Proof.
  intros Ht Y N. assert (P : forall a, 0 < a -> a * tanh (a * y / tau) < a ^ 2 * y / tau).
  { intros b B. assert (0 < b * y / tau) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; auto).
    generalize (tanh_lt _ H). intros. replace (b ^ 2 * y / tau) with (b * (b * y / tau)) by (field; lra). apply Rmult_lt_compat_l; lra. }
  destruct (Rlt_dec 0 a); [auto|]. generalize (P (- a) ltac:(lra)). replace (- a * y / tau) with (- (a * y / tau)) by (field; lra).
  rewrite tanh_odd. intros. replace (a ^ 2) with ((- a) ^ 2) by ring. lra.
Qed.

Lemma xtanh_ge a y tau : 0 < tau -> 0 < y -> a ^ 2 * y / tau - a ^ 4 * y ^ 3 / (3 * tau ^ 3) <= a * tanh (a * y / tau).
Proof.
  intros Ht Y. assert (P : forall a, 0 <= a -> a ^ 2 * y / tau - a ^ 4 * y ^ 3 / (3 * tau ^ 3) <= a * tanh (a * y / tau)).
  { intros b B. assert (0 <= b * y / tau) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|left; apply Rinv_0_lt_compat; auto]).
    generalize (tanh_ge_cubic _ H). intros.
    replace (b ^ 2 * y / tau - b ^ 4 * y ^ 3 / (3 * tau ^ 3)) with (b * (b * y / tau - (b * y / tau) ^ 3 / 3)) by (field; lra).
    apply Rmult_le_compat_l; lra. }
  destruct (Rle_dec 0 a); [auto|]. generalize (P (- a) ltac:(lra)). replace (- a * y / tau) with (- (a * y / tau)) by (field; lra).
  rewrite tanh_odd. intros. replace (a ^ 2) with ((- a) ^ 2) by ring. replace (a ^ 4) with ((- a) ^ 4) by ring. lra.
Qed.

Lemma field_le n p x tau y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y -> field_map n p x tau y <= second n p x * y / tau.
Proof.
  intros P Ht Y. unfold second. replace (bsum n (fun i => p i * x i ^ 2) * y / tau) with (bsum n (fun i => p i * (x i ^ 2 * y / tau))).
  - apply bsum_le. intros i Hi. apply Rmult_le_compat_l; auto. apply xtanh_le; auto.
  - replace (bsum n (fun i => p i * x i ^ 2) * y / tau) with ((y / tau) * bsum n (fun i => p i * x i ^ 2)) by (field; lra).
    rewrite <- bsum_scal. apply bsum_ext; intros; field; lra.
Qed.

Lemma field_ge n p x tau y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y ->
  second n p x * y / tau - fourth n p x * y ^ 3 / (3 * tau ^ 3) <= field_map n p x tau y.
Proof.
  intros P Ht Y. unfold second, fourth.
  replace (bsum n (fun i => p i * x i ^ 2) * y / tau - bsum n (fun i => p i * x i ^ 4) * y ^ 3 / (3 * tau ^ 3))
    with (bsum n (fun i => p i * (x i ^ 2 * y / tau - x i ^ 4 * y ^ 3 / (3 * tau ^ 3)))).
  - apply bsum_le. intros i Hi. apply Rmult_le_compat_l; auto. apply xtanh_ge; auto.
  - replace (bsum n (fun i => p i * x i ^ 2) * y / tau - bsum n (fun i => p i * x i ^ 4) * y ^ 3 / (3 * tau ^ 3))
      with ((y / tau) * bsum n (fun i => p i * x i ^ 2) - (y ^ 3 / (3 * tau ^ 3)) * bsum n (fun i => p i * x i ^ 4)) by (field; lra).
    rewrite <- !bsum_scal, <- bsum_minus. apply bsum_ext; intros; field; lra.
Qed.

Lemma field_odd n p x tau y : field_map n p x tau (- y) = - field_map n p x tau y.
Proof.
  unfold field_map. replace (- bsum n (fun i => p i * (x i * tanh (x i * y / tau)))) with (-1 * bsum n (fun i => p i * (x i * tanh (x i * y / tau)))) by ring.
  rewrite <- bsum_scal. apply bsum_ext. intros i _. replace (x i * - y / tau) with (- (x i * y / tau)) by (unfold Rdiv; ring). rewrite tanh_odd. ring.
Qed.

(* N2: at and above tau_c = E[x^2] zero is the only solution *)
Theorem N2_above n p x tau y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> second n p x <= tau ->
  field_map n p x tau y = y -> y = 0.
Proof.
  intros P Ht C E. assert (Q : forall y, 0 < y -> field_map n p x tau y < y).
  { clear y E. intros y Y. destruct (Req_dec (field_map n p x tau y) y) as [E|N].
    - exfalso. assert (L := field_le n p x tau y P Ht Y).
      assert (second n p x * y / tau <= y).
      { apply Rmult_le_reg_r with tau; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
      assert (Z0 : bsum n (fun i => p i * (x i ^ 2 * y / tau - x i * tanh (x i * y / tau))) = 0).
      { rewrite (bsum_ext _ _ (fun i => (y / tau) * (p i * x i ^ 2) - p i * (x i * tanh (x i * y / tau)))) by (intros; field; lra).
        rewrite bsum_minus, bsum_scal. fold (second n p x). fold (field_map n p x tau y). unfold Rdiv in *. lra. }
      assert (Zi := bsum_eq0 n (fun i => p i * (x i ^ 2 * y / tau - x i * tanh (x i * y / tau)))
        ltac:(intros i Hi; apply Rmult_le_pos; [auto|generalize (xtanh_le (x i) y tau Ht Y); lra]) Z0).
      assert (F0 : field_map n p x tau y = 0); [|lra].
      unfold field_map. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|].
      intros i Hi. generalize (Zi i Hi). simpl. intros e. apply Rmult_integral in e. destruct e as [e|e]; [rewrite e; ring|].
      destruct (Req_dec (x i) 0) as [x0|x0]; [rewrite x0; ring|]. generalize (xtanh_lt (x i) y tau Ht Y x0). simpl. lra.
    - assert (L := field_le n p x tau y P Ht Y).
      assert (second n p x * y / tau <= y); [|lra].
      apply Rmult_le_reg_r with tau; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra. }
  destruct (Rtotal_order y 0) as [L|[L|L]]; auto; exfalso.
  - generalize (Q (- y) ltac:(lra)). rewrite field_odd. lra.
  - generalize (Q y L). lra.
Qed.

Lemma field_deriv n p x tau y : 0 < tau -> exists l, is_derive (field_map n p x tau) y l.
Proof.
  intros Ht. exists (bsum n (fun i => p i * (x i * ((x i / tau) * (1 - tanh (x i * y / tau) ^ 2))))). unfold field_map.
  apply (is_derive_bsum n (fun i y => p i * (x i * tanh (x i * y / tau)))). intros i Hi.
  apply d_scal_path, d_scal_path. apply (is_derive_comp tanh (fun y => x i * y / tau)); [apply is_derive_tanh|].
  auto_derive; auto. field. lra.
Qed.

Lemma field_cont n p x tau y : 0 < tau -> continuity_pt (fun y => field_map n p x tau y - y) y.
Proof.
  intros Ht. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun y => field_map n p x tau y - y)).
  destruct (field_deriv n p x tau y Ht) as [l D]. eexists. apply @is_derive_minus; [apply D|apply @is_derive_id].
Qed.

Lemma second_ge0 n p x : (forall i, (i < n)%nat -> 0 <= p i) -> 0 <= second n p x.
Proof. intros P. apply bsum_ge0. intros. apply Rmult_le_pos; [auto|apply pow2_ge_0]. Qed.

Lemma fourth_ge0 n p x : (forall i, (i < n)%nat -> 0 <= p i) -> 0 <= fourth n p x.
Proof. intros P. apply bsum_ge0. intros. apply Rmult_le_pos; [auto|]. replace (x i ^ 4) with ((x i ^ 2) ^ 2) by ring. apply pow2_ge_0. Qed.

(* N2: below tau_c = E[x^2] there is a positive solution (and by oddness its negative) *)
Theorem N2_below n p x tau : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> tau < second n p x ->
  exists y, 0 < y /\ field_map n p x tau y = y /\ field_map n p x tau (- y) = - y.
Proof.
  intros P Ht C.
  set (B := bsum n (fun i => p i * Rabs (x i))).
  assert (Up : forall y, field_map n p x tau y <= B).
  { intros y. apply bsum_le. intros i Hi. apply Rmult_le_compat_l; auto. apply Rle_trans with (Rabs (x i * tanh (x i * y / tau))); [apply Rle_abs|].
    rewrite Rabs_mult. rewrite <- (Rmult_1_r (Rabs (x i))) at 2. apply Rmult_le_compat_l; [apply Rabs_pos|].
    generalize (tanh_lt1 (x i * y / tau)). intros. apply Rabs_le. lra. }
  set (M := fourth n p x). assert (M0 : 0 <= M) by (apply fourth_ge0; auto).
  set (k := (second n p x - tau) / tau). assert (K : 0 < k) by (apply Rdiv_lt_0_compat; lra).
  (* a small point where the map exceeds y *)
  set (c := M / (3 * tau ^ 3)). assert (T3 : 0 < 3 * tau ^ 3) by (apply Rmult_lt_0_compat; [lra|apply pow_lt; auto]).
  assert (c0 : 0 <= c) by (apply Rmult_le_pos; [auto|left; apply Rinv_0_lt_compat; auto]).
  set (y0 := Rmin 1 (k / (2 * (c + 1)))).
  assert (Q0 : 0 < k / (2 * (c + 1))) by (apply Rdiv_lt_0_compat; lra).
  assert (Y0 : 0 < y0) by (apply Rmin_glb_lt; lra).
  assert (Y1 : y0 <= 1) by apply Rmin_l. assert (Y2 : y0 <= k / (2 * (c + 1))) by apply Rmin_r.
  assert (S0 : y0 < field_map n p x tau y0).
  { eapply Rlt_le_trans; [|apply field_ge; auto]. fold M.
    replace (second n p x * y0 / tau - M * y0 ^ 3 / (3 * tau ^ 3)) with (y0 + y0 * (k - c * y0 ^ 2)) by (unfold k, c; field; lra).
    assert (c * y0 ^ 2 < k); [|nra].
    assert (c * y0 <= k / 2).
    { apply Rle_trans with ((c + 1) * (k / (2 * (c + 1)))); [apply Rmult_le_compat; lra|right; field; lra]. }
    nra. }
  set (y1 := Rmax (y0 + 1) (B + 1)).
  assert (y0 + 1 <= y1) by apply Rmax_l. assert (B + 1 <= y1) by apply Rmax_r.
  destruct (IVT_interv (fun y => - (field_map n p x tau y - y)) y0 y1) as (y & Hy & E).
  - intros a _. apply continuity_pt_opp. apply field_cont; auto.
  - lra.
  - lra.
  - generalize (Up y1). lra.
  - exists y. split; [lra|]. rewrite field_odd. split; lra.
Qed.

(* N2: every positive solution lies above the pitchfork's first-order curve:  y^2 >= 3 tau^2 (tau_c - tau) / E[x^4] *)
Theorem N2_lower n p x tau y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y -> field_map n p x tau y = y ->
  3 * tau ^ 2 * (second n p x - tau) <= fourth n p x * y ^ 2.
Proof.
  intros P Ht Y E. generalize (field_ge n p x tau y P Ht Y). rewrite E. intros L.
  apply Rmult_le_reg_r with (y / (3 * tau ^ 3)); [apply Rdiv_lt_0_compat; [auto|apply Rmult_lt_0_compat; [lra|apply pow_lt; auto]]|].
  replace (3 * tau ^ 2 * (second n p x - tau) * (y / (3 * tau ^ 3))) with (second n p x * y / tau - y) by (field; lra).
  replace (fourth n p x * y ^ 2 * (y / (3 * tau ^ 3))) with (fourth n p x * y ^ 3 / (3 * tau ^ 3)) by (field; lra). lra.
Qed.

(* ---------- N2: the size of the positive solution just below tau_c ---------- *)
Definition sixth (n : nat) (p x : nat -> R) : R := bsum n (fun i => p i * x i ^ 6).

Lemma tanh_le_quintic y : 0 <= y -> tanh y <= y - y^3/3 + 2*y^5/15.
Proof.
  intros Y. assert (0 - 0^3/3 + 2*0^5/15 - tanh 0 <= y - y^3/3 + 2*y^5/15 - tanh y); [|rewrite tanh_0 in *; lra].
  apply (nondecr (fun x => (x - x^3/3 + 2*x^5/15) - tanh x) (fun x => (1 - x^2 + 2*x^4/3) - (1 - tanh x ^2))); auto; intros.
  - apply @is_derive_minus; [|apply is_derive_tanh]. auto_derive; auto. field.
  - assert (X : 0 <= x) by lra. generalize (tanh_ge_cubic x X) (tanh_le x X). intros A B.
    destruct (Rle_dec (x^2) 3) as [L|L].
    + assert (0 <= x - x^3/3) by (replace (x - x^3/3) with (x * (1 - x^2/3)) by field; apply Rmult_le_pos; lra).
      assert ((x - x^3/3)^2 <= tanh x ^ 2) by (apply pow_incr; lra).
      assert (0 <= x^6) by (apply pow_le; auto). replace ((x - x^3/3)^2) with (x^2 - 2*x^4/3 + x^6/9) in H1 by field. lra.
    + generalize (pow2_ge_0 (tanh x)). intros. replace (x^4) with (x^2 * x^2) by ring. nra.
Qed.

Lemma xtanh_le5 a y tau : 0 < tau -> 0 < y ->
  a * tanh (a * y / tau) <= a^2 * y / tau - a^4 * y^3 / (3 * tau^3) + 2 * a^6 * y^5 / (15 * tau^5).
Proof.
  intros Ht Y. assert (P : forall a, 0 <= a -> a * tanh (a * y / tau) <= a^2 * y / tau - a^4 * y^3 / (3 * tau^3) + 2 * a^6 * y^5 / (15 * tau^5)).
  { intros b B. assert (0 <= b * y / tau) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|left; apply Rinv_0_lt_compat; auto]).
    generalize (tanh_le_quintic _ H). intros.
    replace (b^2 * y / tau - b^4 * y^3 / (3 * tau^3) + 2 * b^6 * y^5 / (15 * tau^5))
      with (b * (b * y / tau - (b * y / tau)^3 / 3 + 2 * (b * y / tau)^5 / 15)) by (field; lra).
    apply Rmult_le_compat_l; lra. }
  destruct (Rle_dec 0 a); [auto|]. generalize (P (- a) ltac:(lra)). replace (- a * y / tau) with (- (a * y / tau)) by (field; lra).
  rewrite tanh_odd. intros. replace (a ^ 2) with ((- a) ^ 2) by ring. replace (a ^ 4) with ((- a) ^ 4) by ring. replace (a ^ 6) with ((- a) ^ 6) by ring. lra.
Qed.

Lemma field_le5 n p x tau y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y ->
  field_map n p x tau y <= second n p x * y / tau - fourth n p x * y^3 / (3 * tau^3) + 2 * sixth n p x * y^5 / (15 * tau^5).
Proof.
  intros P Ht Y.
  replace (second n p x * y / tau - fourth n p x * y^3 / (3 * tau^3) + 2 * sixth n p x * y^5 / (15 * tau^5))
    with (bsum n (fun i => p i * (x i^2 * y / tau - x i^4 * y^3 / (3 * tau^3) + 2 * x i^6 * y^5 / (15 * tau^5)))).
  - apply bsum_le. intros i Hi. apply Rmult_le_compat_l; auto. apply xtanh_le5; auto.
  - unfold second, fourth, sixth.
    rewrite (bsum_ext _ _ (fun i => ((y / tau) * (p i * x i^2) - (y^3 / (3 * tau^3)) * (p i * x i^4)) + (2 * y^5 / (15 * tau^5)) * (p i * x i^6))) by (intros; field; lra).
    rewrite bsum_plus, bsum_minus, !bsum_scal. field. lra.
Qed.

(* tanh u / u falls with u: one derivative *)
Lemma tanh_scale k u : 0 < k <= 1 -> 0 <= u -> k * tanh u <= tanh (k * u).
Proof.
  intros K U. assert (tanh (k * 0) - k * tanh 0 <= tanh (k * u) - k * tanh u); [|rewrite Rmult_0_r, tanh_0 in *; lra].
  apply (nondecr (fun u => tanh (k * u) - k * tanh u) (fun u => k * (1 - tanh (k * u)^2) - k * (1 - tanh u ^ 2))); auto; intros v V.
  - apply @is_derive_minus; [|apply d_scal_path, is_derive_tanh].
    evar_last; [apply (is_derive_comp tanh (fun u => k * u)); [apply is_derive_tanh|]|].
    + instantiate (1 := k). auto_derive; auto; ring.
    + reflexivity.
  - assert (tanh (k * v) <= tanh v).
    { apply nondecr with (fun x => 1 - tanh x ^ 2); [nra|intros; apply is_derive_tanh|]. intros z _. generalize (tanh_lt1 z). nra. }
    assert (0 <= tanh (k * v)) by (apply tanh_le; nra).
    assert (tanh (k * v)^2 <= tanh v ^ 2) by (apply pow_incr; lra). nra.
Qed.

(* the map over y does not rise with y: a positive solution lies below every point that the map does not exceed strictly *)
Lemma field_scale n p x tau k y : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y -> 0 < k <= 1 ->
  k * field_map n p x tau y <= field_map n p x tau (k * y).
Proof.
  intros P Ht Y K. unfold field_map. rewrite <- bsum_scal. apply bsum_le. intros i Hi.
  assert (Q : forall a, 0 <= a -> k * (a * tanh (a * y / tau)) <= a * tanh (a * (k * y) / tau)).
  { intros a A. assert (0 <= a * y / tau) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|left; apply Rinv_0_lt_compat; auto]).
    generalize (tanh_scale k (a * y / tau) K H). replace (a * (k * y) / tau) with (k * (a * y / tau)) by (field; lra). nra. }
  assert (Q' : k * (x i * tanh (x i * y / tau)) <= x i * tanh (x i * (k * y) / tau)).
  { destruct (Rle_dec 0 (x i)); [auto|]. generalize (Q (- x i) ltac:(lra)).
    replace (- x i * y / tau) with (- (x i * y / tau)) by (field; lra). replace (- x i * (k * y) / tau) with (- (x i * (k * y) / tau)) by (field; lra).
    rewrite !tanh_odd. lra. }
  generalize (P i Hi). nra.
Qed.

(* N2: the pitchfork: with a positive fourth moment, every positive solution just below tau_c satisfies
   y^2 = 3 tau^2 (tau_c - tau) / E[x^4] up to any relative error eps: between 1 and 1 + eps times it *)
Theorem N2_pitchfork n p x eps : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < fourth n p x -> 0 < second n p x -> 0 < eps ->
  exists delta, 0 < delta /\ forall tau y, 0 < tau -> second n p x - delta < tau < second n p x -> 0 < y -> field_map n p x tau y = y ->
    let q := 3 * tau^2 * (second n p x - tau) / fourth n p x in q <= y^2 <= (1 + eps) * q.
Proof.
  intros P M4 C0 He. set (c := second n p x) in *. set (m := fourth n p x) in *. set (M := sixth n p x).
  assert (M0 : 0 <= M).
  { apply bsum_ge0. intros i Hi. apply Rmult_le_pos; [auto|]. replace (x i ^ 6) with ((x i ^ 3)^2) by ring. apply pow2_ge_0. }
  (* at Y^2 = (1+eps) q the map is below Y once  (6/5) M (1+eps)^2 (c - tau) < eps m^2 *)
  set (b := 6 * M * (1 + eps)^2 / 5 + 1). assert (B : 0 < b).
  { assert (0 <= 6 * M * (1 + eps)^2 / 5); [|unfold b; lra]. assert (0 <= M * (1 + eps)^2) by (apply Rmult_le_pos; [auto|apply pow2_ge_0]). lra. }
  exists (eps * m^2 / b). assert (m2 : 0 < m^2) by (apply pow_lt; auto).
  split; [apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; auto|auto]|].
  intros tau y Ht [L1 L2] Y E. cbv zeta. set (q := 3 * tau^2 * (c - tau) / m).
  assert (T2 : 0 < tau^2) by (apply pow_lt; auto).
  assert (Pq : 0 < q) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra|auto]).
  split.
  - generalize (N2_lower n p x tau y P Ht Y E). fold c m. intros L. unfold q.
    apply Rmult_le_reg_r with m; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  - destruct (Rle_dec (y^2) ((1 + eps) * q)) as [|N]; auto. exfalso. apply Rnot_le_lt in N.
    set (s := (1 + eps) * q) in *. assert (Ps : 0 < s) by (apply Rmult_lt_0_compat; lra).
    set (Y0 := sqrt s). assert (P0 : 0 < Y0) by (apply sqrt_lt_R0; auto). assert (S0 : Y0^2 = s) by (unfold Y0; simpl; rewrite Rmult_1_r, sqrt_sqrt; lra).
    assert (Lt : Y0 < y) by nra.
    (* scaling: Y0 = k y, k < 1, so the map at Y0 is at least Y0 *)
    assert (Fge : Y0 <= field_map n p x tau Y0).
    { assert (K : 0 < Y0 / y <= 1).
      { split; [apply Rdiv_lt_0_compat; auto|]. apply Rmult_le_reg_r with y; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
      generalize (field_scale n p x tau (Y0 / y) y P Ht Y K). rewrite E. replace (Y0 / y * y) with Y0 by (field; lra). auto. }
    generalize (field_le5 n p x tau Y0 P Ht P0). fold c m M. intros U.
    assert (V : 0 <= (c - tau) / tau - m * s / (3 * tau^3) + 2 * M * s^2 / (15 * tau^5)).
    { apply Rmult_le_reg_l with Y0; auto. rewrite Rmult_0_r, <- S0.
      replace (Y0 * ((c - tau) / tau - m * Y0^2 / (3 * tau^3) + 2 * M * (Y0^2)^2 / (15 * tau^5)))
        with (c * Y0 / tau - m * Y0^3 / (3 * tau^3) + 2 * M * Y0^5 / (15 * tau^5) - Y0) by (field; lra). lra. }
    set (e := c - tau) in *. assert (Pe : 0 < e) by (unfold e; lra).
    assert (W : e / tau - m * s / (3 * tau^3) + 2 * M * s^2 / (15 * tau^5) = e / tau * (- eps + 6 * M * (1 + eps)^2 / 5 * e / m^2)).
    { unfold s, q. field. lra. }
    rewrite W in V.
    assert (0 < e / tau) by (apply Rdiv_lt_0_compat; auto).
    assert (G : 6 * M * (1 + eps)^2 / 5 * e / m^2 < eps).
    { apply Rmult_lt_reg_r with (m^2); auto. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
      assert (Lb : e * b < eps * m^2).
      { assert (e < eps * m^2 / b) by (unfold e; lra). apply Rmult_lt_compat_r with (r := b) in H0; auto. unfold Rdiv in H0. rewrite Rmult_assoc, Rinv_l in H0 by lra. lra. }
      unfold b in Lb. lra. }
    nra.
Qed.

Lemma tanh_scale_lt k u : 0 < k < 1 -> 0 < u -> k * tanh u < tanh (k * u).
Proof.
  intros K U. set (f := fun u => tanh (k * u) - k * tanh u). set (f' := fun u => k * (1 - tanh (k * u)^2) - k * (1 - tanh u ^ 2)).
  assert (D : forall v, is_derive f v (f' v)).
  { intros v. apply @is_derive_minus; [|apply d_scal_path, is_derive_tanh].
    evar_last; [apply (is_derive_comp tanh (fun u => k * u)); [apply is_derive_tanh|]|].
    + instantiate (1 := k). auto_derive; auto; ring.
    + reflexivity. }
  destruct (MVT_gen f (u / 2) u f') as (c & Hc & E).
  - intros; apply D.
  - intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous f). eexists; apply D.
  - rewrite Rmin_left, Rmax_right in Hc by lra.
    generalize (tanh_scale k (u / 2) ltac:(lra) ltac:(lra)). intros A.
    assert (Lt : tanh (k * c) < tanh c).
    { destruct (MVT_gen tanh (k * c) c (fun x => 1 - tanh x ^ 2)) as (z & _ & Ez).
      - intros; apply is_derive_tanh.
      - intros x _. apply continuity_pt_filterlim. apply (ex_derive_continuous tanh). eexists; apply is_derive_tanh.
      - generalize (tanh_lt1 z). intros. assert (k * c < c) by nra. assert (0 < 1 - tanh z ^ 2) by nra.
        assert (0 < (1 - tanh z ^ 2) * (c - k * c)) by (apply Rmult_lt_0_compat; lra). lra. }
    assert (0 <= tanh (k * c)) by (apply tanh_le; nra).
    assert (tanh (k * c)^2 < tanh c ^ 2) by nra.
    assert (0 < f' c) by (unfold f'; nra). assert (0 < f' c * (u - u / 2)) by (apply Rmult_lt_0_compat; lra). unfold f in E. lra.
Qed.

(* N2: the positive solution is unique *)
Theorem N2_unique n p x tau y1 y2 : (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y1 -> 0 < y2 ->
  field_map n p x tau y1 = y1 -> field_map n p x tau y2 = y2 -> y1 = y2.
Proof.
  assert (W : forall y1 y2, (forall i, (i < n)%nat -> 0 <= p i) -> 0 < tau -> 0 < y1 -> y1 < y2 ->
    field_map n p x tau y1 = y1 -> field_map n p x tau y2 = y2 -> False).
  { clear y1 y2. intros y1 y2 P Ht Y1 L E1 E2. set (k := y1 / y2).
    assert (K : 0 < k < 1).
    { split; [apply Rdiv_lt_0_compat; lra|]. apply Rmult_lt_reg_r with y2; [lra|]. unfold k, Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (Ky : k * y2 = y1) by (unfold k; field; lra).
    (* every weighted term is equal, and a term with p x <> 0 is strict *)
    set (t := fun i => p i * (x i * tanh (x i * y1 / tau) - k * (x i * tanh (x i * y2 / tau)))).
    assert (Str : forall i, x i <> 0 -> 0 < x i * tanh (x i * y1 / tau) - k * (x i * tanh (x i * y2 / tau))).
    { intros i N. assert (Q : forall a, 0 < a -> 0 < a * tanh (a * y1 / tau) - k * (a * tanh (a * y2 / tau))).
      { intros a A. assert (0 < a * y2 / tau) by (apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; lra).
        generalize (tanh_scale_lt k (a * y2 / tau) K H). replace (k * (a * y2 / tau)) with (a * y1 / tau) by (rewrite <- Ky; field; lra).
        intros. assert (0 < a * (tanh (a * y1 / tau) - k * tanh (a * y2 / tau))) by (apply Rmult_lt_0_compat; lra). lra. }
      destruct (Rlt_dec 0 (x i)); [auto|]. generalize (Q (- x i) ltac:(lra)).
      replace (- x i * y1 / tau) with (- (x i * y1 / tau)) by (field; lra). replace (- x i * y2 / tau) with (- (x i * y2 / tau)) by (field; lra).
      rewrite !tanh_odd. lra. }
    assert (T0 : forall i, (i < n)%nat -> 0 <= t i).
    { intros i Hi. unfold t. destruct (Req_dec (x i) 0) as [e|N]; [rewrite e; right; ring|]. apply Rmult_le_pos; [auto|left; auto]. }
    assert (S : bsum n t = 0).
    { unfold t. rewrite (bsum_ext _ _ (fun i => p i * (x i * tanh (x i * y1 / tau)) - k * (p i * (x i * tanh (x i * y2 / tau))))) by (intros; ring).
      rewrite bsum_minus, bsum_scal. fold (field_map n p x tau y1). fold (field_map n p x tau y2). rewrite E1, E2. lra. }
    assert (F0 : field_map n p x tau y1 = 0); [|lra].
    unfold field_map. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|].
    intros i Hi. destruct (Req_dec (x i) 0) as [e|N]; [rewrite e; ring|].
    generalize (bsum_eq0 n t T0 S i Hi). unfold t. intros e. apply Rmult_integral in e. destruct e as [e|e]; [rewrite e; ring|].
    generalize (Str i N). lra. }
  intros P Ht Y1 Y2 E1 E2. destruct (Rtotal_order y1 y2) as [L|[L|L]]; auto; exfalso; eauto.
Qed.

(* ---------- N3: EM never raises the free energy ---------- *)
(* majorisation: if new energies d' and masses pi' do not raise the posterior mean of  d - tau ln pi  at the old
   responsibilities, they do not raise the free energy, summed over the data *)
Lemma majorise N H tau pi pi' (d d' : nat -> nat -> R) : (0 < H)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall h, (h < H)%nat -> 0 < pi' h) ->
  bsum N (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi' (d' n))) <= bsum N (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi (d n))) ->
  bsum N (fun n => Fp H tau pi' (d' n)) <= bsum N (fun n => Fp H tau pi (d n)).
Proof.
  intros Hp Ht P P' L.
  assert (A : bsum N (fun n => Fp H tau pi' (d' n)) <= bsum N (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi' (d' n)) - tau * ent H (rp H tau pi (d n)))).
  { apply bsum_le. intros n _. rewrite Fp_absorbed by auto. apply T2_gibbs; auto. apply rp_simplex; auto. }
  assert (B : bsum N (fun n => Fp H tau pi (d n)) = bsum N (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi (d n)) - tau * ent H (rp H tau pi (d n)))).
  { apply bsum_ext. intros n _. rewrite functional_absorbed. apply gibbs_prior_attained; auto. }
  rewrite B. eapply Rle_trans; [apply A|]. rewrite !bsum_minus. lra.
Qed.

Lemma bsum_swap n m (f : nat -> nat -> R) : bsum n (fun i => bsum m (fun j => f i j)) = bsum m (fun j => bsum n (fun i => f i j)).
Proof.
  induction n; simpl; [rewrite bsum_const; ring|]. rewrite IHn, <- bsum_plus. auto.
Qed.

(* Gaussian energies with one positive variance s h j for each component and coordinate *)
Definition gd (D : nat) (s : nat -> nat -> R) (mu : nat -> nat -> R) (x : nat -> R) (h : nat) : R :=
  bsum D (fun j => (x j - mu h j)^2 / (2 * s h j)).
(* responsibilities of the data, the total of each component, the EM updates of means and masses *)
Definition resp (H D : nat) (tau : R) (pi : nat -> R) (s mu x : nat -> nat -> R) (n h : nat) : R := rp H tau pi (gd D s mu (x n)) h.
Definition count (N H D : nat) (tau : R) (pi : nat -> R) (s mu x : nat -> nat -> R) (h : nat) : R := bsum N (fun n => resp H D tau pi s mu x n h).
Definition new_mean (N H D : nat) (tau : R) (pi : nat -> R) (s mu x : nat -> nat -> R) (h j : nat) : R :=
  bsum N (fun n => resp H D tau pi s mu x n h * x n j) / count N H D tau pi s mu x h.
Definition new_mass (N H D : nat) (tau : R) (pi : nat -> R) (s mu x : nat -> nat -> R) (h : nat) : R := count N H D tau pi s mu x h / INR N.
(* the objective: the free energy summed over the data *)
Definition total (N H D : nat) (tau : R) (pi : nat -> R) (s mu x : nat -> nat -> R) : R := bsum N (fun n => Fp H tau pi (gd D s mu (x n))).

Lemma count_pos N H D tau pi s mu x h : (0 < N)%nat -> (h < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> 0 < count N H D tau pi s mu x h.
Proof. intros Hn Hh P. apply bsum_pos; auto. intros. apply rp_pos; auto. Qed.

Lemma new_mass_simplex N H D tau pi s mu x : (0 < N)%nat -> (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) ->
  simplex H (new_mass N H D tau pi s mu x).
Proof.
  intros Hn Hp P. assert (0 < INR N) by (apply lt_0_INR; lia). split.
  - intros h Hh. apply Rdiv_lt_0_compat; auto. apply count_pos; auto.
  - unfold new_mass, Rdiv. rewrite (bsum_ext _ _ (fun h => / INR N * count N H D tau pi s mu x h)) by (intros; ring).
    rewrite bsum_scal. unfold count. rewrite <- (bsum_swap N H). rewrite (bsum_ext N _ (fun _ => 1)).
    + rewrite bsum_const. field. lra.
    + intros n _. apply rp_sum; auto.
Qed.

(* weighted mean minimises the weighted sum of squares *)
Lemma mean_minimises N (c y : nat -> R) m : 0 < bsum N c ->
  bsum N (fun n => c n * (y n - bsum N (fun n => c n * y n) / bsum N c)^2) <= bsum N (fun n => c n * (y n - m)^2).
Proof.
  intros P. set (C := bsum N c) in *. set (Y := bsum N (fun n => c n * y n)). set (Q := bsum N (fun n => c n * y n ^ 2)).
  assert (E : forall m, bsum N (fun n => c n * (y n - m)^2) = Q - 2 * m * Y + m^2 * C).
  { intros k. rewrite (bsum_ext _ _ (fun n => (c n * y n ^ 2 - (2 * k) * (c n * y n)) + k^2 * c n)) by (intros; ring).
    rewrite bsum_plus, bsum_minus, !bsum_scal. auto. }
  rewrite !E. assert (0 <= C * (m - Y / C)^2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
  replace (C * (m - Y / C)^2) with ((Q - 2 * m * Y + m^2 * C) - (Q - 2 * (Y / C) * Y + (Y / C)^2 * C)) in H by (field; lra). lra.
Qed.

(* N3: at fixed tau an EM step in the means, or in means and masses, never raises the free energy of the data:
   any number of data, components and dimensions, positive masses of sum 1, a positive variance for each component and coordinate *)
Theorem N3_em_descent N H D tau pi s mu x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s h j) ->
  total N H D tau pi s (new_mean N H D tau pi s mu x) x <= total N H D tau pi s mu x /\
  total N H D tau (new_mass N H D tau pi s mu x) s (new_mean N H D tau pi s mu x) x <= total N H D tau pi s mu x.
Proof.
  intros Hn Hp Ht [P SP] Ps.
  assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  destruct (new_mass_simplex N H D tau pi s mu x Hn Hp P) as [P' SP'].
  set (rr := fun n h => rp H tau pi (gd D s mu (x n)) h).
  (* the energies do not rise *)
  assert (En : bsum N (fun n => mean H (rr n) (gd D s (new_mean N H D tau pi s mu x) (x n))) <= bsum N (fun n => mean H (rr n) (gd D s mu (x n)))).
  { assert (Sw : forall m, bsum N (fun n => mean H (rr n) (gd D s m (x n))) =
      bsum H (fun h => bsum D (fun j => / (2 * s h j) * bsum N (fun n => rr n h * (x n j - m h j)^2)))).
    { intros m. unfold mean. rewrite bsum_swap. apply bsum_ext. intros h Hh.
      rewrite (bsum_ext D _ (fun j => bsum N (fun n => / (2 * s h j) * (rr n h * (x n j - m h j)^2)))) by (intros; rewrite bsum_scal; auto).
      rewrite <- bsum_swap. apply bsum_ext. intros n _. unfold gd. rewrite <- bsum_scal. apply bsum_ext. intros; unfold Rdiv; ring. }
    rewrite !Sw. apply bsum_le. intros h Hh. apply bsum_le. intros j Hj. apply Rmult_le_compat_l.
    - left. apply Rinv_0_lt_compat. generalize (Ps h j Hh Hj). lra.
    - apply (mean_minimises N (fun n => rr n h) (fun n => x n j)). apply (count_pos N H D tau pi s mu x h Hn Hh P). }
  assert (Ab : forall pi' d n, mean H (rr n) (absorbed tau pi' d) = mean H (rr n) d - tau * mean H (rr n) (fun h => ln (pi' h))).
  { intros pi' d n. unfold mean, absorbed. rewrite <- bsum_scal, <- bsum_minus. apply bsum_ext; intros; ring. }
  assert (Ma : bsum N (fun n => mean H (rr n) (fun h => ln (pi h))) <= bsum N (fun n => mean H (rr n) (fun h => ln (new_mass N H D tau pi s mu x h)))).
  { assert (Sw : forall f, bsum N (fun n => mean H (rr n) f) = INR N * bsum H (fun h => new_mass N H D tau pi s mu x h * f h)).
    { intros f. unfold mean. rewrite bsum_swap, <- bsum_scal. apply bsum_ext. intros h _. unfold new_mass.
      rewrite (bsum_ext N _ (fun n => f h * rr n h)) by (intros; ring). rewrite bsum_scal. change (bsum N (fun n => rr n h)) with (count N H D tau pi s mu x h).
      field. lra. }
    rewrite !Sw. apply Rmult_le_compat_l; [lra|].
    assert (K := KL_ge0 H (new_mass N H D tau pi s mu x) pi ltac:(split; auto; intros; left; auto) ltac:(split; auto)).
    unfold KL in K. rewrite (bsum_ext H _ (fun h => new_mass N H D tau pi s mu x h * ln (new_mass N H D tau pi s mu x h) - new_mass N H D tau pi s mu x h * ln (pi h))) in K by (intros; ring).
    rewrite bsum_minus in K. lra. }
  split; apply majorise; auto; fold rr.
  - rewrite (bsum_ext N (fun n => mean H (rp H tau pi (gd D s mu (x n))) (absorbed tau pi (gd D s (new_mean N H D tau pi s mu x) (x n))))
      (fun n => mean H (rr n) (gd D s (new_mean N H D tau pi s mu x) (x n)) - tau * mean H (rr n) (fun h => ln (pi h)))) by (intros; apply Ab).
    rewrite (bsum_ext N (fun n => mean H (rp H tau pi (gd D s mu (x n))) (absorbed tau pi (gd D s mu (x n))))
      (fun n => mean H (rr n) (gd D s mu (x n)) - tau * mean H (rr n) (fun h => ln (pi h)))) by (intros; apply Ab).
    rewrite !bsum_minus. lra.
  - rewrite (bsum_ext N (fun n => mean H (rp H tau pi (gd D s mu (x n))) (absorbed tau (new_mass N H D tau pi s mu x) (gd D s (new_mean N H D tau pi s mu x) (x n))))
      (fun n => mean H (rr n) (gd D s (new_mean N H D tau pi s mu x) (x n)) - tau * mean H (rr n) (fun h => ln (new_mass N H D tau pi s mu x h)))) by (intros; apply Ab).
    rewrite (bsum_ext N (fun n => mean H (rp H tau pi (gd D s mu (x n))) (absorbed tau pi (gd D s mu (x n))))
      (fun n => mean H (rr n) (gd D s mu (x n)) - tau * mean H (rr n) (fun h => ln (pi h)))) by (intros; apply Ab).
    rewrite !bsum_minus, !bsum_scal. nra.
Qed.

(* N3: the same for any energies: whatever step does not raise the energy of each component, averaged over the data with its
   responsibilities, does not raise the free energy, alone or with the new masses; a normaliser may be part of the energy *)
Theorem N3_any_energies N H tau pi (d d' : nat -> nat -> R) : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  let rr := fun n h => rp H tau pi (d n) h in
  (forall h, (h < H)%nat -> bsum N (fun n => rr n h * d' n h) <= bsum N (fun n => rr n h * d n h)) ->
  bsum N (fun n => Fp H tau pi (d' n)) <= bsum N (fun n => Fp H tau pi (d n)) /\
  simplex H (fun h => bsum N (fun n => rr n h) / INR N) /\
  bsum N (fun n => Fp H tau (fun h => bsum N (fun n => rr n h) / INR N) (d' n)) <= bsum N (fun n => Fp H tau pi (d n)).
Proof.
  intros Hn Hp Ht [P SP] rr En0. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  set (mass := fun h => bsum N (fun n => rr n h) / INR N).
  assert (P' : forall h, (h < H)%nat -> 0 < mass h).
  { intros h Hh. apply Rdiv_lt_0_compat; auto. apply bsum_pos; auto. intros. apply rp_pos; auto. }
  assert (Sw : forall f, bsum N (fun n => mean H (rr n) f) = INR N * bsum H (fun h => mass h * f h)).
  { intros f. unfold mean. rewrite bsum_swap, <- bsum_scal. apply bsum_ext. intros h _. unfold mass.
    rewrite (bsum_ext N _ (fun n => f h * rr n h)) by (intros; ring). rewrite bsum_scal. field. lra. }
  assert (SP' : bsum H mass = 1).
  { apply (Rmult_eq_reg_l (INR N)); [|lra]. rewrite <- (bsum_ext H (fun h => mass h * 1) mass) by (intros; ring). rewrite <- Sw.
    rewrite (bsum_ext N _ (fun _ => 1)); [rewrite bsum_const; ring|]. intros n _. apply (mean_const H (rr n) 1). apply rp_sum; auto. }
  assert (En : bsum N (fun n => mean H (rr n) (d' n)) <= bsum N (fun n => mean H (rr n) (d n))).
  { unfold mean. rewrite !(bsum_swap N H). apply bsum_le. intros h Hh. apply En0; auto. }
  assert (Ab : forall pi' e n, mean H (rr n) (absorbed tau pi' e) = mean H (rr n) e - tau * mean H (rr n) (fun h => ln (pi' h))).
  { intros pi' e n. unfold mean, absorbed. rewrite <- bsum_scal, <- bsum_minus. apply bsum_ext; intros; ring. }
  assert (Ma : bsum N (fun n => mean H (rr n) (fun h => ln (pi h))) <= bsum N (fun n => mean H (rr n) (fun h => ln (mass h)))).
  { rewrite !Sw. apply Rmult_le_compat_l; [lra|].
    assert (K := KL_ge0 H mass pi ltac:(split; auto; intros; left; auto) ltac:(split; auto)).
    unfold KL in K. rewrite (bsum_ext H _ (fun h => mass h * ln (mass h) - mass h * ln (pi h))) in K by (intros; ring).
    rewrite bsum_minus in K. lra. }
  assert (M0 : forall pi' e, bsum N (fun n => mean H (rr n) (absorbed tau pi' (e n))) =
    bsum N (fun n => mean H (rr n) (e n)) - tau * bsum N (fun n => mean H (rr n) (fun h => ln (pi' h)))).
  { intros. rewrite <- bsum_scal, <- bsum_minus. apply bsum_ext. intros; apply Ab. }
  assert (Hold := M0 pi d).
  split; [|split; [split; auto|]]; (apply majorise; auto; fold rr; change (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi (d n))) with (fun n => mean H (rr n) (absorbed tau pi (d n)))).
  - change (fun n => mean H (rp H tau pi (d n)) (absorbed tau pi (d' n))) with (fun n => mean H (rr n) (absorbed tau pi (d' n))).
    rewrite !M0. lra.
  - change (fun n => mean H (rp H tau pi (d n)) (absorbed tau mass (d' n))) with (fun n => mean H (rr n) (absorbed tau mass (d' n))).
    rewrite !M0. nra.
Qed.

(* Gaussian energies with a full precision matrix Q h for each component *)
Definition gq (D : nat) (Q : nat -> nat -> nat -> R) (mu : nat -> nat -> R) (x : nat -> R) (h : nat) : R :=
  quad D (Q h) (fun i => x i - mu h i) (fun i => x i - mu h i) / 2.

Lemma quad_ext n Q u u' v v' : (forall i, (i < n)%nat -> u i = u' i) -> (forall i, (i < n)%nat -> v i = v' i) -> quad n Q u v = quad n Q u' v'.
Proof. intros A B. unfold quad. apply bsum_ext. intros i Hi. apply bsum_ext. intros j Hj. rewrite A, B by auto. auto. Qed.

Lemma quad_sum n Q N c (a : nat -> nat -> R) v : bsum N (fun k => c k * quad n Q (a k) v) = quad n Q (fun i => bsum N (fun k => c k * a k i)) v.
Proof.
  induction N; simpl.
  - unfold quad. rewrite (bsum_ext n _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros i _.
    rewrite (bsum_ext n _ (fun _ => 0)); [rewrite bsum_const; ring|intros; ring].
  - rewrite IHN. transitivity (quad n Q (fun i => bsum N (fun k => c k * a k i) - - c N * a N i) v); [rewrite quad_lin; ring|].
    apply quad_ext; intros; ring.
Qed.

(* the weighted mean minimises the weighted sum of a quadratic form that is not negative *)
Lemma mean_minimises_quad n Q N (c : nat -> R) (y : nat -> nat -> R) m : (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) ->
  (forall v, 0 <= quad n Q v v) -> 0 < bsum N c ->
  let w := fun j => bsum N (fun k => c k * y k j) / bsum N c in
  bsum N (fun k => c k * quad n Q (fun i => y k i - w i) (fun i => y k i - w i)) <= bsum N (fun k => c k * quad n Q (fun i => y k i - m i) (fun i => y k i - m i)).
Proof.
  intros S Pos C w. set (b := fun i => m i - w i).
  assert (E : forall k, quad n Q (fun i => y k i - m i) (fun i => y k i - m i) =
    quad n Q (fun i => y k i - w i) (fun i => y k i - w i) - 2 * quad n Q (fun i => y k i - w i) b + quad n Q b b).
  { intros k. rewrite (quad_ext n Q (fun i => y k i - m i) (fun i => (y k i - w i) - 1 * b i) (fun i => y k i - m i) (fun i => (y k i - w i) - 1 * b i))
      by (intros; unfold b; ring).
    rewrite quad_lin, (quad_sym n Q (fun i => y k i - w i) (fun i => y k i - w i - 1 * b i)), (quad_sym n Q b (fun i => y k i - w i - 1 * b i)) by auto.
    rewrite !quad_lin, (quad_sym n Q b (fun i => y k i - w i)) by auto. ring. }
  rewrite (bsum_ext N (fun k => c k * quad n Q (fun i => y k i - m i) (fun i => y k i - m i))
    (fun k => (c k * quad n Q (fun i => y k i - w i) (fun i => y k i - w i) - 2 * (c k * quad n Q (fun i => y k i - w i) b)) + quad n Q b b * c k))
    by (intros; rewrite E; ring).
  rewrite bsum_plus, bsum_minus, !bsum_scal, (quad_sum n Q N c (fun k i => y k i - w i) b).
  rewrite (quad_ext n Q (fun i => bsum N (fun k => c k * (y k i - w i))) (fun i => 0 * b i) b b); auto.
  - assert (Z0 : quad n Q (fun i => 0 * b i) b = 0).
    { unfold quad. rewrite (bsum_ext n _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros i _.
      rewrite (bsum_ext n _ (fun _ => 0)); [rewrite bsum_const; ring|intros; ring]. }
    rewrite Z0. generalize (Rmult_le_pos _ _ (Pos b) (Rlt_le _ _ C)). lra.
  - intros i _. rewrite (bsum_ext N _ (fun k => c k * y k i - w i * c k)) by (intros; ring). rewrite bsum_minus, bsum_scal. unfold w. field. lra.
Qed.

(* N3: an EM step in the means, or in means and masses, with one full precision matrix for each component *)
Theorem N3_full_covariances N H D tau pi Q mu x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  (forall h i j, (h < H)%nat -> (i < D)%nat -> (j < D)%nat -> Q h i j = Q h j i) -> (forall h v, (h < H)%nat -> 0 <= quad D (Q h) v v) ->
  let rr := fun n h => rp H tau pi (gq D Q mu (x n)) h in
  let mu' := fun h j => bsum N (fun n => rr n h * x n j) / bsum N (fun n => rr n h) in
  let pi' := fun h => bsum N (fun n => rr n h) / INR N in
  bsum N (fun n => Fp H tau pi (gq D Q mu' (x n))) <= bsum N (fun n => Fp H tau pi (gq D Q mu (x n))) /\
  bsum N (fun n => Fp H tau pi' (gq D Q mu' (x n))) <= bsum N (fun n => Fp H tau pi (gq D Q mu (x n))).
Proof.
  intros Hn Hp Ht S Sy Pos rr mu' pi'. generalize S; intros [P SP].
  assert (En : forall h, (h < H)%nat -> bsum N (fun n => rr n h * gq D Q mu' (x n) h) <= bsum N (fun n => rr n h * gq D Q mu (x n) h)).
  { intros h Hh. assert (C : 0 < bsum N (fun n => rr n h)) by (apply bsum_pos; auto; intros; apply rp_pos; auto).
    assert (L : bsum N (fun n => rr n h * quad D (Q h) (fun i => x n i - mu' h i) (fun i => x n i - mu' h i))
      <= bsum N (fun n => rr n h * quad D (Q h) (fun i => x n i - mu h i) (fun i => x n i - mu h i))).
    { exact (mean_minimises_quad D (Q h) N (fun n => rr n h) x (mu h) (fun i j Hi Hj => Sy h i j Hh Hi Hj) (fun v => Pos h v Hh) C). }
    assert (G : forall m, bsum N (fun n => rr n h * gq D Q m (x n) h) = / 2 * bsum N (fun n => rr n h * quad D (Q h) (fun i => x n i - m h i) (fun i => x n i - m h i))).
    { intros m. rewrite <- bsum_scal. apply bsum_ext. intros n _. unfold gq. generalize (rr n h). intros. field. }
    rewrite !G. lra. }
  destruct (N3_any_energies N H tau pi (fun n => gq D Q mu (x n)) (fun n => gq D Q mu' (x n)) Hn Hp Ht S En) as (A & _ & B).
  split; [exact A|exact B].
Qed.

(* move coordinate j of the mean of component k *)
Definition upd2 (mu : nat -> nat -> R) (k j : nat) (t : R) (h i : nat) : R := if Nat.eq_dec h k then (if Nat.eq_dec i j then t else mu h i) else mu h i.

(* N3: EM's mean update is one gradient step on the free energy of the data, preconditioned by the variance over the count
   (diagonal covariances, exactly) *)
Theorem N3_gradient_step N H D tau pi s mu x k j : (0 < N)%nat -> (k < H)%nat -> (j < D)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s h j) ->
  exists g, is_derive (fun t => total N H D tau pi s (upd2 mu k j t) x) (mu k j) g /\
    new_mean N H D tau pi s mu x k j = mu k j - s k j / count N H D tau pi s mu x k * g.
Proof.
  intros Hn Hk Hj Ht P Ps. assert (Hp : (0 < H)%nat) by lia.
  assert (Id : forall h i, upd2 mu k j (mu k j) h i = mu h i).
  { intros h i. unfold upd2. repeat destruct Nat.eq_dec; subst; auto. }
  exists (bsum N (fun n => resp H D tau pi s mu x n k * ((mu k j - x n j) / s k j))). split.
  - unfold total. apply (is_derive_bsum N (fun n t => Fp H tau pi (gd D s (upd2 mu k j t) (x n)))). intros n _.
    apply is_derive_ext with (fun t => F H tau (fun h => absorbed tau pi (gd D s (upd2 mu k j t) (x n)) h)).
    { intros t. symmetry. apply Fp_absorbed; auto. }
    set (e1 := fun h => if Nat.eq_dec h k then (mu k j - x n j) / s k j else 0).
    evar_last.
    + apply (dF_path H tau (fun h t => absorbed tau pi (gd D s (upd2 mu k j t) (x n)) h) e1); auto.
      intros h Hh. unfold absorbed, gd. evar_last; [apply @is_derive_minus; [|apply @is_derive_const]|].
      * apply (is_derive_bsum D (fun i t => (x n i - upd2 mu k j t h i)^2 / (2 * s h i)) (fun i => if Nat.eq_dec h k then upd (fun _ => 0) j ((mu k j - x n j) / s k j) i else 0)).
        intros i Hi. unfold upd2, upd. destruct (Nat.eq_dec h k) as [->|]; [destruct (Nat.eq_dec i j) as [->|]|]; try apply @is_derive_const.
        generalize (Ps k j Hk Hj); intros. auto_derive; auto. field. lra.
      * unfold e1, minus, plus, opp, zero; simpl. destruct (Nat.eq_dec h k).
        { change (fun i => upd (fun _ => 0) j ((mu k j - x n j) / s k j) i) with (upd (fun _ => 0) j ((mu k j - x n j) / s k j)). 
          rewrite bsum_upd, bsum_const by auto. ring. }
        { rewrite bsum_const. ring. }
    + unfold mean. rewrite (bsum_ext H _ (upd (fun _ => 0) k (resp H D tau pi s mu x n k * ((mu k j - x n j) / s k j)))).
      * rewrite bsum_upd, bsum_const by auto. ring.
      * intros h Hh. unfold e1, upd. destruct (Nat.eq_dec h k) as [->|]; [|ring]. f_equal.
        unfold resp. rewrite rp_absorbed by auto. apply r_of_w with 1; auto; [lra|]. intros i Hi. unfold w, absorbed, gd. rewrite Rmult_1_l.
        do 4 f_equal. apply bsum_ext. intros; rewrite Id; auto.
  - generalize (count_pos N H D tau pi s mu x k Hn Hk P); intros C. unfold new_mean.
    rewrite (bsum_ext N (fun n => resp H D tau pi s mu x n k * ((mu k j - x n j) / s k j))
      (fun n => (mu k j / s k j) * resp H D tau pi s mu x n k - / s k j * (resp H D tau pi s mu x n k * x n j))) by (intros; unfold Rdiv; ring).
    rewrite bsum_minus, !bsum_scal. fold (count N H D tau pi s mu x k). generalize (Ps k j Hk Hj); intros. field. lra.
Qed.

Lemma quad_unit n Q i u : (i < n)%nat -> quad n Q (upd (fun _ => 0) i 1) u = bsum n (fun j => Q i j * u j).
Proof.
  intros Hi. unfold quad. rewrite (bsum_ext n _ (upd (fun _ => 0) i (bsum n (fun j => Q i j * u j)))).
  - rewrite bsum_upd, bsum_const by auto. ring.
  - intros l _. unfold upd. destruct (Nat.eq_dec l i) as [->|]; [apply bsum_ext; intros; ring|].
    rewrite (bsum_ext n _ (fun _ => 0)); [rewrite bsum_const; ring|intros; ring].
Qed.

Lemma is_derive_quad n Q a m i : (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) -> (i < n)%nat ->
  is_derive (fun t => quad n Q (fun l => a l - upd m i t l) (fun l => a l - upd m i t l) / 2) (m i) (- bsum n (fun j => Q i j * (a j - m j))).
Proof.
  intros S Hi. set (u := fun l => a l - m l). set (e := upd (fun _ => 0) i 1).
  apply is_derive_ext with (fun t => (quad n Q u u - 2 * (t - m i) * quad n Q e u + (t - m i)^2 * quad n Q e e) / 2).
  { intros t. f_equal.
    rewrite (quad_ext n Q (fun l => a l - upd m i t l) (fun l => u l - (t - m i) * e l) (fun l => a l - upd m i t l) (fun l => u l - (t - m i) * e l))
      by (intros l _; unfold u, e, upd; destruct Nat.eq_dec; subst; ring).
    rewrite quad_lin, (quad_sym n Q u (fun l => u l - (t - m i) * e l)), (quad_sym n Q e (fun l => u l - (t - m i) * e l)) by auto.
    rewrite !quad_lin, (quad_sym n Q u e) by auto. ring. }
  evar_last; [auto_derive; auto|]. change (bsum n (fun j => Q i j * (a j - m j))) with (bsum n (fun j => Q i j * u j)). rewrite <- quad_unit by auto. fold e.
  set (A := quad n Q e u). set (B := quad n Q e e). field.
Qed.

(* N3: the mean update of EM as a gradient step, with full precision matrices: the gradient in the mean of component k is  count * Q_k (mu_k - mu'_k),
   so with Sigma_k, the inverse of Q_k, the new mean is  mu_k - Sigma_k / count * gradient *)
Theorem N3_gradient_step_full N H D tau pi Q mu x k : (0 < N)%nat -> (k < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  (forall i j, (i < D)%nat -> (j < D)%nat -> Q k i j = Q k j i) ->
  let rr := fun n h => rp H tau pi (gq D Q mu (x n)) h in
  let count := bsum N (fun n => rr n k) in
  let mu' := fun j => bsum N (fun n => rr n k * x n j) / count in
  exists g : nat -> R,
    (forall i, (i < D)%nat -> is_derive (fun t => bsum N (fun n => Fp H tau pi (gq D Q (upd2 mu k i t) (x n)))) (mu k i) (g i)) /\
    (forall i, (i < D)%nat -> g i = count * bsum D (fun j => Q k i j * (mu k j - mu' j))) /\
    (forall Sigma : nat -> nat -> R, (forall i l, (i < D)%nat -> (l < D)%nat -> bsum D (fun j => Sigma i j * Q k j l) = if Nat.eq_dec i l then 1 else 0) ->
      forall i, (i < D)%nat -> mu' i = mu k i - bsum D (fun j => Sigma i j * g j) / count).
Proof.
  intros Hn Hk Ht P S rr count mu'. assert (Hp : (0 < H)%nat) by lia.
  assert (C : 0 < count) by (apply bsum_pos; auto; intros; apply rp_pos; auto).
  exists (fun i => count * bsum D (fun j => Q k i j * (mu k j - mu' j))). split; [|split; auto].
  - intros i Hi.
    assert (G : bsum N (fun n => rr n k * - bsum D (fun j => Q k i j * (x n j - mu k j))) = count * bsum D (fun j => Q k i j * (mu k j - mu' j))).
    { rewrite (bsum_ext N _ (fun n => bsum D (fun j => Q k i j * (mu k j * rr n k - rr n k * x n j)))).
      - rewrite bsum_swap, <- bsum_scal. apply bsum_ext. intros j _. rewrite bsum_scal, bsum_minus, bsum_scal. fold count. unfold mu'. field. lra.
      - intros n _. replace (rr n k * - bsum D (fun j => Q k i j * (x n j - mu k j))) with ((- rr n k) * bsum D (fun j => Q k i j * (x n j - mu k j))) by ring.
        rewrite <- bsum_scal. apply bsum_ext; intros; ring. }
    rewrite <- G. apply (is_derive_bsum N (fun n t => Fp H tau pi (gq D Q (upd2 mu k i t) (x n)))). intros n _.
    apply is_derive_ext with (fun t => F H tau (fun h => absorbed tau pi (gq D Q (upd2 mu k i t) (x n)) h)).
    { intros t. symmetry. apply Fp_absorbed; auto. }
    set (e1 := fun h => if Nat.eq_dec h k then - bsum D (fun j => Q k i j * (x n j - mu k j)) else 0).
    evar_last.
    + apply (dF_path H tau (fun h t => absorbed tau pi (gq D Q (upd2 mu k i t) (x n)) h) e1); auto.
      intros h Hh. unfold absorbed. evar_last; [apply @is_derive_minus; [|apply @is_derive_const]|].
      * instantiate (1 := e1 h). unfold e1. destruct (Nat.eq_dec h k) as [->|E].
        { apply is_derive_ext with (fun t => quad D (Q k) (fun l => x n l - upd (mu k) i t l) (fun l => x n l - upd (mu k) i t l) / 2); [|apply is_derive_quad; auto].
          intros t. unfold gq. f_equal. apply quad_ext; intros l _; unfold upd2, upd; destruct (Nat.eq_dec k k); congruence. }
        { apply is_derive_ext with (fun _ => gq D Q mu (x n) h); [|apply @is_derive_const].
          intros t. unfold gq. f_equal. apply quad_ext; intros l _; unfold upd2; destruct (Nat.eq_dec h k); congruence. }
      * unfold minus, plus, opp, zero; simpl. ring.
    + unfold mean. rewrite (bsum_ext H _ (upd (fun _ => 0) k (rr n k * - bsum D (fun j => Q k i j * (x n j - mu k j))))).
      * rewrite bsum_upd, bsum_const by auto. ring.
      * intros h Hh. unfold e1, upd. destruct (Nat.eq_dec h k) as [->|]; [|ring]. f_equal.
        unfold rr. rewrite rp_absorbed by auto. apply r_of_w with 1; auto; [lra|]. intros l Hl. unfold w, absorbed, gq. rewrite Rmult_1_l.
        do 5 f_equal; apply quad_ext; intros j _; unfold upd2; repeat destruct Nat.eq_dec; subst; auto.
  - intros Sigma I i Hi.
    rewrite (bsum_ext D _ (fun j => count * bsum D (fun l => Sigma i j * Q k j l * (mu k l - mu' l))))
      by (intros j _; rewrite (bsum_ext D (fun l => Sigma i j * Q k j l * (mu k l - mu' l)) (fun l => Sigma i j * (Q k j l * (mu k l - mu' l)))) by (intros; ring); rewrite bsum_scal; ring).
    rewrite bsum_scal, bsum_swap. rewrite (bsum_ext D _ (upd (fun _ => 0) i (mu k i - mu' i))).
    + rewrite bsum_upd, bsum_const by auto. field. lra.
    + intros l Hl. rewrite (bsum_ext D _ (fun j => (mu k l - mu' l) * (Sigma i j * Q k j l))) by (intros; ring). rewrite bsum_scal, I by auto.
      unfold upd. destruct (Nat.eq_dec i l), (Nat.eq_dec l i); subst; try congruence; ring.
Qed.

(* N3b: with a normalised prior the derivative of the free energy in tau is KL(r||pi) >= 0 *)
Theorem N3b_dF H tau pi d : (0 < H)%nat -> 0 < tau -> simplex H pi ->
  is_derive (fun t => Fp H t pi d) tau (KL H (rp H tau pi d) pi) /\ 0 <= KL H (rp H tau pi d) pi.
Proof.
  intros Hp Ht [P SP]. split; [|apply KL_ge0; [apply rp_simplex; auto|split; auto]].
  generalize (Zp_pos H tau pi d Hp P); intros PZ.
  assert (D : is_derive (fun t => Zp H t pi d) tau (bsum H (fun h => pi h * (w tau d h * d h / tau^2)))).
  { apply (is_derive_bsum H (fun h t => pi h * w t d h)). intros i Hi. apply d_scal_path. apply dw; auto. }
  unfold Fp. evar_last.
  - apply (d_mult_path (fun t => - t) (fun t => ln (Zp H t pi d))); [|apply d_ln_path; [exact PZ|apply D]].
    instantiate (1 := -1). auto_derive; auto; ring.
  - apply Rmult_eq_reg_l with tau; [|lra].
    generalize (gibbs_prior_attained H tau pi d Hp Ht P). unfold Fp. intros E.
    replace (tau * KL H (rp H tau pi d) pi) with (- tau * ln (Zp H tau pi d) - mean H (rp H tau pi d) d) by lra.
    unfold mean, rp. rewrite (bsum_ext H (fun h => pi h * w tau d h / Zp H tau pi d * d h) (fun h => (tau^2 / Zp H tau pi d) * (pi h * (w tau d h * d h / tau^2))))
      by (intros; field; lra).
    rewrite bsum_scal. field. lra.
Qed.

(* N3b: hence cooling is descent, for any energies and any normalised prior *)
Theorem N3b_cooling H a b pi d : (0 < H)%nat -> simplex H pi -> 0 < a -> a <= b -> Fp H a pi d <= Fp H b pi d.
Proof.
  intros Hp [P SP] A L. eapply Rle_trans; [apply (gibbs_prior H a pi d (rp H b pi d)); auto; apply rp_simplex; auto|].
  rewrite (gibbs_prior_attained H b pi d) by (auto; lra).
  assert (0 <= KL H (rp H b pi d) pi) by (apply KL_ge0; [apply rp_simplex; auto|split; auto]). nra.
Qed.

(* N3b: annealed EM is one monotone descent: an EM step in means and masses followed by cooling never raises the free energy of the data *)
Theorem N3b_annealed N H D tau tau' pi s mu x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau' -> tau' <= tau -> simplex H pi ->
  (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s h j) ->
  total N H D tau' (new_mass N H D tau pi s mu x) s (new_mean N H D tau pi s mu x) x <= total N H D tau pi s mu x.
Proof.
  intros Hn Hp Ht L S Ps. eapply Rle_trans; [|apply N3_em_descent; auto; lra].
  apply bsum_le. intros n _. apply N3b_cooling; auto. apply new_mass_simplex; auto. apply S.
Qed.

(* N3b: the same for any energies: a step that does not raise the averaged energy of any component, the new masses, then cooling *)
Theorem N3b_any_energies N H tau tau' pi (d d' : nat -> nat -> R) : (0 < N)%nat -> (0 < H)%nat -> 0 < tau' -> tau' <= tau -> simplex H pi ->
  let rr := fun n h => rp H tau pi (d n) h in
  (forall h, (h < H)%nat -> bsum N (fun n => rr n h * d' n h) <= bsum N (fun n => rr n h * d n h)) ->
  bsum N (fun n => Fp H tau' (fun h => bsum N (fun n => rr n h) / INR N) (d' n)) <= bsum N (fun n => Fp H tau pi (d n)).
Proof.
  intros Hn Hp Ht L S rr En. destruct (N3_any_energies N H tau pi d d' Hn Hp ltac:(lra) S En) as (_ & S' & B).
  eapply Rle_trans; [|apply B]. apply bsum_le. intros n _. apply N3b_cooling; auto.
Qed.

(* N3b: with one full precision matrix for each component *)
Theorem N3b_full_covariances N H D tau tau' pi Q mu x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau' -> tau' <= tau -> simplex H pi ->
  (forall h i j, (h < H)%nat -> (i < D)%nat -> (j < D)%nat -> Q h i j = Q h j i) -> (forall h v, (h < H)%nat -> 0 <= quad D (Q h) v v) ->
  let rr := fun n h => rp H tau pi (gq D Q mu (x n)) h in
  let mu' := fun h j => bsum N (fun n => rr n h * x n j) / bsum N (fun n => rr n h) in
  let pi' := fun h => bsum N (fun n => rr n h) / INR N in
  bsum N (fun n => Fp H tau' pi' (gq D Q mu' (x n))) <= bsum N (fun n => Fp H tau pi (gq D Q mu (x n))).
Proof.
  intros Hn Hp Ht L S Sy Pos rr mu' pi'. destruct (N3_full_covariances N H D tau pi Q mu x Hn Hp ltac:(lra) S Sy Pos) as [_ B].
  eapply Rle_trans; [|apply B]. apply bsum_le. intros n _. apply N3b_cooling; auto.
  destruct S as [P SP].
  destruct (N3_any_energies N H tau pi (fun n => gq D Q mu (x n)) (fun n => gq D Q mu (x n)) Hn Hp ltac:(lra) (conj P SP)) as (_ & S' & _); auto.
  intros; lra.
Qed.

(* N3b, qualification: with unit weights cooling never lowers the free energy, and with two or more hypotheses it raises it *)
Theorem N3b_unit H a b d : (2 <= H)%nat -> 0 < a -> a < b -> F H b d < F H a d.
Proof.
  intros H2 A L. assert (Hp : (0 < H)%nat) by lia.
  assert (S : simplex H (r H a d)) by (apply T1_simplex; auto).
  eapply Rle_lt_trans; [apply (T2_gibbs H b d (r H a d)); auto; [lra|split; [intros; left; apply r_pos; auto|apply S]]|].
  rewrite <- (T2_attained H a d) by auto.
  assert (0 < ent H (r H a d)); [|nra].
  assert (Lt : forall h, (h < H)%nat -> r H a d h < 1).
  { intros h Hh. destruct S as [_ S]. rewrite (bsum_split H (r H a d) h Hh) in S.
    set (k := if Nat.eq_dec h 0 then 1%nat else 0%nat). assert (Hk : (k < H)%nat /\ k <> h) by (unfold k; destruct Nat.eq_dec; lia).
    assert (upd (r H a d) h 0 k <= bsum H (upd (r H a d) h 0)).
    { apply (bsum_ge_term H (upd (r H a d) h 0)); [apply Hk|]. intros i Hi. unfold upd. destruct (Nat.eq_dec i h); [lra|left; apply r_pos; auto]. }
    rewrite upd_neq in H0 by apply Hk. generalize (r_pos H a d k Hp). lra. }
  unfold ent. assert (0 < bsum H (fun h => - (r H a d h * ln (r H a d h)))).
  { apply bsum_pos; auto. intros h Hh. assert (ln (r H a d h) < 0) by (rewrite <- ln_1; apply ln_increasing; [apply r_pos; auto|apply Lt; auto]).
    generalize (r_pos H a d h Hp). nra. }
  rewrite (bsum_ext H _ (fun h => -1 * (r H a d h * ln (r H a d h)))) in H0 by (intros; ring). rewrite bsum_scal in H0. lra.
Qed.

(* ---------- N1, N1b: one component against many; data in one dimension, energies (x - mu)^2 / 2 ---------- *)
Definition half (mu : nat -> R) (x : R) (h : nat) : R := (x - mu h)^2 / 2.
Definition avg (N : nat) (x : nat -> R) : R := bsum N x / INR N.
Definition variance (N : nat) (x : nat -> R) : R := bsum N (fun n => (x n - avg N x)^2) / INR N.
Definition one (N : nat) (x : nat -> R) : R := bsum N (fun n => (x n - avg N x)^2 / 2).

(* N1b: the exact global statement: one component at the mean is at least as good as every mixture with free masses and means exactly when
   E exp (s (x - mean)) <= exp (tau s^2 / 2) for all s, that is when tau is at least the sub-Gaussian variance proxy of the data *)
Theorem N1b_global N tau x : (0 < N)%nat -> 0 < tau ->
  (forall H pi mu, (0 < H)%nat -> simplex H pi -> one N x <= bsum N (fun n => Fp H tau pi (half mu (x n)))) <->
  (forall s, bsum N (fun n => exp (s * (x n - avg N x))) / INR N <= exp (tau * s^2 / 2)).
Proof.
  intros Hn Ht. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia). set (xb := avg N x).
  (* relative likelihood of a mean at xb + tau s *)
  set (g := fun s n => exp (s * (x n - xb) - tau * s^2 / 2)).
  assert (Gp : forall s n, 0 < g s n) by (intros; apply exp_pos).
  assert (Gs : forall s, bsum N (g s) = exp (- (tau * s^2 / 2)) * bsum N (fun n => exp (s * (x n - xb)))).
  { intros s. rewrite <- bsum_scal. apply bsum_ext. intros. unfold g. rewrite <- exp_plus. f_equal. ring. }
  assert (Eq : forall s, bsum N (g s) <= INR N <-> bsum N (fun n => exp (s * (x n - xb))) / INR N <= exp (tau * s^2 / 2)).
  { intros s. rewrite Gs. set (B := bsum N (fun n => exp (s * (x n - xb)))). generalize (exp_pos (tau * s^2 / 2)). rewrite exp_Ropp. set (e := exp (tau * s^2 / 2)). intros Pe.
    split; intros L.
    - apply Rmult_le_reg_r with (INR N); auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
      apply Rmult_le_reg_l with (/ e); [apply Rinv_0_lt_compat; auto|]. rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l by lra. auto.
    - apply Rmult_le_compat_r with (r := INR N) in L; [|lra]. unfold Rdiv in L. rewrite Rmult_assoc, Rinv_l, Rmult_1_r in L by lra.
      apply Rmult_le_compat_l with (r := / e) in L; [|left; apply Rinv_0_lt_compat; auto]. rewrite <- Rmult_assoc, Rinv_l, Rmult_1_l in L by lra. auto. }
  (* the free energy of a mixture relative to the one component *)
  assert (Rel : forall H pi mu n, (0 < H)%nat -> simplex H pi -> Fp H tau pi (half mu (x n)) =
     (x n - xb)^2 / 2 - tau * ln (bsum H (fun h => pi h * g ((mu h - xb) / tau) n))).
  { intros H pi mu n Hp [P S]. unfold Fp. replace (Zp H tau pi (half mu (x n))) with (exp (- ((x n - xb)^2 / 2) / tau) * bsum H (fun h => pi h * g ((mu h - xb) / tau) n)).
    - rewrite ln_mult, ln_exp; [field; lra|apply exp_pos|]. apply bsum_pos; auto. intros; apply Rmult_lt_0_compat; auto.
    - unfold Zp. rewrite <- bsum_scal. apply bsum_ext. intros h _. unfold g, w, half. rewrite <- Rmult_assoc, (Rmult_comm (exp _) (pi h)), Rmult_assoc, <- exp_plus.
      f_equal. f_equal. field. lra. }
  split.
  - intros A s. apply Eq. destruct (Rle_dec (bsum N (g s)) (INR N)) as [|L]; auto. exfalso. apply Rnot_le_lt in L.
    (* mixtures (1-e) at xb, e at xb + tau s: the derivative at e = 0 is negative *)
    set (G := fun e => bsum N (fun n => tau * ln (1 + e * (g s n - 1)))).
    assert (DG : is_derive G 0 (bsum N (fun n => tau * (g s n - 1)))).
    { apply (is_derive_bsum N (fun n e => tau * ln (1 + e * (g s n - 1)))). intros n _. auto_derive; [lra|]. field. }
    assert (Pd : 0 < bsum N (fun n => tau * (g s n - 1))).
    { rewrite bsum_scal, bsum_minus, bsum_const. apply Rmult_lt_0_compat; lra. }
    apply is_derive_Reals in DG. destruct (DG _ Pd) as [al Hal]. assert (Pa := cond_pos al).
    set (e := Rmin (al / 2) (1 / 2)). assert (Pe : 0 < e <= 1/2) by (unfold e; split; [apply Rmin_glb_lt; lra|apply Rmin_r]).
    assert (e <= al / 2) by apply Rmin_l.
    specialize (Hal e ltac:(lra) ltac:(rewrite Rabs_right; lra)).
    assert (G0 : G 0 = 0).
    { unfold G. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros. rewrite Rmult_0_l, Rplus_0_r, ln_1. ring. }
    rewrite Rplus_0_l, G0, Rminus_0_r in Hal. apply Rabs_lt_between in Hal.
    assert (0 < G e).
    { replace (G e) with (G e / e * e) by (field; lra). apply Rmult_lt_0_compat; lra. }
    generalize (A 2%nat (fun h => match h with O => 1 - e | _ => e end) (fun h => match h with O => xb | _ => xb + tau * s end) ltac:(lia)).
    intros B. assert (S : simplex 2 (fun h => match h with O => 1 - e | _ => e end)).
    { split; [intros [|[|h]] Hh; try lia; lra|simpl; ring]. }
    specialize (B S). rewrite (bsum_ext N _ (fun n => (x n - xb)^2 / 2 - tau * ln (1 + e * (g s n - 1)))) in B.
    + rewrite bsum_minus in B. unfold one in B. fold xb in B. unfold G in H0. lra.
    + intros n _. rewrite Rel by (auto; lia). do 2 f_equal. f_equal. cbn [bsum].
      assert (E0 : g ((xb - xb) / tau) n = 1) by (unfold g; replace ((xb - xb) / tau) with 0 by (field; lra); rewrite <- exp_0; f_equal; field).
      replace ((xb + tau * s - xb) / tau) with s by (field; lra). rewrite E0. ring.
  - intros A H pi mu Hp S. destruct S as [P S].
    rewrite (bsum_ext N (fun n => Fp H tau pi (half mu (x n))) (fun n => (x n - xb)^2 / 2 - tau * ln (bsum H (fun h => pi h * g ((mu h - xb) / tau) n))))
      by (intros; apply Rel; auto; split; auto).
    rewrite bsum_minus. unfold one. fold xb.
    assert (Q : bsum N (fun n => tau * ln (bsum H (fun h => pi h * g ((mu h - xb) / tau) n))) <= 0); [|lra].
    apply Rle_trans with (bsum N (fun n => tau * (bsum H (fun h => pi h * g ((mu h - xb) / tau) n) - 1))).
    + apply bsum_le. intros n _. apply Rmult_le_compat_l; [lra|]. apply ln_le_sub1. apply bsum_pos; auto. intros; apply Rmult_lt_0_compat; auto.
    + rewrite bsum_scal, bsum_minus, bsum_const, bsum_swap.
      assert (bsum H (fun h => bsum N (fun n => pi h * g ((mu h - xb) / tau) n)) <= INR N); [|nra].
      apply Rle_trans with (bsum H (fun h => INR N * pi h)); [|rewrite bsum_scal, S; lra].
      apply bsum_le. intros h Hh. rewrite bsum_scal, (Rmult_comm (INR N)). apply Rmult_le_compat_l; [left; auto|]. apply Eq, A.
Qed.

(* N1: second variation of the free energy of the data at the all-at-the-mean state along any direction u of the means, normalised prior:
   first derivative Sum_n <(mu - x) u>, second derivative N (<u^2> - (variance / tau) Var_pi(u)) *)
Theorem N1_second_variation N H tau pi x u : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  let mu := fun t h => avg N x + t * u h in
  let slope := fun t => bsum N (fun n => mean H (rp H tau pi (half (mu t) (x n))) (fun h => - (x n - mu t h) * u h)) in
  (forall t, is_derive (fun t => bsum N (fun n => Fp H tau pi (half (mu t) (x n)))) t (slope t)) /\
  slope 0 = 0 /\
  is_derive slope 0 (INR N * (mean H pi (fun h => u h ^ 2) - variance N x / tau * var H pi u)).
Proof.
  intros Hn Hp Ht [P S] mu slope. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  assert (De : forall n h t, is_derive (fun t => absorbed tau pi (half (mu t) (x n)) h) t (- (x n - mu t h) * u h)).
  { intros. unfold absorbed, half, mu. auto_derive; auto. field. }
  assert (Ra : forall n t h, (h < H)%nat -> rp H tau pi (half (mu t) (x n)) h = r H tau (fun h => absorbed tau pi (half (mu t) (x n)) h) h).
  { intros. apply rp_absorbed; auto. }
  assert (D1 : forall t, is_derive (fun t => bsum N (fun n => Fp H tau pi (half (mu t) (x n)))) t (slope t)).
  { intros t. apply (is_derive_bsum N (fun n t => Fp H tau pi (half (mu t) (x n)))). intros n _.
    apply is_derive_ext with (fun t => F H tau (fun h => absorbed tau pi (half (mu t) (x n)) h)); [intros; symmetry; apply Fp_absorbed; auto|].
    rewrite (mean_ext H _ (r H tau (fun h => absorbed tau pi (half (mu t) (x n)) h)) _ (fun h => - (x n - mu t h) * u h)) by (auto; intros; apply Ra; auto).
    apply (dF_path H tau (fun h t => absorbed tau pi (half (mu t) (x n)) h) (fun h => - (x n - mu t h) * u h)); auto. }
  assert (Mu0 : forall h, mu 0 h = avg N x) by (intros; unfold mu; ring).
  assert (R0 : forall n h, (h < H)%nat -> rp H tau pi (half (mu 0) (x n)) h = pi h).
  { intros n h Hh. set (c := exp (- ((x n - avg N x)^2 / 2) / tau)).
    assert (W : forall i, w tau (half (mu 0) (x n)) i = c) by (intros i; unfold w, half; rewrite Mu0; auto).
    unfold rp, Zp. rewrite (bsum_ext H _ (fun i => c * pi i)) by (intros; rewrite W; ring). rewrite bsum_scal, S, W.
    assert (0 < c) by apply exp_pos. field. lra. }
  assert (Ctr : bsum N (fun n => x n - avg N x) = 0).
  { rewrite bsum_minus, bsum_const. unfold avg. field. lra. }
  split; [exact D1|split].
  - unfold slope. rewrite (bsum_ext N _ (fun n => - mean H pi u * (x n - avg N x))).
    + rewrite bsum_scal, Ctr. ring.
    + intros n _. rewrite (mean_ext H _ pi _ (fun h => - (x n - avg N x) * u h)) by (intros; rewrite ?R0, ?Mu0; auto).
      unfold mean. rewrite (bsum_ext H _ (fun h => - (x n - avg N x) * (pi h * u h))) by (intros; ring). rewrite bsum_scal. ring.
  - evar_last.
    + apply (is_derive_bsum N (fun n t => mean H (rp H tau pi (half (mu t) (x n))) (fun h => - (x n - mu t h) * u h))
        (fun n => mean H pi (fun h => u h ^ 2) - (x n - avg N x)^2 * var H pi u / tau)). intros n _.
      apply is_derive_ext with (fun t => mean H (r H tau (fun h => absorbed tau pi (half (mu t) (x n)) h)) (fun h => - (x n - mu t h) * u h)).
      { intros t. apply mean_ext; auto. intros; symmetry; apply Ra; auto. }
      evar_last.
      * apply (dmean_path H tau (fun h t => absorbed tau pi (half (mu t) (x n)) h) (fun h => - (x n - mu 0 h) * u h)
          (fun h t => - (x n - mu t h) * u h) (fun h => u h ^ 2)); auto.
        intros h _. unfold mu. auto_derive; auto. ring.
      * cbv zeta beta.
        assert (Rr : forall h, (h < H)%nat -> r H tau (fun h => absorbed tau pi (half (mu 0) (x n)) h) h = pi h) by (intros; rewrite <- Ra by auto; auto).
        rewrite !(mean_ext H _ pi _ _ Rr (fun h _ => eq_refl)).
        set (c := x n - avg N x).
        rewrite (mean_ext H pi pi (fun h => - (x n - mu 0 h) * u h * (- (x n - mu 0 h) * u h)) (fun h => c^2 * u h ^ 2)) by (auto; intros; rewrite Mu0; unfold c; ring).
        rewrite (mean_ext H pi pi (fun h => - (x n - mu 0 h) * u h) (fun h => - c * u h)) by (auto; intros; rewrite Mu0; unfold c; ring).
        rewrite var_alt by auto. unfold mean at 2 3 4. 
        rewrite (bsum_ext H (fun h => pi h * (c^2 * u h ^ 2)) (fun h => c^2 * (pi h * u h ^ 2))) by (intros; ring).
        rewrite (bsum_ext H (fun h => pi h * (- c * u h)) (fun h => - c * (pi h * u h))) by (intros; ring).
        rewrite !bsum_scal. unfold mean. field. lra.
    + rewrite bsum_minus, bsum_const. 
      rewrite (bsum_ext N (fun n => (x n - avg N x)^2 * var H pi u / tau) (fun n => (var H pi u / tau) * (x n - avg N x)^2)) by (intros; unfold Rdiv; ring).
      rewrite bsum_scal. unfold variance. field. lra.
Qed.

(* N1: hence at tau >= variance no direction of the means lowers the free energy to second order, and below it every direction of zero
   pi-mean (a split) does: the state loses stability at tau_c = the variance *)
Theorem N1_critical N H tau pi x u : (0 < N)%nat -> 0 < tau -> simplex H pi ->
  (variance N x <= tau -> 0 <= INR N * (mean H pi (fun h => u h ^ 2) - variance N x / tau * var H pi u)) /\
  (tau < variance N x -> mean H pi u = 0 -> 0 < mean H pi (fun h => u h ^ 2) ->
    INR N * (mean H pi (fun h => u h ^ 2) - variance N x / tau * var H pi u) < 0).
Proof.
  intros Hn Ht [P S]. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  rewrite var_alt by auto. set (q := mean H pi (fun h => u h ^ 2)).
  assert (V0 : 0 <= var H pi u) by (apply var_ge0; intros; left; auto). rewrite var_alt in V0 by auto. fold q in V0.
  split.
  - intros L. apply Rmult_le_pos; [lra|]. assert (variance N x / tau <= 1).
    { apply Rmult_le_reg_r with tau; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    generalize (pow2_ge_0 (mean H pi u)). nra.
  - intros L M Q. rewrite M. assert (1 < variance N x / tau).
    { apply Rmult_lt_reg_r with tau; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
    replace (q - variance N x / tau * (q - 0 ^ 2)) with (q * (1 - variance N x / tau)) by ring.
    assert (0 < INR N * (q * (variance N x / tau - 1))); [|lra]. apply Rmult_lt_0_compat; auto. apply Rmult_lt_0_compat; lra.
Qed.

(* the same in any dimension: data x n j, energies half the squared distance *)
Definition halfD (D : nat) (mu : nat -> nat -> R) (x : nat -> R) (h : nat) : R := bsum D (fun j => (x j - mu h j)^2) / 2.
Definition avgD (N : nat) (x : nat -> nat -> R) (j : nat) : R := bsum N (fun n => x n j) / INR N.
(* the centred datum n along a direction v *)
Definition along (N D : nat) (x : nat -> nat -> R) (v : nat -> R) (n : nat) : R := bsum D (fun j => (x n j - avgD N x j) * v j).

(* N1: any dimension: the second variation at the all-at-the-mean state in the direction u of the means is
   N <|u|^2>_pi - (1/tau) Sum_n Var_pi((x_n - mean) . u) *)
Theorem N1_second_variation_D N H D tau pi x u : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  let mu := fun t h j => avgD N x j + t * u h j in
  let slope := fun t => bsum N (fun n => mean H (rp H tau pi (halfD D (mu t) (x n))) (fun h => bsum D (fun j => - (x n j - mu t h j) * u h j))) in
  (forall t, is_derive (fun t => bsum N (fun n => Fp H tau pi (halfD D (mu t) (x n)))) t (slope t)) /\
  slope 0 = 0 /\
  is_derive slope 0 (INR N * mean H pi (fun h => bsum D (fun j => u h j ^ 2)) - bsum N (fun n => var H pi (fun h => along N D x (u h) n)) / tau).
Proof.
  intros Hn Hp Ht [P S] mu slope. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  set (L := fun n h t => bsum D (fun j => - (x n j - mu t h j) * u h j)).
  assert (De : forall n h t, is_derive (fun t => absorbed tau pi (halfD D (mu t) (x n)) h) t (L n h t)).
  { intros n h t. unfold absorbed, halfD. evar_last; [apply @is_derive_minus; [|apply @is_derive_const]|].
    - apply is_derive_ext with (fun t => / 2 * bsum D (fun j => (x n j - mu t h j)^2)); [intros; apply Rmult_comm|].
      apply d_scal_path. apply (is_derive_bsum D (fun j t => (x n j - mu t h j)^2) (fun j => 2 * (- (x n j - mu t h j) * u h j))).
      intros j _. unfold mu. auto_derive; auto. ring.
    - unfold minus, plus, opp, zero; simpl. rewrite bsum_scal. fold (L n h t). field. }
  assert (Ra : forall n t h, (h < H)%nat -> rp H tau pi (halfD D (mu t) (x n)) h = r H tau (fun h => absorbed tau pi (halfD D (mu t) (x n)) h) h).
  { intros. apply rp_absorbed; auto. }
  assert (Mu0 : forall h j, mu 0 h j = avgD N x j) by (intros; unfold mu; ring).
  assert (R0 : forall n h, (h < H)%nat -> rp H tau pi (halfD D (mu 0) (x n)) h = pi h).
  { intros n h Hh. set (c := exp (- (bsum D (fun j => (x n j - avgD N x j)^2) / 2) / tau)).
    assert (W : forall i, w tau (halfD D (mu 0) (x n)) i = c).
    { intros i. unfold w, halfD, c. do 4 f_equal. apply bsum_ext. intros; rewrite Mu0; auto. }
    unfold rp, Zp. rewrite (bsum_ext H _ (fun i => c * pi i)) by (intros; rewrite W; ring). rewrite bsum_scal, S, W.
    assert (0 < c) by apply exp_pos. field. lra. }
  split.
  - intros t. apply (is_derive_bsum N (fun n t => Fp H tau pi (halfD D (mu t) (x n)))). intros n _.
    apply is_derive_ext with (fun t => F H tau (fun h => absorbed tau pi (halfD D (mu t) (x n)) h)); [intros; symmetry; apply Fp_absorbed; auto|].
    rewrite (mean_ext H _ (r H tau (fun h => absorbed tau pi (halfD D (mu t) (x n)) h)) _ (fun h => L n h t)) by (auto; intros; apply Ra; auto).
    apply (dF_path H tau (fun h t => absorbed tau pi (halfD D (mu t) (x n)) h) (fun h => L n h t)); auto.
  - split.
    { unfold slope. rewrite (bsum_ext N _ (fun n => bsum H (fun h => bsum D (fun j => - (pi h * u h j) * (x n j - avgD N x j))))).
      + rewrite bsum_swap. rewrite (bsum_ext H _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros h _.
        rewrite bsum_swap. rewrite (bsum_ext D _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros j _.
        rewrite bsum_scal, bsum_minus, bsum_const. unfold avgD. field. lra.
      + intros n _. unfold mean. apply bsum_ext. intros h Hh. rewrite R0 by auto. rewrite <- bsum_scal. apply bsum_ext.
        intros j _. rewrite Mu0. ring. }
    evar_last.
    + apply (is_derive_bsum N (fun n t => mean H (rp H tau pi (halfD D (mu t) (x n))) (fun h => L n h t))
        (fun n => mean H pi (fun h => bsum D (fun j => u h j ^ 2)) - / tau * var H pi (fun h => along N D x (u h) n))). intros n _.
      apply is_derive_ext with (fun t => mean H (r H tau (fun h => absorbed tau pi (halfD D (mu t) (x n)) h)) (fun h => L n h t)).
      { intros t. apply mean_ext; auto. intros; symmetry; apply Ra; auto. }
      evar_last.
      * apply (dmean_path H tau (fun h t => absorbed tau pi (halfD D (mu t) (x n)) h) (fun h => L n h 0) (fun h t => L n h t) (fun h => bsum D (fun j => u h j ^ 2))); auto.
        intros h _. apply (is_derive_bsum D (fun j t => - (x n j - mu t h j) * u h j)). intros j _. unfold mu. auto_derive; auto. ring.
      * cbv zeta beta.
        assert (Rr : forall h, (h < H)%nat -> r H tau (fun h => absorbed tau pi (halfD D (mu 0) (x n)) h) h = pi h) by (intros; rewrite <- Ra by auto; auto).
        rewrite !(mean_ext H _ pi _ _ Rr (fun h _ => eq_refl)).
        set (A := fun h => along N D x (u h) n).
        assert (La : forall h, L n h 0 = - A h).
        { intros h. unfold L, A, along. replace (- bsum D (fun j => (x n j - avgD N x j) * u h j)) with (-1 * bsum D (fun j => (x n j - avgD N x j) * u h j)) by ring.
          rewrite <- bsum_scal. apply bsum_ext. intros; rewrite Mu0; ring. }
        rewrite (mean_ext H pi pi (fun h => L n h 0 * L n h 0) (fun h => A h ^ 2)) by (auto; intros; rewrite La; ring).
        rewrite (mean_ext H pi pi (fun h => L n h 0) (fun h => - A h)) by (auto; intros; apply La).
        assert (Mo : mean H pi (fun h => - A h) = - mean H pi A).
        { unfold mean. replace (- bsum H (fun h => pi h * A h)) with (-1 * bsum H (fun h => pi h * A h)) by ring. rewrite <- bsum_scal. apply bsum_ext; intros; ring. }
        rewrite Mo, (var_alt H pi A) by auto. field. lra.
    + rewrite bsum_minus, bsum_const, bsum_scal. unfold Rdiv; ring.
Qed.

(* N1: any dimension: if tau is at least lambda, a bound of the covariance's quadratic form (such as its largest eigenvalue), no direction
   lowers the free energy to second order; if some direction v has a larger quadratic form than tau, every split along v does *)
Theorem N1_critical_D N H D tau pi x u : (0 < N)%nat -> 0 < tau -> simplex H pi ->
  let second := fun u => INR N * mean H pi (fun h => bsum D (fun j => u h j ^ 2)) - bsum N (fun n => var H pi (fun h => along N D x (u h) n)) / tau in
  (forall lambda, (forall v, bsum N (fun n => along N D x v n ^ 2) <= INR N * lambda * bsum D (fun j => v j ^ 2)) -> lambda <= tau -> 0 <= second u) /\
  (forall v c, INR N * tau * bsum D (fun j => v j ^ 2) < bsum N (fun n => along N D x v n ^ 2) -> mean H pi c = 0 -> 0 < mean H pi (fun h => c h ^ 2) ->
    second (fun h j => c h * v j) < 0).
Proof.
  intros Hn Ht [P S] sec. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia). assert (It : 0 < / tau) by (apply Rinv_0_lt_compat; auto).
  split.
  - intros la Q Lt. unfold sec.
    assert (A : bsum N (fun n => var H pi (fun h => along N D x (u h) n)) <= tau * (INR N * mean H pi (fun h => bsum D (fun j => u h j ^ 2)))).
    { apply Rle_trans with (bsum N (fun n => mean H pi (fun h => along N D x (u h) n ^ 2))).
      - apply bsum_le. intros n _. rewrite var_alt by auto. generalize (pow2_ge_0 (mean H pi (fun h => along N D x (u h) n))). lra.
      - unfold mean. rewrite bsum_swap, <- bsum_scal, <- bsum_scal. apply bsum_le. intros h Hh. rewrite bsum_scal.
        generalize (Q (u h)) (P h Hh). set (B := bsum D (fun j => u h j ^ 2)). set (C := bsum N (fun n => along N D x (u h) n ^ 2)). intros Q1 Ph.
        assert (0 <= B) by (apply bsum_ge0; intros; apply pow2_ge_0).
        assert (INR N * la * B <= INR N * tau * B) by (apply Rmult_le_compat_r; auto; apply Rmult_le_compat_l; lra).
        replace (tau * (INR N * (pi h * B))) with (pi h * (INR N * tau * B)) by ring. apply Rmult_le_compat_l; lra. }
    apply Rmult_le_compat_r with (r := / tau) in A; [|lra].
    replace (tau * (INR N * mean H pi (fun h => bsum D (fun j => u h j ^ 2))) * / tau) with (INR N * mean H pi (fun h => bsum D (fun j => u h j ^ 2))) in A by (field; lra).
    unfold Rdiv. lra.
  - intros v c Q M C2. unfold sec. set (q := mean H pi (fun h => c h ^ 2)) in *. set (B := bsum D (fun j => v j ^ 2)) in *.
    rewrite (mean_ext H pi pi (fun h => bsum D (fun j => (c h * v j)^2)) (fun h => B * c h ^ 2)).
    2: auto. 2: { intros h _. unfold B. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext; intros; ring. }
    assert (Sc : forall k f, mean H pi (fun h => k * f h) = k * mean H pi f).
    { intros. unfold mean. rewrite <- bsum_scal. apply bsum_ext; intros; ring. }
    rewrite (Sc B (fun h => c h ^ 2)). fold q.
    rewrite (bsum_ext N (fun n => var H pi (fun h => along N D x (fun j => c h * v j) n)) (fun n => q * along N D x v n ^ 2)).
    2: { intros n _. set (a := along N D x v n).
      assert (E : forall h, along N D x (fun j => c h * v j) n = a * c h).
      { intros h. unfold a, along. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext; intros; ring. }
      rewrite (var_ext H pi pi _ (fun h => a * c h)) by auto. rewrite var_alt by auto.
      rewrite (mean_ext H pi pi (fun h => (a * c h)^2) (fun h => a^2 * c h ^ 2)) by (auto; intros; ring).
      rewrite (Sc (a^2) (fun h => c h ^ 2)), (Sc a c), M. fold q. ring. }
    rewrite bsum_scal. set (G := bsum N (fun n => along N D x v n ^ 2)) in *.
    replace (INR N * (B * q) - q * G / tau) with (q / tau * (INR N * tau * B - G)) by (field; lra).
    assert (0 < q / tau * (G - INR N * tau * B)); [|lra]. apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; auto|lra].
Qed.
