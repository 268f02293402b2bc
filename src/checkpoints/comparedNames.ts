import type { TensorInfo } from './checkpoint';

/** The names by which parameters and tensors are compared, in the order in which they were given. */
export interface ComparedNames {
  readonly wanted: readonly string[];
  readonly stored: readonly string[];
}

/** A weight: the dotted path of its layer, and its name there or its place among the layer's weights. */
interface Weight {
  readonly owner: string;
  readonly weight: string | number;
}

/** Keras names its kernels `dense/kernel:0`: the same path with dots, without the output's number. */
export const dotted = (name: string): string => name.replace(/:\d+$/, '').replaceAll('/', '.');

/** The cell of a recurrent layer, whose weights are told as the layer's own. */
const CELL = /\.\w+_cell(_\d+)?$/;

const isKeras = ({ name, numbered }: TensorInfo): boolean => numbered !== undefined || name.includes('/');

const joined = (owner: string, weight: string): string => (owner === '' ? weight : `${owner}.${weight}`);

function named(name: string): { readonly owner: string; readonly weight: string } {
  const end = name.lastIndexOf('.');
  return { owner: name.slice(0, Math.max(0, end)), weight: name.slice(end + 1) };
}

const stored = ({ name, numbered }: TensorInfo): Weight =>
  numbered ? { owner: dotted(numbered.layer), weight: numbered.index } : named(dotted(name));

/**
 * The ways to compare a definition's parameters (dotted names, those of a layer in the order in which it makes them) with tensors, the most literal first.
 * Weights that a file numbers get the definition's names. Keras numbers layers without a name of their own over a session: `dense_4` is `dense` of a model
 * that is made first. So layers are compared by their turn, too, but where a file and a definition have as many `dense` each.
 */
export function comparedNames(wanted: readonly string[], tensors: readonly TensorInfo[]): readonly ComparedNames[] {
  const weights = tensors.map(stored);
  const literal = compared(wanted.map(named), weights, tensors);
  if (!tensors.some(isKeras)) return [literal];
  const [turns, storedTurns] = [turnsIn(wanted.map(name => named(name).owner)), turnsIn(weights.map(({ owner }) => owner))];
  const byTurn = (owner: string, own: Turns, other: Turns) =>
    owner
      .split('.')
      .map(part => {
        const [kind, turn] = [kindOf(part), own.get(kindOf(part))!.indexOf(part)];
        return other.get(kind)?.length === own.get(kind)!.length ? `${kind}#${turn}` : part;
      })
      .join('.');
  const renumbered = compared(
    wanted.map(named).map(({ owner, weight }) => ({ owner: byTurn(owner, turns, storedTurns), weight })),
    weights.map(({ owner, weight }) => ({ owner: byTurn(owner, storedTurns, turns), weight })),
    tensors,
  );
  return [literal, renumbered];
}

function compared(
  wanted: readonly { readonly owner: string; readonly weight: string }[],
  weights: readonly Weight[],
  tensors: readonly TensorInfo[],
): ComparedNames {
  const owners = new Map<string, string[]>();
  for (const { owner, weight } of wanted) owners.set(owner, [...(owners.get(owner) ?? []), weight]);
  /** The weights of the layer at this path, or below what a checkpoint puts before all paths. */
  const weightsAt = (path: string): readonly string[] | undefined => {
    const below = path.indexOf('.') + 1;
    return owners.get(path) ?? (below > 0 ? weightsAt(path.slice(below)) : undefined);
  };
  return {
    wanted: wanted.map(({ owner, weight }) => joined(owner, weight)),
    stored: weights.map(({ owner, weight }, place) => {
      const layer = isKeras(tensors[place]!) && !weightsAt(owner) ? owner.replace(CELL, '') : owner;
      if (typeof weight === 'string') return joined(layer, weight);
      const name = weightsAt(layer)?.[weight];
      return name === undefined ? dotted(tensors[place]!.name) : joined(layer, name);
    }),
  };
}

/** The names of each kind of layer, `dense`, `dense_3`, `dense_10`, in turn. */
type Turns = ReadonlyMap<string, readonly string[]>;

function turnsIn(owners: readonly string[]): Turns {
  const turns = new Map<string, string[]>();
  for (const part of new Set(owners.flatMap(owner => owner.split('.'))))
    turns.set(kindOf(part), [...(turns.get(kindOf(part)) ?? []), part]);
  for (const parts of turns.values()) parts.sort((a, b) => numberOf(a) - numberOf(b));
  return turns;
}

const kindOf = (part: string): string => part.replace(/_\d+$/, '');
const numberOf = (part: string): number => Number(/_(\d+)$/.exec(part)?.[1] ?? -1);
