(* Temperature: T1 to T8. Lemmas first; a theorem carries the id of its claim. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Resp Require Import Sums Defs Calculus Prior.
Open Scope R_scope.

Theorem T1_simplex H tau d : (0 < H)%nat -> simplex H (r H tau d).
Proof. split; [intros; apply r_pos; auto|apply r_sum; auto]. Qed.

Lemma r_of_w H tau tau' d d' c : (0 < H)%nat -> 0 < c ->
  (forall i, (i < H)%nat -> w tau' d' i = c * w tau d i) -> forall h, (h < H)%nat -> r H tau' d' h = r H tau d h.
Proof.
  intros Hp Hc E h Hh. unfold r. rewrite E by auto.
  replace (Z H tau' d') with (c * Z H tau d).
  - generalize (Z_pos H tau d Hp); intros; field; lra.
  - unfold Z. rewrite <- bsum_scal. apply bsum_ext. intros; symmetry; auto.
Qed.

Lemma KL_term q p : 0 <= q -> 0 < p -> q - p <= q * (ln q - ln p).
Proof.
  intros [Q|<-] P; [|lra]. rewrite <- (Ropp_involutive (ln q - ln p)), Ropp_minus_distr, <- ln_div by auto.
  assert (A : 0 < p / q) by (apply Rdiv_lt_0_compat; auto).
  generalize (ln_le_sub1 (p / q) A). intros. assert (q * (p / q) = p) by (field; lra). nra.
Qed.

Lemma KL_term_eq q p : 0 <= q -> 0 < p -> q * (ln q - ln p) = q - p -> q = p.
Proof.
  intros [Q|<-] P E; [|lra]. destruct (Req_dec (p / q) 1) as [e|N].
  { assert (q * (p / q) = p) by (field; lra). nra. }
  exfalso. assert (A : 0 < p / q) by (apply Rdiv_lt_0_compat; auto).
  generalize (ln_lt_sub1 (p / q) A N). rewrite ln_div by auto.
  assert (q * (p / q) = p) by (field; lra). nra.
Qed.

Lemma KL_ge0 H q p : csimplex H q -> simplex H p -> 0 <= KL H q p.
Proof.
  intros [Q SQ] [P SP]. replace 0 with (bsum H (fun h => q h - p h)) by (rewrite bsum_minus; lra).
  apply bsum_le. intros; apply KL_term; auto.
Qed.

Lemma KL_eq0 H q p : csimplex H q -> simplex H p -> KL H q p = 0 -> forall h, (h < H)%nat -> q h = p h.
Proof.
  intros [Q SQ] [P SP] E h Hh. apply KL_term_eq; auto.
  assert (A : bsum H (fun h => q h * (ln (q h) - ln (p h)) - (q h - p h)) = 0) by (rewrite !bsum_minus; fold (KL H q p); lra).
  assert (B : q h * (ln (q h) - ln (p h)) - (q h - p h) = 0); [|lra].
  apply (bsum_eq0 H (fun h => q h * (ln (q h) - ln (p h)) - (q h - p h))); auto.
  intros i Hi. generalize (KL_term (q i) (p i) (Q i Hi) (P i Hi)). lra.
Qed.

(* the functional  <d>_q - tau S(q) = F + tau KL(q||r)  on the closed simplex *)
Theorem T2_identity H tau d q : (0 < H)%nat -> 0 < tau -> csimplex H q ->
  mean H q d - tau * ent H q = F H tau d + tau * KL H q (r H tau d).
Proof.
  intros Hp Ht [Q SQ]. unfold ent.
  replace (F H tau d) with (mean H q (fun _ => F H tau d)) by (apply mean_const; auto).
  unfold mean, KL. rewrite <- bsum_scal.
  replace (tau * - bsum H (fun h => q h * ln (q h))) with (- (tau * bsum H (fun h => q h * ln (q h)))) by ring.
  rewrite <- bsum_scal. unfold Rminus at 1. rewrite Ropp_involutive. rewrite <- !bsum_plus. apply bsum_ext. intros i Hi.
  rewrite (d_of_r H tau d i Hp Ht) at 1. ring.
Qed.

Theorem T2_gibbs H tau d q : (0 < H)%nat -> 0 < tau -> csimplex H q ->
  F H tau d <= mean H q d - tau * ent H q.
Proof. intros Hp Ht S. rewrite T2_identity by auto. generalize (KL_ge0 H q _ S (T1_simplex H tau d Hp)). nra. Qed.

Theorem T2_attained H tau d : (0 < H)%nat -> 0 < tau ->
  mean H (r H tau d) d - tau * ent H (r H tau d) = F H tau d.
Proof.
  intros Hp Ht. destruct (T1_simplex H tau d Hp) as [P S]. rewrite T2_identity; auto; [|split; auto; intros; left; auto].
  replace (KL H (r H tau d) (r H tau d)) with 0; [ring|].
  unfold KL. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros; ring.
Qed.

Theorem T2_unique H tau d q : (0 < H)%nat -> 0 < tau -> csimplex H q ->
  mean H q d - tau * ent H q = F H tau d -> forall h, (h < H)%nat -> q h = r H tau d h.
Proof.
  intros Hp Ht S E. apply KL_eq0; auto using T1_simplex. rewrite T2_identity in E by auto. nra.
Qed.

Lemma ent_le_lnH H q : (0 < H)%nat -> csimplex H q -> ent H q <= ln (INR H).
Proof.
  intros Hp S. generalize (T2_gibbs H 1 (fun _ => 0) q Hp ltac:(lra) S).
  rewrite mean_const by apply S. unfold F, Z. rewrite (bsum_ext _ _ (fun _ => 1)).
  - rewrite bsum_const, Rmult_1_r. lra.
  - intros. unfold w. replace (-0/1) with 0 by field. apply exp_0.
Qed.

(* partial derivatives: one energy moves, the others stay *)
Theorem T3_grad H tau d k : 0 < tau -> (k < H)%nat ->
  is_derive (fun x => F H tau (upd d k x)) (d k) (r H tau d k).
Proof.
  intros Ht Hk. assert (Hp : (0 < H)%nat) by lia. generalize (Z_pos H tau d Hp); intros PZ.
  apply is_derive_ext with (fun x => - tau * ln (Z H tau d + (exp (- x / tau) - w tau d k))).
  - intros x. unfold F. do 2 f_equal. unfold Z at 2.
    rewrite (bsum_ext _ _ (upd (w tau d) k (exp (- x / tau)))).
    + rewrite bsum_upd; auto.
    + intros i _. unfold w, upd. destruct (Nat.eq_dec i k); auto.
  - unfold r, w. auto_derive; fold (w tau d k).
    + replace (exp (- d k * / tau)) with (w tau d k) by (unfold w, Rdiv; auto).
      repeat split; try lra.
    + unfold Rdiv. replace (exp (- d k * / tau)) with (w tau d k) by (unfold w, Rdiv; auto). field. lra.
Qed.

Theorem T3_hess H tau d k h : 0 < tau -> (k < H)%nat ->
  is_derive (fun x => r H tau (upd d k x) h) (d k) (r H tau d h * (r H tau d k - upd (fun _ => 0) k 1 h) / tau).
Proof.
  intros Ht Hk. assert (Hp : (0 < H)%nat) by lia. generalize (Z_pos H tau d Hp); intros PZ.
  assert (EZ : forall x, Z H tau (upd d k x) = Z H tau d + (exp (- x / tau) - w tau d k)).
  { intros x. unfold Z at 1. rewrite (bsum_ext _ _ (upd (w tau d) k (exp (- x / tau)))); [rewrite bsum_upd; auto|].
    intros i _. unfold w, upd. destruct (Nat.eq_dec i k); auto. }
  assert (E : exp (- d k * / tau) = w tau d k) by reflexivity.
  destruct (Nat.eq_dec h k) as [->|N].
  - apply is_derive_ext with (fun x => exp (- x / tau) / (Z H tau d + (exp (- x / tau) - w tau d k))).
    { intros x. unfold r. rewrite EZ. unfold w at 2. rewrite upd_eq. auto. }
    rewrite upd_eq. unfold r. auto_derive; rewrite E; [lra|]. field. lra.
  - apply is_derive_ext with (fun x => w tau d h / (Z H tau d + (exp (- x / tau) - w tau d k))).
    { intros x. unfold r. rewrite EZ. unfold w at 3. rewrite upd_neq by auto. auto. }
    rewrite upd_neq by auto. unfold r. generalize (w tau d h); intros c. auto_derive; rewrite E; [lra|]. field. lra.
Qed.

Lemma dw tau d h : 0 < tau -> is_derive (fun t => w t d h) tau (w tau d h * d h / tau^2).
Proof. intros. unfold w. auto_derive; [lra|]. unfold Rdiv. field. lra. Qed.

Lemma dZ H tau d : 0 < tau -> is_derive (fun t => Z H t d) tau (bsum H (fun h => w tau d h * d h) / tau^2).
Proof.
  intros. replace (bsum H (fun h => w tau d h * d h) / tau^2) with (bsum H (fun h => w tau d h * d h / tau^2)).
  - apply is_derive_bsum. intros; apply dw; auto.
  - unfold Rdiv. rewrite Rmult_comm, <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

Lemma dM H tau d : 0 < tau -> is_derive (fun t => bsum H (fun h => w t d h * d h)) tau
   (bsum H (fun h => w tau d h * d h ^ 2) / tau^2).
Proof.
  intros. replace (bsum H (fun h => w tau d h * d h ^ 2) / tau^2) with (bsum H (fun h => w tau d h * d h / tau^2 * d h)).
  - apply is_derive_bsum. intros. apply (is_derive_ext (fun t => scal (w t d i) (d i))); [reflexivity|].
    apply (is_derive_scal_l (fun t => w t d i) tau _ (d i)). apply dw; auto.
  - unfold Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

Lemma mean_r H tau d a : (0 < H)%nat -> mean H (r H tau d) a = bsum H (fun h => w tau d h * a h) / Z H tau d.
Proof.
  intros. unfold mean, r, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring.
Qed.

Lemma ent_r H tau d : (0 < H)%nat -> 0 < tau ->
  ent H (r H tau d) = bsum H (fun h => w tau d h * d h) / Z H tau d / tau + ln (Z H tau d).
Proof.
  intros Hp Ht. generalize (T2_attained H tau d Hp Ht). rewrite mean_r by auto. unfold F. intros E.
  apply Rmult_eq_reg_l with tau; [|lra]. rewrite Rmult_plus_distr_l.
  replace (tau * (bsum H (fun h => w tau d h * d h) / Z H tau d / tau)) with (bsum H (fun h => w tau d h * d h) / Z H tau d); [lra|].
  field. generalize (Z_pos H tau d Hp). lra.
Qed.

Theorem T5_dF H tau d : (0 < H)%nat -> 0 < tau ->
  is_derive (fun t => F H t d) tau (- ent H (r H tau d)).
Proof.
  intros Hp Ht. generalize (Z_pos H tau d Hp); intros PZ. generalize (dZ H tau d Ht); intros D.
  rewrite ent_r by auto. unfold F. evar_last.
  - apply @is_derive_mult with (df := -1).
    + auto_derive; [auto|ring].
    + apply is_derive_comp; [apply is_derive_Reals, derivable_pt_lim_ln; auto|apply D].
    + intros; apply Rmult_comm.
  - unfold mult, scal, plus; simpl; unfold mult; simpl. field. lra.
Qed.

Theorem T5_dS H tau d : (0 < H)%nat -> 0 < tau ->
  is_derive (fun t => ent H (r H t d)) tau (var H (r H tau d) d / tau^3).
Proof.
  intros Hp Ht. generalize (Z_pos H tau d Hp); intros PZ.
  apply is_derive_ext_loc with (fun t => bsum H (fun h => w t d h * d h) / Z H t d / t + ln (Z H t d)).
  { apply locally_interval with 0 p_infty; simpl; auto. intros; symmetry; apply ent_r; auto. }
  rewrite var_alt by (apply r_sum; auto). rewrite !mean_r by auto.
  generalize (dZ H tau d Ht) (dM H tau d Ht). 
  set (A := fun t => bsum H (fun h => w t d h * d h)). set (B := fun t => Z H t d).
  change (bsum H (fun h => w tau d h * d h)) with (A tau). change (Z H tau d) with (B tau) in *.
  set (C := bsum H (fun h => w tau d h * d h ^ 2)). intros DB DA.
  change (is_derive B tau (A tau / tau^2)) in DB. change (is_derive A tau (C / tau^2)) in DA.
  assert (EA : ex_derive A tau) by (eexists; apply DA). assert (EB : ex_derive B tau) by (eexists; apply DB).
  apply is_derive_unique in DA. apply is_derive_unique in DB.
  change (is_derive (fun t => A t / B t / t + ln (B t)) tau ((C / B tau - (A tau / B tau)^2) / tau^3)).
  clearbody A B C. auto_derive; [repeat split; auto; lra|].
  change (Derive (fun x => A x) tau) with (Derive A tau). change (Derive (fun x => B x) tau) with (Derive B tau).
  rewrite DA, DB. field. lra.
Qed.

Theorem T5_dS_ge0 H tau d : (0 < H)%nat -> 0 < tau -> 0 <= var H (r H tau d) d / tau^3.
Proof.
  intros. apply Rmult_le_pos; [apply var_ge0; intros; left; apply r_pos; auto|].
  left. apply Rinv_0_lt_compat. apply pow_lt; auto.
Qed.

(* --- limits: the indicator of the minimisers and their number --- *)
Definition ind (d : nat -> R) (k h : nat) : R := if Req_EM_T (d h) (d k) then 1 else 0.

Lemma w_mono tau d e h : 0 < tau -> e <= d h -> w tau d h <= exp (- e / tau).
Proof.
  intros Ht L. apply exp_mono. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; auto|lra].
