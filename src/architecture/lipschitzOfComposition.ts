import { tensorKey, type Composition, type CompositionNode } from './composition';
import type { WeightNorms } from './compositionWeights';
import { logProduct, logSum } from './logarithms';
import { batchFactor, grown, joined, plus, rangeOf, settled, stretched, UNBOUNDED, UNIT, ZERO, type Size } from './rangeOfComposition';

/** Sizes of every step's result for inputs up to a size. */
export function ranges({ nodes }: Composition, norms: WeightNorms, input: Size): readonly Size[] {
  const sizes: Size[] = [];
  for (const node of nodes) {
    sizes.push(
      rangeOf(
        node,
        node.inputs.map(place => sizes[place]!),
        norms,
        input,
      ),
    );
  }
  return sizes;
}

/**
 * How far a small difference can grow on its way: for each step a bound on the difference of its result, given the differences that arise at some steps
 * (`arising`, for which the difference of their inputs is not looked at when it is all that moves). Rules F1 to F5 of docs/theory.md.
 */
export function differences(
  { nodes }: Composition,
  norms: WeightNorms,
  sizes: readonly Size[],
  arising: ReadonlyMap<number, Size>,
): readonly Size[] {
  const moved: Size[] = [];
  const first = Math.min(...arising.keys());
  for (const [place, node] of nodes.entries()) {
    if (place < first && node.kind !== 'unknown') {
      moved.push(ZERO);
      continue;
    }
    const inputs = node.inputs.map(input => moved[input]!);
    const passed =
      inputs.length > 0 && inputs.every(isStill) && node.kind !== 'unknown' ? ZERO : differenceRule(node, inputs, sizes, norms);
    const own = arising.get(place);
    moved.push(settled(own ? plus(passed, own) : passed, node));
  }
  return moved;
}

const isStill = (size: Size): boolean => size.euclidean === -Infinity;

function differenceRule(node: CompositionNode, inputs: readonly Size[], sizes: readonly Size[], norms: WeightNorms): Size {
  const [first = ZERO] = inputs;
  const stretch = (euclidean: number, rows: number): Size => ({
    euclidean: stretched(first.euclidean, euclidean),
    rows: stretched(first.rows, rows),
    entry: Infinity,
  });
  switch (node.kind) {
    case 'input':
    case 'constant':
    case 'parameter':
    case 'lookup':
      return ZERO;
    case 'layer': {
      const norm = norms.spectral(node.path, node.tensor) ?? Infinity;
      return {
        euclidean: grown(first.euclidean, node.gain.euclidean, norm),
        rows: grown(first.rows, node.gain.rows, norm),
        entry: Infinity,
      };
    }
    case 'normalisation': {
      const gain = node.path === null ? 1 : (norms.largest(node.path, node.gain ?? 'weight') ?? Infinity);
      const factor = node.over === 'batch' ? batchFactor(node.path, node.epsilon, norms) : 1 / Math.sqrt(node.epsilon);
      // Over more than a row, rows mix: only the whole sample is bounded.
      return stretch(gain * factor, node.over === 'sample' ? Infinity : gain * factor);
    }
    case 'attention':
      return attentionDifference(
        node.scale,
        inputs,
        node.inputs.map(place => sizes[place]!),
      );
    case 'sum':
      return inputs.reduce(plus, ZERO);
    case 'concatenation':
      return joined(inputs, node.along === 'features');
    case 'product':
      return productDifference(
        inputs,
        node.inputs.map(place => sizes[place]!),
        node.of,
      );
    case 'unknown':
      return UNBOUNDED;
    default:
      return { euclidean: grown(first.euclidean, node.gain.euclidean), rows: grown(first.rows, node.gain.rows), entry: Infinity };
  }
}

