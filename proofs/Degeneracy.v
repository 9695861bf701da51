(* D: what is left when the temperature goes to zero *)
Require Import Reals Ranalysis5 Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths.
Open Scope R_scope.

(* D1: unit weights, the free energy never exceeds the least energy *)
Theorem D1_F_le_min H tau d k : 0 < tau -> (k < H)%nat -> F H tau d <= d k.
Proof. exact (F_le_min H tau d k). Qed.

(* D1: unit weights, the free energy is at most tau ln H below the least energy *)
Theorem D1_F_ge_min H tau d k : 0 < tau -> (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  d k - F H tau d <= tau * ln (INR H).
Proof. exact (F_ge_min H tau d k). Qed.

(* D1: unit weights, the best hypothesis misses at most (H-1) exp (-delta/tau), delta the gap to the others *)
Theorem D1_concentration H tau d k delta : 0 < tau -> (k < H)%nat -> (forall i, (i < H)%nat -> i <> k -> d k + delta <= d i) ->
  1 - r H tau d k <= (INR H - 1) * exp (- delta / tau).
Proof.
  intros Ht Hk Gap. assert (Hp : (0 < H)%nat) by lia. rewrite <- (r_sum H tau d Hp) at 1.
  assert (bsum H (r H tau d) <= r H tau d k + (INR H - 1) * exp (- delta / tau)); [|lra].
  apply bsum_le_other; auto. intros i Hi N.
  assert (E : r H tau d i <= r H tau d k * exp (- delta / tau)).
  { unfold r, Rdiv. generalize (Z_pos H tau d Hp); intros PZ.
    replace (w tau d k * / Z H tau d * exp (- delta * / tau)) with (w tau d k * exp (- delta * / tau) * / Z H tau d) by ring.
    apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; auto|].
    unfold w at 2. rewrite <- exp_plus. replace (- d k / tau + - delta * / tau) with (- (d k + delta) / tau) by (field; lra).
    apply w_mono; auto. }
  generalize (r_le1 H tau d k Hk) (exp_pos (- delta / tau)). nra.
Qed.

(* D1: with a positive prior (normalised or not) the bound gains the factor (max pi) / (pi of the best) *)
Theorem D1_prior H tau pi d k M delta : 0 < tau -> (k < H)%nat -> (forall i, (i < H)%nat -> 0 < pi i <= M) ->
  (forall i, (i < H)%nat -> i <> k -> d k + delta <= d i) ->
  1 - rp H tau pi d k <= (M / pi k) * ((INR H - 1) * exp (- delta / tau)).
Proof.
  intros Ht Hk P Gap. assert (P0 : forall i, (i < H)%nat -> 0 < pi i) by (intros; apply P; auto).
  rewrite rp_absorbed by auto. destruct (P k Hk) as [Pk Mk].
  apply Rle_trans with ((INR H - 1) * exp (- (delta - tau * ln (M / pi k)) / tau)).
  - apply D1_concentration; auto. intros i Hi N. unfold absorbed. rewrite ln_div by lra.
    generalize (Gap i Hi N) (ln_le (pi i) M (P0 i Hi) (proj2 (P i Hi))). nra.
  - replace (- (delta - tau * ln (M / pi k)) / tau) with (ln (M / pi k) + - delta / tau) by (field; lra).
    rewrite exp_plus, exp_ln by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

(* D2: the responsibility of the one nearest hypothesis tends to 1, the others to 0 *)
Theorem D2_argmax H d k h : (k < H)%nat -> (h < H)%nat -> (forall i, (i < H)%nat -> i <> k -> d k < d i) ->
  filterlim (fun tau => r H tau d h) (at_right 0) (locally (if Nat.eq_dec h k then 1 else 0)).
Proof. exact (T6_cold_unique H d k h). Qed.

