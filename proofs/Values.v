(* Values of the definitions at given numbers, which the tests compare with what the package computes; a lemma named value_ carries the
   claim whose definitions it evaluates. They rest on the interval tactic, hence on Coq's machine integers and floats, and no
   theorem uses them. The lemmas apply the theorems to data: a hypothesis that nothing satisfies would show here. *)
Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Resp Require Import Sums Defs Calculus Prior Temperature Identifiability Tanh Kernel Attention Degeneracy Robustness Annealing Rates Regimes Boundaries.
Open Scope R_scope.

Definition two (a b : R) (i : nat) : R := match i with O => a | _ => b end.
Definition three (a b c : R) (i : nat) : R := match i with O => a | 1%nat => b | _ => c end.
Definition rows2 (p q : nat -> R) (i : nat) : nat -> R := match i with O => p | _ => q end.
Definition rows3 (p q s : nat -> R) (i : nat) : nat -> R := match i with O => p | 1%nat => q | _ => s end.
Definition sech (s u : R) : R := ln (cosh (u / s)).
Definition labels3 (a b c : nat) (n : nat) : nat := match n with O => a | 1%nat => b | _ => c end.

Ltac value := cbv [bsum var mean ent KL F Fp r rp Z Zp w two three rows2 rows3 labels3 sech Temperature.gauss Attention.gauss pair laplace student logistic gap gap_unequal quad sgn2 act dot dist2 softmax wide locations softplus Degeneracy.sigmoid nrm2 variance avg field_map total new_mean new_mass count resp gd em halfD nll slope curv rbp rb];
  unfold tanh, sinh, cosh, Rabs; repeat destruct Rcase_abs; try lra; simpl INR; split; interval.

(* --- T: temperature --- *)
Lemma value_T1_softmin : 0.705384 <= Defs.r 3 1 (Values.three 0 1 3) 0 <= 0.705385.
Proof. value. Qed.
Lemma value_T1_prior : 0.184646 <= Prior.rp 3 (1 / 2) (Values.three 0.2 0.3 0.5) (Values.three 1 0.5 2) 0 <= 0.184647.
Proof. value. Qed.
Lemma value_T2_free_energy : -0.064555 <= Defs.F 3 (1 / 2) (Values.three 0 1 3) <= -0.064554.
Proof. value. Qed.
Lemma value_T2_prior : 1.236501 <= Prior.Fp 3 2 (Values.three 0.2 0.3 0.5) (Values.three 1 0.5 2) <= 1.236503.
Proof. value. Qed.
Lemma value_T2_functional : -0.709307 <= Defs.mean 3 (Values.three 0.2 0.3 0.5) (Values.three 1 0.5 2) - 2 * Defs.ent 3 (Values.three 0.2 0.3 0.5) <= -0.709305.
Proof. value. Qed.
Lemma value_T4_student : 0.381965 <= Defs.mean 2 (Defs.r 2 2 (Kernel.pair (Temperature.student 1 1) 1 1)) Temperature.sgn2 <= 0.381967.
Proof. value. Qed.
Lemma value_T5_slope : 0.117844 <= Defs.var 3 (Defs.r 3 2 (Values.three 0 1 3)) (Values.three 0 1 3) / 2 ^ 3 <= 0.117846.
Proof. value. Qed.
Lemma value_T5_divergence : 0.055974 <= Defs.KL 3 (Prior.rp 3 2 (Values.three 0.2 0.3 0.5) (Values.three 1 0.5 2)) (Values.three 0.2 0.3 0.5) <= 0.055976.
Proof. value. Qed.
Lemma value_T7_free_energy : 0.475706 <= Defs.F 2 (1 / 2) (Temperature.gauss 2 1 3) <= 0.475707.
Proof. value. Qed.

(* --- I: identifiability --- *)
Lemma value_I1_shift : 0.331498 <= Defs.r 3 2 (Values.three 7 8 10) 1 <= 0.331500.
Proof. value. Qed.
Lemma value_I2_scale : -2.416523 <= Defs.F 3 4 (Values.three 0 2 6) <= -2.416522.
Proof. value. Qed.
Lemma value_I3_log_ratio : -2.000001 <= - 2 * ln (Defs.r 3 2 (Values.three 0 1 3) 1 / Defs.r 3 2 (Values.three 0 1 3) 2) <= -1.999999.
Proof. value. Qed.
Lemma value_I5_gain : 0.731058 <= Defs.r 2 1 (Temperature.gauss 2 4 (1 / 2)) 0 <= 0.731059.
Proof. value. Qed.
Lemma value_I6_sech : 0.418284 <= Defs.mean 2 (Defs.r 2 1 (Kernel.pair (Values.sech 2) 1 3)) Temperature.sgn2 <= 0.418285.
Proof. value. Qed.