Qed.

Lemma F_le_min H tau d k : 0 < tau -> (k < H)%nat -> F H tau d <= d k.
Proof.
  intros Ht Hk. assert (L : ln (w tau d k) <= ln (Z H tau d)).
  { apply ln_le; [apply w_pos|]. apply (bsum_ge_term H (w tau d)); auto. intros; left; apply w_pos. }
  unfold w in L at 1. rewrite ln_exp in L. unfold F.
  assert (tau * (- d k / tau) = - d k) by (field; lra). nra.
Qed.

Lemma F_ge_min H tau d k : 0 < tau -> (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  d k - F H tau d <= tau * ln (INR H).
Proof.
  intros Ht Hk Min. assert (0 < INR H) by (apply lt_0_INR; lia).
  assert (L : ln (Z H tau d) <= ln (INR H * w tau d k)).
  { apply ln_le; [apply Z_pos; lia|]. rewrite <- bsum_const. apply bsum_le.
    intros; apply w_mono; auto. }
  rewrite ln_mult in L; [|auto|apply w_pos]. unfold w in L at 1. rewrite ln_exp in L. unfold F.
  assert (tau * (- d k / tau) = - d k) by (field; lra). nra.
Qed.

Lemma r_shift H tau d c h : 0 < tau -> (h < H)%nat ->
  r H tau (fun i => d i + c) h = r H tau d h.
Proof.
  intros Ht Hh. apply r_of_w with (exp (- c / tau)); auto; [lia|apply exp_pos|].
  intros; unfold w. rewrite <- exp_plus. f_equal. field. lra.
Qed.

Theorem T6_hot H d h : (h < H)%nat -> is_lim (fun t => r H t d h) p_infty (/ INR H).
Proof.
  intros Hh. assert (Hp : 0 < INR H) by (apply lt_0_INR; lia).
  replace (/ INR H) with (1 / bsum H (fun _ => 1)) by (rewrite bsum_const; field; lra).
  apply (filterlim_div (Rbar_locally' p_infty) (fun t => w t d h) (fun t => bsum H (fun i => w t d i))).
  - rewrite bsum_const; lra.
  - apply exp_hot.
  - apply filterlim_bsum; [apply filter_filter|]. intros; apply exp_hot.
Qed.

Theorem T6_cold H d k h : (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) -> (h < H)%nat ->
  filterlim (fun t => r H t d h) (at_right 0) (locally (ind d k h / bsum H (ind d k))).
Proof.
  intros Hk Min Hh. assert (W : forall i, (i < H)%nat ->
    filterlim (fun t => w t (fun j => d j - d k) i) (at_right 0) (locally (ind d k i))).
  { intros i Hi. unfold w, ind. destruct Req_EM_T as [E|N].
    - apply (filterlim_ext (fun _ => 1)); [|apply filterlim_const].
      intros t. replace (- (d i - d k) / t) with 0; [symmetry; apply exp_0|]. rewrite E. unfold Rdiv; ring.
    - apply exp_cold. generalize (Min i Hi). lra. }
  apply (filterlim_ext_loc (fun t => w t (fun j => d j - d k) h / bsum H (fun i => w t (fun j => d j - d k) i))).
  - exists (mkposreal 1 Rlt_0_1). intros t _ Ht.
    rewrite <- (r_shift H t d (- d k) h Ht Hh). reflexivity.
  - apply filterlim_div; [apply filter_filter| |auto|apply filterlim_bsum; [apply filter_filter|auto]].
    apply Rgt_not_eq, Rlt_le_trans with (ind d k k).
    + unfold ind. destruct Req_EM_T; [lra|congruence].
    + apply bsum_ge_term; auto. intros; unfold ind; destruct Req_EM_T; lra.
Qed.

Theorem T6_cold_unique H d k h : (k < H)%nat -> (h < H)%nat -> (forall i, (i < H)%nat -> i <> k -> d k < d i) ->
  filterlim (fun t => r H t d h) (at_right 0) (locally (upd (fun _ => 0) k 1 h)).
Proof.
  intros Hk Hh U. assert (Min : forall i, (i < H)%nat -> d k <= d i).
  { intros i Hi. destruct (Nat.eq_dec i k) as [->|N]; [lra|left; auto]. }
  assert (I : forall i, (i < H)%nat -> ind d k i = upd (fun _ => 0) k 1 i).
  { intros i Hi. unfold ind, upd. destruct Nat.eq_dec as [->|N]; destruct Req_EM_T; try congruence.
    generalize (U i Hi N); lra. }
  rewrite <- I by auto. replace (ind d k h) with (ind d k h / bsum H (ind d k)); [apply T6_cold; auto|].
  rewrite (bsum_ext H (ind d k) (upd (fun _ => 0) k 1)) by auto.
  rewrite bsum_upd, bsum_const by auto. field.
Qed.

Theorem T6_F_cold H d k : (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  filterlim (fun t => F H t d) (at_right 0) (locally (d k)).
Proof.
  intros Hk Min. apply (filterlim_le_le (F := at_right 0) (fun t => d k - t * ln (INR H)) (fun t => F H t d) (fun _ => d k) (d k)).
  - exists (mkposreal 1 Rlt_0_1). intros t _ Ht. split.
    + generalize (F_ge_min H t d k Ht Hk Min). lra.
    + apply F_le_min; auto.
  - apply (filterlim_filter_le_1 (F := locally 0)); [apply filter_le_within|].
    assert (C : continuous (fun t => d k - t * ln (INR H)) 0) by (apply (ex_derive_continuous (V := R_NormedModule)); auto_derive; auto).
    unfold continuous in C. rewrite Rmult_0_l, Rminus_0_r in C. exact C.
  - apply filterlim_const.
Qed.

Theorem T6_mean_cold H d k a : (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  filterlim (fun t => mean H (r H t d) a) (at_right 0) (locally (mean H (fun h => ind d k h / bsum H (ind d k)) a)).
Proof.
  intros Hk Min. apply filterlim_bsum; [apply filter_filter|]. intros i Hi.
  apply (filterlim_comp_2 (H := locally (a i)) (fun t => r H t d i) (fun _ => a i) Rmult (T6_cold H d k i Hk Min Hi));
   [apply filterlim_const|apply (@filterlim_mult R_AbsRing _ (a i))].
Qed.

Theorem T6_mean_hot H d a : (0 < H)%nat ->
  is_lim (fun t => mean H (r H t d) a) p_infty (bsum H a / INR H).
Proof.
  intros Hp. replace (bsum H a / INR H) with (bsum H (fun h => / INR H * a h)) by (rewrite bsum_scal; unfold Rdiv; ring).
  apply (filterlim_bsum (Rbar_locally' p_infty)). intros i Hi.
  apply (filterlim_comp_2 (H := locally (a i)) (fun t => r H t d i) (fun _ => a i) Rmult (T6_hot H d i Hi));
   [apply filterlim_const|apply (@filterlim_mult R_AbsRing _ (a i))].
Qed.

Theorem T6_S_hot H d : (0 < H)%nat -> is_lim (fun t => ent H (r H t d)) p_infty (ln (INR H)).
Proof.
  intros Hp. assert (0 < INR H) by (apply lt_0_INR; lia).
  replace (Finite (ln (INR H))) with (Rbar_opp (bsum H (fun _ => / INR H * ln (/ INR H)))).
  2: { simpl. f_equal. rewrite bsum_const, ln_Rinv by auto. field. lra. }
  apply is_lim_opp. apply (filterlim_bsum (Rbar_locally' p_infty)). intros i Hi.
  apply (filterlim_comp_2 (H := locally (ln (/ INR H))) (fun t => r H t d i) (fun t => ln (r H t d i)) Rmult (T6_hot H d i Hi));
   [|apply (@filterlim_mult R_AbsRing _ _)].
  eapply filterlim_comp; [apply (T6_hot H d i Hi)|].
  apply (ex_derive_continuous (V := R_NormedModule)). eexists. apply is_derive_Reals, derivable_pt_lim_ln.
  apply Rinv_0_lt_compat; auto.
Qed.

Theorem T6_S_cold H d k : (k < H)%nat -> (forall i, (i < H)%nat -> d k <= d i) ->
  filterlim (fun t => ent H (r H t d)) (at_right 0) (locally (ln (bsum H (ind d k)))).
Proof.
  intros Hk Min. set (N := bsum H (ind d k)).
  assert (N1 : 1 <= N).
  { apply Rle_trans with (ind d k k); [unfold ind; destruct Req_EM_T; [lra|congruence]|].
    apply bsum_ge_term; auto. intros; unfold ind; destruct Req_EM_T; lra. }
  assert (E : ln N = - bsum H (fun h => ind d k h / N * ln (ind d k h / N))).
  { rewrite (bsum_ext _ _ (fun h => (- ln N / N) * ind d k h)).
    - rewrite bsum_scal. fold N. field. lra.
    - intros i _. unfold ind. destruct Req_EM_T.
      + replace (1 / N) with (/ N) by (field; lra). rewrite ln_Rinv by lra. field. lra.
      + field. lra. }
  rewrite E. unfold ent. eapply filterlim_comp; [|apply (@filterlim_opp R_AbsRing)].
  apply filterlim_bsum; [apply filter_filter|]. intros i Hi.
  generalize (T6_cold H d k i Hk Min Hi). fold N. intros L.
  apply (filterlim_comp _ _ _ (fun t => r H t d i) (fun x => x * ln x) (at_right 0) (within (fun x => 0 < x) (locally (ind d k i / N)))).
  - intros P HP. generalize (L _ HP). unfold filtermap. apply filter_imp. intros t A. apply A. apply r_pos; lia.
  - unfold ind. destruct Req_EM_T.
    + apply (filterlim_filter_le_1 (F := locally (1 / N))); [apply filter_le_within|].
      apply (ex_derive_continuous (V := R_NormedModule) (fun x => x * ln x)). auto_derive.
      apply Rdiv_lt_0_compat; lra.
    + replace (0 / N) with 0 by (field; lra). rewrite Rmult_0_l. apply xlnx_0.
Qed.

(* the softmin: a lower energy is a larger responsibility, strictly *)
Theorem T1_softmin H tau d h k : 0 < tau -> (h < H)%nat -> (k < H)%nat ->
  (r H tau d h < r H tau d k <-> d k < d h).
Proof.
  intros Ht Hh Hk. assert (PZ : 0 < Z H tau d) by (apply Z_pos; lia).
  assert (PT : 0 < / tau) by (apply Rinv_0_lt_compat; auto).
  assert (E : forall a b, d a < d b -> r H tau d b < r H tau d a).
  { intros a b L. unfold r, w. apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat; auto|].
    apply exp_increasing. unfold Rdiv. nra. }
  split; [|apply E]. intros L. destruct (Rtotal_order (d k) (d h)) as [A|[A|A]]; auto.
  - unfold r, w in L. rewrite A in L. lra.
  - generalize (E _ _ A). lra.
Qed.

Theorem T1_prior_simplex H tau p d : (0 < H)%nat -> (forall h, (h < H)%nat -> 0 < p h) -> simplex H (rp H tau p d).
Proof. intros Hp P. split; [intros; apply rp_pos; auto|apply rp_sum; auto]. Qed.

(* with a prior:  <d>_q + tau KL(q||p) = Fp + tau KL(q||rp) *)
Theorem T2_prior_identity H tau p d q : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) -> csimplex H q ->
  mean H q d + tau * KL H q p = Fp H tau p d + tau * KL H q (rp H tau p d).
Proof.
  intros Hp Ht P Q. rewrite Fp_tilt by auto.
  replace (KL H q (rp H tau p d)) with (KL H q (r H tau (fun i => d i - tau * ln (p i)))).
  - rewrite <- T2_identity by auto. unfold mean, KL, ent.
    replace (tau * - bsum H (fun h => q h * ln (q h))) with (- (tau * bsum H (fun h => q h * ln (q h)))) by ring.
    rewrite <- !bsum_scal. unfold Rminus at 2. rewrite Ropp_involutive, <- !bsum_plus. apply bsum_ext. intros; ring.
  - apply bsum_ext. intros i Hi. rewrite <- rp_tilt; auto.
Qed.

Theorem T2_prior_gibbs H tau p d q : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) -> csimplex H q ->
  Fp H tau p d <= mean H q d + tau * KL H q p.
Proof.
  intros Hp Ht P Q. rewrite T2_prior_identity by auto. generalize (KL_ge0 H q _ Q (T1_prior_simplex H tau p d Hp P)). nra.
Qed.

Theorem T2_prior_attained H tau p d : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) ->
  mean H (rp H tau p d) d + tau * KL H (rp H tau p d) p = Fp H tau p d.
Proof.
  intros Hp Ht P. destruct (T1_prior_simplex H tau p d Hp P) as [A B].
  rewrite T2_prior_identity; auto; [|split; auto; intros; left; auto].
  replace (KL H (rp H tau p d) (rp H tau p d)) with 0; [ring|].
  unfold KL. rewrite (bsum_ext _ _ (fun _ => 0)); [rewrite bsum_const; ring|]. intros; ring.
Qed.

Theorem T2_prior_unique H tau p d q : (0 < H)%nat -> 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) -> csimplex H q ->
  mean H q d + tau * KL H q p = Fp H tau p d -> forall h, (h < H)%nat -> q h = rp H tau p d h.
Proof.
  intros Hp Ht P Q E. apply KL_eq0; auto using T1_prior_simplex. rewrite T2_prior_identity in E by auto. nra.
Qed.

Theorem T3_prior_grad H tau p d k : 0 < tau -> (forall h, (h < H)%nat -> 0 < p h) -> (k < H)%nat ->
  is_derive (fun x => Fp H tau p (upd d k x)) (d k) (rp H tau p d k).
Proof.
  intros Ht P Hk. assert (Hp : (0 < H)%nat) by lia. generalize (Zp_pos H tau p d Hp P); intros PZ.
  apply is_derive_ext with (fun x => - tau * ln (Zp H tau p d + (p k * exp (- x / tau) - p k * w tau d k))).
  - intros x. unfold Fp. do 2 f_equal. unfold Zp at 2.
    rewrite (bsum_ext _ _ (upd (fun i => p i * w tau d i) k (p k * exp (- x / tau)))).
    + rewrite bsum_upd; auto.
    + intros i _. unfold w, upd. destruct (Nat.eq_dec i k); subst; auto.
  - unfold rp, w. generalize (p k); intros pk. auto_derive; fold (w tau d k).
    + replace (exp (- d k * / tau)) with (w tau d k) by (unfold w, Rdiv; auto). repeat split; try lra.
    + unfold Rdiv. replace (exp (- d k * / tau)) with (w tau d k) by (unfold w, Rdiv; auto). field. lra.
Qed.

(* --- T4: scale and temperature are one knob for homogeneous energies --- *)
(* energies e h / s: any scale s and temperature tau with the same product *)
Theorem T4_homogeneous H tau tau' s s' e h : 0 < tau -> 0 < tau' -> 0 < s -> 0 < s' -> tau * s = tau' * s' ->
  r H tau (fun i => e i / s) h = r H tau' (fun i => e i / s') h.
Proof.
  intros A B C D E. assert (W : forall i, w tau (fun i => e i / s) i = w tau' (fun i => e i / s') i).
  { intros i. unfold w. f_equal. replace (- (e i / s) / tau) with (- e i / (tau * s)) by (field; lra).
    rewrite E. field. lra. }
  unfold r, Z. rewrite W. f_equal. apply bsum_ext. intros; auto.
Qed.

Theorem T4_gaussian H tau tau' sigma sigma' mu z h : 0 < tau -> 0 < tau' -> 0 < sigma -> 0 < sigma' ->
  tau * sigma^2 = tau' * sigma'^2 ->
  r H tau (fun i => (z - mu i)^2 / (2 * sigma^2)) h = r H tau' (fun i => (z - mu i)^2 / (2 * sigma'^2)) h.
