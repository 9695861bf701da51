(* The theorems applied to data and compared with numbers: a hypothesis that nothing satisfies would show here. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Attention Degeneracy Annealing Rates Regimes.
Open Scope R_scope.

Definition d3 (i : nat) : R := match i with O => 0 | 1%nat => 1 | _ => 3 end.
Definition p3 (i : nat) : R := match i with O => 1/2 | 1%nat => 1/4 | _ => 1/4 end.

Lemma sane_r : 0.7053 <= r 3 1 d3 0 <= 0.7054.
Proof. unfold r, Z, w, d3; simpl bsum. split; interval. Qed.

Lemma sane_F : -0.3491 <= F 3 1 d3 <= -0.3490.
Proof. unfold F, Z, w, d3; simpl bsum. split; interval. Qed.

Lemma p3_pos i : (i < 3)%nat -> 0 < p3 i.
Proof. intros _. destruct i as [|[|i]]; simpl; lra. Qed.

Lemma sane_T2 : F 3 1 d3 <= mean 3 (fun _ => /3) d3 - 1 * ent 3 (fun _ => /3).
Proof. apply T2_gibbs; [lia|lra|]. split; [intros; lra|simpl; lra]. Qed.

Lemma sane_T5 : 0 < var 3 (r 3 1 d3) d3 / 1^3.
Proof. unfold var, mean, r, Z, w, d3; simpl bsum. interval. Qed.

Lemma sane_T5_prior : is_derive (fun t => KL 3 (rp 3 t p3 d3) p3) 1 (- (var 3 (rp 3 1 p3 d3) d3 / 1^3)).
Proof. apply T5_prior_dKL; [lia|lra|apply p3_pos]. Qed.

Lemma sane_T6 : filterlim (fun t => r 3 t d3 1) (at_right 0) (locally 0).
Proof. apply (T6_cold_unique 3 d3 0 1); [lia|lia|]. intros [|[|[|]]] ? ?; try lia; simpl; lra. Qed.

Lemma sane_T7 : exists s, 0 < s < 2 /\ s = 2 * tanh (2 * s / (1 * 1^2)).
Proof. destruct (T7_two_wells 1 1 2) as (s & A & B & _); try lra. exists s. auto. Qed.

Lemma sane_I4 : is_derive (fun t => r 3 (1 + t * 2) (fun i => d3 i + t * (5 + 2 * d3 i)) 1) 0 0.
Proof. apply (proj2 (I4_null_space 3 1 d3 (fun i => 5 + 2 * d3 i) 2 ltac:(lia) ltac:(lra))); [|lia]. exists 5, 2. split; [lra|auto]. Qed.

Lemma sane_G2 : 0.7615 <= mean 2 (r 2 1 (Temperature.gauss 1 1 1)) sgn2 <= 0.7616.
Proof.
  rewrite G2_gaussian by lra. replace (1 * 1 / (1 * 1^2)) with 1 by field. rewrite tanh_alt. split; interval.
Qed.

(* the precision matrix ((2, 1), (1, 2)) is symmetric with an inverse: G7 is not vacuous *)
Lemma sane_G7 : exists v, (forall i, (i < 2)%nat -> bsum 2 (fun k => (if Nat.eq_dec i k then 2/3 else -1/3) * v k) = 1) /\
  mean 2 (r 2 1 (fun h => quad 2 (fun i j => if Nat.eq_dec i j then 2 else 1) (fun i => INR i - sgn2 h * 1) (fun i => INR i - sgn2 h * 1) / 2)) sgn2
  = tanh (bsum 2 (fun i => v i * INR i) / 1).
Proof.
  apply (G7_linear_layer 2 1 (fun i k => if Nat.eq_dec i k then 2/3 else -1/3) (fun i j => if Nat.eq_dec i j then 2 else 1) (fun _ => 1) INR).
  - lra.
  - intros i j _ _. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); congruence.
  - intros [|[|i]] [|[|j]] A B; try lia; simpl; lra.