(* --- G: the tanh unit --- *)
Lemma value_G1_gap : 1.499999 <= Kernel.gap (Temperature.gauss 2 1 3) <= 1.500001.
Proof. value. Qed.
Lemma value_G2_tanh : 0.905148 <= Defs.mean 2 (Defs.r 2 (1 / 2) (Temperature.gauss 2 1 3)) Temperature.sgn2 <= 0.905149.
Proof. value. Qed.
Lemma value_G5_prior : 0.663648 <= Defs.mean 2 (Prior.rp 2 2 (Values.two 0.75 0.25) (Temperature.gauss 1 1 (1 / 2))) Temperature.sgn2 <= 0.663649.
Proof. value. Qed.
Lemma value_G6_gap : 5.343749 <= Tanh.gap_unequal 2 1 3 (1 / 2) <= 5.343751.
Proof. value. Qed.
Lemma value_G7_linear : 0.442230 <= tanh (Tanh.quad 2 (Values.rows2 (Values.two 2 1) (Values.two 1 2)) (Values.two 1 (1 / 2)) (Values.two 0.3 0.1) / 2) <= 0.442231.
Proof. value. Qed.

(* --- K: kernels and statistics --- *)
Lemma value_K2_full : 0.182425 <= Defs.r 2 2 (Temperature.gauss 1 1 (3 / 2)) 1 <= 0.182426.
Proof. value. Qed.
Lemma value_K2_entropy : 0.475051 <= Defs.ent 2 (Defs.r 2 2 (Temperature.gauss 1 1 (3 / 2))) <= 0.475052.
Proof. value. Qed.
Lemma value_K4_laplace : 0.321512 <= Defs.mean 2 (Defs.r 2 2 (Kernel.laplace (1 / 2) (1 / 3) 1)) Temperature.sgn2 <= 0.321513.
Proof. value. Qed.
Lemma value_K4_flat : 0.761593 <= Defs.mean 2 (Defs.r 2 2 (Kernel.laplace (1 / 2) 5 1)) Temperature.sgn2 <= 0.761595.
Proof. value. Qed.
Lemma value_K6_logistic : 0.757827 <= Defs.mean 2 (Defs.r 2 2 (Kernel.pair (Temperature.logistic (1 / 2)) 1 3)) Temperature.sgn2 <= 0.757829.
Proof. value. Qed.
Lemma value_K6_student : 0.811972 <= Defs.mean 2 (Defs.r 2 (1 / 2) (Kernel.pair (Temperature.student 3 2) 1 4)) Temperature.sgn2 <= 0.811973.
Proof. value. Qed.
Lemma value_K7_gap : 1.945909 <= ln ((1 + 3 / 4) / (1 - 3 / 4)) <= 1.945911.
Proof. value. Qed.
Lemma value_K9_slope : 0.394622 <= Defs.var 3 (Defs.r 3 2 (Attention.gauss 1 1 (Values.two 0.5 0) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 3 0)))) (Values.three 0 1 3) / (2 * 1 ^ 2) <= 0.394623.
Proof. value. Qed.
Lemma value_K9_unequal : 0.846878 <= Defs.mean 3 (Defs.r 3 1 (Attention.wide 2)) Attention.locations <= 0.846879.
Proof. value. Qed.

(* --- A: attention --- *)
Lemma value_A1_gaussian : 0.407556 <= Defs.r 3 2 (Attention.gauss 2 1 (Values.two 1 2) (Values.rows3 (Values.two 1 0) (Values.two 0 1) (Values.two 0.6 0.8))) 2 <= 0.407557.
Proof. value. Qed.
Lemma value_A1_softmax : 0.407556 <= Attention.softmax 3 (Values.three (1 / 2) 1 1.1) 2 <= 0.407557.
Proof. value. Qed.
Lemma value_A2_output : 1.708795 <= Defs.mean 3 (Attention.softmax 3 (Values.three (1 / 2) 1 1.1)) (Values.three 2 (- 1) 4) <= 1.708797.
Proof. value. Qed.
Lemma value_A4_tanh : 0.244918 <= Defs.mean 2 (Attention.softmax 2 (Values.two 0.7 0.2)) Temperature.sgn2 <= 0.244919.
Proof. value. Qed.

(* --- D: degeneracy --- *)
Lemma value_D1_concentration : 0.121121 <= 1 - Defs.r 3 (1 / 2) (Values.three 0 1 3) 0 <= 0.121122.
Proof. value. Qed.
Lemma value_D3_softplus : 0.540518 <= Degeneracy.softplus (1 / 2) (1 / 3) <= 0.540519.
Proof. value. Qed.
Lemma value_D4_gate : -0.278465 <= 1.2784645 * Degeneracy.sigmoid 1.2784645 - 1.2784645 <= -0.278464.
Proof. value. Qed.
Lemma value_D6_entry : -0.123917 <= - (Defs.r 3 2 (Values.three 0 1 3) 0 * (1 - Defs.r 3 2 (Values.three 0 1 3) 0)) / 2 <= -0.123916.
Proof. value. Qed.

