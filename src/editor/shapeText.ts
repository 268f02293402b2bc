import type { Layer } from '../architecture/architecture';
import type { Side } from '../architecture/composition';

/** The shape of one sample, `16×768`; `?` for a side that is not known, the batch left out. Undefined where no side of it is known. */
export function sampleShapeText(shape: readonly Side[] | undefined): string | undefined {
  if (!shape) return undefined;
  const sides = shape[0] === 'B' ? shape.slice(1) : shape;
  if (sides.length === 0 || sides.every(side => side === null)) return undefined;
  return sides.map(side => (side === null ? '?' : String(side))).join('×');
}

/** What a layer makes of what, `16×48 → 16×144`; empty where neither is known. */
export function passageText({ inputShape, outputShape }: Pick<Layer, 'inputShape' | 'outputShape'>): string {
  const [from, to] = [sampleShapeText(inputShape), sampleShapeText(outputShape)];
  return from === undefined && to === undefined ? '' : `${from ?? '?'} → ${to ?? '?'}`;
}