Proof.
  intros A B C D E. assert (0 < sigma^2) by (apply pow_lt; auto). assert (0 < sigma'^2) by (apply pow_lt; auto).
  apply (T4_homogeneous H tau tau' (2 * sigma^2) (2 * sigma'^2) (fun i => (z - mu i)^2)); lra.
Qed.

Theorem T4_laplace H tau tau' b b' mu z h : 0 < tau -> 0 < tau' -> 0 < b -> 0 < b' -> tau * b = tau' * b' ->
  r H tau (fun i => Rabs (z - mu i) / b) h = r H tau' (fun i => Rabs (z - mu i) / b') h.
Proof. apply T4_homogeneous. Qed.

(* |u|^p for a real p > 0, with the value 0 at u = 0 *)
Definition powr (u p : R) : R := if Req_EM_T u 0 then 0 else Rpower (Rabs u) p.

Lemma powr_scale u s p : 0 < s -> powr (u / s) p = powr u p / Rpower s p.
Proof.
  intros S. assert (/ s <> 0) by (apply Rinv_neq_0_compat; lra).
  assert (PS : 0 < Rpower s p) by apply exp_pos. unfold powr. destruct Req_EM_T as [E|N]; destruct Req_EM_T as [E'|N'].
  - field. lra.
  - exfalso. unfold Rdiv in E. apply Rmult_integral in E. tauto.
  - exfalso. apply N. rewrite E'. field. lra.
  - assert (0 < Rabs u) by (apply Rabs_pos_lt; auto). unfold Rdiv. rewrite Rabs_mult, (Rabs_right (/ s)).
    + unfold Rpower. rewrite <- exp_Ropp, <- exp_plus. f_equal.
      rewrite ln_mult, ln_Rinv by (auto; apply Rinv_0_lt_compat; auto). ring.
    + left. apply Rinv_0_lt_compat; auto.