(* one EM step of the means: datum n has coordinates x n j, component h the mean mu h j, energies half the squared distance *)
Definition sqe (D : nat) (x : nat -> R) (mu : nat -> nat -> R) (h : nat) : R := bsum D (fun j => (x j - mu h j)^2) / 2.
Definition em_mean (N H D : nat) (tau : R) (x mu : nat -> nat -> R) (h j : nat) : R :=
  bsum N (fun n => r H tau (sqe D (x n) mu) h * x n j) / bsum N (fun n => r H tau (sqe D (x n) mu) h).

(* D2: k-means is EM at tau -> 0: when every datum n has one nearest centre c n and cluster h is not empty,
   the EM mean of h tends to the average of the data whose nearest centre is h *)
Theorem D2_kmeans N H D x mu c h j : (h < H)%nat -> (forall n, (n < N)%nat -> (c n < H)%nat) ->
  (forall n i, (n < N)%nat -> (i < H)%nat -> i <> c n -> sqe D (x n) mu (c n) < sqe D (x n) mu i) ->
  (exists n, (n < N)%nat /\ c n = h) ->
  let member := fun n => if Nat.eq_dec h (c n) then 1 else 0 in
  filterlim (fun tau => em_mean N H D tau x mu h j) (at_right 0)
    (locally (bsum N (fun n => member n * x n j) / bsum N member)).
Proof.
  intros Hh C U (n0 & Hn0 & E0) member.
  assert (L : forall n, (n < N)%nat -> filterlim (fun tau => r H tau (sqe D (x n) mu) h) (at_right 0) (locally (member n))).
  { intros n Hn. apply (T6_cold_unique H (sqe D (x n) mu) (c n) h); auto. }
  unfold em_mean. apply filterlim_div; [apply filter_filter| | |].
  - apply Rgt_not_eq, Rlt_le_trans with (member n0).
    + unfold member. rewrite E0. destruct Nat.eq_dec; [lra|congruence].
    + apply bsum_ge_term; auto. intros; unfold member; destruct Nat.eq_dec; lra.
  - apply filterlim_bsum; [apply filter_filter|]. intros n Hn.
    apply (filterlim_comp_2 (H := locally (x n j)) (fun t => r H t (sqe D (x n) mu) h) (fun _ => x n j) Rmult (L n Hn));
     [apply filterlim_const|apply (@filterlim_mult R_AbsRing _ (x n j))].
  - apply filterlim_bsum; [apply filter_filter|auto].
Qed.

(* D2: the objective of EM tends to the objective of k-means, the sum of the distances to the nearest centre (ties allowed) *)
Theorem D2_objective N H D x mu c : (forall n, (n < N)%nat -> (c n < H)%nat) ->
  (forall n i, (n < N)%nat -> (i < H)%nat -> sqe D (x n) mu (c n) <= sqe D (x n) mu i) ->
  filterlim (fun tau => bsum N (fun n => F H tau (sqe D (x n) mu))) (at_right 0)
    (locally (bsum N (fun n => sqe D (x n) mu (c n)))).
Proof.
  intros C U. apply filterlim_bsum; [apply filter_filter|]. intros n Hn. apply T6_F_cold; auto.
Qed.

(* D3: softplus lies between ReLU and ReLU + tau ln 2 *)
Definition softplus tau x := tau * ln (1 + exp (x / tau)).
Lemma softplus_F tau x : softplus tau x = - F 2 tau (fun i => match i with O => 0 | _ => - x end).
Proof.
  unfold softplus, F, Z, w; simpl. rewrite Rplus_0_l, Ropp_involutive. replace (-0/tau) with 0 by (unfold Rdiv; ring).
  rewrite exp_0. ring.
Qed.

Theorem D3_softplus_bound tau x : 0 < tau -> 0 <= softplus tau x - Rmax 0 x <= tau * ln 2.
Proof.
  intros Ht. rewrite softplus_F. set (d := fun i : nat => match i with O => 0 | _ => - x end).
  destruct (argmin_ex 2 d) as (k & Hk & Min); [lia|].
  generalize (D1_F_le_min 2 tau d k Ht Hk) (D1_F_ge_min 2 tau d k Ht Hk Min).
  replace (INR 2) with 2 by (simpl; lra).
  assert (d k = - Rmax 0 x); [|lra].
  generalize (Min O ltac:(lia)) (Min 1%nat ltac:(lia)). unfold d; simpl.
  destruct k as [|[|]]; [| |lia]; unfold Rmax; destruct (Rle_dec 0 x); lra.
