(* Prior weights p h, which stay outside the temperature, and the derivative of a weighted softmax. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus.
Open Scope R_scope.

Definition Zp (H : nat) (tau : R) (p d : nat -> R) : R := bsum H (fun h => p h * w tau d h).
Definition rp (H : nat) (tau : R) (p d : nat -> R) (h : nat) : R := p h * w tau d h / Zp H tau p d.
Definition Fp (H : nat) (tau : R) (p d : nat -> R) : R := - tau * ln (Zp H tau p d).

Lemma Zp_pos H tau p d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < p h) -> 0 < Zp H tau p d.
Proof. intros Hp P. apply bsum_pos; auto. intros. apply Rmult_lt_0_compat; [auto|apply w_pos]. Qed.

Lemma rp_unit H tau d h : rp H tau (fun _ => 1) d h = r H tau d h.
Proof.
  unfold rp, r, Zp, Z. rewrite (bsum_ext H (fun h => 1 * w tau d h) (w tau d)) by (intros; ring). f_equal; ring.
Qed.

Lemma Fp_unit H tau d : Fp H tau (fun _ => 1) d = F H tau d.
Proof. unfold Fp, F, Zp, Z. rewrite (bsum_ext H (fun h => 1 * w tau d h) (w tau d)) by (intros; ring). auto. Qed.

(* a positive prior is a shift of the energies by - tau ln p, at this temperature *)
Lemma w_tilt tau p d h : 0 < tau -> 0 < p h -> w tau (fun i => d i - tau * ln (p i)) h = p h * w tau d h.
Proof.
  intros Ht P. unfold w. replace (- (d h - tau * ln (p h)) / tau) with (ln (p h) + - d h / tau) by (field; lra).
  rewrite exp_plus, exp_ln; auto.
Qed.

Lemma Z_tilt H tau p d : 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) ->
  Z H tau (fun i => d i - tau * ln (p i)) = Zp H tau p d.
Proof. intros Ht P. apply bsum_ext. intros; apply w_tilt; auto. Qed.

Lemma rp_tilt H tau p d h : 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) -> (h < H)%nat ->
  rp H tau p d h = r H tau (fun i => d i - tau * ln (p i)) h.
Proof. intros Ht P Hh. unfold r, rp. rewrite Z_tilt, w_tilt; auto. Qed.

Lemma Fp_tilt H tau p d : 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) ->
  Fp H tau p d = F H tau (fun i => d i - tau * ln (p i)).
Proof. intros Ht P. unfold F, Fp. rewrite Z_tilt; auto. Qed.

Lemma rp_pos H tau p d h : (forall h, (h < H)%nat -> 0 < p h) -> (h < H)%nat -> 0 < rp H tau p d h.
Proof. intros P Hh. apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [auto|apply w_pos]|apply Zp_pos; auto; lia]. Qed.

Lemma rp_sum H tau p d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < p h) -> bsum H (rp H tau p d) = 1.
Proof.
  intros Hp P. rewrite (bsum_ext _ _ (fun h => / Zp H tau p d * (p h * w tau d h))) by (intros; unfold rp, Rdiv; ring).
  rewrite bsum_scal. fold (Zp H tau p d). generalize (Zp_pos H tau p d Hp P); intros. field. lra.
Qed.

Lemma ln_rp H tau p d h : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < p h) -> (h < H)%nat ->
  ln (rp H tau p d h) = ln (p h) - d h / tau - ln (Zp H tau p d).
Proof.
  intros Hp P Hh. unfold rp.
  rewrite ln_div, ln_mult; [|auto|apply w_pos|apply Rmult_lt_0_compat; [auto|apply w_pos]|apply Zp_pos; auto].
  unfold w. rewrite ln_exp. unfold Rdiv. ring.
Qed.

(* --- derivative of a softmax along any curve of exponents u t --- *)
Lemma is_derive_cexp (f : R -> R) c x l : is_derive f x l -> is_derive (fun t => c * exp (f t)) x (c * exp (f x) * l).
Proof.
  intros D. assert (E : ex_derive f x) by (eexists; apply D). apply is_derive_unique in D.
  auto_derive; [auto|]. change (Derive (fun x => f x) x) with (Derive f x). rewrite D. ring.
Qed.

Lemma is_derive_quot (f g : R -> R) x l m : g x <> 0 -> is_derive f x l -> is_derive g x m ->
  is_derive (fun t => f t / g t) x (l / g x - f x / g x * (m / g x)).
