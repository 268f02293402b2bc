import type { StandIn } from '../python/modules';

/** Stands in for the parts of torchvision that a copied model file imports. */
export const torchvisionSource =
  (_text: () => string): StandIn =>
  () =>
    undefined;
