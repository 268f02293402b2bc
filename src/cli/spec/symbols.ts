const GREEK: Readonly<Record<string, string>> = {
  α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'epsilon', η: 'eta', θ: 'theta', κ: 'kappa', λ: 'lambda', μ: 'mu', ν: 'nu', ρ: 'rho',
  σ: 'sigma', τ: 'tau', φ: 'phi', ϕ: 'phi', Δ: 'Delta', Λ: 'Lambda', Φ: 'Phi', Ψ: 'Psi', '𝔑': 'rademacher', 'ℜ': 'rademacher', '𝕽': 'rademacher',
}; // prettier-ignore

const MARKS: Readonly<Record<string, string>> = { '\u0302': 'hat', '\u0304': 'bar', '\u0303': 'tilde' };

/**
 * One spelling for the many ways a symbol of docs/theory.md is typed: `G_φ`, `G_phi`, `G_{\phi}` and `Gφ` all become `Gphi`, `L̂` becomes `Lhat`, `‖w*‖` becomes `wstar`.
 * Capital and small letters stay apart: N and n are different numbers.
 */
export function canonicalSymbol(symbol: string): string {
  const spelled = Array.from(symbol, character => GREEK[character] ?? character).join('');
  return Array.from(spelled.normalize('NFKD'), character => MARKS[character] ?? GREEK[character] ?? character)
    .join('')
    .replaceAll('*', 'star')
    .replace(/[^\p{Letter}\p{Number}]/gu, '')
    .replaceAll('ell', 'l')
    .replaceAll('varepsilon', 'epsilon');
}