Qed.

(* D3: tau ln 2 is the least upper bound of the error *)
Theorem D3_softplus_sup tau : 0 < tau ->
  is_lub (fun e => exists x, e = Rabs (softplus tau x - Rmax 0 x)) (tau * ln 2).
Proof.
  intros Ht. split.
  - intros e [x ->]. generalize (D3_softplus_bound tau x Ht). intros; rewrite Rabs_right; lra.
  - intros u U. apply U. exists 0. unfold softplus. replace (0 / tau) with 0 by (unfold Rdiv; ring).
    rewrite exp_0, Rmax_left by lra. replace (1+1) with 2 by ring.
    assert (0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra).
    rewrite Rminus_0_r, Rabs_right; nra.
Qed.

(* D3: the error is attained at 0 *)
Theorem D3_softplus_at_0 tau : softplus tau 0 - Rmax 0 0 = tau * ln 2.
Proof.
  unfold softplus. replace (0 / tau) with 0 by (unfold Rdiv; ring). rewrite exp_0, Rmax_left by lra. replace (1 + 1) with 2 by ring. ring.
Qed.

Definition sigmoid (x : R) : R := / (1 + exp (- x)).

(* D4: the number W(1/e) exists: there is one w > 0 with w e^w = 1/e *)
Theorem D4_lambert : exists w, 0 < w < 1 /\ w * exp w = exp (-1) /\ forall v, 0 < v -> v * exp v = exp (-1) -> v = w.
Proof.
  assert (Inc : forall u v, 0 < u -> u < v -> u * exp u < v * exp v).
  { intros u v Pu L. apply Rmult_le_0_lt_compat; try lra; [left; apply exp_pos|apply exp_increasing; auto]. }
  assert (E1 : exp (-1) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
  assert (E2 : 1 < exp 1) by (rewrite <- exp_0 at 1; apply exp_increasing; lra).
  destruct (IVT_interv (fun w => w * exp w - exp (-1)) 0 1) as (w & Hw & E).
  - intros a _. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun w => w * exp w - exp (-1))). auto_derive; auto.
  - lra.
  - generalize (exp_pos (-1)). lra.
  - lra.
  - assert (w <> 0) by (intros ->; generalize (exp_pos (-1)); lra).
    assert (w <> 1) by (intros ->; lra).
    exists w. split; [lra|]. split; [lra|]. intros v Pv Ev.
    destruct (Rtotal_order v w) as [L|[->|L]]; auto; exfalso.
    + generalize (Inc v w Pv L). lra.
    + generalize (Inc w v ltac:(lra) L). lra.
Qed.

Lemma swish_error tau z : 0 < tau -> Rabs (z * sigmoid (z / tau) - Rmax 0 z) = tau * ((Rabs z / tau) / (1 + exp (Rabs z / tau))).
Proof.
  intros Ht. unfold sigmoid. generalize (exp_pos (z / tau)); intros P.
  destruct (Rle_dec 0 z) as [L|L].
  - rewrite Rmax_right, (Rabs_right z) by lra. rewrite exp_Ropp.
    replace (z * / (1 + / exp (z / tau)) - z) with (- (z / (1 + exp (z / tau)))) by (field; split; lra).
    rewrite Rabs_Ropp, Rabs_right; [field; lra|]. apply Rle_ge, Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; lra].
  - rewrite Rmax_left, (Rabs_left1 z), Rminus_0_r by lra. replace (- (z / tau)) with (- z / tau) by (field; lra).
    generalize (exp_pos (- z / tau)); intros Q. rewrite Rabs_left1; [field; lra|].
    assert (0 < / (1 + exp (- z / tau))) by (apply Rinv_0_lt_compat; lra). nra.
Qed.