Proof.
  intros N D D'. assert (E : ex_derive f x) by (eexists; apply D). assert (E' : ex_derive g x) by (eexists; apply D').
  apply is_derive_unique in D. apply is_derive_unique in D'. auto_derive; [repeat split; auto|].
  change (Derive (fun x => f x) x) with (Derive f x). change (Derive (fun x => g x) x) with (Derive g x).
  rewrite D, D'. field. auto.
Qed.

Lemma is_derive_expsum H p (u : R -> nat -> R) (v : nat -> R) x :
  (forall i, (i < H)%nat -> is_derive (fun t => u t i) x (v i)) ->
  is_derive (fun t => bsum H (fun i => p i * exp (u t i))) x (bsum H (fun i => p i * exp (u x i) * v i)).
Proof.
  intros D. apply (is_derive_bsum H (fun i t => p i * exp (u t i)) (fun i => p i * exp (u x i) * v i)). intros i Hi.
  apply (is_derive_cexp (fun t => u t i)). auto.
Qed.

Lemma is_derive_soft H p (u : R -> nat -> R) (v q : nat -> R) x h : (h < H)%nat ->
  (forall i, (i < H)%nat -> 0 < p i) ->
  (forall i, (i < H)%nat -> is_derive (fun t => u t i) x (v i)) ->
  (forall i, (i < H)%nat -> q i = p i * exp (u x i) / bsum H (fun j => p j * exp (u x j))) ->
  is_derive (fun t => p h * exp (u t h) / bsum H (fun i => p i * exp (u t i))) x (q h * (v h - mean H q v)).
Proof.
  intros Hh P D Q. assert (PB : 0 < bsum H (fun i => p i * exp (u x i))).
  { apply bsum_pos; [lia|]; intros; apply Rmult_lt_0_compat; [auto|apply exp_pos]. }
  assert (M : mean H q v = bsum H (fun i => p i * exp (u x i) * v i) / bsum H (fun i => p i * exp (u x i))).
  { unfold mean, Rdiv. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext. intros i Hi. rewrite Q by auto. unfold Rdiv. ring. }
  evar_last.
  - apply (is_derive_quot (fun t => p h * exp (u t h)) (fun t => bsum H (fun i => p i * exp (u t i)))); [lra| |].
    + apply (is_derive_cexp (fun t => u t h)). apply D; auto.
    + apply is_derive_expsum. exact D.
  - rewrite M, Q by auto. simpl. field. lra.
Qed.

(* responsibilities along a curve of energies and temperatures *)
Lemma is_derive_rp H p (tau : R -> R) (d : R -> nat -> R) (dt : R) (dd : nat -> R) x h : (h < H)%nat ->
  (forall i, (i < H)%nat -> 0 < p i) -> 0 < tau x ->
  is_derive tau x dt -> (forall i, (i < H)%nat -> is_derive (fun t => d t i) x (dd i)) ->
  is_derive (fun t => rp H (tau t) p (d t) h) x
    (- rp H (tau x) p (d x) h * ((dd h - mean H (rp H (tau x) p (d x)) dd) / tau x
       - dt * (d x h - mean H (rp H (tau x) p (d x)) (d x)) / tau x ^ 2)).
Proof.
  intros Hh P Ht Dt Dd. set (q := rp H (tau x) p (d x)).
  set (v := fun i => - dd i / tau x + dt * d x i / tau x ^ 2).
  evar_last.
  - apply (is_derive_soft H p (fun t i => - d t i / tau t) v q x h Hh P); [|reflexivity].
    intros i Hi. evar_last.
    + apply (is_derive_quot (fun t => - d t i) tau x (- dd i) dt); [lra| |auto].
      apply (is_derive_opp (fun t => d t i)). auto.
    + unfold v. simpl. field. lra.
  - assert (M : mean H q v = - mean H q dd / tau x + dt * mean H q (d x) / tau x ^ 2).
    { unfold mean, v, Rdiv. rewrite (bsum_ext _ _ (fun i => (- / tau x) * (q i * dd i) +
        (dt * / tau x ^ 2) * (q i * d x i))) by (intros; ring).
      rewrite bsum_plus, !bsum_scal. ring. }
    rewrite M. unfold v. field. lra.
Qed.

Lemma is_derive_r H (tau : R -> R) (d : R -> nat -> R) (dt : R) (dd : nat -> R) x h : (h < H)%nat -> 0 < tau x ->
  is_derive tau x dt -> (forall i, (i < H)%nat -> is_derive (fun t => d t i) x (dd i)) ->
  is_derive (fun t => r H (tau t) (d t) h) x
    (- r H (tau x) (d x) h * ((dd h - mean H (r H (tau x) (d x)) dd) / tau x
       - dt * (d x h - mean H (r H (tau x) (d x)) (d x)) / tau x ^ 2)).
Proof.
  intros Hh Ht Dt Dd. apply is_derive_ext with (fun t => rp H (tau t) (fun _ => 1) (d t) h); [intros; apply rp_unit|].
  assert (M : forall a, mean H (rp H (tau x) (fun _ => 1) (d x)) a = mean H (r H (tau x) (d x)) a).
  { intros a. apply bsum_ext. intros. rewrite rp_unit; auto. }
  rewrite <- !M, <- rp_unit. apply is_derive_rp; auto. intros; lra.
Qed.
