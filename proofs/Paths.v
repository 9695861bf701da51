(* Prior weights outside the temperature, and derivatives along curves of energies.
   A positive prior pi is absorbed into the energies at one fixed temperature: d h - tau ln (pi h). *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel.
Open Scope R_scope.


Definition absorbed (tau : R) (pi d : nat -> R) (h : nat) : R := d h - tau * ln (pi h).

Lemma w_absorbed tau pi d h : 0 < tau -> 0 < pi h -> w tau (absorbed tau pi d) h = pi h * w tau d h.
Proof.
  intros Ht P. unfold w, absorbed. replace (- (d h - tau * ln (pi h)) / tau) with (ln (pi h) + - d h / tau) by (field; lra).
  rewrite exp_plus, exp_ln; auto.
Qed.

Lemma Zp_absorbed H tau pi d : 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) -> Zp H tau pi d = Z H tau (absorbed tau pi d).
Proof. intros Ht P. apply bsum_ext. intros i Hi. rewrite w_absorbed; auto. Qed.

Lemma rp_absorbed H tau pi d h : 0 < tau -> (h < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) ->
  rp H tau pi d h = r H tau (absorbed tau pi d) h.
Proof. intros Ht Hh P. unfold rp, r. rewrite Zp_absorbed, w_absorbed; auto. Qed.

Lemma Fp_absorbed H tau pi d : 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) -> Fp H tau pi d = F H tau (absorbed tau pi d).
Proof. intros Ht P. unfold Fp, F. rewrite Zp_absorbed; auto. Qed.

Lemma Zp_pos H tau pi d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> 0 < Zp H tau pi d.
Proof. intros Hp P. apply bsum_pos; auto. intros i Hi. apply Rmult_lt_0_compat; [auto|apply w_pos]. Qed.

Lemma rp_pos H tau pi d h : (h < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> 0 < rp H tau pi d h.
Proof.
  intros Hh P. apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [auto|apply w_pos]|apply Zp_pos; auto; lia].
Qed.

Lemma rp_sum H tau pi d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> bsum H (rp H tau pi d) = 1.
Proof.
  intros Hp P. rewrite (bsum_ext _ _ (fun h => / Zp H tau pi d * (pi h * w tau d h))) by (intros; unfold rp, Rdiv; ring).
  rewrite bsum_scal. fold (Zp H tau pi d). generalize (Zp_pos H tau pi d Hp P); intros. field. lra.
Qed.

Lemma rp_simplex H tau pi d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < pi h) -> csimplex H (rp H tau pi d).
Proof. intros Hp P. split; [intros; left; apply rp_pos; auto|apply rp_sum; auto]. Qed.

Lemma mean_ext H p q a b : (forall h, (h < H)%nat -> p h = q h) -> (forall h, (h < H)%nat -> a h = b h) -> mean H p a = mean H q b.
Proof. intros E1 E2. apply bsum_ext. intros i Hi. rewrite E1, E2; auto. Qed.

Lemma var_ext H p q a b : (forall h, (h < H)%nat -> p h = q h) -> (forall h, (h < H)%nat -> a h = b h) -> var H p a = var H q b.
Proof. intros E1 E2. apply bsum_ext. intros i Hi. rewrite (mean_ext H p q a b), E1, E2; auto. Qed.

(* the free-energy functional with a prior: the absorbed one, written out *)
Lemma functional_absorbed H tau pi d q : mean H q (absorbed tau pi d) - tau * ent H q = mean H q d + tau * KL H q pi.
Proof.
  unfold mean, ent, KL, absorbed.
  replace (tau * - bsum H (fun h => q h * ln (q h))) with (- (tau * bsum H (fun h => q h * ln (q h)))) by ring.
  rewrite <- !bsum_scal. unfold Rminus at 1. rewrite Ropp_involutive, <- !bsum_plus. apply bsum_ext. intros; ring.
Qed.

Lemma gibbs_prior H tau pi d q : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) -> csimplex H q ->
  Fp H tau pi d <= mean H q d + tau * KL H q pi.
Proof. intros. rewrite <- functional_absorbed, Fp_absorbed by auto. apply T2_gibbs; auto. Qed.

Lemma gibbs_prior_attained H tau pi d : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < pi h) ->
  Fp H tau pi d = mean H (rp H tau pi d) d + tau * KL H (rp H tau pi d) pi.
Proof.
  intros Hp Ht P. rewrite <- functional_absorbed, Fp_absorbed, <- T2_attained by auto.
  assert (E : forall h, (h < H)%nat -> r H tau (absorbed tau pi d) h = rp H tau pi d h) by (intros; symmetry; apply rp_absorbed; auto).
  rewrite (mean_ext H _ _ _ _ E (fun h _ => eq_refl)). do 2 f_equal.
  unfold ent. f_equal. apply bsum_ext. intros; rewrite E; auto.
Qed.

(* derivatives along a curve of energies e h t *)
Lemma d_exp_path f x l tau : 0 < tau -> is_derive f x l -> is_derive (fun t => exp (- f t / tau)) x (- (exp (- f x / tau) * l / tau)).
Proof.
  intros Ht D. assert (E : ex_derive f x) by (eexists; apply D). apply is_derive_unique in D. auto_derive; [auto|].
  change (Derive (fun x => f x) x) with (Derive f x). rewrite D. unfold Rdiv. field. lra.
