(* A: attention. Vectors of D coordinates are functions nat -> R; the claims hold for every D and H. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths.
Open Scope R_scope.

Definition dot (D : nat) (x y : nat -> R) : R := bsum D (fun i => x i * y i).
Definition dist2 (D : nat) (x y : nat -> R) : R := bsum D (fun i => (x i - y i)^2).
(* Gaussian energies of a query q under keys k j, noise scale s *)
Definition gauss (D : nat) (s : R) (q : nat -> R) (k : nat -> nat -> R) (j : nat) : R := dist2 D q (k j) / (2 * s^2).
Definition softmax (H : nat) (x : nat -> R) (h : nat) : R := exp (x h) / bsum H (fun j => exp (x j)).

Lemma dist2_dot D x y : dist2 D x y = dot D x x - 2 * dot D x y + dot D y y.
Proof. unfold dist2, dot. rewrite <- bsum_scal, <- bsum_minus, <- bsum_plus. apply bsum_ext; intros; ring. Qed.

Lemma softmax_r H x h : softmax H x h = r H 1 (fun j => - x j) h.
Proof.
  unfold softmax, r, Z, w. replace (- - x h / 1) with (x h) by field. f_equal.
  apply bsum_ext; intros. f_equal. field.
Qed.

Lemma softmax_rp H tau pi d x c h : 0 < tau -> (h < H)%nat -> (forall j, (j < H)%nat -> 0 < pi j) ->
  (forall j, (j < H)%nat -> ln (pi j) - d j / tau = x j + c) -> rp H tau pi d h = softmax H x h.
Proof.
  intros Ht Hh P E. rewrite rp_absorbed, softmax_r by auto.
  assert (I : forall j, (j < H)%nat -> w tau (absorbed tau pi d) j = exp c * w 1 (fun j => - x j) j).
  { intros j Hj. unfold w, absorbed. rewrite <- exp_plus. f_equal. generalize (E j Hj).
    replace (- (d j - tau * ln (pi j)) / tau) with (ln (pi j) - d j / tau) by (field; lra). lra. }
  apply r_of_w with (exp c); auto; [lia|apply exp_pos].
Qed.

Lemma rp_one H tau d h : rp H tau (fun _ => 1) d h = r H tau d h.
Proof. unfold rp, r, Zp, Z. rewrite Rmult_1_l. f_equal. apply bsum_ext; intros; ring. Qed.

(* A1: with keys of one common norm, the responsibilities of a query under Gaussian energies are the
   softmax of the inner products over tau s^2 *)
Theorem A1_softmax D H tau s q k c h : 0 < tau -> 0 < s -> (h < H)%nat ->
  (forall j, (j < H)%nat -> dot D (k j) (k j) = c) ->
  r H tau (gauss D s q k) h = softmax H (fun j => dot D q (k j) / (tau * s^2)) h.
Proof.
  intros Ht Hs Hh N. rewrite <- rp_one. apply softmax_rp with (- (dot D q q + c) / (2 * tau * s^2)); auto; [intros; lra|].
  intros j Hj. unfold gauss. rewrite dist2_dot, N, ln_1 by auto. field. lra.
Qed.

(* A1: at tau s^2 = sqrt D this is scaled dot-product attention *)
Theorem A1_scaled D H tau s q k c h : 0 < tau -> 0 < s -> (h < H)%nat -> tau * s^2 = sqrt (INR D) ->
  (forall j, (j < H)%nat -> dot D (k j) (k j) = c) ->
  r H tau (gauss D s q k) h = softmax H (fun j => dot D q (k j) / sqrt (INR D)) h.
Proof. intros Ht Hs Hh E N. rewrite <- E. apply A1_softmax with c; auto. Qed.

(* A1: keys of any norms add the bias - |k_j|^2 / (2 tau s^2) to the inner products *)
Theorem A1_bias D H tau s q k h : 0 < tau -> 0 < s -> (h < H)%nat ->
  r H tau (gauss D s q k) h =
  softmax H (fun j => dot D q (k j) / (tau * s^2) - dot D (k j) (k j) / (2 * tau * s^2)) h.
Proof.
  intros Ht Hs Hh. rewrite <- rp_one. apply softmax_rp with (- dot D q q / (2 * tau * s^2)); auto; [intros; lra|].
  intros j Hj. unfold gauss. rewrite dist2_dot, ln_1. field. lra.
Qed.

(* A1: a prior over keys absorbs the bias: with pi_j proportional to exp (|k_j|^2 / (2 tau s^2)) the
   responsibilities are again the softmax of the inner products, for keys of any norms *)
Theorem A1_prior D H tau s q k C h : 0 < tau -> 0 < s -> 0 < C -> (h < H)%nat ->
  rp H tau (fun j => C * exp (dot D (k j) (k j) / (2 * tau * s^2))) (gauss D s q k) h =
  softmax H (fun j => dot D q (k j) / (tau * s^2)) h.
Proof.
  intros Ht Hs HC Hh. apply softmax_rp with (ln C - dot D q q / (2 * tau * s^2)); auto.
  - intros; apply Rmult_lt_0_compat; auto; apply exp_pos.
  - intros j Hj. rewrite ln_mult, ln_exp by (auto; apply exp_pos). unfold gauss. rewrite dist2_dot. field. lra.
Qed.

(* A1: equal norms are needed: if the softmax of inner products is right for the query 0, all keys have one norm *)
Theorem A1_norms D H tau s k i j : 0 < tau -> 0 < s -> (i < H)%nat -> (j < H)%nat ->
  (forall h, (h < H)%nat -> r H tau (gauss D s (fun _ => 0) k) h = softmax H (fun j => dot D (fun _ => 0) (k j) / (tau * s^2)) h) ->
  dot D (k i) (k i) = dot D (k j) (k j).
Proof.
  intros Ht Hs Hi Hj E. assert (Hp : (0 < H)%nat) by lia.
  assert (O : forall y, dot D (fun _ => 0) y = 0).
  { intros y. unfold dot. rewrite (bsum_ext _ _ (fun _ => 0)) by (intros; ring). rewrite bsum_const; ring. }
  assert (Q : r H tau (gauss D s (fun _ => 0) k) i = r H tau (gauss D s (fun _ => 0) k) j).
  { rewrite !E by auto. unfold softmax. rewrite !O. auto. }
  assert (G : gauss D s (fun _ => 0) k i = gauss D s (fun _ => 0) k j) 
    by (generalize (d_of_r H tau (gauss D s (fun _ => 0) k) i Hp Ht) (d_of_r H tau (gauss D s (fun _ => 0) k) j Hp Ht); rewrite Q; lra).
  unfold gauss in G. rewrite !dist2_dot, !O in G. apply Rmult_eq_reg_r in G; [lra|]. apply Rinv_neq_0_compat. assert (0 < 2 * s^2) by nra. lra.
Qed.

(* A2: for real values, the output lies between the least and the greatest value *)
Theorem A2_hull H tau d a lo hi : (0 < H)%nat -> (forall h, (h < H)%nat -> lo <= a h <= hi) ->
  lo <= mean H (r H tau d) a <= hi.
Proof.
  intros Hp B. generalize (r_sum H tau d Hp); intros S1.
  cut (mean H (r H tau d) (fun _ => lo) <= mean H (r H tau d) a <= mean H (r H tau d) (fun _ => hi)).
  { rewrite !mean_const by auto. auto. }
  split; apply bsum_le; intros i Hi; generalize (B i Hi) (r_pos H tau d i Hp); nra.
Qed.

(* A2: strictly between, when some value exceeds the lower bound and some falls short of the upper one *)
Theorem A2_strict H tau d a lo hi j k : (j < H)%nat -> (k < H)%nat -> (forall h, (h < H)%nat -> lo <= a h <= hi) ->
  lo < a j -> a k < hi -> lo < mean H (r H tau d) a < hi.
Proof.
  intros Hj Hk B Lj Lk. assert (Hp : (0 < H)%nat) by lia. generalize (r_sum H tau d Hp); intros S1.
  split.
  - assert (r H tau d j * (a j - lo) <= bsum H (fun h => r H tau d h * (a h - lo))).
    { apply (bsum_ge_term H (fun h => r H tau d h * (a h - lo))); auto. intros i Hi. generalize (B i Hi) (r_pos H tau d i Hp); nra. }
    rewrite (bsum_ext _ (fun h => r H tau d h * (a h - lo)) (fun h => r H tau d h * a h - lo * r H tau d h)) in H0 by (intros; ring).
    rewrite bsum_minus, bsum_scal, S1 in H0. fold (mean H (r H tau d) a) in H0.
    generalize (r_pos H tau d j Hp). nra.
  - assert (r H tau d k * (hi - a k) <= bsum H (fun h => r H tau d h * (hi - a h))).
    { apply (bsum_ge_term H (fun h => r H tau d h * (hi - a h))); auto. intros i Hi. generalize (B i Hi) (r_pos H tau d i Hp); nra. }
    rewrite (bsum_ext _ (fun h => r H tau d h * (hi - a h)) (fun h => hi * r H tau d h - r H tau d h * a h)) in H0 by (intros; ring).
    rewrite bsum_minus, bsum_scal, S1 in H0. fold (mean H (r H tau d) a) in H0.
    generalize (r_pos H tau d k Hp). nra.
Qed.

(* A2: for values in R^n, every half-space that holds all the values holds the output *)
Theorem A2_vector n H tau d (a : nat -> nat -> R) c hi : (0 < H)%nat ->
  (forall h, (h < H)%nat -> bsum n (fun j => c j * a h j) <= hi) ->
  bsum n (fun j => c j * mean H (r H tau d) (fun h => a h j)) <= hi.
Proof.
  intros Hp B. replace (bsum n (fun j => c j * mean H (r H tau d) (fun h => a h j)))
    with (mean H (r H tau d) (fun h => bsum n (fun j => c j * a h j))).
  - rewrite <- (mean_const H (r H tau d) hi) by (apply r_sum; auto).
    apply bsum_le. intros i Hi. generalize (B i Hi) (r_pos H tau d i Hp). nra.
  - unfold mean. clear B Hp hi. generalize (r H tau d); intros p. induction n; simpl.
    + rewrite (bsum_ext _ _ (fun _ => 0)) by (intros; ring). rewrite bsum_const; ring.
    + rewrite <- IHn, <- bsum_scal, <- bsum_plus. apply bsum_ext; intros; ring.
Qed.

(* attention at tau is the responsibilities of the energies - q . k / s^2 *)
Lemma attention_r D H tau s q k h : 0 < tau -> 0 < s ->
  softmax H (fun j => dot D q (k j) / (tau * s^2)) h = r H tau (fun j => - (dot D q (k j) / s^2)) h.
Proof.
  intros Ht Hs. unfold softmax, r, Z, w.
  assert (E : forall j, dot D q (k j) / (tau * s^2) = - - (dot D q (k j) / s^2) / tau) by (intros; field; lra).
  rewrite E. f_equal. apply bsum_ext. intros; rewrite E; auto.
Qed.

(* A3: as tau falls to 0 the output becomes the average of the values over the keys of largest inner product, ties split evenly *)
Theorem A3_hard D H s q k best (v : nat -> R) : 0 < s -> (best < H)%nat ->
  (forall j, (j < H)%nat -> dot D q (k j) <= dot D q (k best)) ->
  let tie := fun j => if Req_EM_T (dot D q (k j)) (dot D q (k best)) then 1 else 0 in
  filterlim (fun tau => mean H (softmax H (fun j => dot D q (k j) / (tau * s^2))) v) (at_right 0)
    (locally (bsum H (fun j => tie j * v j) / bsum H tie)).
Proof.
  intros Hs Hb Max tie. set (d := fun j => - (dot D q (k j) / s^2)).
  assert (P2 : 0 < / s^2) by (apply Rinv_0_lt_compat, pow_lt; auto).
  assert (Min : forall j, (j < H)%nat -> d best <= d j).
  { intros j Hj. unfold d, Rdiv. generalize (Rmult_le_compat_r (/ s^2) _ _ ltac:(lra) (Max j Hj)). lra. }
  assert (I : forall j, (j < H)%nat -> ind d best j = tie j).
  { intros j Hj. unfold ind, tie. assert (E : d j = d best <-> dot D q (k j) = dot D q (k best)).
    { unfold d, Rdiv. split; intros E; [|rewrite E; auto]. apply Rmult_eq_reg_r with (/ s^2); lra. }
    destruct Req_EM_T, Req_EM_T; auto; tauto. }
  generalize (T6_mean_cold H d best v Hb Min). intros L.
  replace (bsum H (fun j => tie j * v j) / bsum H tie) with (mean H (fun h => ind d best h / bsum H (ind d best)) v).
  - eapply filterlim_ext_loc; [|apply L]. exists (mkposreal 1 Rlt_0_1). intros t _ Ht.
    apply mean_ext; auto. intros h Hh. symmetry. apply attention_r; auto.
  - unfold mean. rewrite (bsum_ext H (ind d best) tie) by auto. unfold Rdiv. rewrite (Rmult_comm (bsum H (fun j => _))), <- bsum_scal.
    apply bsum_ext. intros j Hj. rewrite I by auto. ring.
Qed.

(* A3: with one best key the output becomes that key's value *)
Theorem A3_unique D H s q k best (v : nat -> R) : 0 < s -> (best < H)%nat ->
  (forall j, (j < H)%nat -> j <> best -> dot D q (k j) < dot D q (k best)) ->
  filterlim (fun tau => mean H (softmax H (fun j => dot D q (k j) / (tau * s^2))) v) (at_right 0) (locally (v best)).
Proof.
  intros Hs Hb U.
  assert (Max : forall j, (j < H)%nat -> dot D q (k j) <= dot D q (k best)).
  { intros j Hj. destruct (Nat.eq_dec j best) as [->|]; [lra|left; auto]. }
  generalize (A3_hard D H s q k best v Hs Hb Max). cbv zeta.
  set (tie := fun j => if Req_EM_T (dot D q (k j)) (dot D q (k best)) then 1 else 0).
  assert (T : forall j, (j < H)%nat -> tie j = upd (fun _ => 0) best 1 j).
  { intros j Hj. unfold tie, upd. destruct Nat.eq_dec as [->|A]; destruct Req_EM_T; try congruence. generalize (U j Hj A); lra. }
  replace (bsum H (fun j => tie j * v j) / bsum H tie) with (v best); auto.
  replace (bsum H tie) with (bsum H (upd (fun _ => 0) best 1)) by (symmetry; apply bsum_ext; auto).
  replace (bsum H (fun j => tie j * v j)) with (bsum H (upd (fun _ => 0) best (v best))).
  - rewrite !bsum_upd, !bsum_const by auto. field.
  - symmetry. apply bsum_ext.
    intros j Hj. rewrite T by auto. unfold upd. destruct Nat.eq_dec as [->|]; ring.
Qed.

(* A4: two keys with values +1 and -1 give tanh of half the difference of the scores *)
Theorem A4_tanh D tau s q k : 0 < tau -> 0 < s ->
  mean 2 (softmax 2 (fun j => dot D q (k j) / (tau * s^2))) sgn2
  = tanh ((dot D q (k 0%nat) - dot D q (k 1%nat)) / (2 * tau * s^2)).
Proof.
  intros Ht Hs. rewrite (mean_ext 2 _ (r 2 tau (fun j => - (dot D q (k j) / s^2))) _ sgn2); auto.
  - rewrite G2_tanh by auto. f_equal. field. lra.
  - intros h Hh. apply attention_r; auto.
Qed.

(* A4: keys k and -k with values +1 and -1 give tanh (q . k / (tau s^2)) *)
Theorem A4_signed D tau s q k : 0 < tau -> 0 < s ->
  mean 2 (softmax 2 (fun j => dot D q (fun i => sgn2 j * k i) / (tau * s^2))) sgn2 = tanh (dot D q k / (tau * s^2)).
Proof.
  intros Ht Hs. rewrite (A4_tanh D tau s q (fun j i => sgn2 j * k i)) by auto. f_equal. unfold sgn2.
  replace (dot D q (fun i => 1 * k i)) with (dot D q k) by (apply bsum_ext; intros; ring).
  replace (dot D q (fun i => -1 * k i)) with (- dot D q k); [field; lra|].
  unfold dot. replace (- bsum D (fun i => q i * k i)) with (-1 * bsum D (fun i => q i * k i)) by ring.
  rewrite <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

(* ---------- K9: how much of the posterior a statistic keeps ---------- *)
(* K9: two hypotheses with different values: the mean determines the posterior *)
Theorem K9_two p q a : bsum 2 p = 1 -> bsum 2 q = 1 -> a 0%nat <> a 1%nat -> mean 2 p a = mean 2 q a -> forall h, (h < 2)%nat -> p h = q h.
Proof.
  unfold mean; simpl. intros P Q N E.
  assert (E0 : (p 0%nat - q 0%nat) * (a 0%nat - a 1%nat) = 0).
  { replace (p 1%nat) with (1 - p 0%nat) in E by lra. replace (q 1%nat) with (1 - q 0%nat) in E by lra. lra. }
  apply Rmult_integral in E0. intros [|[|h]] Hh; try lia; lra.
Qed.

(* K9: one dimension, one shared variance, any values v: the slope of their mean is their covariance with the locations *)
Theorem K9_slope H tau sigma mu v z : (0 < H)%nat -> 0 < tau -> 0 < sigma -> let q := fun z => r H tau (fun i => (z - mu i)^2 / (2 * sigma^2)) in
  is_derive (fun z => mean H (q z) v) z ((mean H (q z) (fun i => v i * mu i) - mean H (q z) v * mean H (q z) mu) / (tau * sigma^2)).
Proof.
  intros Hp Ht S q. evar_last.
  - apply (dmean_path H tau (fun i z => (z - mu i)^2 / (2 * sigma^2)) (fun i => (z - mu i) / sigma^2) (fun i _ => v i) (fun _ => 0)); auto.
    + intros i _. generalize (mu i). intros c. auto_derive; [auto|]. field. lra.
    + intros; apply @is_derive_const.
  - cbv zeta. change (r H tau (fun h => (z - mu h)^2 / (2 * sigma^2))) with (q z). assert (Q1 : bsum H (q z) = 1) by (apply r_sum; auto).
    assert (M : forall f, mean H (q z) (fun i => (z - mu i) / sigma^2 * f i) = (z * mean H (q z) f - mean H (q z) (fun i => f i * mu i)) / sigma^2).
    { intros f. unfold mean. rewrite (bsum_ext _ _ (fun i => (z / sigma^2) * (q z i * f i) - / sigma^2 * (q z i * (f i * mu i)))) by (intros; field; lra).
      rewrite bsum_minus, !bsum_scal. field. lra. }
    assert (M1 : mean H (q z) (fun i => (z - mu i) / sigma^2) = (z - mean H (q z) mu) / sigma^2).
    { rewrite <- (mean_const H (q z) z Q1) at 2. unfold mean. rewrite <- bsum_minus. unfold Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal.
      apply bsum_ext. intros; ring. }
    assert (M0 : mean H (q z) (fun _ => 0) = 0) by (unfold mean; rewrite (bsum_ext _ _ (fun _ => 0)) by (intros; ring); rewrite bsum_const; ring).
    change (fun h => v h) with v. rewrite M, M1, M0. field. lra.
Qed.

(* K9: the slope of the mean of the locations themselves is the posterior variance of the locations *)
Theorem K9_mean_slope H tau sigma mu z : (0 < H)%nat -> 0 < tau -> 0 < sigma ->
  is_derive (fun z => mean H (r H tau (fun i => (z - mu i)^2 / (2 * sigma^2))) mu) z
    (var H (r H tau (fun i => (z - mu i)^2 / (2 * sigma^2))) mu / (tau * sigma^2)).
Proof.
  intros Hp Ht S. evar_last; [apply (K9_slope H tau sigma mu mu z); auto|]. cbv zeta.
  rewrite var_alt by (apply r_sum; auto). rewrite (mean_ext H _ _ (fun i => mu i * mu i) (fun i => mu i ^ 2) (fun _ _ => eq_refl)) by (intros; ring).
  f_equal. ring.
Qed.

(* it is positive as soon as two locations differ: the mean keeps everything *)
Theorem K9_mean_slope_pos H tau sigma mu z j k : 0 < tau -> 0 < sigma -> (j < H)%nat -> (k < H)%nat -> mu j <> mu k ->
  0 < var H (r H tau (fun i => (z - mu i)^2 / (2 * sigma^2))) mu / (tau * sigma^2).
Proof.
  intros Ht S Hj Hk N. assert (Hp : (0 < H)%nat) by lia. set (q := r H tau (fun i => (z - mu i)^2 / (2 * sigma^2))).
  apply Rdiv_lt_0_compat; [|apply Rmult_lt_0_compat; auto; apply pow_lt; auto].
  assert (P : forall i, 0 < q i) by (intros; apply r_pos; auto). set (a := mean H q mu).
  assert (V : forall i, (i < H)%nat -> q i * (mu i - a)^2 <= var H q mu).
  { intros i Hi. apply (bsum_ge_term H (fun i => q i * (mu i - a)^2)); auto. intros n _. generalize (P n) (pow2_ge_0 (mu n - a)). intros; nra. }
  assert (W : forall i, (i < H)%nat -> mu i <> a -> 0 < var H q mu).
  { intros i Hi Ni. apply Rlt_le_trans with (q i * (mu i - a)^2); auto. apply Rmult_lt_0_compat; auto. apply pow2_gt_0. lra. }
  destruct (Req_dec (mu j) a) as [E|E]; [|apply (W j); auto]. apply (W k); auto. lra.
Qed.

(* twice a covariance, over all pairs *)
Lemma cov_pairs H q a b : bsum H q = 1 ->
  bsum H (fun i => bsum H (fun j => q i * q j * ((a i - a j) * (b i - b j)))) = 2 * (mean H q (fun i => a i * b i) - mean H q a * mean H q b).
Proof.
  intros S. set (A := mean H q a). set (B := mean H q b). set (C := mean H q (fun i => a i * b i)).
  rewrite (bsum_ext H _ (fun i => C * q i + (q i * (a i * b i) - (B * (q i * a i) + A * (q i * b i))))).
  - rewrite bsum_plus, bsum_minus, bsum_plus, !bsum_scal, S. fold (mean H q a) (mean H q b) (mean H q (fun i => a i * b i)). fold A B C. ring.
  - intros i _. rewrite (bsum_ext H _ (fun j => q i * (q j * (a j * b j)) + (q i * (a i * b i) * q j - (q i * a i * (q j * b j) + q i * b i * (q j * a j))))) by (intros; ring).
    rewrite bsum_plus, bsum_minus, bsum_plus, !bsum_scal, S. fold (mean H q a) (mean H q b) (mean H q (fun i => a i * b i)). fold A B C. ring.
Qed.

(* K9: values that increase with the locations: the mean increases strictly with z, so it keeps z, and with it the posterior *)
Theorem K9_increasing H tau sigma mu v j k a b : 0 < tau -> 0 < sigma -> (j < H)%nat -> (k < H)%nat -> mu j < mu k ->
  (forall i l, (i < H)%nat -> (l < H)%nat -> mu i < mu l -> v i < v l) -> a < b ->
  mean H (r H tau (fun i => (a - mu i)^2 / (2 * sigma^2))) v < mean H (r H tau (fun i => (b - mu i)^2 / (2 * sigma^2))) v.
Proof.
  intros Ht S Hj Hk L I Lab. assert (Hp : (0 < H)%nat) by lia.
  set (q := fun z => r H tau (fun i => (z - mu i)^2 / (2 * sigma^2))).
  apply (incr (fun z => mean H (q z) v) (fun z => (mean H (q z) (fun i => v i * mu i) - mean H (q z) v * mean H (q z) mu) / (tau * sigma^2)) a b Lab).
  - intros z _. apply K9_slope; auto.
  - intros z _. apply Rdiv_lt_0_compat; [|apply Rmult_lt_0_compat; auto; apply pow_lt; auto].
    assert (Q1 : bsum H (q z) = 1) by (apply r_sum; auto). assert (P : forall i, 0 < q z i) by (intros; apply r_pos; auto).
    assert (T : forall i l, (i < H)%nat -> (l < H)%nat -> 0 <= q z i * q z l * ((v i - v l) * (mu i - mu l))).
    { intros i l Hi Hl. apply Rmult_le_pos; [left; apply Rmult_lt_0_compat; auto|].
      destruct (Rtotal_order (mu i) (mu l)) as [M|[M|M]]; [generalize (I i l Hi Hl M); nra|rewrite M; lra|generalize (I l i Hl Hi M); nra]. }
    assert (G : 0 < q z j * q z k * ((v j - v k) * (mu j - mu k))).
    { apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; auto|]. generalize (I j k Hj Hk L). nra. }
    generalize (cov_pairs H (q z) v mu Q1). intros E.
    assert (A := bsum_ge_term H (fun i => bsum H (fun l => q z i * q z l * ((v i - v l) * (mu i - mu l)))) j Hj (fun i Hi => bsum_ge0 H _ (fun l Hl => T i l Hi Hl))).
    assert (B := bsum_ge_term H (fun l => q z j * q z l * ((v j - v l) * (mu j - mu l))) k Hk (fun l Hl => T j l Hj Hl)).
    cbv beta in A, B. lra.
Qed.

(* energies of locations 1, 0 and -1, the first with twice the noise *)
Definition wide (z : R) (h : nat) : R := match h with O => (z - 1)^2 / 8 | 1%nat => z^2 / 2 | _ => (z + 1)^2 / 2 end.
Definition locations (h : nat) : R := match h with O => 1 | 1%nat => 0 | _ => -1 end.

(* K9: with unequal variances it need not: three hypotheses whose mean is 0 at z = -3 and at z = -1/3, where the posteriors differ *)
Theorem K9_unequal tau : 0 < tau ->
  mean 3 (r 3 tau (wide (-3))) locations = 0 /\ mean 3 (r 3 tau (wide (- (1/3)))) locations = 0 /\
  r 3 tau (wide (-3)) 1 < r 3 tau (wide (- (1/3))) 1.
Proof.
  intros Ht. assert (It : 0 < / tau) by (apply Rinv_0_lt_compat; auto).
  assert (E : forall z, wide z 0 = wide z 2 -> mean 3 (r 3 tau (wide z)) locations = 0).
  { intros z Ez. unfold mean, r, w. cbn [bsum]. unfold locations. rewrite Ez. unfold Rdiv. ring. }
  assert (M : forall z, wide z 0 = wide z 2 -> r 3 tau (wide z) 1 = / (1 + 2 * exp ((wide z 1 - wide z 0) / tau))).
  { intros z Ez. unfold r, Z, w; cbn [bsum]. rewrite <- Ez. set (c := exp (- wide z 1 / tau)).
    replace (exp (- wide z 0 / tau)) with (exp ((wide z 1 - wide z 0) / tau) * c).
    - generalize (exp_pos ((wide z 1 - wide z 0) / tau)) (exp_pos (- wide z 1 / tau)). fold c. intros. field. split; nra.
    - unfold c. rewrite <- exp_plus. f_equal. field. lra. }
  assert (E1 : wide (-3) 0 = wide (-3) 2) by (unfold wide; field). assert (E2 : wide (- (1/3)) 0 = wide (- (1/3)) 2) by (unfold wide; field).
  split; [apply E; auto|split; [apply E; auto|]]. rewrite !M by auto.
  generalize (exp_pos ((wide (-3) 1 - wide (-3) 0) / tau)) (exp_pos ((wide (- (1/3)) 1 - wide (- (1/3)) 0) / tau)). intros A B.
  apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|].
  assert (exp ((wide (- (1/3)) 1 - wide (- (1/3)) 0) / tau) < exp ((wide (-3) 1 - wide (-3) 0) / tau)); [|lra].
  apply exp_increasing. unfold Rdiv. apply Rmult_lt_compat_r; auto. unfold wide. lra.
