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