Qed.

Lemma d_ln_path f x l : 0 < f x -> is_derive f x l -> is_derive (fun t => ln (f t)) x (l / f x).
Proof.
  intros P D. evar_last; [apply is_derive_comp; [apply is_derive_Reals, derivable_pt_lim_ln; auto|apply D]|].
  unfold scal; simpl; unfold mult; simpl. field. lra.
Qed.

Lemma d_scal_path c f x l : is_derive f x l -> is_derive (fun t => c * f t) x (c * l).
Proof. intros D. apply (is_derive_scal f x c l D). Qed.

Lemma d_mult_path f g x lf lg : is_derive f x lf -> is_derive g x lg -> is_derive (fun t => f t * g t) x (lf * g x + f x * lg).
Proof. intros A B. apply (is_derive_mult f g x lf lg A B). intros; apply Rmult_comm. Qed.

Lemma d_div_path f g x lf lg : g x <> 0 -> is_derive f x lf -> is_derive g x lg ->
  is_derive (fun t => f t / g t) x ((lf - f x / g x * lg) / g x).
Proof.
  intros N A B. evar_last; [apply is_derive_div; [apply A|apply B|auto]|]. simpl. field. auto.
Qed.

Lemma d_plus_path f g x lf lg : is_derive f x lf -> is_derive g x lg -> is_derive (fun t => f t + g t) x (lf + lg).
Proof. intros A B. apply (is_derive_plus f g x lf lg A B). Qed.

Lemma dZ_path H tau e e1 x : 0 < tau -> (forall h, (h < H)%nat -> is_derive (e h) x (e1 h)) ->
  is_derive (fun t => Z H tau (fun h => e h t)) x (- bsum H (fun h => w tau (fun h => e h x) h * e1 h) / tau).
Proof.
  intros Ht D. replace (- bsum H (fun h => w tau (fun h => e h x) h * e1 h) / tau)
    with (bsum H (fun h => - (w tau (fun h => e h x) h * e1 h / tau))).
  - apply is_derive_bsum. intros i Hi. apply d_exp_path; auto.
  - rewrite (bsum_ext _ _ (fun h => (- / tau) * (w tau (fun h => e h x) h * e1 h))) by (intros; unfold Rdiv; ring).
    rewrite bsum_scal. unfold Rdiv; ring.
Qed.

Lemma mean_w H tau d a : (0 < H)%nat -> mean H (r H tau d) a = bsum H (fun h => w tau d h * a h) / Z H tau d.
Proof.
  intros. unfold mean, r, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

(* the free energy along a curve moves by the posterior mean of the energies' derivatives *)
Lemma dF_path H tau e e1 x : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> is_derive (e h) x (e1 h)) ->
  is_derive (fun t => F H tau (fun h => e h t)) x (mean H (r H tau (fun h => e h x)) e1).
Proof.
  intros Hp Ht D. generalize (Z_pos H tau (fun h => e h x) Hp); intros PZ. unfold F. evar_last.
  - apply d_scal_path. apply d_ln_path; [exact PZ|]. apply dZ_path; eauto.
  - rewrite mean_w by auto. field. lra.
Qed.

Lemma dr_path H tau e e1 x h : (h < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> is_derive (e h) x (e1 h)) ->
  is_derive (fun t => r H tau (fun h => e h t) h) x
    (- r H tau (fun h => e h x) h * (e1 h - mean H (r H tau (fun h => e h x)) e1) / tau).
Proof.
  intros Hh Ht D. assert (Hp : (0 < H)%nat) by lia. generalize (Z_pos H tau (fun h => e h x) Hp); intros PZ. unfold r at 1. evar_last.
  - apply d_div_path; [|apply d_exp_path; [exact Ht|apply D; auto]|apply dZ_path; eauto]. lra.
  - rewrite mean_w by auto. unfold r. change (exp (- e h x / tau)) with (w tau (fun h => e h x) h). field. lra.
Qed.

(* a posterior mean of moving values along a curve; the extra term is the covariance *)
Lemma dmean_path H tau e e1 a a1 x : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> is_derive (e h) x (e1 h)) ->
  (forall h, (h < H)%nat -> is_derive (a h) x (a1 h)) -> let p := r H tau (fun h => e h x) in
  is_derive (fun t => mean H (r H tau (fun h => e h t)) (fun h => a h t)) x
    (mean H p a1 - (mean H p (fun h => e1 h * a h x) - mean H p e1 * mean H p (fun h => a h x)) / tau).
Proof.
  intros Hp Ht D A p. unfold mean at 1. evar_last.
  - apply is_derive_bsum. intros i Hi. apply d_mult_path; [apply dr_path; eauto|apply A; auto].
  - simpl. fold p. set (m := mean H p e1).
    rewrite (bsum_ext _ _ (fun h => p h * a1 h + ((- / tau) * (p h * (e1 h * a h x)) + (m / tau) * (p h * a h x)))) by (intros; unfold Rdiv; ring).
    rewrite !bsum_plus, !bsum_scal. fold (mean H p a1). fold (mean H p (fun h => e1 h * a h x)). fold (mean H p (fun h => a h x)). unfold Rdiv; ring.
Qed.