Qed.

Theorem T4_power H tau tau' sigma sigma' p mu z h : 0 < tau -> 0 < tau' -> 0 < sigma -> 0 < sigma' ->
  tau * Rpower sigma p = tau' * Rpower sigma' p ->
  r H tau (fun i => powr ((z - mu i) / sigma) p) h = r H tau' (fun i => powr ((z - mu i) / sigma') p) h.
Proof.
  intros A B C D E.
  assert (W : forall t s i, 0 < s -> w t (fun i => powr ((z - mu i) / s) p) i = w t (fun i => powr (z - mu i) p / Rpower s p) i).
  { intros t s i S. unfold w. rewrite powr_scale; auto. }
  generalize (T4_homogeneous H tau tau' (Rpower sigma p) (Rpower sigma' p) (fun i => powr (z - mu i) p) h A B (exp_pos _) (exp_pos _) E).
  unfold r, Z. rewrite !W by auto. rewrite (bsum_ext H (w tau _) _ (fun i _ => W tau sigma i C)).
  rewrite (bsum_ext H (w tau' (fun i => powr ((z - mu i) / sigma') p)) _ (fun i _ => W tau' sigma' i D)). auto.
Qed.

(* Student-t: temperature changes the degrees of freedom *)
Definition student (nu sigma u : R) : R := (nu + 1) / 2 * ln (1 + u^2 / (nu * sigma^2)).

Theorem T4_student H tau nu nu' sigma sigma' mu z h : 0 < tau -> 0 < nu -> 0 < nu' ->
  nu' + 1 = (nu + 1) / tau -> nu' * sigma'^2 = nu * sigma^2 ->
  r H tau (fun i => student nu sigma (z - mu i)) h = r H 1 (fun i => student nu' sigma' (z - mu i)) h.
Proof.
  intros Ht N N' E C. assert (W : forall i, w tau (fun i => student nu sigma (z - mu i)) i = w 1 (fun i => student nu' sigma' (z - mu i)) i).
  { intros i. unfold w, student. f_equal. rewrite E, C. field. lra. }
  unfold r, Z. rewrite W. f_equal. apply bsum_ext. intros; auto.
Qed.

(* from tau = nu + 1 on the tempered Student-t density has infinite mass; its integral exists on every [0, x] *)
Theorem T4_student_improper tau nu sigma : 0 < nu -> 0 < sigma -> nu + 1 <= tau ->
  (forall x, ex_RInt (fun u => exp (- student nu sigma u / tau)) 0 x) /\
  (forall M, exists x, 0 < x /\ M < RInt (fun u => exp (- student nu sigma u / tau)) 0 x).
Proof.
  intros N S T.
  assert (Ex : forall x, ex_RInt (fun u => exp (- student nu sigma u / tau)) 0 x).
  { intros x. apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros u _.
    apply (ex_derive_continuous (V := R_NormedModule)). unfold student. auto_derive.
    assert (0 < nu * (sigma * (sigma * 1))) by (repeat apply Rmult_lt_0_compat; lra).
    assert (0 <= u * (u * 1) * / (nu * (sigma * (sigma * 1)))); [|repeat split; lra].
    apply Rmult_le_pos; [nra|left; apply Rinv_0_lt_compat; auto]. }
  split; [exact Ex|]. intros M. set (c := nu * sigma^2). assert (C : 0 < c) by (apply Rmult_lt_0_compat; [auto|apply pow_lt; auto]).
  (* exp (-student/tau) >= 1 / (1 + u / sqrt c) = k / (k + u) *)
  set (k := sqrt c). assert (K : 0 < k) by (apply sqrt_lt_R0; auto). assert (KK : k * k = c) by (apply sqrt_sqrt; lra).
  assert (L : forall u, 0 <= u -> k / (k + u) <= exp (- student nu sigma u / tau)).
  { intros u U. assert (P : 0 < 1 + u / k).
    { assert (0 <= u / k); [|lra]. apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; auto]. }
    replace (k / (k + u)) with (/ (1 + u / k)) by (field; lra).
    rewrite <- (exp_ln (1 + u / k)), <- exp_Ropp by auto. apply exp_mono.
    assert (A : ln (1 + u^2 / c) <= 2 * ln (1 + u / k)).
    { replace (2 * ln (1 + u / k)) with (ln ((1 + u / k) * (1 + u / k))) by (rewrite ln_mult by auto; ring).
      assert (0 <= u / k) by (apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; auto]).
      replace (u^2 / c) with ((u / k) * (u / k)) by (rewrite <- KK; field; lra). apply ln_le; nra. }
    assert (B : 0 <= ln (1 + u^2 / c)).
    { rewrite <- ln_1. apply ln_le; [lra|]. assert (0 <= u^2 / c); [|lra].
      apply Rmult_le_pos; [apply pow2_ge_0|left; apply Rinv_0_lt_compat; auto]. }
    unfold student. fold c. set (l := ln (1 + u^2 / c)) in *.
    replace (- ((nu + 1) / 2 * l) / tau) with (- (((nu + 1) / tau) * (l / 2))) by (field; lra).
    assert ((nu + 1) / tau <= 1). { apply Rmult_le_reg_r with tau; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (0 < (nu + 1) / tau) by (apply Rdiv_lt_0_compat; lra). nra. }
  set (x := k * (exp (Rabs M / k + 1) - 1)). exists x.
  assert (Q : 1 < exp (Rabs M / k + 1)).
  { assert (0 <= Rabs M / k); [|generalize (exp_ineq1_le (Rabs M / k + 1)); lra].
    apply Rmult_le_pos; [apply Rabs_pos|left; apply Rinv_0_lt_compat; auto]. }
  assert (X : 0 < x) by (unfold x; nra). split; auto.
  assert (I : is_RInt (fun u => k / (k + u)) 0 x (k * ln (k + x) - k * ln (k + 0))).
  { apply (is_RInt_derive (fun u => k * ln (k + u)) (fun u => k / (k + u))).
    - rewrite Rmin_left, Rmax_right by lra. intros u U. auto_derive; [lra|]. field. lra.
    - rewrite Rmin_left, Rmax_right by lra. intros u U.
      apply (ex_derive_continuous (V := R_NormedModule) (fun u => k / (k + u))). auto_derive. lra. }
  apply Rlt_le_trans with (RInt (fun u => k / (k + u)) 0 x).
  - rewrite (is_RInt_unique _ _ _ _ I). rewrite Rplus_0_r. unfold x.
    replace (k + k * (exp (Rabs M / k + 1) - 1)) with (k * exp (Rabs M / k + 1)) by ring.
    rewrite ln_mult, ln_exp by (auto; apply exp_pos).
    replace (k * (ln k + (Rabs M / k + 1)) - k * ln k) with (Rabs M + k) by (field; lra).
    generalize (Rle_abs M). lra.
  - apply RInt_le; [lra|eexists; apply I|apply Ex|intros; apply L; lra].
Qed.

(* --- T4: the counterexamples, as pair means at m = z = 1 --- *)
Definition sgn2 (i : nat) : R := match i with O => 1 | _ => -1 end.

Lemma mean2 tau d : mean 2 (r 2 tau d) sgn2 = (w tau d 0 - w tau d 1) / (w tau d 0 + w tau d 1).
Proof.
  unfold mean, r, Z; simpl. generalize (w_pos tau d 0) (w_pos tau d 1). intros. field. lra.
