import type { Architecture } from '../architecture/architecture';
import { mainOutput, type Composition, type CompositionNode } from '../architecture/composition';
import type { WeightNorms } from '../architecture/compositionWeights';
import { initialNorms } from '../architecture/initialWeights';
import { differences, firstUnbounded, logAmplification, logLipschitzConstant, ranges } from '../architecture/lipschitzOfComposition';
import { UNIT, valuesOf } from '../architecture/rangeOfComposition';
import type { ArchitectureBoundInput } from '../theory/architectureBound';

/** What a composition adds to the bound of an architecture. */
export interface ComposedBound extends Pick<ArchitectureBoundInput, 'inputNorm' | 'logLipschitz' | 'assumptions'> {
  /** ln Λ_l of each matrix, in order, −∞ for one that moves nothing; absent where they are not all known. */
  readonly logAmplifications?: readonly number[];
}

/**
 * How much each matrix counts at the model's main output, at initialisation or with measured norms; without numbers, and with the reason, where that is not
 * known.
 */
export function composedBound(
  architecture: Architecture,
  matrices: readonly { readonly path: string; readonly tensor: string }[],
  measured?: WeightNorms,
): ComposedBound {
  const { composition } = architecture;
  if (!composition) return {};
  if (!composition.known)
    return { assumptions: [`how the layers compose is not known: ${composition.why} (line ${composition.line + 1})`] };
  const output = mainOutput(composition.value);
  if (output === undefined) return { assumptions: ['how the layers compose is not known: no layer reaches what `forward` returns'] };
  const norms = measured ?? initialNorms(architecture);
  const inputNorm = inputNormOf(composition.value);
  const sizes = ranges(composition.value, norms, { euclidean: Math.log(inputNorm), rows: Math.log(inputNorm), entry: 0 });
  const logAmplifications = matrices.map(matrix => logAmplification(composition.value, norms, sizes, output, matrix));
  if (!logAmplifications.every(log => log < Infinity)) return { assumptions: [reasonOf(composition.value, norms, sizes, output)] };
  const logLipschitz = logLipschitzConstant(composition.value, norms, sizes, output);
  return {
    logAmplifications,
    inputNorm,
    logLipschitz: Number.isFinite(logLipschitz) ? logLipschitz : undefined,
    assumptions: [
      ...(measured ? [] : ['biases at 0, normalisations with gain 1 and running variance 1']),
      Number.isFinite(valuesOf(inputOf(composition.value))) ? 'input values in [0, 1]' : 'input of norm at most 1: its size is not known',
    ],
  };
}

const inputOf = ({ nodes }: Composition): Pick<CompositionNode, 'shape'> => nodes.find(node => node.kind === 'input') ?? { shape: null };

/** Largest norm of an input with values in [0, 1]; 1 where its size is not known. */
function inputNormOf(composition: Composition): number {
  const values = valuesOf(inputOf(composition));
  return Number.isFinite(values) ? Math.sqrt(values) : 1;
}

/** The first step at which a bound is lost, in words. */
function reasonOf(composition: Composition, norms: Parameters<typeof ranges>[1], sizes: ReturnType<typeof ranges>, output: number): string {
  const everywhere = new Map(
    composition.nodes.flatMap((node, place) => (node.kind === 'input' || node.kind === 'layer' ? [[place, UNIT] as const] : [])),
  );
  const node =
    firstUnbounded(composition, differences(composition, norms, sizes, everywhere), output) ?? firstUnbounded(composition, sizes, output);
  const chain = 'no bound along the composition';
  if (!node) return `${chain}: the number of tokens or pixels is not known`;
  return `${chain}: ${stepOf(causeOf(composition, sizes, node))}`;
}

/** What leaves a step without a bound: where it needs the size of what it is given, the step that has none. */
function causeOf(composition: Composition, sizes: ReturnType<typeof ranges>, node: CompositionNode): CompositionNode {
  if (node.kind !== 'attention' && node.kind !== 'product') return node;
  const open = node.inputs.find(place => sizes[place]!.rows === Infinity);
  return (open === undefined ? undefined : firstUnbounded(composition, sizes, open)) ?? node;
}

function stepOf(node: CompositionNode): string {
  const what =
    node.kind === 'unknown'
      ? `\`${node.name}\`, ${node.why}`
      : 'name' in node
        ? `\`${node.name}\``
        : 'path' in node
          ? `${node.kind} \`${node.path ?? ''}\``
          : node.kind;
  return `${what} (line ${node.line + 1})`;
}
