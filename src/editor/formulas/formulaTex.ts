import type { FormulaId } from '../../theory/formulaIds';

const CARDINALITY = String.raw`\ln N(\varepsilon)`;
const COVER = String.raw`\ln N(\varepsilon)=\textstyle\sum_l p_l\ln\!\left(1+\tfrac{2\,s_l\,m\,\Lambda_l}{\varepsilon}\right)`;
const COUNTED = String.raw`\begin{aligned}&2\left(B_\ell\sqrt{\tfrac{${CARDINALITY}+\ln(2/\delta)}{2N}}+\tfrac{2B_\ell}{N}\right)-\text{confidence}\\&${COVER}\end{aligned}`;
const CHAINED = String.raw`2\,B_\ell\,\bar R,\quad \bar R=\min\!\left(1,\ \tfrac{12\,C}{N}\left(1+\ln\tfrac{N}{3C}\right)\right)`;
const DEVIATION = String.raw`4\,B_\ell\sqrt{\frac{\ln(4/\delta)}{2N}}`;
const CONFIDENCE = String.raw`2\,B_\ell\sqrt{\frac{\ln(2/\delta)}{2N}}`;
const GAP = String.raw`\Delta_{\mathrm{pre}}=\hat L(\hat g,\hat h)-\min\hat L`;
const kl = (risk: string, nats: string) => String.raw`\mathrm{kl}^{-1}\!\left(${risk},\ \tfrac{${nats}}{n}\right)`;
const GIBBS = String.raw`\ln(2\sqrt n\,G/\delta)`;
const gibbs = (centre: string) =>
  String.raw`\begin{aligned}&${kl(String.raw`\hat G`, String.raw`\mathrm{KL}+${GIBBS}`)}-${kl(String.raw`\hat G`, GIBBS)}\\&\mathrm{KL}=\tfrac12\left\lVert ${centre}\right\rVert^2\end{aligned}`;
const GIBBS_RISK = String.raw`\hat G=\frac1n\sum_{i}\bar\Phi(\mu\gamma_i),\quad \gamma_i=\frac{y_i\langle u,h_i\rangle}{\lVert h_i\rVert}`;
const GIBBS_CONFIDENCE = String.raw`${kl(String.raw`\hat G`, GIBBS)}-\hat G`;
const CATONI = String.raw`\Phi(x)=\frac{1-e^{-C\hat G-x/n}}{1-e^{-C}}`;
const NOISE = String.raw`\ln(4\sqrt n\,G/\delta)`;