(* --- R: robustness --- *)
Lemma value_R1_activation : 0.905148 <= Robustness.act 1 2 (1 / 2) 3 <= 0.905149.
Proof. value. Qed.
Lemma value_R1_slope : 0.090353 <= 1 / (1 / 2 * 2 ^ 2) * (1 - Robustness.act 1 2 (1 / 2) 3 ^ 2) <= 0.090354.
Proof. value. Qed.
Lemma value_R1_distance : 0.778958 <= sqrt (Degeneracy.nrm2 2 (Defs.r 2 1 (Values.two 0 1))) <= 0.778959.
Proof. value. Qed.
Lemma value_R2_divergence : 0.009238 <= Defs.KL 2 (Prior.rp 2 3 (Values.two 0.75 0.25) (Values.two 0 1)) (Values.two 0.75 0.25) <= 0.009239.
Proof. value. Qed.

(* --- N: annealing --- *)
Lemma value_N1_variance : 2.888888 <= Annealing.variance 3 (Values.three 0 1 4) <= 2.888890.
Proof. value. Qed.
Lemma value_N2_map : 1.261868 <= Annealing.field_map 3 (Values.three 0.2 0.3 0.5) (Values.three 1 2 (- 1)) (1 / 2) 0.9 <= 1.261870.
Proof. value. Qed.
Lemma value_N3_total : 1.237372 <= Annealing.total 3 2 1 (1 / 2) (Values.two 0.4 0.6) (Values.rows2 (Values.two 1 1) (Values.two 4 4)) (Values.rows2 (Values.two 0 0) (Values.two 2 0)) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 4 0)) <= 1.237373.
Proof. value. Qed.
Lemma value_N3_mean : 2.249657 <= Annealing.new_mean 3 2 1 (1 / 2) (Values.two 0.4 0.6) (Values.rows2 (Values.two 1 1) (Values.two 4 4)) (Values.rows2 (Values.two 0 0) (Values.two 2 0)) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 4 0)) 1 0 <= 2.249659.
Proof. value. Qed.
Lemma value_N3_mass : 0.705367 <= Annealing.new_mass 3 2 1 (1 / 2) (Values.two 0.4 0.6) (Values.rows2 (Values.two 1 1) (Values.two 4 4)) (Values.rows2 (Values.two 0 0) (Values.two 2 0)) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 4 0)) 1 <= 0.705368.
Proof. value. Qed.
Lemma value_N3_map : 2.338330 <= Rates.em 3 2 2 2 (Values.two 0.4 0.6) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 4 1)) (Values.rows2 (Values.two 0.5 0) (Values.two 2 0.5)) 1 0 <= 2.338331.
Proof. value. Qed.

(* --- F: the temperature learned --- *)
Lemma value_F1_beta : 0.043164 <= Regimes.rbp 2 (Values.two 0.75 0.25) 2 (Values.two 0 1) 1 <= 0.043166.
Proof. value. Qed.
Lemma value_F1_nll : 1.701638 <= Regimes.nll 3 2 (Values.two 0.75 0.25) (Values.rows3 (Values.two 0 1) (Values.two 0.5 0) (Values.two 1 0.25)) (Values.labels3 0 1 0) 2 <= 1.701639.
Proof. value. Qed.
Lemma value_F1_slope : 0.143784 <= Regimes.slope 3 2 (Values.two 0.75 0.25) (Values.rows3 (Values.two 0 1) (Values.two 0.5 0) (Values.two 1 0.25)) (Values.labels3 0 1 0) 2 <= 0.143785.
Proof. value. Qed.
Lemma value_F1_curvature : 0.238759 <= Regimes.curv 3 2 (Values.two 0.75 0.25) (Values.rows3 (Values.two 0 1) (Values.two 0.5 0) (Values.two 1 0.25)) 2 <= 0.238760.
Proof. value. Qed.
Lemma value_F3_loss : 0.672010 <= Prior.Fp 2 2 (Values.two 0.75 0.25) (Values.two 1 3) / 2 <= 0.672012.
Proof. value. Qed.

(* --- B: boundaries --- *)
Lemma value_B2_shrinkage : 2.352940 <= 2 ^ 2 / (2 ^ 2 + 1 / 2 * 3 ^ 2) * 5 <= 2.352942.
Proof. value. Qed.
Lemma value_B3_energy : 0.143840 <= Defs.KL 2 (Values.two 0.5 0.5) (Values.two 0.25 0.75) <= 0.143842.
Proof. value. Qed.
Lemma value_B4_variance : 0.180706 <= Defs.var 2 (Defs.r 2 (1 / 2) (Temperature.gauss 2 1 3)) Temperature.sgn2 <= 0.180707.
Proof. value. Qed.
Lemma value_B4_beta : 0.119202 <= Boundaries.rb 2 2 (Values.two 0 1) 1 <= 0.119204.
Proof. value. Qed.
Lemma value_B5_step : 0.977645 <= Defs.mean 3 (Defs.r 3 1 (Attention.gauss 1 2 (Values.two 0.5 0) (Values.rows3 (Values.two 0 0) (Values.two 1 0) (Values.two 3 0)))) (Values.three 0 1 3) <= 0.977647.
Proof. value. Qed.