/** ‖Δ(PV)‖ ≤ ‖ΔV‖ + ‖V‖·‖ΔP‖₁ with ‖ΔP‖₁ ≤ ‖Δ scores‖_∞ ≤ scale·(‖ΔQ‖‖K‖ + ‖Q‖‖ΔK‖), all by rows (F1, F3). */
function attentionDifference(scale: number, moved: readonly Size[], sizes: readonly Size[]): Size {
  const [queries, keys, values] = moved.map(size => size.rows) as [number, number, number];
  const [query, key, value] = sizes.map(size => size.rows) as [number, number, number];
  const scores = stretched(logSum(logProduct(queries, key), logProduct(query, keys)), Math.abs(scale));
  return { euclidean: Infinity, rows: logSum(values, logProduct(value, scores)), entry: Infinity };
}

/** Δ(ab) = Δa·b + a·Δb. */
function productDifference(moved: readonly Size[], sizes: readonly Size[], of: 'entries' | 'matrices'): Size {
  const [one, two] = moved as [Size, Size];
  const [left, right] = sizes as [Size, Size];
  const by = (size: Size) => (of === 'entries' ? size.entry : size.euclidean);
  const euclidean = logSum(logProduct(one.euclidean, by(right)), logProduct(two.euclidean, by(left)));
  const rows = of === 'entries' ? logSum(logProduct(one.rows, right.entry), logProduct(two.rows, left.entry)) : euclidean;
  return { euclidean, rows, entry: Infinity };
}

/**
 * Natural logarithm of the Lipschitz constant of the step at `output` in the model's input, both in the Euclidean norm of a sample; −∞ where nothing of the
 * input reaches it, ∞ where it has none that is known.
 */
export function logLipschitzConstant(composition: Composition, norms: WeightNorms, sizes: readonly Size[], output: number): number {
  const inputs = composition.nodes.flatMap((node, place) => (node.kind === 'input' ? [place] : []));
  return differences(composition, norms, sizes, new Map(inputs.slice(0, 1).map(place => [place, UNIT])))[output]!.euclidean;
}

/**
 * How much a learnable matrix counts: natural logarithm of a bound on how far the step at `output` moves when the matrix moves by spectral norm 1, Euclidean
 * norms of a sample. Every place where the matrix is used counts. −∞ when none of them reaches the output, ∞ where no bound is known.
 */
export function logAmplification(
  composition: Composition,
  norms: WeightNorms,
  sizes: readonly Size[],
  output: number,
  { path, tensor }: { readonly path: string; readonly tensor: string },
): number {
  const arising = new Map<number, Size>();
  const key = tensorKey(path, tensor);
  for (const [place, node] of composition.nodes.entries()) {
    if (node.kind !== 'layer' && node.kind !== 'lookup' && node.kind !== 'parameter') continue;
    if (tensorKey(node.path, node.kind === 'parameter' ? '' : node.tensor) !== key) continue;
    arising.set(place, ownDifference(node, sizes));
  }
  return differences(composition, norms, sizes, arising)[output]!.euclidean;
}

/** ‖ΔW x‖ ≤ ‖ΔW‖·‖x‖ with what the map adds; a row of a table, or a tensor itself, moves by at most ‖Δ‖. */
function ownDifference(node: CompositionNode, sizes: readonly Size[]): Size {
  if (node.kind === 'layer') {
    const input = sizes[node.inputs[0]!]!;
    return { euclidean: grown(input.euclidean, node.gain.euclidean), rows: grown(input.rows, node.gain.rows), entry: Infinity };
  }
  return node.kind === 'lookup' ? { ...UNIT, euclidean: Infinity } : UNIT;
}

/** The first step on the way to `output` whose result has no bound although all it is given has: why a constant is not known. Undefined when there is none. */
export function firstUnbounded({ nodes }: Composition, sizes: readonly Size[], output: number): CompositionNode | undefined {
  const needed = new Set([output]);
  for (let place = output; place >= 0; place--) if (needed.has(place)) for (const input of nodes[place]!.inputs) needed.add(input);
  const isOpen = (size: Size) => size.euclidean === Infinity && size.rows === Infinity;
  return nodes.find((node, place) => needed.has(place) && isOpen(sizes[place]!) && node.inputs.every(input => !isOpen(sizes[input]!)));
}
