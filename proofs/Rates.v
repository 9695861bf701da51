(* N3: the derivative of an EM step: how fast EM contracts, and why no single step size makes it a gradient step *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Paths Annealing.
Open Scope R_scope.

(* responsibilities along a curve of energies, at one temperature *)
Lemma d_rp H tau pi (e : nat -> R -> R) e1 t0 h : (h < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  (forall i, (i < H)%nat -> is_derive (e i) t0 (e1 i)) -> let q := rp H tau pi (fun i => e i t0) in
  is_derive (fun t => rp H tau pi (fun i => e i t) h) t0 (- q h * (e1 h - mean H q e1) / tau).
Proof.
  intros Hh Ht P De q. evar_last.
  - apply (is_derive_rp H pi (fun _ => tau) (fun t i => e i t) 0 e1 t0 h Hh P Ht); [apply @is_derive_const|exact De].
  - fold q. field. lra.
Qed.

(* a responsibility-weighted mean of the data along a curve of energies *)
Lemma d_weighted_mean N H tau pi (e : nat -> nat -> R -> R) e1 (y : nat -> R) t0 h : (0 < N)%nat -> (h < H)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall n i, (i < H)%nat -> is_derive (e n i) t0 (e1 n i)) ->
  let q := fun n => rp H tau pi (fun i => e n i t0) in
  let count := bsum N (fun n => q n h) in
  let m := bsum N (fun n => q n h * y n) / count in
  is_derive (fun t => bsum N (fun n => rp H tau pi (fun i => e n i t) h * y n) / bsum N (fun n => rp H tau pi (fun i => e n i t) h)) t0
    (bsum N (fun n => - q n h * (e1 n h - mean H (q n) (e1 n)) / tau * (y n - m)) / count).
Proof.
  intros Hn Hh Ht P De q count m. assert (C : 0 < count) by (apply bsum_pos; auto; intros; apply rp_pos; auto).
  set (dq := fun n => - q n h * (e1 n h - mean H (q n) (e1 n)) / tau).
  assert (Dq : forall n, is_derive (fun t => rp H tau pi (fun i => e n i t) h) t0 (dq n)) by (intros; apply d_rp; auto).
  evar_last.
  - apply (d_div_path (fun t => bsum N (fun n => rp H tau pi (fun i => e n i t) h * y n)) (fun t => bsum N (fun n => rp H tau pi (fun i => e n i t) h)) t0
      (bsum N (fun n => dq n * y n)) (bsum N dq)).
    + apply Rgt_not_eq, C.
    + apply (is_derive_bsum N (fun n t => rp H tau pi (fun i => e n i t) h * y n)). intros n _.
      apply is_derive_ext with (fun t => y n * rp H tau pi (fun i => e n i t) h); [intros; apply Rmult_comm|].
      rewrite Rmult_comm. apply d_scal_path, Dq.
    + apply (is_derive_bsum N (fun n t => rp H tau pi (fun i => e n i t) h)). intros n _. apply Dq.
  - cbv beta. fold (q 0%nat). change (bsum N (fun n => rp H tau pi (fun i => e n i t0) h * y n) / bsum N (fun n => rp H tau pi (fun i => e n i t0) h)) with m.
    change (bsum N (fun n => rp H tau pi (fun i => e n i t0) h)) with count. f_equal.
    rewrite (bsum_ext N (fun n => - q n h * (e1 n h - mean H (q n) (e1 n)) / tau * (y n - m)) (fun n => dq n * y n - m * dq n))
      by (intros; unfold dq; ring).
    rewrite bsum_minus, bsum_scal. auto.
Qed.

Lemma mean_opp H p a : mean H p (fun h => - a h) = - mean H p a.
Proof. unfold mean. rewrite (bsum_ext H _ (fun h => -1 * (p h * a h))) by (intros; ring). rewrite bsum_scal. ring. Qed.

(* the shares' response to a push, against the push itself, is the variance over tau *)
Lemma pushed_var H tau q a : bsum H q = 1 -> 0 < tau -> bsum H (fun h => q h * (a h - mean H q a) / tau * a h) = var H q a / tau.
Proof.
  intros S Ht. rewrite var_alt by auto. rewrite (bsum_ext H _ (fun h => / tau * (q h * a h ^ 2 - mean H q a * (q h * a h)))) by (intros; field; lra).
  rewrite bsum_scal, bsum_minus, bsum_scal. fold (mean H q a) (mean H q (fun h => a h ^ 2)). field. lra.
Qed.

(* the energies along a line of means *)
Lemma d_quad_line n Q a m u t : (forall i j, (i < n)%nat -> (j < n)%nat -> Q i j = Q j i) ->
  is_derive (fun t => quad n Q (fun i => a i - (m i + t * u i)) (fun i => a i - (m i + t * u i)) / 2) t (- quad n Q u (fun i => a i - (m i + t * u i))).
Proof.
  intros S. set (b := fun i => a i - m i).
  assert (E : forall t, quad n Q (fun i => a i - (m i + t * u i)) (fun i => a i - (m i + t * u i)) = quad n Q b b - 2 * t * quad n Q u b + t^2 * quad n Q u u).
  { intros z. rewrite (quad_ext n Q _ (fun i => b i - z * u i) _ (fun i => b i - z * u i)) by (intros; unfold b; ring).
    rewrite quad_lin, (quad_sym n Q b), (quad_sym n Q u (fun i => b i - z * u i)) by auto. rewrite !quad_lin, (quad_sym n Q b u) by auto. ring. }
  apply is_derive_ext with (fun t => (quad n Q b b - 2 * t * quad n Q u b + t^2 * quad n Q u u) / 2); [intros; rewrite E; auto|].
  replace (quad n Q u (fun i => a i - (m i + t * u i))) with (quad n Q u b - t * quad n Q u u).
  - set (A := quad n Q b b). set (B := quad n Q u b). set (C := quad n Q u u). auto_derive; auto. field.
  - rewrite (quad_sym n Q u (fun i => a i - (m i + t * u i))) by auto.
    rewrite (quad_ext n Q (fun i => a i - (m i + t * u i)) (fun i => b i - t * u i) u u) by (intros; unfold b; ring).
    rewrite quad_lin, (quad_sym n Q b u) by auto. auto.
Qed.

Lemma quad_rows n Q u v : quad n Q u v = bsum n (fun i => u i * bsum n (fun j => Q i j * v j)).
Proof. unfold quad. apply bsum_ext. intros. rewrite <- bsum_scal. apply bsum_ext. intros; ring. Qed.

(* N3: the derivative of an EM step of the means is the missing information, as a fraction of the complete one. Along every
   direction u of the means from a fixed point, with precisions Q h, their inverses Sigma h and v n h = u_h . Q_h (x_n - mu_h):
   grad is the gradient of the free energy of the data, its derivative along u, the observed information, is complete - missing,
   and the EM step has the derivative  u_h - Sigma_h (complete - missing)_h / count_h = Sigma_h missing_h / count_h *)
Theorem N3_missing_information N H D tau pi Q Sigma mu x u : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  (forall h i j, (h < H)%nat -> (i < D)%nat -> (j < D)%nat -> Q h i j = Q h j i) ->
  (forall h i l, (h < H)%nat -> (i < D)%nat -> (l < D)%nat -> bsum D (fun j => Sigma h i j * Q h j l) = if Nat.eq_dec i l then 1 else 0) ->
  let state := fun t h j => mu h j + t * u h j in
  let rr := fun t n => rp H tau pi (gq D Q (state t) (x n)) in
  let count := fun t h => bsum N (fun n => rr t n h) in
  let step := fun t h j => bsum N (fun n => rr t n h * x n j) / count t h in
  let grad := fun t h i => bsum N (fun n => rr t n h * bsum D (fun j => Q h i j * (state t h j - x n j))) in
  let v := fun n h => quad D (Q h) (u h) (fun j => x n j - mu h j) in
  let complete := fun h i => count 0 h * bsum D (fun j => Q h i j * u h j) in
  let missing := fun h i => bsum N (fun n => rr 0 n h * (v n h - mean H (rr 0 n) (v n)) / tau * bsum D (fun j => Q h i j * (x n j - mu h j))) in
  (forall h j, (h < H)%nat -> (j < D)%nat -> step 0 h j = mu h j) ->
  (forall t h i, (h < H)%nat -> (i < D)%nat -> is_derive (fun z => bsum N (fun n => Fp H tau pi (gq D Q (upd2 (state t) h i z) (x n)))) (state t h i) (grad t h i)) /\
  (forall h i, (h < H)%nat -> (i < D)%nat -> is_derive (fun t => grad t h i) 0 (complete h i - missing h i)) /\
  (forall h i, (h < H)%nat -> (i < D)%nat ->
    is_derive (fun t => step t h i) 0 (u h i - bsum D (fun j => Sigma h i j * (complete h j - missing h j)) / count 0 h) /\
    u h i - bsum D (fun j => Sigma h i j * (complete h j - missing h j)) / count 0 h = bsum D (fun j => Sigma h i j * missing h j) / count 0 h) /\
  bsum H (fun h => bsum D (fun i => u h i * missing h i)) = bsum N (fun n => var H (rr 0 n) (v n)) / tau.
Proof.
  intros Hn Hp Ht P Sy Inv state rr count step grad v complete missing Fix.
  assert (St0 : forall h j, state 0 h j = mu h j) by (intros; unfold state; ring).
  set (e := fun n i t => gq D Q (state t) (x n) i).
  assert (De : forall n i, (i < H)%nat -> is_derive (e n i) 0 (- v n i)).
  { intros n i Hi. unfold e, gq, state, v. evar_last; [apply (d_quad_line D (Q i) (x n) (mu i) (u i) 0); auto|].
    f_equal. apply quad_ext; intros; ring. }
  assert (C : forall t h, (h < H)%nat -> 0 < count t h) by (intros; apply bsum_pos; auto; intros; apply rp_pos; auto).
  (* how the responsibilities respond *)
  set (dr := fun n h => rr 0 n h * (v n h - mean H (rr 0 n) (v n)) / tau).
  assert (Sg : forall n h, - rr 0 n h * (- v n h - mean H (rr 0 n) (fun i => - v n i)) / tau = dr n h).
  { intros. rewrite mean_opp. unfold dr. field. lra. }
  assert (Dr : forall n h, (h < H)%nat -> is_derive (fun t => rr t n h) 0 (dr n h)).
  { intros n h Hh. rewrite <- Sg. apply (d_rp H tau pi (e n) (fun i => - v n i) 0 h); auto. }
  assert (Dstep : forall h i, (h < H)%nat -> (i < D)%nat -> is_derive (fun t => step t h i) 0 (bsum N (fun n => dr n h * (x n i - mu h i)) / count 0 h)).
  { intros h i Hh Hi. evar_last; [apply (d_weighted_mean N H tau pi e (fun n i => - v n i) (fun n => x n i) 0 h); auto|].
    change (bsum N (fun n => - rr 0 n h * (- v n h - mean H (rr 0 n) (fun i => - v n i)) / tau * (x n i - step 0 h i)) / count 0 h
      = bsum N (fun n => dr n h * (x n i - mu h i)) / count 0 h).
    f_equal. apply bsum_ext. intros n _. rewrite Fix, Sg by auto. auto. }
  assert (Id : forall h i (f : nat -> R), (h < H)%nat -> (i < D)%nat -> bsum D (fun j => Sigma h i j * bsum D (fun l => Q h j l * f l)) = f i).
  { intros h i f Hh Hi. rewrite (bsum_ext D _ (fun j => bsum D (fun l => f l * (Sigma h i j * Q h j l)))) by (intros; rewrite <- bsum_scal; apply bsum_ext; intros; ring).
    rewrite bsum_swap, (bsum_ext D _ (upd (fun _ => 0) i (f i))).
    - rewrite bsum_upd, bsum_const by auto. ring.
    - intros l Hl. rewrite bsum_scal, Inv by auto. unfold upd. destruct (Nat.eq_dec i l), (Nat.eq_dec l i); subst; try congruence; ring. }
  assert (Mi : forall h j, missing h j = bsum D (fun l => Q h j l * bsum N (fun n => dr n h * (x n l - mu h l)))).
  { intros h j. unfold missing. rewrite (bsum_ext D _ (fun l => bsum N (fun n => dr n h * (Q h j l * (x n l - mu h l))))) by (intros; rewrite <- bsum_scal; apply bsum_ext; intros; ring).
    rewrite <- bsum_swap. apply bsum_ext. intros n _. rewrite bsum_scal. auto. }
  assert (SM : forall h i, (h < H)%nat -> (i < D)%nat -> bsum D (fun j => Sigma h i j * missing h j) = bsum N (fun n => dr n h * (x n i - mu h i))).
  { intros h i Hh Hi. rewrite (bsum_ext D _ (fun j => Sigma h i j * bsum D (fun l => Q h j l * bsum N (fun n => dr n h * (x n l - mu h l))))) by (intros; rewrite Mi; auto).
    apply (Id h i (fun l => bsum N (fun n => dr n h * (x n l - mu h l)))); auto. }
  assert (SC : forall h i, (h < H)%nat -> (i < D)%nat -> bsum D (fun j => Sigma h i j * complete h j) = count 0 h * u h i).
  { intros h i Hh Hi. unfold complete. rewrite (bsum_ext D _ (fun j => count 0 h * (Sigma h i j * bsum D (fun l => Q h j l * u h l)))) by (intros; ring).
    rewrite bsum_scal, Id; auto. }
  assert (Eq : forall h i, (h < H)%nat -> (i < D)%nat ->
    u h i - bsum D (fun j => Sigma h i j * (complete h j - missing h j)) / count 0 h = bsum D (fun j => Sigma h i j * missing h j) / count 0 h).
  { intros h i Hh Hi. generalize (C 0 h Hh); intros. rewrite (bsum_ext D _ (fun j => Sigma h i j * complete h j - Sigma h i j * missing h j)) by (intros; ring).
    rewrite bsum_minus, SC by auto. field. lra. }
  split; [|split; [|split]].
  - intros t h i Hh Hi. destruct (N3_gradient_step_full N H D tau pi Q (state t) x h Hn Hh Ht P (fun i j => Sy h i j Hh)) as (g & Dg & Eg & _).
    replace (grad t h i) with (g i); [apply Dg; auto|]. rewrite Eg by auto. change (bsum N (fun n => rp H tau pi (gq D Q (state t) (x n)) h)) with (count t h).
    unfold grad. rewrite <- bsum_scal, (bsum_ext N _ (fun n => bsum D (fun j => Q h i j * (state t h j * rr t n h - rr t n h * x n j)))) by
      (intros; rewrite <- bsum_scal; apply bsum_ext; intros; ring).
    rewrite bsum_swap. apply bsum_ext. intros j _. rewrite bsum_scal, bsum_minus, bsum_scal. change (bsum N (fun n => rr t n h)) with (count t h).
    generalize (C t h Hh); intros. unfold rr. field. lra.
  - intros h i Hh Hi. unfold grad. evar_last.
    + apply (is_derive_bsum N (fun n t => rr t n h * bsum D (fun j => Q h i j * (state t h j - x n j)))). intros n _.
      apply (d_mult_path (fun t => rr t n h) (fun t => bsum D (fun j => Q h i j * (state t h j - x n j)))); [apply Dr; auto|].
      apply (is_derive_bsum D (fun j t => Q h i j * (state t h j - x n j)) (fun j => Q h i j * u h j)). intros j _. unfold state. auto_derive; auto. ring.
    + cbv beta. rewrite bsum_plus. rewrite (bsum_ext N (fun n => rr 0 n h * _) (fun n => bsum D (fun j => Q h i j * u h j) * rr 0 n h)) by (intros; ring).
      rewrite bsum_scal. unfold complete, missing. change (bsum N (fun n => rr 0 n h)) with (count 0 h).
      rewrite (bsum_ext N (fun n => dr n h * _) (fun n => -1 * (dr n h * bsum D (fun j => Q h i j * (x n j - mu h j))))).
      * rewrite bsum_scal. unfold dr. ring.
      * intros n _. rewrite (bsum_ext D (fun j => Q h i j * (state 0 h j - x n j)) (fun j => -1 * (Q h i j * (x n j - mu h j)))) by (intros; rewrite St0; ring).
        rewrite bsum_scal. ring.
  - intros h i Hh Hi. split; [|apply Eq; auto]. rewrite Eq, SM by auto. apply Dstep; auto.
  - unfold missing. rewrite (bsum_ext H _ (fun h => bsum N (fun n => dr n h * v n h))).
    + rewrite <- bsum_swap. unfold Rdiv. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext. intros n _.
      rewrite Rmult_comm. apply pushed_var; auto. apply rp_sum; auto.
    + intros h Hh. rewrite (bsum_ext D _ (fun i => bsum N (fun n => dr n h * (u h i * bsum D (fun j => Q h i j * (x n j - mu h j))))))
        by (intros; rewrite <- bsum_scal; apply bsum_ext; intros; unfold dr; ring).
      rewrite <- bsum_swap. apply bsum_ext. intros n _. rewrite bsum_scal. f_equal. unfold v. rewrite quad_rows. auto.
Qed.

(* N3: so an eigenvalue of the derivative of the EM step, its rate along the eigendirection u, is the fraction of missing information there:
   the variance of v under the responsibilities over what the information would be if the assignments were known *)
Theorem N3_fraction N H D tau pi Q mu x u rho : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  (forall h i j, (h < H)%nat -> (i < D)%nat -> (j < D)%nat -> Q h i j = Q h j i) ->
  let rr := fun t n => rp H tau pi (gq D Q (fun h j => mu h j + t * u h j) (x n)) in
  let count := fun t h => bsum N (fun n => rr t n h) in
  let step := fun t h j => bsum N (fun n => rr t n h * x n j) / count t h in
  let v := fun n h => quad D (Q h) (u h) (fun j => x n j - mu h j) in
  (forall h j, (h < H)%nat -> (j < D)%nat -> step 0 h j = mu h j) ->
  (forall h j, (h < H)%nat -> (j < D)%nat -> is_derive (fun t => step t h j) 0 (rho * u h j)) ->
  rho * bsum H (fun h => count 0 h * quad D (Q h) (u h) (u h)) = bsum N (fun n => var H (rr 0 n) (v n)) / tau.
Proof.
  intros Hn Hp Ht P Sy rr count step v Fix Eig.
  assert (De : forall n i, (i < H)%nat -> is_derive (fun t => gq D Q (fun h j => mu h j + t * u h j) (x n) i) 0 (- v n i)).
  { intros n i Hi. unfold gq, v. evar_last; [apply (d_quad_line D (Q i) (x n) (mu i) (u i) 0); auto|].
    f_equal. apply quad_ext; intros; ring. }
  assert (C : forall h, (h < H)%nat -> 0 < count 0 h) by (intros; apply bsum_pos; auto; intros; apply rp_pos; auto).
  set (dr := fun n h => rr 0 n h * (v n h - mean H (rr 0 n) (v n)) / tau).
  assert (M : forall h i, (h < H)%nat -> (i < D)%nat -> count 0 h * (rho * u h i) = bsum N (fun n => dr n h * (x n i - mu h i))).
  { intros h i Hh Hi. assert (A := d_weighted_mean N H tau pi (fun n i t => gq D Q (fun h j => mu h j + t * u h j) (x n) i) (fun n i => - v n i) (fun n => x n i) 0 h Hn Hh Ht P De).
    apply is_derive_unique in A. assert (B := Eig h i Hh Hi). apply is_derive_unique in B. cbv zeta in A.
    change (Derive (fun t => step t h i) 0 = bsum N (fun n => - rr 0 n h * (- v n h - mean H (rr 0 n) (fun i => - v n i)) / tau * (x n i - step 0 h i)) / count 0 h) in A.
    rewrite (eq_trans (eq_sym B) A). generalize (C h Hh); intros. unfold Rdiv at 1. rewrite Rmult_comm, Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    apply bsum_ext. intros n _. rewrite Fix, mean_opp by auto. unfold dr. field. lra. }
  transitivity (bsum H (fun h => bsum N (fun n => dr n h * v n h))).
  - rewrite <- bsum_scal. apply bsum_ext. intros h Hh. 
    transitivity (bsum D (fun i => bsum D (fun j => u h j * Q h j i) * (count 0 h * (rho * u h i)))).
    + unfold quad. rewrite bsum_swap, <- Rmult_assoc, <- bsum_scal. apply bsum_ext. intros i _.
      rewrite (Rmult_comm (bsum D _)), <- !bsum_scal. apply bsum_ext. intros; ring.
    + rewrite (bsum_ext D _ (fun i => bsum N (fun n => bsum D (fun j => dr n h * (u h j * Q h j i * (x n i - mu h i)))))).
      * rewrite <- bsum_swap. apply bsum_ext. intros n _. unfold v, quad. rewrite bsum_swap, <- bsum_scal. apply bsum_ext. intros. apply bsum_scal.
      * intros i Hi. rewrite M by auto. rewrite <- bsum_scal. apply bsum_ext. intros n _. rewrite bsum_scal.
        rewrite (bsum_ext D (fun j => u h j * Q h j i * (x n i - mu h i)) (fun j => (x n i - mu h i) * (u h j * Q h j i))) by (intros; ring).
        rewrite bsum_scal. ring.
  - rewrite <- bsum_swap. unfold Rdiv. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext. intros n _.
    rewrite Rmult_comm. apply pushed_var; auto. apply rp_sum; auto.
Qed.

(* one EM step of the means, energies half the squared distance, masses fixed *)
Definition em (N H D : nat) (tau : R) (pi : nat -> R) (x mu : nat -> nat -> R) (h j : nat) : R :=
  bsum N (fun n => rp H tau pi (halfD D mu (x n)) h * x n j) / bsum N (fun n => rp H tau pi (halfD D mu (x n)) h).

(* N3: the rate in the one-cluster state, any dimension: the derivative of the EM step along any direction u of the means is the
   covariance of the data, over tau, times u less its mean under the masses *)
Theorem N3_rate N H D tau pi x u h j : (0 < N)%nat -> (h < H)%nat -> 0 < tau -> simplex H pi ->
  em N H D tau pi x (fun _ => avgD N x) h j = avgD N x j /\
  is_derive (fun t => em N H D tau pi x (fun h j => avgD N x j + t * u h j) h j) 0
    (bsum N (fun n => along N D x (fun i => u h i - mean H pi (fun k => u k i)) n * (x n j - avgD N x j)) / INR N / tau).
Proof.
  intros Hn Hh Ht [P S]. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  set (mu := fun t h j => avgD N x j + t * u h j).
  assert (R0 : forall n m i, (i < H)%nat -> (forall h j, m h j = avgD N x j) -> rp H tau pi (halfD D m (x n)) i = pi i).
  { intros n m i Hi Em. set (c := exp (- (bsum D (fun j => (x n j - avgD N x j)^2) / 2) / tau)).
    assert (W : forall i, w tau (halfD D m (x n)) i = c).
    { intros k. unfold w, halfD, c. do 4 f_equal. apply bsum_ext. intros; rewrite Em; auto. }
    unfold rp, Zp. rewrite (bsum_ext H _ (fun i => c * pi i)) by (intros; rewrite W; ring). rewrite bsum_scal, S, W.
    assert (0 < c) by apply exp_pos. field. lra. }
  assert (Fix : forall m, (forall h j, m h j = avgD N x j) -> em N H D tau pi x m h j = avgD N x j).
  { intros m Em. unfold em. generalize (P h Hh); intros. rewrite (bsum_ext N _ (fun n => pi h * x n j)) by (intros; rewrite R0; auto).
    rewrite (bsum_ext N (fun n => rp _ _ _ _ _) (fun _ => pi h)) by (intros; rewrite R0; auto).
    rewrite bsum_scal, bsum_const. unfold avgD. field. lra. }
  assert (Mu0 : forall h j, mu 0 h j = avgD N x j) by (intros; unfold mu; ring).
  split; [apply Fix; auto|].
  evar_last.
  - apply (d_weighted_mean N H tau pi (fun n i t => halfD D (mu t) (x n) i) (fun n i => - along N D x (u i) n) (fun n => x n j) 0 h); auto.
    intros n i _. unfold halfD, along.
    apply is_derive_ext with (fun t => / 2 * bsum D (fun j => (x n j - mu t i j)^2)); [intros; apply Rmult_comm|].
    evar_last.
    + apply d_scal_path. apply (is_derive_bsum D (fun j t => (x n j - mu t i j)^2) (fun j => -2 * ((x n j - avgD N x j) * u i j))).
      intros l _. unfold mu. auto_derive; auto. ring.
    + rewrite bsum_scal. field.
  - cbv beta zeta.
    change (bsum N (fun n => rp H tau pi (fun i => halfD D (mu 0) (x n) i) h * x n j) / bsum N (fun n => rp H tau pi (fun i => halfD D (mu 0) (x n) i) h))
      with (em N H D tau pi x (mu 0) h j). rewrite Fix by auto.
    rewrite (bsum_ext N (fun n => rp H tau pi (fun i => halfD D (mu 0) (x n) i) h) (fun _ => pi h)) by (intros; apply (R0 _ (mu 0)); auto).
    rewrite bsum_const. generalize (P h Hh); intros Ph.
    rewrite (bsum_ext N _ (fun n => pi h / tau * (along N D x (fun i => u h i - mean H pi (fun k => u k i)) n * (x n j - avgD N x j)))).
    + rewrite bsum_scal. field. lra.
    + intros n _. change (fun i => halfD D (mu 0) (x n) i) with (halfD D (mu 0) (x n)).
      rewrite mean_opp, (mean_ext H _ pi _ (fun i => along N D x (u i) n)) by (auto; intros; apply R0; auto).
      rewrite R0 by auto.
      assert (A : along N D x (fun i => u h i - mean H pi (fun k => u k i)) n = along N D x (u h) n - mean H pi (fun i => along N D x (u i) n)).
      { unfold along, mean. rewrite (bsum_ext H _ (fun k => bsum D (fun i => (x n i - avgD N x i) * (pi k * u k i)))) by (intros; rewrite <- bsum_scal; apply bsum_ext; intros; ring).
        rewrite <- bsum_swap, <- bsum_minus. apply bsum_ext. intros i _. rewrite bsum_scal. ring. }
      rewrite A. field. lra.
Qed.

(* N3: the rate is tau_c / tau: a split c h * v along an eigenvector v of the covariance, of eigenvalue lambda, with zero mean under the
   masses, contracts by lambda / tau; and when lambda is the largest eigenvalue (a bound of the quadratic form), no eigenvalue of
   the derivative lies outside of [0, lambda / tau], so that every direction contracts when tau > lambda *)
Theorem N3_rate_critical N H D tau pi x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  let line := fun u t => em N H D tau pi x (fun h j => avgD N x j + t * u h j) in
  (forall lambda v c h, (h < H)%nat -> (forall j, (j < D)%nat -> bsum N (fun n => along N D x v n * (x n j - avgD N x j)) / INR N = lambda * v j) ->
    mean H pi c = 0 -> forall j, (j < D)%nat -> is_derive (fun t => line (fun h j => c h * v j) t h j) 0 (lambda / tau * (c h * v j))) /\
  (forall lambda rho u, (forall v, bsum N (fun n => along N D x v n ^ 2) <= INR N * lambda * bsum D (fun j => v j ^ 2)) ->
    (forall h j, (h < H)%nat -> (j < D)%nat -> is_derive (fun t => line u t h j) 0 (rho * u h j)) ->
    (exists h j, (h < H)%nat /\ (j < D)%nat /\ u h j <> 0) ->
    0 <= rho <= lambda / tau /\ (lambda < tau -> rho < 1)).
Proof.
  intros Hn Hp Ht SP line. assert (N0 : 0 < INR N) by (apply lt_0_INR; lia).
  split.
  - intros lambda v c h Hh Ev Mc j Hj. destruct (N3_rate N H D tau pi x (fun h j => c h * v j) h j Hn Hh Ht SP) as [_ A].
    replace (lambda / tau * (c h * v j)) with (c h * (lambda * v j) / tau) by (field; lra). rewrite <- Ev by auto.
    evar_last; [exact A|]. f_equal. unfold Rdiv. rewrite <- Rmult_assoc. f_equal. rewrite <- bsum_scal. apply bsum_ext. intros n _.
    rewrite <- Rmult_assoc. f_equal. unfold along. rewrite <- bsum_scal. apply bsum_ext. intros i _.
    replace (mean H pi (fun k => c k * v i)) with (v i * mean H pi c) by (unfold mean; rewrite <- bsum_scal; apply bsum_ext; intros; ring).
    rewrite Mc. ring.
  - intros lambda rho u Q Eig Nz. cut (0 <= rho <= lambda / tau).
    { intros B. split; auto. intros L. apply Rle_lt_trans with (lambda / tau); [apply B|].
      apply Rmult_lt_reg_r with tau; auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    destruct SP as [P S].
    set (ub := fun i => mean H pi (fun k => u k i)).
    assert (E : forall h j, (h < H)%nat -> (j < D)%nat -> bsum N (fun n => along N D x (fun i => u h i - ub i) n * (x n j - avgD N x j)) / INR N / tau = rho * u h j).
    { intros h j Hh Hj. destruct (N3_rate N H D tau pi x u h j Hn Hh Ht (conj P S)) as [_ A]. apply is_derive_unique in A.
      assert (B := Eig h j Hh Hj). apply is_derive_unique in B. exact (eq_trans (eq_sym A) B). }
    (* the common shift is mapped to 0 *)
    assert (Z0 : forall j, (j < D)%nat -> rho * ub j = 0).
    { intros j Hj. unfold ub, mean. rewrite <- bsum_scal.
      rewrite (bsum_ext H _ (fun h => bsum N (fun n => bsum D (fun i => (x n j - avgD N x j) * (x n i - avgD N x i) / INR N / tau * (pi h * u h i - ub i * pi h))))).
      - rewrite bsum_swap, (bsum_ext N _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros n _.
        rewrite bsum_swap, (bsum_ext D _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros i _.
        rewrite bsum_scal, bsum_minus, bsum_scal, S. fold (mean H pi (fun k => u k i)). fold (ub i). ring.
      - intros h Hh. replace (rho * (pi h * u h j)) with (pi h * (rho * u h j)) by ring. rewrite <- E by auto. unfold Rdiv.
        rewrite (Rmult_comm (pi h)), !Rmult_assoc, (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext. intros n _.
        unfold along. rewrite (Rmult_comm (bsum _ _)), <- !Rmult_assoc, <- bsum_scal. apply bsum_ext. intros; ring. }
    destruct (Req_dec rho 0) as [R0|R0].
    + subst rho. split; [lra|]. destruct Nz as (h & j & Hh & Hj & U).
      assert (B : 0 < bsum D (fun j => u h j ^ 2)).
      { apply Rlt_le_trans with (u h j ^ 2); [apply pow2_gt_0; auto|]. apply (bsum_ge_term D (fun j => u h j ^ 2)); auto. intros; apply pow2_ge_0. }
      assert (0 <= bsum N (fun n => along N D x (u h) n ^ 2)) by (apply bsum_ge0; intros; apply pow2_ge_0).
      generalize (Q (u h)). intros Q1. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; auto].
      apply Rmult_le_reg_l with (INR N * bsum D (fun j => u h j ^ 2)); [apply Rmult_lt_0_compat; auto|]. rewrite Rmult_0_r. lra.
    + destruct Nz as (h & j & Hh & Hj & U).
      assert (Ub : forall i, (i < D)%nat -> ub i = 0).
      { intros i Hi. apply Rmult_eq_reg_l with rho; auto. rewrite Z0 by auto. ring. }
      set (B := bsum D (fun j => u h j ^ 2)).
      assert (Bp : 0 < B).
      { apply Rlt_le_trans with (u h j ^ 2); [apply pow2_gt_0; auto|]. apply (bsum_ge_term D (fun j => u h j ^ 2)); auto. intros; apply pow2_ge_0. }
      assert (G : bsum N (fun n => along N D x (u h) n ^ 2) = INR N * tau * rho * B).
      { transitivity (bsum D (fun i => u h i * (INR N * tau * (rho * u h i)))).
        - rewrite (bsum_ext D _ (fun i => bsum N (fun n => along N D x (u h) n * ((x n i - avgD N x i) * u h i)))).
          + rewrite <- bsum_swap. apply bsum_ext. intros n _. rewrite bsum_scal. unfold along. ring.
          + intros i Hi. rewrite <- E by auto.
            rewrite (bsum_ext N (fun n => along N D x (fun i0 => u h i0 - ub i0) n * (x n i - avgD N x i)) (fun n => along N D x (u h) n * (x n i - avgD N x i))).
            * rewrite (bsum_ext N (fun n => along N D x (u h) n * ((x n i - avgD N x i) * u h i)) (fun n => u h i * (along N D x (u h) n * (x n i - avgD N x i)))) by (intros; ring).
              rewrite bsum_scal. field. lra.
            * intros n _. f_equal. unfold along. apply bsum_ext. intros k Hk. rewrite Ub by auto. ring.
        - unfold B. rewrite <- bsum_scal. apply bsum_ext. intros; ring. }
      assert (G0 : 0 <= bsum N (fun n => along N D x (u h) n ^ 2)) by (apply bsum_ge0; intros; apply pow2_ge_0).
      generalize (Q (u h)). fold B. rewrite G. intros Q1. rewrite G in G0.
      assert (K : 0 < INR N * B) by (apply Rmult_lt_0_compat; auto).
      assert (0 <= tau * rho) by (apply Rmult_le_reg_l with (INR N * B); auto; lra).
      assert (tau * rho <= lambda) by (apply Rmult_le_reg_l with (INR N * B); auto; lra).
      split; [apply Rmult_le_reg_l with tau; lra|]. apply Rmult_le_reg_l with tau; auto. replace (tau * (lambda / tau)) with lambda by (field; lra). lra.
Qed.

(* N3: no single step size: two coordinates that the EM step moves, and whose variance over count differs, are not both moved by the
   same multiple of their gradients *)
Theorem N3_no_single_step N H D tau pi s mu x (g : nat -> nat -> R) k j l i : (0 < N)%nat -> (k < H)%nat -> (j < D)%nat -> (l < H)%nat -> (i < D)%nat -> 0 < tau ->
  (forall h, (h < H)%nat -> 0 < pi h) -> (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s h j) ->
  (forall h j, (h < H)%nat -> (j < D)%nat -> is_derive (fun t => total N H D tau pi s (upd2 mu h j t) x) (mu h j) (g h j)) ->
  new_mean N H D tau pi s mu x k j <> mu k j -> new_mean N H D tau pi s mu x l i <> mu l i ->
  s k j / count N H D tau pi s mu x k <> s l i / count N H D tau pi s mu x l ->
  ~ exists eta, forall h j, (h < H)%nat -> (j < D)%nat -> new_mean N H D tau pi s mu x h j = mu h j - eta * g h j.
Proof.
  intros Hn Hk Hj Hl Hi Ht P Ps G Mk Ml Ne [eta E].
  assert (A : forall h j, (h < H)%nat -> (j < D)%nat -> new_mean N H D tau pi s mu x h j <> mu h j -> eta = s h j / count N H D tau pi s mu x h).
  { intros h b Hh Hb M. destruct (N3_gradient_step N H D tau pi s mu x h b Hn Hh Hb Ht P Ps) as (g' & Dg & Eg).
    assert (g' = g h b) by (apply is_derive_unique in Dg; assert (B := G h b Hh Hb); apply is_derive_unique in B; exact (eq_trans (eq_sym Dg) B)).
    subst g'. assert (B := E h b Hh Hb). assert (g h b <> 0) by (intros Z0; apply M; rewrite B, Z0; ring).
    apply Rmult_eq_reg_r with (g h b); auto. lra. }
  apply Ne. rewrite <- (A k j), <- (A l i); auto.
Qed.

Lemma ln_vs_ratio a s : 0 < a -> 0 < s -> 1 + ln a <= a / s + ln s.
Proof.
  intros A S. assert (0 < a / s) by (apply Rdiv_lt_0_compat; auto). generalize (ln_le_sub1 (a / s) H). rewrite ln_div by auto. lra.
Qed.

(* N3: a step in variances too, diagonal ones, for the energy with the Gaussian normaliser: means, variances and masses together, or
   means and variances, never raise the free energy of the data, as long as no variance becomes 0 *)
Theorem N3_variance_step N H D tau pi s mu x : (0 < N)%nat -> (0 < H)%nat -> 0 < tau -> simplex H pi ->
  (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s h j) ->
  let energy := fun s mu n h => gd D s mu (x n) h + bsum D (fun j => ln (s h j)) / 2 in
  let rr := fun n => rp H tau pi (energy s mu n) in
  let count := fun h => bsum N (fun n => rr n h) in
  let mu' := fun h j => bsum N (fun n => rr n h * x n j) / count h in
  let s' := fun h j => bsum N (fun n => rr n h * (x n j - mu' h j)^2) / count h in
  (forall h j, (h < H)%nat -> (j < D)%nat -> 0 < s' h j) ->
  bsum N (fun n => Fp H tau pi (energy s' mu' n)) <= bsum N (fun n => Fp H tau pi (energy s mu n)) /\
  bsum N (fun n => Fp H tau (fun h => count h / INR N) (energy s' mu' n)) <= bsum N (fun n => Fp H tau pi (energy s mu n)).
Proof.
  intros Hn Hp Ht SP Ps energy rr count mu' s' Ps'.
  destruct (N3_any_energies N H tau pi (energy s mu) (energy s' mu') Hn Hp Ht SP) as (A & _ & B); [|split; [exact A|exact B]].
  intros h Hh. change (fun n => rp H tau pi (energy s mu n) h) with (fun n => rr n h). destruct SP as [P _].
  assert (C : 0 < count h) by (apply bsum_pos; auto; intros; apply rp_pos; auto).
  assert (Sw : forall t m, bsum N (fun n => rr n h * energy t m n h) =
    bsum D (fun j => (bsum N (fun n => rr n h * (x n j - m h j)^2) / t h j + count h * ln (t h j)) / 2)).
  { intros t m. rewrite (bsum_ext N _ (fun n => bsum D (fun j => rr n h * ((x n j - m h j)^2 / (2 * t h j)) + rr n h * (ln (t h j) / 2)))).
    - rewrite bsum_swap. apply bsum_ext. intros j _. rewrite bsum_plus.
      rewrite (bsum_ext N (fun n => rr n h * (ln (t h j) / 2)) (fun n => ln (t h j) / 2 * rr n h)) by (intros; ring). rewrite bsum_scal. fold (count h).
      rewrite (bsum_ext N _ (fun n => / (2 * t h j) * (rr n h * (x n j - m h j)^2))) by (intros; unfold Rdiv; ring).
      rewrite bsum_scal, Rinv_mult. unfold Rdiv. ring.
    - intros n _. unfold energy, gd. rewrite bsum_plus, !bsum_scal. unfold Rdiv at 2.
      rewrite (bsum_ext D (fun i => ln (t h i) / 2) (fun i => / 2 * ln (t h i))) by (intros; unfold Rdiv; ring). rewrite bsum_scal. ring. }
  rewrite !Sw. apply bsum_le. intros j Hj. unfold Rdiv. apply Rmult_le_compat_r; [lra|].
  assert (V : bsum N (fun n => rr n h * (x n j - mu' h j)^2) = count h * s' h j) by (unfold s'; field; lra).
  assert (M : count h * s' h j <= bsum N (fun n => rr n h * (x n j - mu h j)^2)).
  { rewrite <- V. apply (mean_minimises N (fun n => rr n h) (fun n => x n j)). exact C. }
  assert (S0 := Ps h j Hh Hj). assert (S1 := Ps' h j Hh Hj). assert (0 < / s h j) by (apply Rinv_0_lt_compat; auto).
  rewrite V. apply Rle_trans with (count h * s' h j * / s h j + count h * ln (s h j)).
  - replace (count h * s' h j * / s' h j + count h * ln (s' h j)) with (count h * (1 + ln (s' h j))) by (field; lra).
    replace (count h * s' h j * / s h j + count h * ln (s h j)) with (count h * (s' h j / s h j + ln (s h j))) by (field; lra).
    apply Rmult_le_compat_l; [lra|]. apply ln_vs_ratio; auto.
  - apply Rplus_le_compat_r. apply Rmult_le_compat_r; lra.
Qed.

Lemma rp_single tau d : rp 1 tau (fun _ => 1) d 0 = 1.
Proof. unfold rp, Zp; simpl. generalize (w_pos tau d 0). intros. field. lra. Qed.

Lemma Fp_single tau d : 0 < tau -> Fp 1 tau (fun _ => 1) d = d 0%nat.
Proof. intros Ht. unfold Fp, Zp; simpl. rewrite Rplus_0_l, Rmult_1_l. unfold w. rewrite ln_exp. field. lra. Qed.

(* N3: without the normaliser a step in variances can raise the free energy: one component of mean 0 and variance 4, data +1 and -1 *)
Theorem N3_variance_unnormalised tau : 0 < tau ->
  let x := fun n (j : nat) => sgn2 n in let pi := fun h : nat => 1 in let s := fun h j : nat => 4 in let mu := fun h j : nat => 0 in
  let s' := fun h j => bsum 2 (fun n => resp 1 1 tau pi s mu x n h * (x n j - mu h j)^2) / count 2 1 1 tau pi s mu x h in
  new_mean 2 1 1 tau pi s mu x 0 0 = mu 0%nat 0%nat /\ s' 0%nat 0%nat = 1 /\
  total 2 1 1 tau pi s mu x = 1 / 4 /\ total 2 1 1 tau pi s' mu x = 1.
Proof.
  intros Ht x pi s mu s'.
  assert (S1 : s' 0%nat 0%nat = 1) by (unfold s', count, resp, pi, x, mu, sgn2; simpl; rewrite !rp_single; field).
  assert (T : forall t, total 2 1 1 tau pi t mu x = 1 / t 0%nat 0%nat).
  { intros t. unfold total, pi, gd, x, mu, sgn2; simpl. rewrite !Fp_single by auto. unfold Rdiv. rewrite Rinv_mult. set (a := / t 0%nat 0%nat). field. }
  split; [|split; [exact S1|split; [|rewrite T, S1; field]]].
  - unfold new_mean, count, resp, pi, x, mu, sgn2; simpl. rewrite !rp_single. field.
  - rewrite T. auto.
Qed.