Lemma lambert_max w u : 0 < w -> w * exp w = exp (-1) -> u / (1 + exp u) <= w.
Proof.
  intros Pw E. generalize (exp_pos u) (exp_pos w); intros Pu Pe.
  assert (A : w * exp (1 + w) = 1).
  { replace (w * exp (1 + w)) with (exp 1 * (w * exp w)) by (rewrite exp_plus; ring). rewrite E, <- exp_plus.
    replace (1 + -1) with 0 by ring. apply exp_0. }
  assert (B : u - w <= w * exp u).
  { replace (exp u) with (exp (1 + w) * exp (u - (1 + w))) by (rewrite <- exp_plus; f_equal; ring).
    rewrite <- Rmult_assoc, A. generalize (exp_ineq1_le (u - (1 + w))). lra. }
  apply Rmult_le_reg_r with (1 + exp u); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Lemma lambert_at w : 0 < w -> w * exp w = exp (-1) -> (1 + w) / (1 + exp (1 + w)) = w.
Proof.
  intros Pw E. assert (A : w * exp (1 + w) = 1).
  { replace (w * exp (1 + w)) with (exp 1 * (w * exp w)) by (rewrite exp_plus; ring). rewrite E, <- exp_plus.
    replace (1 + -1) with 0 by ring. apply exp_0. }
  generalize (exp_pos (1 + w)); intros. apply Rmult_eq_reg_r with (1 + exp (1 + w)); [|lra].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

(* D4: z sigma(z/tau) differs from ReLU by at most tau W(1/e), the least upper bound, attained at |z| = tau (1 + W(1/e)) *)
Theorem D4_swish_sup tau w : 0 < tau -> 0 < w -> w * exp w = exp (-1) ->
  is_lub (fun e => exists z, e = Rabs (z * sigmoid (z / tau) - Rmax 0 z)) (tau * w) /\
  forall z, Rabs z = tau * (1 + w) -> Rabs (z * sigmoid (z / tau) - Rmax 0 z) = tau * w.
Proof.
  intros Ht Pw E.
  assert (At : forall z, Rabs z = tau * (1 + w) -> Rabs (z * sigmoid (z / tau) - Rmax 0 z) = tau * w).
  { intros z Ez. rewrite swish_error, Ez by auto. replace (tau * (1 + w) / tau) with (1 + w) by (field; lra).
    rewrite lambert_at; auto. }
  split; auto. split.
  - intros e [z ->]. rewrite swish_error by auto. apply Rmult_le_compat_l; [lra|]. apply lambert_max; auto.
  - intros u U. apply U. exists (tau * (1 + w)). rewrite At; auto. apply Rabs_right. nra.
Qed.

(* D5: the mode of the signed pair is a step: for any energy that strictly increases with the distance,
   the hypothesis +1 is strictly better exactly for z > 0, -1 exactly for z < 0 *)
Theorem D5_step (phi : R -> R) m z : 0 < m -> (forall u v, 0 <= u -> u < v -> phi u < phi v) ->
  (phi (Rabs (z - m)) < phi (Rabs (z - - m)) <-> 0 < z) /\ (phi (Rabs (z - - m)) < phi (Rabs (z - m)) <-> z < 0).
Proof.
  intros Hm Inc.
  assert (I : forall u v, 0 <= u -> 0 <= v -> (phi u < phi v <-> u < v)).
  { intros u v Pu Pv. split; [|apply Inc; auto]. intros L. destruct (Rtotal_order u v) as [A|[A|A]]; auto; exfalso.
    - subst; lra.
    - generalize (Inc v u Pv A); lra. }
  rewrite !I by apply Rabs_pos. unfold Rabs. repeat destruct Rcase_abs; lra.
Qed.

(* D5: ReLU is the mode under half-line hypotheses h >= 0 with a flat prior: for any energy that strictly increases
   with the distance |z - h|, ReLU(z) is the one minimiser over h >= 0 *)