Qed.

(* a Student-t (nu = 1) pair is not a function of tau sigma^2 *)
Theorem T4_cauchy_counterexample :
  mean 2 (r 2 2 (fun i => student 1 1 (1 - sgn2 i * 1))) sgn2 = (sqrt 5 - 1) / (sqrt 5 + 1) /\
  mean 2 (r 2 1 (fun i => student 1 (sqrt 2) (1 - sgn2 i * 1))) sgn2 = 1 / 2 /\
  2 * 1^2 = 1 * sqrt 2 ^ 2 /\ (sqrt 5 - 1) / (sqrt 5 + 1) <> 1 / 2.
Proof.
  assert (S2 : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra).
  assert (S5 : sqrt 5 * sqrt 5 = 5) by (apply sqrt_sqrt; lra).
  assert (P5 : 0 < sqrt 5) by (apply sqrt_lt_R0; lra).
  assert (P2 : 0 < sqrt 2) by (apply sqrt_lt_R0; lra).
  assert (Q : ln 5 = 2 * ln (sqrt 5)) by (rewrite <- S5 at 1; rewrite ln_mult by auto; ring).
  repeat split.
  - rewrite mean2. unfold w, student, sgn2.
    replace (1 + (1 - 1 * 1) ^ 2 / (1 * 1 ^ 2)) with 1 by field. replace (1 + (1 - -1 * 1) ^ 2 / (1 * 1 ^ 2)) with 5 by field.
    rewrite ln_1, Q. replace (- ((1 + 1) / 2 * 0) / 2) with 0 by field.
    replace (- ((1 + 1) / 2 * (2 * ln (sqrt 5))) / 2) with (- ln (sqrt 5)) by field.
    rewrite exp_0, exp_Ropp, exp_ln by auto. field. lra.
  - rewrite mean2. unfold w, student, sgn2.
    replace (1 + (1 - 1 * 1) ^ 2 / (1 * sqrt 2 ^ 2)) with 1 by (field; lra).
    replace (1 + (1 - -1 * 1) ^ 2 / (1 * sqrt 2 ^ 2)) with (1 + 4 / (sqrt 2 * sqrt 2)) by (field; lra).
    rewrite S2. replace (1 + 4 / 2) with 3 by field.
    rewrite ln_1. replace (- ((1 + 1) / 2 * 0) / 1) with 0 by field.
    replace (- ((1 + 1) / 2 * ln 3) / 1) with (- ln 3) by field.
    rewrite exp_0, exp_Ropp, exp_ln by lra. field.
  - replace (1 * sqrt 2 ^ 2) with (sqrt 2 * sqrt 2) by ring. rewrite S2. ring.
  - intros E. assert (2 * (sqrt 5 - 1) = sqrt 5 + 1); [|nra].
    apply (Rmult_eq_reg_r (/ (2 * (sqrt 5 + 1)))); [|apply Rinv_neq_0_compat; lra].
    transitivity ((sqrt 5 - 1) / (sqrt 5 + 1)); [field; lra|]. rewrite E. field. lra.
Qed.

(* logistic energies  u/s + 2 ln (1 + e^(-u/s)) *)
Definition logistic (s u : R) : R := u / s + 2 * ln (1 + exp (- u / s)).

Lemma logistic_cosh s u : 0 < s -> logistic s u = 2 * ln (2 * cosh (u / (2 * s))).
Proof.
  intros S. unfold logistic. set (y := u / (2 * s)).
  replace (- u / s) with (- y + - y) by (unfold y; field; lra). replace (u / s) with (2 * y) by (unfold y; field; lra).
  replace (2 * cosh y) with (exp y * (1 + exp (- y + - y))).
  - rewrite ln_mult, ln_exp by (generalize (exp_pos y) (exp_pos (- y + - y)); lra). ring.
  - unfold cosh. rewrite exp_plus, exp_Ropp. generalize (exp_pos y). intros. field. lra.
Qed.

Lemma w_logistic tau s u : 0 < tau -> 0 < s -> exp (- logistic s u / tau) = Rpower (2 * cosh (u / (2 * s))) (- 2 / tau).
Proof. intros A B. rewrite logistic_cosh by auto. unfold Rpower. f_equal. field. lra. Qed.

(* a logistic pair is not a function of tau s *)
Theorem T4_logistic_counterexample :
  mean 2 (r 2 2 (fun i => logistic 1 (1 - sgn2 i * 1))) sgn2 <> mean 2 (r 2 1 (fun i => logistic 2 (1 - sgn2 i * 1))) sgn2.
Proof.
  assert (C0 : cosh 0 = 1) by (unfold cosh; rewrite Ropp_0, exp_0; field).
  assert (C1 : 1 < cosh 1).
  { unfold cosh. generalize (exp_ineq1 1 ltac:(lra)) (exp_pos 1). intros. rewrite exp_Ropp.
    assert (2 < exp 1 + / exp 1); [|lra]. apply Rmult_lt_reg_r with (exp 1); auto. rewrite Rmult_plus_distr_r, Rinv_l by lra. nra. }
  rewrite !mean2. unfold w. rewrite !w_logistic by lra. unfold sgn2.
  replace ((1 - 1 * 1) / (2 * 1)) with 0 by field. replace ((1 - 1 * 1) / (2 * 2)) with 0 by field.
  replace ((1 - -1 * 1) / (2 * 1)) with 1 by field. replace ((1 - -1 * 1) / (2 * 2)) with (/ 2) by field.
  replace (- 2 / 2) with (- (1)) by field. replace (- 2 / 1) with (- (2)) by field. rewrite !Rpower_Ropp, !Rpower_1 by (generalize (cosh_pos 0) (cosh_pos 1); lra).
  assert (R2 : forall x, 0 < x -> Rpower x 2 = x^2).
  { intros x X. unfold Rpower. replace (2 * ln x) with (ln x + ln x) by ring. rewrite exp_plus, exp_ln by auto. ring. }
  rewrite C0. set (c := cosh 1) in *. set (b := cosh (/ 2)).
  assert (B : 2 * b^2 = 1 + c).
  { unfold b, c, cosh. assert (E1 : exp 1 = exp (/2) * exp (/2)) by (rewrite <- exp_plus; f_equal; field).
    rewrite !exp_Ropp, E1. generalize (exp_pos (/2)). intros. field. lra. }
  assert (PB : 0 < b) by apply cosh_pos. rewrite !R2 by lra.
  intros E.
  assert (X : (/ (2 * 1) - / (2 * c)) / (/ (2 * 1) + / (2 * c)) = (c - 1) / (c + 1)) by (field; lra).
  assert (Y : (/ (2 * 1) ^ 2 - / (2 * b) ^ 2) / (/ (2 * 1) ^ 2 + / (2 * b) ^ 2) = (c - 1) / (c + 3)).
  { replace ((2 * b)^2) with (2 * (1 + c)) by (rewrite <- B; ring). field. lra. }
  rewrite X, Y in E. apply (f_equal (fun t => t * ((c + 1) * (c + 3)))) in E. field_simplify in E; [nra|lra|lra].
Qed.

(* --- T5 with a prior --- *)
Theorem T5_prior_dr H tau p d h : 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) -> (h < H)%nat ->
  is_derive (fun t => rp H t p d h) tau (rp H tau p d h * (d h - mean H (rp H tau p d) d) / tau^2).
Proof.
  intros Ht P Hh. evar_last.
  - apply (is_derive_rp H p (fun t => t) (fun _ => d) 1 (fun _ => 0) tau h Hh P Ht); [apply @is_derive_id|].
    intros; apply @is_derive_const.
  - rewrite mean_const by (apply rp_sum; auto; lia). field. lra.
Qed.

Lemma KL_rp H tau p d : (0 < H)%nat -> 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) ->
  KL H (rp H tau p d) p = - mean H (rp H tau p d) d / tau - ln (Zp H tau p d).
Proof.
  intros Hp Ht P. generalize (T2_prior_attained H tau p d Hp Ht P). unfold Fp. intros E.
  apply (Rmult_eq_reg_l tau); [|lra].
  replace (tau * (- mean H (rp H tau p d) d / tau - ln (Zp H tau p d))) with (- mean H (rp H tau p d) d - tau * ln (Zp H tau p d)) by (field; lra). lra.
Qed.

Lemma dZp H tau p d : (0 < H)%nat -> 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) ->
  is_derive (fun t => ln (Zp H t p d)) tau (mean H (rp H tau p d) d / tau^2).
Proof.
  intros Hp Ht P. assert (PZ : 0 < Zp H tau p d) by (apply Zp_pos; auto). evar_last.
  - apply (is_derive_comp ln (fun t => Zp H t p d)); [apply is_derive_Reals, derivable_pt_lim_ln; auto|].
    apply (is_derive_expsum H p (fun t i => - d i / t) (fun i => d i / tau^2)).
    intros i Hi. auto_derive; [lra|field; lra].
  - assert (M : mean H (rp H tau p d) d = bsum H (fun i => p i * w tau d i * d i) / Zp H tau p d).
    { unfold mean, rp, Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext; intros; ring. }
    rewrite M. rewrite (bsum_ext H (fun i => p i * exp (- d i / tau) * (d i / tau^2)) (fun i => / tau^2 * (p i * w tau d i * d i))).
    + rewrite bsum_scal. unfold scal; simpl; unfold mult; simpl. field. lra.
    + intros; unfold w, Rdiv; ring.
Qed.

Theorem T5_prior_dmean H tau p d : (0 < H)%nat -> 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) ->
  is_derive (fun t => mean H (rp H t p d) d) tau (var H (rp H tau p d) d / tau^2).