Qed.

(* K9: the mode of the signed Gaussian pair is the same at all z > 0, while the posterior moves *)
Theorem K9_mode_loses m s tau a b : 0 < tau -> 0 < s -> 0 < m -> 0 < a -> a < b ->
  let q := fun z => r 2 tau (Temperature.gauss s m z) in q a 1%nat < q a 0%nat /\ q b 1%nat < q b 0%nat /\ q a 0%nat < q b 0%nat.
Proof.
  intros Ht S Pm A L q. assert (S2 : 0 < s^2) by (apply pow_lt; auto).
  assert (M : forall z, q z 0%nat + q z 1%nat = 1 /\ q z 0%nat - q z 1%nat = tanh (m * z / (tau * s^2))).
  { intros z. split; [generalize (r_sum 2 tau (Temperature.gauss s m z) ltac:(lia)); simpl; unfold q; lra|].
    rewrite <- G2_gaussian by auto. unfold mean, sgn2; simpl. unfold q. ring. }
  assert (U : 0 < m * a / (tau * s^2)) by (apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; auto).
  assert (V : m * a / (tau * s^2) < m * b / (tau * s^2)).
  { unfold Rdiv. apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat, Rmult_lt_0_compat; auto|]. apply Rmult_lt_compat_l; auto. }
  generalize (tanh_pos _ U) (tanh_incr _ _ V). destruct (M a) as [Ma1 Ma2], (M b) as [Mb1 Mb2]. rewrite <- Ma2, <- Mb2. lra.