Qed.

Lemma sane_K5 : r 2 1 (pair (fun u => u^2) 1 3) 1 < r 2 1 (pair (fun u => u^2) 1 3) 0.
Proof.
  apply (K5_step 1 1 (fun u => u^2) 3); try lra.
  - intros u v L. rewrite <- (pow2_abs u), <- (pow2_abs v). generalize (Rabs_pos u). nra.
  - intros; ring.
Qed.

Lemma sane_K6 : is_lim (fun z => mean 2 (r 2 1 (pair (student 3 1) 1 z)) sgn2) p_infty 0.
Proof. apply K6_student; lra. Qed.

Lemma sane_K9 : mean 3 (r 3 1 (fun i => (0 - d3 i)^2 / (2 * 1^2))) (fun i => d3 i ^ 2) < mean 3 (r 3 1 (fun i => (2 - d3 i)^2 / (2 * 1^2))) (fun i => d3 i ^ 2).
Proof.
  apply (K9_increasing 3 1 1 d3 (fun i => d3 i ^ 2) 0 1); try lra; try lia; [simpl; lra|].
  intros [|[|[|i]]] [|[|[|l]]] A B; try lia; simpl; lra.
Qed.

Definition axis (i j : nat) : R := if Nat.eq_dec i j then 1 else 0.

Lemma sane_A1 : r 2 1 (Attention.gauss 2 1 (fun _ => 1) axis) 0 = softmax 2 (fun j => dot 2 (fun _ => 1) (axis j) / (1 * 1^2)) 0.
Proof. apply A1_softmax with 1; try lra; [lia|]. intros [|[|j]] L; try lia; unfold dot, axis; simpl; ring. Qed.

Definition far (i j : nat) : R := match i with O => 0 | _ => 3 end.

(* two data, each nearest to its own centre *)
Lemma sane_D2 : filterlim (fun tau => em_mean 2 2 1 tau far far 1 0) (at_right 0) (locally 3).
Proof.
  generalize (D2_kmeans 2 2 1 far far (fun n => n) 1 0 ltac:(lia) ltac:(auto)). cbv zeta. intros K.
  replace 3 with (bsum 2 (fun n => (if Nat.eq_dec 1 n then 1 else 0) * far n 0) / bsum 2 (fun n => if Nat.eq_dec 1 n then 1 else 0)) by (simpl; field).
  apply K; [|exists 1%nat; split; auto; lia].
  intros [|[|n]] [|[|i]] A B C; try lia; unfold sqe, far; simpl; lra.
Qed.

(* three samples of energies (0, 1), one of them labelled against its energies, prior weights 3 and 2: a finite optimum exists,
   and there the negative log-likelihood is not convex in tau *)
Lemma sane_F1 : let f := fun tau => nll 3 2 (fun h => 3 - INR h) d01 (fun n => if Nat.eq_dec n 2 then 1%nat else 0%nat) (/ tau) in
  exists tau c, 0 < tau < c /\ (f tau + f c) / 2 < f ((tau + c) / 2).
Proof.
  set (y := fun n => if Nat.eq_dec n 2 then 1%nat else 0%nat). set (pi := fun h => 3 - INR h). cbv zeta.
  assert (P : forall h, (h < 2)%nat -> 0 < pi h) by (unfold pi; intros [|[|h]] L; try lia; simpl; lra).
  assert (Y : forall n, (n < 3)%nat -> (y n < 2)%nat) by (unfold y; intros n _; destruct (Nat.eq_dec n 2); lia).
  destruct (proj2 (F1_finite 3 2 pi d01 y 0 0 1 ltac:(lia) ltac:(lia) ltac:(lia) ltac:(unfold d01; lra) P Y)) as (beta & B & M).
  - split; [exists 2%nat, 0%nat; unfold d01; simpl; repeat split; try lia; lra|unfold d01, mean, pi; simpl; lra].
  - assert (T : 0 < / beta) by (apply Rinv_0_lt_compat; auto).
    destruct (F1_never_convex 3 2 pi d01 y 0 0 1 (/ beta) ltac:(lia) ltac:(lia) ltac:(lia) ltac:(unfold d01; lra) P Y T) as [(c & L & C) _].
    + intros t Pt. rewrite Rinv_involutive by lra. apply M. apply Rinv_0_lt_compat; auto.
    + exists (/ beta), c. split; [lra|exact C].