Theorem D5_halfline (phi : R -> R) z : (forall u v, 0 <= u -> u < v -> phi u < phi v) ->
  0 <= Rmax 0 z /\ forall h, 0 <= h -> h <> Rmax 0 z -> phi (Rabs (z - Rmax 0 z)) < phi (Rabs (z - h)).
Proof.
  intros Inc. split; [apply Rmax_l|]. intros h Ph N. apply Inc; [apply Rabs_pos|].
  unfold Rmax in *. destruct Rle_dec; unfold Rabs; repeat destruct Rcase_abs; lra.
Qed.

(* D5: the mode gate times its payload z is ReLU *)
Theorem D5_gate (phi : R -> R) m z : 0 < m -> (forall u v, 0 <= u -> u < v -> phi u < phi v) ->
  z * (if Rlt_dec (phi (Rabs (z - m))) (phi (Rabs (z - - m))) then 1 else 0) = Rmax 0 z.
Proof.
  intros Hm Inc. destruct (D5_step phi m z Hm Inc) as [A _]. unfold Rmax.
  destruct Rlt_dec as [L|L]; destruct Rle_dec; try lra; rewrite A in L; lra.
Qed.

(* the action of the Jacobian  (diag r - r r^T) / tau  on a vector v *)
Definition jac (H : nat) (p v : nat -> R) (h : nat) : R := p h * (v h - mean H p v).

Lemma cov_jac H p v y : bsum H p = 1 -> bsum H (fun h => jac H p v h * y h) = bsum H (fun h => p h * (v h - mean H p v) * (y h - mean H p y)).
Proof.
  intros S. rewrite (bsum_ext _ (fun h => p h * (v h - mean H p v) * (y h - mean H p y))
    (fun h => jac H p v h * y h - mean H p y * (p h * v h - mean H p v * p h))) by (intros; unfold jac; ring).
  rewrite bsum_minus, bsum_scal, bsum_minus, bsum_scal, S. fold (mean H p v). ring.
Qed.

(* D6: the quadratic form of diag r - r r^T is the variance of v under r *)
Theorem D6_quadratic H p v : bsum H p = 1 -> bsum H (fun h => v h * jac H p v h) = var H p v.
Proof.
  intros S. rewrite (bsum_ext _ _ (fun h => jac H p v h * v h)) by (intros; ring). rewrite cov_jac by auto.
  apply bsum_ext; intros; ring.
Qed.

(* D6: that variance is at most a quarter of the squared range *)
Theorem D6_popoviciu H p v lo hi : csimplex H p -> (forall h, (h < H)%nat -> lo <= v h <= hi) -> var H p v <= (hi - lo)^2 / 4.
Proof.
  intros [P S] B. rewrite var_alt by auto.
  assert (A : mean H p (fun h => v h ^ 2) <= (lo + hi) * mean H p v - lo * hi).
  { assert (0 <= bsum H (fun h => p h * ((v h - lo) * (hi - v h)))).
    { apply bsum_ge0. intros i Hi. generalize (P i Hi) (B i Hi). intros. apply Rmult_le_pos; [auto|]. apply Rmult_le_pos; lra. }
    rewrite (bsum_ext _ _ (fun h => (lo + hi) * (p h * v h) - lo * hi * p h - p h * v h ^ 2)) in H0 by (intros; ring).
    rewrite !bsum_minus, !bsum_scal, S in H0. unfold mean. lra. }
  generalize (pow2_ge_0 (mean H p v - (lo + hi) / 2)). nra.
Qed.

Definition nrm2 (H : nat) (v : nat -> R) : R := bsum H (fun h => v h ^ 2).

Lemma argmax_ex n (d : nat -> R) : (0 < n)%nat -> exists k, (k < n)%nat /\ forall i, (i < n)%nat -> d i <= d k.
Proof.
  intros Hn. destruct (argmin_ex n (fun i => - d i) Hn) as (k & Hk & E). exists k. split; auto.
  intros i Hi. generalize (E i Hi). lra.
Qed.