Qed.

(* K9: and where the posterior takes only two values, as that of the Laplace pair beyond its corners, equal modes mean equal posteriors *)
Theorem K9_mode_keeps z z' m b tau : 0 < tau -> 0 < b -> 0 < m -> m <= Rabs z -> m <= Rabs z' ->
  let q := fun z => r 2 tau (laplace b z m) in
  (q z 1%nat < q z 0%nat <-> q z' 1%nat < q z' 0%nat) -> forall h, (h < 2)%nat -> q z h = q z' h.
Proof.
  intros Ht Hb Pm Z1 Z2 q Eq.
  assert (M : forall z, m <= Rabs z -> q z 0%nat - q z 1%nat = sign z * tanh (m / (tau * b))).
  { intros y Y. rewrite <- (K4_flat y m b tau) by lra. unfold mean, sgn2; simpl. unfold q. ring. }
  assert (T : 0 < tanh (m / (tau * b))) by (apply tanh_pos, Rdiv_lt_0_compat; auto; apply Rmult_lt_0_compat; auto).
  assert (Sg : forall y, m <= Rabs y -> (sign y = 1 /\ q y 1%nat < q y 0%nat) \/ (sign y = -1 /\ q y 0%nat < q y 1%nat)).
  { intros y Y. generalize (M y Y). unfold Rabs in Y. destruct (Rcase_abs y) as [N|N].
    - rewrite sign_eq_m1 by auto. intros. right; split; auto. lra.
    - rewrite sign_eq_1 by lra. intros. left; split; auto. lra. }
  apply (K9_two (q z) (q z') sgn2); [apply r_sum; lia|apply r_sum; lia|unfold sgn2; lra|].
  unfold q. rewrite !K4_flat by lra. f_equal.
  destruct (Sg z Z1) as [[E A]|[E A]], (Sg z' Z2) as [[E' A']|[E' A']]; rewrite E, E'; auto; exfalso; [apply Eq in A; lra|apply Eq in A'; lra].
Qed.