Proof.
  intros Hp Ht P. rewrite var_alt by (apply rp_sum; auto). set (m := mean H (rp H tau p d) d).
  replace ((mean H (rp H tau p d) (fun h => d h ^ 2) - m^2) / tau^2)
    with (bsum H (fun i => d i * (rp H tau p d i * (d i - m) / tau^2))).
  - apply is_derive_ext with (fun t => bsum H (fun i => d i * rp H t p d i)).
    { intros t. apply bsum_ext. intros; ring. }
    apply (is_derive_bsum H (fun i t => d i * rp H t p d i)). intros i Hi.
    apply (is_derive_scal (fun t => rp H t p d i)). apply T5_prior_dr; auto.
  - replace (m^2) with (m * mean H (rp H tau p d) d) by (unfold m; ring).
    unfold mean at 1 2. rewrite <- bsum_scal, <- bsum_minus. unfold Rdiv. rewrite (Rmult_comm (bsum _ _)), <- bsum_scal. apply bsum_ext. intros; ring.
Qed.

Theorem T5_prior_dKL H tau p d : (0 < H)%nat -> 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) ->
  is_derive (fun t => KL H (rp H t p d) p) tau (- (var H (rp H tau p d) d / tau^3)).
Proof.
  intros Hp Ht P.
  apply is_derive_ext_loc with (fun t => - (mean H (rp H t p d) d / t) - ln (Zp H t p d)).
  { apply locally_interval with 0 p_infty; simpl; auto. intros t T _. rewrite KL_rp by auto. field. lra. }
  evar_last.
  - apply @is_derive_minus; [|apply dZp; auto]. apply @is_derive_opp.
    apply (is_derive_quot (fun t => mean H (rp H t p d) d) (fun t => t)); [lra|apply T5_prior_dmean; auto|apply @is_derive_id].
  - unfold minus, plus, opp, one; simpl. field. lra.
Qed.

Theorem T5_prior_dKL_le0 H tau p d : (forall i, (i < H)%nat -> 0 < p i) -> 0 < tau ->
  - (var H (rp H tau p d) d / tau^3) <= 0.
Proof.
  intros P Ht. assert (0 <= var H (rp H tau p d) d / tau^3); [|lra].
  apply Rmult_le_pos; [apply var_ge0; intros; left; apply rp_pos; auto|left; apply Rinv_0_lt_compat, pow_lt; auto].
Qed.

Lemma fprod (f : R -> R) tau m : 0 < tau -> is_derive f tau (m / tau^2) -> is_derive (fun t => - t * f t) tau (- m / tau - f tau).
Proof.
  intros T D. assert (E : ex_derive f tau) by (eexists; apply D). apply is_derive_unique in D.
  auto_derive; [auto|]. change (Derive (fun x => f x) tau) with (Derive f tau). rewrite D. field. lra.
Qed.

(* any positive prior; for a normalised one KL >= 0, so cooling lowers F *)
Theorem T5_prior_dF H tau p d : (0 < H)%nat -> 0 < tau -> (forall i, (i < H)%nat -> 0 < p i) ->
  is_derive (fun t => Fp H t p d) tau (KL H (rp H tau p d) p).
Proof.
  intros Hp Ht P. rewrite KL_rp by auto. unfold Fp. generalize (dZp H tau p d Hp Ht P). generalize (mean H (rp H tau p d) d).
  intros m. apply (fprod (fun t => ln (Zp H t p d))); auto.
Qed.

Theorem T5_prior_dF_ge0 H tau p d : (0 < H)%nat -> simplex H p -> 0 <= KL H (rp H tau p d) p.
Proof.
  intros Hp [P S]. apply KL_ge0; [|split; auto]. destruct (T1_prior_simplex H tau p d Hp P) as [A B].
  split; auto. intros; left; auto.
Qed.

(* unit weights: the largest responsibility never rises with the temperature (M: any bound on all of them) *)
Theorem T5_max H tau tau' d M : 0 < tau -> tau <= tau' ->
  (forall h, (h < H)%nat -> r H tau d h <= M) -> forall h, (h < H)%nat -> r H tau' d h <= M.