(* D6: and at most half the squared Euclidean norm of v *)
Theorem D6_half_norm H p v : csimplex H p -> var H p v <= nrm2 H v / 2.
Proof.
  intros S. destruct (Nat.eq_dec H 0) as [->|N0].
  { destruct S as [_ S]. simpl in S. lra. }
  assert (Hp : (0 < H)%nat) by lia.
  destruct (argmin_ex H v Hp) as (j & Hj & Lo). destruct (argmax_ex H v Hp) as (k & Hk & Hi).
  apply Rle_trans with ((v k - v j)^2 / 4). { apply D6_popoviciu; auto. }
  destruct (Nat.eq_dec j k) as [->|N].
  - replace ((v k - v k)^2 / 4) with 0 by field. assert (0 <= nrm2 H v) by (apply bsum_ge0; intros; apply pow2_ge_0). lra.
  - assert (v j ^ 2 + v k ^ 2 <= nrm2 H v).
    { unfold nrm2. rewrite (bsum_split _ _ j Hj). apply Rplus_le_compat_l.
      rewrite <- (upd_neq (fun h => v h ^ 2) j 0 k) by auto.
      apply (bsum_ge_term H (upd (fun h => v h ^2) j 0)); auto. intros i Hi'. unfold upd. destruct Nat.eq_dec; [lra|apply pow2_ge_0]. }
    generalize (pow2_ge_0 (v j + v k)). nra.
Qed.

(* Cauchy-Schwarz for a weighted sum *)
Lemma cauchy_w H p a b : (forall h, (h < H)%nat -> 0 <= p h) ->
  (bsum H (fun h => p h * a h * b h))^2 <= bsum H (fun h => p h * a h ^ 2) * bsum H (fun h => p h * b h ^ 2).
Proof.
  intros P. set (A := bsum H (fun h => p h * a h ^ 2)). set (B := bsum H (fun h => p h * b h ^ 2)). set (C := bsum H (fun h => p h * a h * b h)).
  assert (Q : forall s t, 0 <= s^2 * A - 2 * s * t * C + t^2 * B).
  { intros s t. replace (s^2 * A - 2 * s * t * C + t^2 * B) with (bsum H (fun h => p h * (s * a h - t * b h)^2)).
    - apply bsum_ge0. intros i Hi. apply Rmult_le_pos; [auto|apply pow2_ge_0].
    - unfold A, B, C. rewrite (bsum_ext _ _ (fun h => (s^2 * (p h * a h ^ 2) - 2 * s * t * (p h * a h * b h)) + t^2 * (p h * b h ^ 2))) by (intros; ring).
      rewrite bsum_plus, bsum_minus, !bsum_scal. auto. }
  assert (A0 : 0 <= A) by (generalize (Q 1 0); lra). assert (B0 : 0 <= B) by (generalize (Q 0 1); lra).
  destruct (Req_dec B 0) as [E|E].
  - rewrite E in *. destruct (Req_dec C 0) as [->|N]; [nra|exfalso]. generalize (Q 1 ((A + 1) / (2 * C))).
    replace (1 ^ 2 * A - 2 * 1 * ((A + 1) / (2 * C)) * C + ((A + 1) / (2 * C)) ^ 2 * 0) with (-1) by (field; auto). lra.
  - assert (0 < B) by lra. generalize (Q B C). intros q.
    assert (0 <= B * (A * B - C^2)) by (replace (B * (A * B - C^2)) with (B ^ 2 * A - 2 * B * C * C + C ^ 2 * B) by ring; auto).
    assert (0 <= A * B - C^2) by (apply Rmult_le_reg_l with B; lra). lra.
Qed.

(* D6: the spectral norm of diag r - r r^T is at most 1/2: |J v| <= |v| / 2 for every v, every distribution r *)
Theorem D6_spectral H p v : csimplex H p -> nrm2 H (jac H p v) <= nrm2 H v / 4.
Proof.
  intros [P S]. set (y := jac H p v).
  assert (E : nrm2 H y = bsum H (fun h => p h * (v h - mean H p v) * (y h - mean H p y))).
  { rewrite <- cov_jac by auto. apply bsum_ext. intros; unfold y; ring. }
  assert (Q := cauchy_w H p (fun h => v h - mean H p v) (fun h => y h - mean H p y) P). simpl in Q.
  fold (var H p v) in Q. fold (var H p y) in Q.
  assert (Q' : (nrm2 H y)^2 <= var H p v * var H p y) by (rewrite E; exact Q).
  generalize (D6_half_norm H p v (conj P S)) (D6_half_norm H p y (conj P S)) (var_ge0 H p v P) (var_ge0 H p y P). intros A B A0 B0.
  assert (Y0 : 0 <= nrm2 H y) by (apply bsum_ge0; intros; apply pow2_ge_0).
  destruct (Rle_lt_or_eq_dec 0 _ Y0) as [L|L].
  - assert (nrm2 H y * nrm2 H y <= nrm2 H v / 4 * nrm2 H y).
    { apply Rle_trans with (nrm2 H v / 2 * (nrm2 H y / 2)); [|lra].
      apply Rle_trans with (var H p v * var H p y); [simpl in Q'; lra|]. apply Rmult_le_compat; auto. }
    apply Rmult_le_reg_r with (nrm2 H y); auto.
  - rewrite <- L. assert (0 <= nrm2 H v) by (apply bsum_ge0; intros; apply pow2_ge_0). lra.
Qed.

(* D6: attained by two hypotheses at a tie: the vector (1,-1) is halved *)
Theorem D6_spectral_attained tau c : 0 < tau -> let v := sgn2 in
  nrm2 2 (jac 2 (r 2 tau (fun _ => c)) v) = nrm2 2 v / 4.
Proof.
  intros Ht. simpl.
  assert (E : forall h, r 2 tau (fun _ => c) h = / 2).
  { intros h. unfold r, Z, w. simpl. generalize (exp_pos (- c / tau)). intros. field. lra. }
  unfold nrm2, jac, mean. simpl. rewrite !E. unfold sgn2. field.
Qed.

(* D6: the entries of the Jacobian die away from ties: |dr_h/dd_k| <= (H-1) exp (-delta/tau) / tau at gap delta *)
Theorem D6_dies H tau d b delta k h : 0 < tau -> (b < H)%nat -> (k < H)%nat -> (h < H)%nat ->
  (forall i, (i < H)%nat -> i <> b -> d b + delta <= d i) ->
  exists l, is_derive (fun x => r H tau (upd d k x) h) (d k) l /\ Rabs l <= (INR H - 1) * exp (- delta / tau) / tau.
Proof.
  intros Ht Hb Hk Hh Gap. eexists. split; [apply T3_hess; auto|].
  assert (Hp : (0 < H)%nat) by lia.
  generalize (D1_concentration H tau d b delta Ht Hb Gap). intros C.
  unfold Rdiv. rewrite Rabs_mult, (Rabs_right (/ tau)) by (left; apply Rinv_0_lt_compat; auto).
  apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; auto|]. eapply Rle_trans; [|apply C].
  generalize (r_pos H tau d h Hp) (r_pos H tau d k Hp) (r_le1 H tau d h Hh) (r_le1 H tau d k Hk) (r_le1 H tau d b Hb). intros.
  assert (O : forall i, (i < H)%nat -> i <> b -> r H tau d i <= 1 - r H tau d b).
  { intros i Hi N. rewrite <- (r_sum H tau d Hp) at 1. rewrite (bsum_split H (r H tau d) b Hb).
    rewrite <- (upd_neq (r H tau d) b 0 i) by auto.
    assert (upd (r H tau d) b 0 i <= bsum H (upd (r H tau d) b 0)); [|lra].
    apply bsum_ge_term; auto. intros j Hj. unfold upd. destruct Nat.eq_dec; [lra|left; apply r_pos; auto]. }
  rewrite Rabs_mult, (Rabs_right (r H tau d h)) by lra. unfold upd.
  destruct (Nat.eq_dec h k) as [->|N].
  - rewrite (Rabs_left1 (r H tau d k - 1)) by lra. destruct (Nat.eq_dec k b) as [->|Nb]; [nra|]. generalize (O k Hk Nb). nra.
  - rewrite (Rabs_right (r H tau d k - 0)) by lra. destruct (Nat.eq_dec h b) as [->|Nb].
    + generalize (O k Hk ltac:(auto)). nra.
    + generalize (O h Hh Nb). nra.
Qed.

(* D6: that bound tends to 0 with the temperature, for every positive gap *)
Theorem D6_dies_limit c delta : 0 < delta -> filterlim (fun tau => c * exp (- delta / tau) / tau) (at_right 0) (locally 0).
Proof.
  intros Hd. (* x^2/4 <= e^x gives e^{-x} x <= 4/x with x = delta/tau *)
  assert (B : forall tau, 0 < tau -> 0 <= exp (- delta / tau) / tau <= 4 / delta^2 * tau).
  { intros tau Ht. set (x := delta / tau). assert (Px : 0 < x) by (apply Rdiv_lt_0_compat; auto).
    replace (- delta / tau) with (- x) by (unfold x; field; lra). rewrite exp_Ropp.
    generalize (exp_pos x); intros Pe.
    assert (Q : x^2 / 4 <= exp x).
    { replace x with (x / 2 + x / 2) at 2 by field. rewrite exp_plus. generalize (exp_ineq1_le (x / 2)). nra. }
    split; [apply Rmult_le_pos; left; apply Rinv_0_lt_compat; auto|].
    apply Rle_trans with (/ (x^2 / 4) / tau).
    - apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; auto|]. apply Rinv_le_contravar; nra.
    - unfold x. right. field. lra. }
  assert (L : filterlim (fun tau => exp (- delta / tau) / tau) (at_right 0) (locally 0)).
  { apply (filterlim_le_le (F := at_right 0) (fun _ => 0) _ (fun tau => 4 / delta^2 * tau) 0).
    - exists (mkposreal 1 Rlt_0_1). intros t _ Ht. apply B; auto.
    - apply filterlim_const.
    - apply (filterlim_filter_le_1 (F := locally 0)); [apply filter_le_within|].
      assert (C : continuous (fun tau => 4 / delta^2 * tau) 0) by (apply (ex_derive_continuous (V := R_NormedModule)); auto_derive; auto).
      unfold continuous in C. rewrite Rmult_0_r in C. exact C. }
  assert (C : continuous (fun y => c * y) 0) by (apply (ex_derive_continuous (V := R_NormedModule)); auto_derive; auto).
  unfold continuous in C. rewrite Rmult_0_r in C.
  apply filterlim_ext with (fun tau => c * (exp (- delta / tau) / tau)); [intros; unfold Rdiv; ring|].
  apply (filterlim_comp _ _ _ (fun tau => exp (- delta / tau) / tau) (fun y => c * y) _ _ _ L C).
Qed.

(* D6: on a tie of two the response blows up like 1/(4 tau): dr_0/dd_0 = -1/(4 tau) *)
Theorem D6_tie tau c : 0 < tau -> is_derive (fun x => r 2 tau (upd (fun _ => c) 0 x) 0) c (- (1 / (4 * tau))).
Proof.
  intros Ht. evar_last; [apply (T3_hess 2 tau (fun _ => c) 0 0); auto|].
  assert (E : forall h, r 2 tau (fun _ => c) h = / 2).
  { intros h. unfold r, Z, w. simpl. generalize (exp_pos (- c / tau)). intros. field. lra. }
  rewrite !E, upd_eq. field. lra.
Qed.

(* D6: the learning signal itself does not vanish: dF/dd_k = r_k, and the responsibilities still sum to 1 at every temperature *)
Theorem D6_signal H tau d : 0 < tau -> (0 < H)%nat ->
  (forall k, (k < H)%nat -> is_derive (fun x => F H tau (upd d k x)) (d k) (r H tau d k)) /\ bsum H (r H tau d) = 1.
Proof. intros Ht Hp. split; [intros; apply T3_grad; auto|apply r_sum; auto]. Qed.