/** The formula of every term in TeX: rendered to pictures when BoundLens is built, shown in hovers beside the numbers put in. */
export const FORMULA_TEX: Readonly<Record<FormulaId, string>> = {
  'D1.transfer': String.raw`C_\beta\,E_U^{\,\beta}`,
  'D1.complexity': String.raw`2\,G_\varphi\,\mathfrak N,\quad \mathfrak N\le\frac{R\,\lVert H\rVert_F}{n}`,
  'D1.concentration': String.raw`4\,B_\varphi\sqrt{\frac{\ln(4/\nu)}{2n}}`,
  'D1.sharpened': String.raw`4\,B_\varphi\sqrt{\frac{\ln(1/\nu)}{2n}}`,
  'D1.domain': String.raw`2\,B_\varphi\,\mathrm{TV}(T_X,U_X)`,
  'D1.task': String.raw`\min_{f}\,E_T(f\circ h^{*})`,
  'D1.optimisation': String.raw`\Delta_{\mathrm{opt}}\le\hat R(\hat f\circ\hat h)`,
  'T1.transfer': String.raw`C_\beta\,E_U^{\,\beta}`,
  'T1.complexity': String.raw`4\,G_\varphi\,\mathfrak N,\quad \mathfrak N\le\frac{R\,\lVert H\rVert_F}{n}`,
  'T1.concentration': String.raw`4\,B_\varphi\sqrt{\frac{\ln(1/\nu)}{n}}`,
  'T1.domain': String.raw`4\,B_\varphi\,\mathrm{TV}(T_X,U_X)`,
  'T1.task': String.raw`\min_{f}\,E_T(f\circ h^{*})`,
  'T1.optimisation': String.raw`\Delta_{\mathrm{opt}}\le\hat R(\hat f\circ\hat h)`,
  'D3.complexity': CHAINED,
  'D3.concentration': DEVIATION,
  'D3.optimisation': GAP,
  'D4.complexity': COUNTED,
  'D4.confidence': CONFIDENCE,
  'D4.optimisation': GAP,
  'D5.empirical': String.raw`\hat L-L_{\mathrm{lb}}`,
  'D5.complexity': String.raw`\begin{aligned}&2\,G_\ell\,\varepsilon+\sqrt{\tfrac{2B_\ell\,t\,(\hat L+G_\ell\varepsilon)}{N}}+\tfrac{2B_\ell\,t}{N}-\text{confidence}\\&t=${CARDINALITY}+\ln(1/\delta)\end{aligned}`,
  'D5.confidence': String.raw`\sqrt{\frac{2B_\ell\ln(1/\delta)\,\hat L}{N}}+\frac{2B_\ell\ln(1/\delta)}{N}`,
  'D6.complexity': COUNTED,
  'D6.confidence': CONFIDENCE,
  'D6.optimisation': GAP,
  'D7.complexity': CHAINED,
  'D7.concentration': DEVIATION,
  'D7.optimisation': GAP,
  'holdout.empirical': String.raw`\hat L_{\mathrm{val}}-L_{\mathrm{lb}}`,
  'holdout.confidence': String.raw`B_\ell\,\mathrm{kl}^{-1}\!\left(\tfrac{\hat L_{\mathrm{val}}}{B_\ell},\ \tfrac{\ln(1/\delta)}{N_v}\right)-\hat L_{\mathrm{val}}`,
  'F1.empirical': GIBBS_RISK,
  'F1.divergence': gibbs(String.raw`\mu u`),
  'F1.confidence': GIBBS_CONFIDENCE,
  'F2.empirical': GIBBS_RISK,
  'F2.divergence': gibbs(String.raw`\mu u-m_0u_0`),
  'F2.confidence': GIBBS_CONFIDENCE,
  'catoni.empirical': GIBBS_RISK,
  'catoni.divergence': String.raw`\begin{aligned}&\Phi(\mathrm{KL}+\ln(JG/\delta))-\Phi(\ln(JG/\delta))\\&${CATONI}\end{aligned}`,
  'catoni.confidence': String.raw`\Phi(\ln(JG/\delta))-\hat G,\quad ${CATONI}`,
  'F4.robustness': String.raw`\left[\mathrm{Train}-\mathrm{Train}(\eta)\right]^{+}`,
  'F4.memorisation': String.raw`\left[\mathrm{Train}(\eta)-\mathrm{NTrain}(\eta)\right]^{+}`,
  'F4.rationality': String.raw`\left[\mathrm{NTrain}(\eta)-\mathrm{Test}\right]^{+}`,
  'F5.empirical': String.raw`k/m`,
  'F5.confidence': String.raw`\bar p-\tfrac km,\quad \mathrm P\!\left(\mathrm{Bin}(m,\bar p)\le k\right)=\delta`,
  'P1.empirical': String.raw`\hat G_M=\frac1M\sum_{j}\hat R(W+\sigma\xi_j)`,
  'P1.sampling': String.raw`\mathrm{kl}^{-1}\!\left(\hat G_M,\ \tfrac{\ln(2/\delta)}{M}\right)-\hat G_M`,
  'P1.divergence': String.raw`\begin{aligned}&${kl(String.raw`\hat G`, String.raw`\mathrm{KL}+${NOISE}`)}-${kl(String.raw`\hat G`, NOISE)}\\&\mathrm{KL}=\tfrac{\lVert W-W_0\rVert^2}{2\lambda^2}+p\left(\ln\tfrac{\lambda}{\sigma}+\tfrac{\sigma^2}{2\lambda^2}-\tfrac12\right)\end{aligned}`,
  'P1.confidence': String.raw`${kl(String.raw`\hat G`, NOISE)}-\hat G`,
  'P2.empirical': String.raw`\hat L_\gamma=\frac1n\left|\{i:\text{margin}_i\le\gamma\}\right|`,
  'P2.divergence': String.raw`\begin{aligned}&${kl(String.raw`\hat L_\gamma`, String.raw`2\left(\frac{\beta^2}{2\sigma^2}\sum_i\frac{\lVert W_i\rVert_F^2}{\lVert W_i\rVert^2}+\ln 2\right)+c`)}-${kl(String.raw`\hat L_\gamma`, 'c')}\\&\sigma=\gamma/\left(4e\,B_x\,\tilde\beta^{\,d-1}\textstyle\sum_i\tau_i\right)\end{aligned}`,
  'P2.confidence': String.raw`${kl(String.raw`\hat L_\gamma`, 'c')}-\hat L_\gamma,\quad c=\ln(2\sqrt n/\delta)+\ln\#\text{grid}`,
  'breakEven.pretraining': String.raw`\sqrt{C_\Phi/m}`,
  'breakEven.head': String.raw`\sqrt{C_\Psi/n}`,
};