Qed.

Lemma sane_N1 : 2 * mean 2 (fun _ => 1/2) (fun h => bsum 1 (fun j => (sgn2 h * 1)^2)) -
  bsum 2 (fun n => var 2 (fun _ => 1/2) (fun h => along 2 1 (fun n _ => sgn2 n) (fun j => sgn2 h * 1) n)) / (1/2) < 0.
Proof.
  apply (proj2 (N1_critical_D 2 2 1 (1/2) (fun _ => 1/2) (fun n _ => sgn2 n) (fun _ _ => 0) ltac:(lia) ltac:(lra) ltac:(split; [intros; lra|simpl; lra])) (fun _ => 1) sgn2);
    unfold along, avgD, mean, sgn2; simpl; lra.
Qed.

Lemma sane_N2 : exists y, 0 < y /\ field_map 2 (fun _ => 1/2) sgn2 (1/2) y = y.
Proof.
  destruct (N2_below 2 (fun _ => 1/2) sgn2 (1/2)) as (y & A & B & _); [intros; lra|lra|unfold second; simpl; lra|exists y; auto].
Qed.

(* the precision matrix ((2, 1), (1, 2)) for both components *)
Lemma sane_N3 : exists pi' mu', bsum 2 (fun n => Fp 2 1 pi' (gq 2 (fun _ i j => if Nat.eq_dec i j then 2 else 1) mu' (axis n)))
  <= bsum 2 (fun n => Fp 2 1 (fun _ => 1/2) (gq 2 (fun _ i j => if Nat.eq_dec i j then 2 else 1) far (axis n))).
Proof.
  destruct (N3_full_covariances 2 2 2 1 (fun _ => 1/2) (fun _ i j => if Nat.eq_dec i j then 2 else 1) far axis) as [_ B]; try lia; try lra.
  - split; [intros; lra|simpl; lra].
  - intros. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); congruence.
  - intros h v _. unfold quad; simpl. generalize (pow2_ge_0 (v 0%nat + v 1%nat)) (pow2_ge_0 (v 0%nat)) (pow2_ge_0 (v 1%nat)). intros; nra.
  - eexists; eexists; exact B.
Qed.

Lemma rp_even tau d h : (h < 2)%nat -> d 1%nat = d 0%nat -> rp 2 tau (fun _ => 1/2) d h = 1/2.
Proof.
  intros Hh E. assert (W : w tau d 1 = w tau d 0) by (unfold w; rewrite E; auto). generalize (w_pos tau d 0). intros.
  unfold rp, Zp; simpl. destruct h as [|[|h]]; try lia; rewrite ?W; field; lra.
Qed.

(* two data at +1 and -1, two components at 0 with equal masses, temperature 2 (twice the variance): a fixed point of EM, whose missing
   information along the split is one half *)
Lemma sane_N3_missing : let rr := fun t n => rp 2 2 (fun _ => 1/2) (gq 1 (fun _ _ _ => 1) (fun h j => 0 + t * sgn2 h) (fun _ => sgn2 n)) in
  is_derive (fun t => bsum 2 (fun n => rr t n 0%nat * sgn2 n) / bsum 2 (fun n => rr t n 0%nat)) 0 (1/2).