Proof.
  intros Ht L B h Hh. assert (Hp : (0 < H)%nat) by lia. destruct (argmin_ex H d Hp) as (k & Hk & Min).
  assert (E : forall t, 0 < t -> r H t d k = / Z H t (fun i => d i - d k)).
  { intros t T. rewrite <- (r_shift H t d (- d k) k T Hk). unfold r at 1. unfold w at 1.
    replace (- (d k + - d k) / t) with 0 by (field; lra). rewrite exp_0. unfold Rdiv. rewrite Rmult_1_l. reflexivity. }
  apply Rle_trans with (r H tau' d k); [|apply Rle_trans with (r H tau d k); [|auto]].
  - apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Z_pos; auto|]. apply w_mono; [lra|auto].
  - rewrite !E by lra. apply Rinv_le_contravar; [apply Z_pos; auto|]. apply bsum_le. intros i Hi. apply exp_mono.
    assert (0 <= d i - d k) by (generalize (Min i Hi); lra).
    assert (/ tau' <= / tau) by (apply Rinv_le_contravar; lra). unfold Rdiv. nra.
Qed.

(* unequal priors: neither the maximum nor the entropy is monotone; pi = (.9, .1), d = (1, 0) at 1/(2 ln 9) < 1/ln 9 < 2/ln 9 *)
Definition p91 (i : nat) : R := match i with O => 9/10 | _ => 1/10 end.
Definition d10 (i : nat) : R := match i with O => 1 | _ => 0 end.
Theorem T5_prior_counterexample :
  rp 2 (/ (2 * ln 9)) p91 d10 0 = 1/10 /\ rp 2 (/ (2 * ln 9)) p91 d10 1 = 9/10 /\
  rp 2 (/ ln 9) p91 d10 0 = 1/2 /\ rp 2 (/ ln 9) p91 d10 1 = 1/2 /\
  rp 2 (2 / ln 9) p91 d10 0 = 3/4 /\ rp 2 (2 / ln 9) p91 d10 1 = 1/4.
Proof.
  assert (L9 : 0 < ln 9) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (L3 : ln 9 = 2 * ln 3) by (replace 9 with (3 * 3) by ring; rewrite ln_mult by lra; ring).
  assert (A : exp (- (1) / / (2 * ln 9)) = / 81).
  { replace (- (1) / / (2 * ln 9)) with (- (ln 9 + ln 9)) by (field; lra). rewrite exp_Ropp, exp_plus, exp_ln by lra. field. }
  assert (B : exp (- (1) / / ln 9) = / 9).
  { replace (- (1) / / ln 9) with (- ln 9) by (field; lra). rewrite exp_Ropp, exp_ln by lra. auto. }
  assert (C : exp (- (1) / (2 / ln 9)) = / 3).
  { replace (- (1) / (2 / ln 9)) with (- ln 3) by (rewrite L3; field; lra). rewrite exp_Ropp, exp_ln by lra. auto. }
  assert (D : forall t, exp (- 0 / t) = 1) by (intros; unfold Rdiv; rewrite Ropp_0, Rmult_0_l; apply exp_0).
  unfold rp, Zp, w, p91, d10; simpl. rewrite !D, A, B, C. repeat split; field.
Qed.

Lemma ent_two q : 0 < q < 1 -> q <> 1/2 -> - (q * ln q + (1 - q) * ln (1 - q)) < ln 2.
Proof.
  intros Q N.
  assert (B : forall p, 0 < p -> p <> 1/2 -> p * (- ln 2 - ln p) < 1/2 - p).
  { intros p P M. replace (- ln 2 - ln p) with (ln (/ (2 * p))) by (rewrite ln_Rinv, ln_mult by lra; ring).
    assert (I : 0 < / (2 * p)) by (apply Rinv_0_lt_compat; lra).
    assert (L : ln (/ (2 * p)) < / (2 * p) - 1).
    { apply ln_lt_sub1; auto. intros E. apply M. generalize (Rinv_r (2 * p) ltac:(lra)). rewrite E. lra. }
    replace (1/2 - p) with (p * (/ (2 * p) - 1)) by (field; lra). apply Rmult_lt_compat_l; auto. }
  generalize (B q ltac:(lra) N) (B (1 - q) ltac:(lra) ltac:(lra)). lra.
Qed.

(* so at three rising temperatures the entropy rises and falls, and the larger responsibility falls and rises *)
Theorem T5_prior_not_monotone :
  let s := fun tau => ent 2 (rp 2 tau p91 d10) in let top := fun tau => Rmax (rp 2 tau p91 d10 0) (rp 2 tau p91 d10 1) in
  let t1 := / (2 * ln 9) in let t2 := / ln 9 in let t3 := 2 / ln 9 in
  0 < t1 < t2 /\ t2 < t3 /\ (s t1 < s t2 /\ s t3 < s t2) /\ (top t2 < top t1 /\ top t2 < top t3).
Proof.
  destruct T5_prior_counterexample as (A & B & C & D & E & F). intros s top t1 t2 t3.
  assert (L9 : 0 < ln 9) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (I9 : 0 < / ln 9) by (apply Rinv_0_lt_compat; auto).
  assert (T1 : t1 = / 2 * / ln 9) by (unfold t1; field; lra).
  split; [rewrite T1; unfold t2; lra|]. split; [unfold t2, t3, Rdiv; lra|].
  unfold s, top, ent, t1, t2, t3; simpl bsum. rewrite A, B, C, D, E, F.
  generalize (ent_two (9/10) ltac:(lra) ltac:(lra)) (ent_two (3/4) ltac:(lra) ltac:(lra)).
  replace (1 - 9/10) with (1/10) by lra. replace (1 - 3/4) with (1/4) by lra.
  assert (L2 : ln (1/2) = - ln 2) by (replace (1/2) with (/ 2) by lra; apply ln_Rinv; lra). rewrite !L2. intros X Y.
  split; [split; lra|]. unfold Rmax. repeat destruct Rle_dec; lra.
Qed.

(* --- T6 with a prior --- *)
Lemma filterlim_cmul1 {T} (G : (T -> Prop) -> Prop) {FG : Filter G} (f : T -> R) c :
  filterlim f G (locally 1) -> filterlim (fun t => c * f t) G (locally c).
Proof. intros L. replace (locally c) with (locally (c * 1)) by (f_equal; ring). apply filterlim_cmul; auto. Qed.

Theorem T6_prior_hot H p d h : (forall i, (i < H)%nat -> 0 < p i) -> (h < H)%nat ->
  is_lim (fun t => rp H t p d h) p_infty (p h / bsum H p).
Proof.
  intros P Hh. assert (0 < bsum H p) by (apply bsum_pos; auto; lia).
  apply (filterlim_div (Rbar_locally' p_infty) (fun t => p h * w t d h) (fun t => bsum H (fun i => p i * w t d i))); [lra| |].
  - apply (filterlim_cmul1 (Rbar_locally' p_infty) (fun t => w t d h)), exp_hot.
  - apply filterlim_bsum; [apply filter_filter|]. intros i Hi.
    apply (filterlim_cmul1 (Rbar_locally' p_infty) (fun t => w t d i)), exp_hot.
Qed.

Theorem T6_prior_cold H p d k h : (forall i, (i < H)%nat -> 0 < p i) -> (k < H)%nat ->
  (forall i, (i < H)%nat -> d k <= d i) -> (h < H)%nat ->
  filterlim (fun t => rp H t p d h) (at_right 0) (locally (p h * ind d k h / bsum H (fun i => p i * ind d k i))).
Proof.
  intros P Hk Min Hh.
  assert (W : forall i, (i < H)%nat -> filterlim (fun t => p i * r H t d i) (at_right 0) (locally (p i * (ind d k i / bsum H (ind d k))))).
  { intros i Hi. apply filterlim_cmul; [apply filter_filter|apply T6_cold; auto]. }
  assert (N : 1 <= bsum H (ind d k)).
  { apply Rle_trans with (ind d k k); [unfold ind; destruct Req_EM_T; [lra|congruence]|].
    apply bsum_ge_term; auto. intros; unfold ind; destruct Req_EM_T; lra. }
  assert (Q : 0 < bsum H (fun i => p i * ind d k i)).
  { apply Rlt_le_trans with (p k * ind d k k).
    - apply Rmult_lt_0_compat; [auto|]. unfold ind; destruct Req_EM_T; [lra|congruence].
    - apply (bsum_ge_term H (fun i => p i * ind d k i)); auto. intros i Hi. generalize (P i Hi). unfold ind; destruct Req_EM_T; nra. }
  assert (E : bsum H (fun i => p i * (ind d k i / bsum H (ind d k))) = bsum H (fun i => p i * ind d k i) / bsum H (ind d k)).
  { unfold Rdiv. rewrite (Rmult_comm (bsum H (fun i => p i * ind d k i))), <- bsum_scal. apply bsum_ext; intros; ring. }
  apply (filterlim_ext (fun t => p h * r H t d h / bsum H (fun i => p i * r H t d i))).
  - intros t. unfold rp, r, Zp. generalize (Z_pos H t d ltac:(lia)) (Zp_pos H t p d ltac:(lia) P). unfold Zp. intros Z1 Z2.
    rewrite (bsum_ext H (fun i => p i * (w t d i / Z H t d)) (fun i => / Z H t d * (p i * w t d i))) by (intros; unfold Rdiv; ring).
    rewrite bsum_scal. field. lra.
  - replace (p h * ind d k h / bsum H (fun i => p i * ind d k i))
      with (p h * (ind d k h / bsum H (ind d k)) / (bsum H (fun i => p i * ind d k i) / bsum H (ind d k))) by (field; lra).
    apply filterlim_div; [apply filter_filter| |auto|].
    + apply Rgt_not_eq, Rdiv_lt_0_compat; lra.
    + rewrite <- E. apply filterlim_bsum; [apply filter_filter|auto].
Qed.

(* --- T7: the signed Gaussian pair --- *)
Definition gauss (sigma m z : R) (i : nat) : R := (z - sgn2 i * m)^2 / (2 * sigma^2).

Theorem T7_free_energy tau sigma m z : 0 < tau -> 0 < sigma ->
  F 2 tau (gauss sigma m z) = (z^2 + m^2) / (2 * sigma^2) - tau * ln (2 * cosh (m * z / (tau * sigma^2))).
Proof.
  intros A B. unfold F. replace (Z 2 tau (gauss sigma m z)) with
    (exp (- ((z^2 + m^2) / (2 * sigma^2)) / tau) * (2 * cosh (m * z / (tau * sigma^2)))).
  - rewrite ln_mult, ln_exp by (try apply exp_pos; generalize (cosh_pos (m * z / (tau * sigma^2))); lra). field. lra.
  - unfold Z, w, gauss, sgn2, cosh; simpl bsum.
    replace (2 * ((exp (m * z / (tau * sigma ^ 2)) + exp (- (m * z / (tau * sigma ^ 2)))) / 2))
      with (exp (m * z / (tau * sigma ^ 2)) + exp (- (m * z / (tau * sigma ^ 2)))) by field.
    rewrite Rmult_plus_distr_l, <- !exp_plus, Rplus_0_l. f_equal; f_equal; field; lra.
Qed.

Theorem T7_even tau sigma m z : 0 < tau -> 0 < sigma -> F 2 tau (gauss sigma m (- z)) = F 2 tau (gauss sigma m z).
Proof.
  intros A B. rewrite !T7_free_energy by auto. replace (m * - z / (tau * sigma^2)) with (- (m * z / (tau * sigma^2))) by (field; lra).
  replace (cosh (- (m * z / (tau * sigma ^ 2)))) with (cosh (m * z / (tau * sigma ^ 2))); [f_equal; f_equal; ring|].
  unfold cosh. rewrite Ropp_involutive. field.
Qed.

Lemma is_derive_lncosh y : is_derive (fun y => ln (2 * cosh y)) y (tanh y).
Proof.
  generalize (exp_pos y) (exp_pos (- y)); intros A B. unfold cosh, tanh, sinh.
  auto_derive; [lra|]. unfold cosh. field. lra.
Qed.

Theorem T7_slope tau sigma m z : 0 < tau -> 0 < sigma ->
  is_derive (fun z => F 2 tau (gauss sigma m z)) z ((z - m * tanh (m * z / (tau * sigma^2))) / sigma^2).
Proof.
  intros A B. apply is_derive_ext with (fun z => (z^2 + m^2) / (2 * sigma^2) - tau * ln (2 * cosh (m * z / (tau * sigma^2)))).
  { intros; symmetry; apply T7_free_energy; auto. }
  evar_last.
  - apply @is_derive_minus.
    + instantiate (1 := z / sigma^2). auto_derive; [auto|]. field. lra.
    + apply (is_derive_scal (fun z => ln (2 * cosh (m * z / (tau * sigma^2))))).
      apply (is_derive_comp (fun y => ln (2 * cosh y)) (fun z => m * z / (tau * sigma^2))); [apply is_derive_lncosh|].
      instantiate (1 := m / (tau * sigma^2)). auto_derive; [auto|]. field. lra.
  - unfold minus, plus, opp, scal; simpl; unfold mult; simpl. field. lra.
Qed.

Theorem T7_curvature tau sigma m : 0 < tau -> 0 < sigma ->
  is_derive_n (fun z => F 2 tau (gauss sigma m z)) 2 0 (1 / sigma^2 - m^2 / (tau * sigma^4)).
Proof.
  intros A B. simpl. apply is_derive_ext with (fun z => (z - m * tanh (m * z / (tau * sigma^2))) / sigma^2).
  { intros z. symmetry. apply is_derive_unique. apply T7_slope; auto. }
  evar_last.
  - apply (is_derive_quot (fun z => z - m * tanh (m * z / (tau * sigma^2))) (fun _ => sigma^2)); [|
      apply @is_derive_minus; [apply @is_derive_id|apply (is_derive_scal (fun z => tanh (m * z / (tau * sigma^2))))]|apply @is_derive_const].
    + generalize (pow_lt sigma 2 B). lra.
    + apply (is_derive_comp tanh (fun z => m * z / (tau * sigma^2))); [apply is_derive_tanh|].
      instantiate (1 := m / (tau * sigma^2)). auto_derive; [auto|]. field. lra.
  - unfold minus, plus, opp, scal, one, zero; simpl; unfold mult; simpl.
    replace (m * 0 / (tau * (sigma * (sigma * 1)))) with 0 by (field; lra). rewrite tanh_0. field. lra.
Qed.

Theorem T7_one_well tau sigma m y z : 0 < tau -> 0 < sigma -> 0 < m -> m^2 / sigma^2 <= tau -> 0 <= y -> y < z ->
  F 2 tau (gauss sigma m y) < F 2 tau (gauss sigma m z).
Proof.
  intros A B M L Y YZ. apply (incr (fun z => F 2 tau (gauss sigma m z)) (fun z => (z - m * tanh (m * z / (tau * sigma^2))) / sigma^2)); auto.
  - intros; apply T7_slope; auto.
  - intros x X. assert (S : 0 < sigma^2) by (apply pow_lt; auto). apply Rdiv_lt_0_compat; auto.
    assert (TS : 0 < tau * sigma^2) by (apply Rmult_lt_0_compat; auto).
    assert (L' : m^2 <= tau * sigma^2).
    { apply (Rmult_le_compat_r (sigma^2)) in L; [|lra]. unfold Rdiv in L. rewrite Rmult_assoc, Rinv_l in L by lra. lra. }
    set (k := m / (tau * sigma^2)). assert (K : 0 < k) by (apply Rdiv_lt_0_compat; auto).
    replace (m * x / (tau * sigma^2)) with (k * x) by (unfold k; field; lra).
    assert (MK : m * k <= 1). { unfold k. apply Rmult_le_reg_r with (tau * sigma^2); auto.
      replace (m * (m / (tau * sigma ^ 2)) * (tau * sigma ^ 2)) with (m^2) by (field; lra). lra. }
    (* tanh (k x) < k x *)
    assert (KX : 0 < k * x) by (apply Rmult_lt_0_compat; lra).
    generalize (tanh_slope (k * x) KX) (tanh_pos (k * x) KX) (tanh_ratio (k * x / 2) (k * x) ltac:(lra) ltac:(lra)) (tanh_le (k * x / 2) ltac:(lra)).
    intros _ P R T. assert (tanh (k * x) < k * x \/ tanh (k * x / 2) = k * x / 2) as [Q|Q] by nra; [nra|].
    exfalso. generalize (tanh_ratio (k * x / 4) (k * x / 2) ltac:(lra) ltac:(lra)) (tanh_le (k * x / 4) ltac:(lra)). nra.
Qed.

Theorem T7_two_wells tau sigma m : 0 < tau -> 0 < sigma -> 0 < m -> tau < m^2 / sigma^2 -> exists s, 0 < s < m /\
  s = m * tanh (m * s / (tau * sigma^2)) /\
  (forall y z, 0 <= y -> y < z -> z <= s -> F 2 tau (gauss sigma m z) < F 2 tau (gauss sigma m y)) /\
  (forall y z, s <= y -> y < z -> F 2 tau (gauss sigma m y) < F 2 tau (gauss sigma m z)).
Proof.
  intros A B M L. assert (S : 0 < sigma^2) by (apply pow_lt; auto). assert (TS : 0 < tau * sigma^2) by (apply Rmult_lt_0_compat; auto).
  set (k := m / (tau * sigma^2)). assert (K : 0 < k) by (apply Rdiv_lt_0_compat; auto).
  assert (KE : forall x, m * x / (tau * sigma^2) = k * x) by (intros; unfold k; field; lra).
  assert (MK : 1 < m * k).
  { unfold k. apply Rmult_lt_reg_r with (tau * sigma^2); auto.
    replace (m * (m / (tau * sigma ^ 2)) * (tau * sigma ^ 2)) with (m^2 / sigma^2 * sigma^2) by (field; lra). nra. }
  set (g := fun x => x - m * tanh (k * x)).
  (* g is negative at some a in (0, m) and positive at m *)
  assert (exists a, 0 < a < m /\ g a < 0) as (a & Ha & Ga).
  { set (q := (m * k - 1) / (m * k^3)). assert (K3 : 0 < m * k^3) by (apply Rmult_lt_0_compat; [|apply pow_lt]; auto).
    assert (Q : 0 < q) by (apply Rdiv_lt_0_compat; lra). assert (QE : q * (m * k^3) = m * k - 1) by (unfold q; field; lra).
    set (a := Rmin (m / 2) (Rmin q 1)). assert (A0 : 0 < a) by (unfold a; repeat apply Rmin_glb_lt; lra).
    assert (A1 : a <= m / 2) by apply Rmin_l. assert (A2 : a <= q) by (eapply Rle_trans; [apply Rmin_r|apply Rmin_l]).
    assert (A3 : a <= 1) by (eapply Rle_trans; [apply Rmin_r|apply Rmin_r]).
    exists a. split; [lra|]. unfold g. generalize (tanh_ge_cubic (k * a) ltac:(nra)). intros T.
    apply Rle_lt_trans with (a - m * (k * a - (k * a)^3 / 3)); [nra|].
    replace (a - m * (k * a - (k * a)^3 / 3)) with (a * (1 - m * k + m * k^3 * a^2 / 3)) by field.
    assert (a^2 <= q) by nra. assert (m * k^3 * a^2 <= m * k - 1) by (rewrite <- QE; nra). nra. }
  assert (Gm : 0 < g m) by (unfold g; generalize (tanh_lt1 (k * m)); nra).
  assert (C : continuity g).
  { intros x. apply continuity_pt_filterlim, (ex_derive_continuous g). unfold g.
    apply @ex_derive_minus; [apply @ex_derive_id|]. apply (ex_derive_scal (fun x => tanh (k * x))).
    apply (ex_derive_comp tanh (fun x => k * x)); [eexists; apply is_derive_tanh|auto_derive; auto]. }
  destruct (IVT g a m C ltac:(lra) Ga Gm) as (s & Hs & Gs). exists s.
  assert (S0 : 0 < s) by lra. assert (SE : s = m * tanh (k * s)) by (unfold g in Gs; lra).
  assert (SM : s < m) by (rewrite SE; generalize (tanh_lt1 (k * s)); nra).
  rewrite KE. repeat split; auto.
  - intros y z Y YZ ZS. apply (decr (fun z => F 2 tau (gauss sigma m z)) (fun z => (z - m * tanh (m * z / (tau * sigma^2))) / sigma^2)); auto.
    + intros; apply T7_slope; auto.
    + intros x X. rewrite KE. generalize (tanh_ratio (k * x) (k * s) ltac:(nra) ltac:(nra)). intros R.
      assert (tanh (k * s) * x < tanh (k * x) * s) by nra.
      assert (x < m * tanh (k * x)). { apply Rmult_lt_reg_r with s; auto. rewrite SE at 1. nra. }
      replace ((x - m * tanh (k * x)) / sigma^2) with (- ((m * tanh (k * x) - x) / sigma^2)) by (field; lra).
      assert (0 < (m * tanh (k * x) - x) / sigma^2) by (apply Rdiv_lt_0_compat; lra). lra.
  - intros y z Y YZ. apply (incr (fun z => F 2 tau (gauss sigma m z)) (fun z => (z - m * tanh (m * z / (tau * sigma^2))) / sigma^2)); auto.
    + intros; apply T7_slope; auto.
    + intros x X. rewrite KE. generalize (tanh_ratio (k * s) (k * x) ltac:(nra) ltac:(nra)). intros R.
      assert (tanh (k * x) * s < tanh (k * s) * x) by nra.
      assert (m * tanh (k * x) < x). { apply Rmult_lt_reg_r with s; auto. rewrite SE at 2. nra. }
      apply Rdiv_lt_0_compat; lra.
Qed.

(* T8: at temperature tau the Gaussian energies are exactly those of noise variance tau sigma^2 at temperature 1 *)
Theorem T8_noise tau sigma mu z : 0 < tau -> 0 < sigma ->
  (z - mu)^2 / (2 * sigma^2) / tau = (z - mu)^2 / (2 * (sqrt tau * sigma)^2) / 1.
Proof.
  intros A B. assert (0 < sqrt tau) by (apply sqrt_lt_R0; auto).
  rewrite <- (sqrt_sqrt tau) at 1 by lra. field. lra.
Qed.

(* hence the Gaussian responsibilities at tau are those of noise variance tau sigma^2 at temperature 1, for any H *)
Theorem T8_responsibilities H tau sigma mu z h : 0 < tau -> 0 < sigma ->
  r H tau (fun i => (z - mu i)^2 / (2 * sigma^2)) h = r H 1 (fun i => (z - mu i)^2 / (2 * (sqrt tau * sigma)^2)) h.
Proof.
  intros A B. assert (0 < sqrt tau) by (apply sqrt_lt_R0; auto).
  apply T4_gaussian; try lra; [apply Rmult_lt_0_compat; auto|].
  rewrite <- (sqrt_sqrt tau) at 1 by lra. ring.
Qed.

(* the curvature of the free energy (T7_curvature) does see the scale when the gain m / sigma^2 is fixed *)
Theorem T8_curvature tau sigma sigma' m m' : 0 < tau -> 0 < sigma -> 0 < sigma' -> m / sigma^2 = m' / sigma'^2 ->
  Derive_n (fun z => F 2 tau (gauss sigma m z)) 2 0 = Derive_n (fun z => F 2 tau (gauss sigma' m' z)) 2 0 -> sigma = sigma'.
Proof.
  intros Ht S S' G. rewrite (is_derive_n_unique _ _ _ _ (T7_curvature tau sigma m Ht S)), (is_derive_n_unique _ _ _ _ (T7_curvature tau sigma' m' Ht S')).
  replace (m^2 / (tau * sigma^4)) with ((m / sigma^2)^2 / tau) by (field; lra).
  replace (m'^2 / (tau * sigma'^4)) with ((m' / sigma'^2)^2 / tau) by (field; lra).
  rewrite G. intros E. assert (I : / sigma^2 = / sigma'^2) by (unfold Rdiv in E; lra).
  assert (Q : sigma^2 = sigma'^2) by (rewrite <- (Rinv_inv (sigma^2)), I, Rinv_inv; auto). nra.
Qed.

(* the mean of a signed pair, in terms of its energy gap *)
Lemma pair_tanh tau d : 0 < tau -> mean 2 (r 2 tau d) sgn2 = tanh ((d 1%nat - d 0%nat) / (2 * tau)).
Proof.
  intros Ht. unfold mean, r, Z, w, tanh, sinh, cosh; simpl.
  set (g := (d 1%nat - d 0%nat) / (2 * tau)). set (c := exp (-(d 0%nat + d 1%nat) / (2*tau))).
  replace (exp (- d 0%nat / tau)) with (c * exp g) by (unfold c, g; rewrite <- exp_plus; f_equal; field; lra).
  replace (exp (- d 1%nat / tau)) with (c * exp (- g)) by (unfold c, g; rewrite <- exp_plus; f_equal; field; lra).
  assert (0 < c) by apply exp_pos. assert (0 < exp g) by apply exp_pos. assert (0 < exp (-g)) by apply exp_pos.
  field; repeat split; nra.
Qed.
