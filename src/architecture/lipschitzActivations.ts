/** What bounds an activation that works on every entry by itself. */
export interface ActivationBounds {
  /** Largest slope, rounded up. */
  readonly lipschitz: number;
  /** |f(0)|; 0 when absent. */
  readonly offset?: number;
  /** sup |f|, where it is finite. */
  readonly entry?: number;
}

/** Activations of `torch.nn` without arguments that matter, by their bare name in lower case: `relu`, `silu`. */
const FIXED: Readonly<Record<string, ActivationBounds>> = {
  relu: { lipschitz: 1 },
  relu6: { lipschitz: 1, entry: 6 },
  gelu: { lipschitz: 1.12891 },
  silu: { lipschitz: 1.09984 },
  swish: { lipschitz: 1.09984 },
  mish: { lipschitz: 1.0885 },
  selu: { lipschitz: 1.7581 },
  sigmoid: { lipschitz: 0.25, offset: 0.5, entry: 1 },
  logsigmoid: { lipschitz: 1, offset: Math.LN2 },
  tanh: { lipschitz: 1, entry: 1 },
  tanhshrink: { lipschitz: 1 },
  softshrink: { lipschitz: 1 },
  softsign: { lipschitz: 1, entry: 1 },
  hardsigmoid: { lipschitz: 1 / 6, offset: 0.5, entry: 1 },
  hardswish: { lipschitz: 1.5 },
  abs: { lipschitz: 1 },
  sin: { lipschitz: 1, entry: 1 },
  cos: { lipschitz: 1, offset: 1, entry: 1 },
  erf: { lipschitz: 1.12838, entry: 1 },
  atan: { lipschitz: 1, entry: 1.5708 },
};

/**
 * Lipschitz constant, value at 0 and range of an entrywise activation, by its name in `torch`; undefined for one that has no constant or is not known.
 * `argument` reads its own number by name (`negative_slope`, `alpha`, `beta`, `approximate`), with its default where it is not given; undefined
 * where it is not known.
 */
export function activationBounds(
  name: string,
  argument: (name: string, otherwise: number) => number | undefined,
): ActivationBounds | undefined {
  const bare = name.toLowerCase().replace(/_$/, '').replaceAll('_', '');
  switch (bare) {
    case 'leakyrelu':
    case 'rrelu': {
      const slope = argument(bare === 'rrelu' ? 'upper' : 'negative_slope', bare === 'rrelu' ? 1 / 3 : 0.01);
      return slope === undefined ? undefined : { lipschitz: Math.max(1, Math.abs(slope)) };
    }
    case 'elu':
    case 'celu': {
      const alpha = argument('alpha', 1);
      // The slope of CELU left of 0 is exp(x/α) ≤ 1, that of ELU α·exp(x).
      return alpha === undefined ? undefined : { lipschitz: bare === 'celu' ? 1 : Math.max(1, Math.abs(alpha)) };
    }
    case 'hardtanh': {
      const [low, high] = [argument('min_val', -1), argument('max_val', 1)];
      if (low === undefined || high === undefined) return undefined;
      return { lipschitz: 1, offset: Math.max(low, -high, 0), entry: Math.max(Math.abs(low), Math.abs(high)) };
    }
    case 'softplus': {
      const beta = argument('beta', 1);
      return beta === undefined || beta <= 0 ? undefined : { lipschitz: 1, offset: Math.LN2 / beta };
    }
    case 'gelu':
      // The tanh form is a hair steeper than the exact one.
      return argument('approximate', 0) === 0 ? FIXED.gelu : { lipschitz: 1.129 };
    default:
      return Object.hasOwn(FIXED, bare) ? FIXED[bare] : undefined;
  }
}