Proof.
  cbv zeta. assert (R : forall n h, (h < 2)%nat -> rp 2 2 (fun _ => 1/2) (gq 1 (fun _ _ _ => 1) (fun h j => 0 + 0 * sgn2 h) (fun _ => sgn2 n)) h = 1/2).
  { intros n h Hh. apply rp_even; auto. unfold gq, quad; simpl. field. }
  destruct (N3_missing_information 2 2 1 2 (fun _ => 1/2) (fun _ _ _ => 1) (fun _ _ _ => 1) (fun _ _ => 0) (fun n _ => sgn2 n) (fun h _ => sgn2 h))
    as (_ & _ & A & _); try lia; try lra; auto.
  - intros; lra.
  - intros h [|i] [|l] _ Hi Hl; try lia. simpl. ring.
  - intros h j Hh Hj. cbv beta. cbn [bsum]. rewrite !R by auto. unfold sgn2. field.
  - destruct (A 0%nat 0%nat ltac:(lia) ltac:(lia)) as [D E]. rewrite E in D. evar_last; [exact D|].
    cbv beta. unfold mean, quad. cbn [bsum]. rewrite !R by lia. unfold sgn2. field.
Qed.

Lemma sane_N3_rate : is_derive (fun t => em 2 2 1 2 (fun _ => 1/2) (fun n _ => sgn2 n) (fun h j => avgD 2 (fun n _ => sgn2 n) j + t * (sgn2 h * 1)) 0 0) 0 (1/2 * (1 * 1)).
Proof.
  apply (proj1 (N3_rate_critical 2 2 1 2 (fun _ => 1/2) (fun n _ => sgn2 n) ltac:(lia) ltac:(lia) ltac:(lra) ltac:(split; [intros; lra|simpl; lra])) 1 (fun _ => 1) sgn2 0%nat);
    try lia; intros; unfold along, avgD, mean, sgn2; simpl; field.
Qed.

(* one datum at 1, two components at 0 with masses 1/4 and 3/4: EM moves both means to 1, no gradient step does *)
Lemma sane_N3_no_step : let pi := fun h => (1 + 2 * INR h) / 4 in let mu := fun h j : nat => 0 in let x := fun n j : nat => 1 in let s := fun h j : nat => 1 in
  ~ exists eta, forall h j, (h < 2)%nat -> (j < 1)%nat ->
    new_mean 1 2 1 1 pi s mu x h j = mu h j - eta * Derive (fun t => total 1 2 1 1 pi s (upd2 mu h j t) x) (mu h j).
Proof.
  intros pi mu x s. assert (P : forall h, (h < 2)%nat -> 0 < pi h) by (intros; unfold pi; generalize (pos_INR h); lra).
  assert (S1 : forall h j, (h < 2)%nat -> (j < 1)%nat -> 0 < s h j) by (intros; unfold s; lra).
  assert (C : forall h, (h < 2)%nat -> count 1 2 1 1 pi s mu x h = pi h).
  { intros h Hh. unfold count, resp, rp, Zp. simpl. unfold w, gd, s, mu, x. simpl. generalize (exp_pos (- (0 + (1 - 0) * ((1 - 0) * 1) / (2 * 1)) / 1)). intros.
    unfold pi; simpl. field. lra. }
  assert (M : forall h, (h < 2)%nat -> new_mean 1 2 1 1 pi s mu x h 0 = 1).
  { intros h Hh. unfold new_mean. rewrite C by auto. generalize (C h Hh). unfold count. simpl. unfold x. intros E. rewrite Rplus_0_l in E.
    rewrite Rplus_0_l, E. generalize (P h Hh). intros. field. lra. }
  apply (N3_no_single_step 1 2 1 1 pi s mu x (fun h j => Derive (fun t => total 1 2 1 1 pi s (upd2 mu h j t) x) (mu h j)) 0 0 1 0); try lia; try lra; auto.
  - intros h j Hh Hj. apply Derive_correct. destruct (N3_gradient_step 1 2 1 1 pi s mu x h j) as (g & D & _); try lia; try lra; auto. exists g. exact D.
  - rewrite M by lia. unfold mu. lra.
  - rewrite M by lia. unfold mu. lra.
  - rewrite !C by lia. unfold s, pi; simpl. lra.
Qed.
