import type { KerasRule } from '../../architecture/keras/kerasRule';
import { nnxRule } from '../../architecture/flax/flaxRules';

/** Whether a class that derives from this path is a module of Flax. */
export const isFlaxModule = (path: string): boolean => isLinenModule(path) || path === 'flax.nnx.Module';

/** Whether a class that derives from this path has fields, and parameters that depend on what it is called with. */
export const isLinenModule = (path: string): boolean => /^flax\.linen\.(Module|RNNCellBase)$/.test(path);

/** The rule of a layer of `flax.nnx` that a class derives from. */
export const inheritedRule = (path: string): KerasRule | undefined => {
  const name = /^flax\.nnx\.([A-Z]\w*)$/.exec(path)?.[1];
  return name === undefined ? undefined : nnxRule(name);
};

/** Whether a class that derives from this path is state of an nnx module and no parameter. */
export const isState = (path: string): boolean => /^flax\.nnx\.(Variable|BatchStat|Cache|Intermediate|Perturbation)$/.test(path);

const HARMLESS_MODULES = new Set(
  `numpy argparse os sys json logging time re pathlib itertools typing warnings string datetime math threading yaml tqdm matplotlib pandas
   dataclasses enum numbers optax absl ml_collections tensorflow tensorflow_datasets orbax clu functools chex`.split(/\s+/),
);

/** Whether a function returns no module and leaves the ones that it is given alone. */
export function isHarmlessFlax(path: string): boolean {
  if (
    /^flax\.(linen|nnx)\.[A-Z]/.test(path) ||
    /^flax\.(linen|nnx)\.(remat|checkpoint|scan|vmap|jit|transforms|switch|cond|while_loop)/.test(path)
  )
    return false;
  return /^(jax|flax)\./.test(path) || HARMLESS_MODULES.has(path.split('.')[0]!);
}
