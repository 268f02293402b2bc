import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Entrywise, Recurrence } from '../../architecture/computation';
import type { ComputedActivation } from '../../architecture/computedFunctions';
import { ACTIVATIONS } from './activations';

/** The hidden state [batch, width] and, of an LSTM, the state of its cell. */
interface Memory {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/** The weights of one direction, [rows of all gates, width] each, and the functions of its content and gates. */
interface Weights {
  readonly hiddenWeight: Tensor;
  readonly hiddenBias: Tensor | undefined;
  readonly projection: Tensor | undefined;
  /** Of the content alone, where the hidden state is reset before it. */
  readonly contentWeight: Tensor | undefined;
  readonly content: (x: Tensor) => Tensor;
  readonly gate: (x: Tensor) => Tensor;
  readonly updateFirst: boolean;
}

/** x · Wᵀ + b. */
function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const mapped = tf.matMul(x, weight, false, true);
  return bias ? tf.add(mapped, bias) : mapped;
}

/** The memory after one time, of what the input says to every gate and the memory before. */
type Cell = (said: Tensor, memory: Memory, weights: Weights) => Memory;

const plain: Cell = (said, { hidden, cell }, { hiddenWeight, hiddenBias, content }) => ({
  hidden: content(tf.add(said, affine(hidden, hiddenWeight, hiddenBias))),
  cell,
});

const CELLS: Readonly<Record<Recurrence['cell'], Cell>> = {
  /** Hochreiter & Schmidhuber 1997 with forget gates (Gers et al. 2000); the hidden state is projected where there is a projection (Sak et al. 2014). */
  lstm(said, { hidden, cell }, { hiddenWeight, hiddenBias, projection, content, gate }) {
    const [input, forget, fresh, output] = tf.split(tf.add(said, affine(hidden, hiddenWeight, hiddenBias)), 4, 1) as Four;
    const kept = tf.add(tf.mul(gate(forget), cell), tf.mul(gate(input), content(fresh)));
    const shown = tf.mul(gate(output), content(kept));
    return { hidden: projection ? affine(shown, projection, undefined) : shown, cell: kept };
  },
  /** Cho et al. 2014, the reset gate before the hidden state's own map, or behind it as cuDNN has it. */
  gru(said, { hidden, cell }, { hiddenWeight, hiddenBias, contentWeight, content, gate, updateFirst }) {
    const [first, second, third] = tf.split(said, 3, 1) as Three;
    const [ownFirst, ownSecond, ownThird] = tf.split(affine(hidden, hiddenWeight, hiddenBias), contentWeight ? 2 : 3, 1) as Three;
    const gates = [gate(tf.add(first, ownFirst)), gate(tf.add(second, ownSecond))] as const;
    const [update, reset] = updateFirst ? gates : ([gates[1], gates[0]] as const);
    const own = contentWeight ? affine(tf.mul(reset, hidden), contentWeight, undefined) : tf.mul(reset, ownThird);
    const fresh = content(tf.add(third, own));
    return { hidden: tf.add(fresh, tf.mul(update, tf.sub(hidden, fresh))), cell };
  },
  tanh: plain,
  relu: plain,
};

type Three = [Tensor, Tensor, Tensor];
type Four = [Tensor, Tensor, Tensor, Tensor];

/** A function of every entry, the identity for null. */
function entrywise(given: Entrywise | null | undefined, otherwise: Entrywise): (x: Tensor) => Tensor {
  const { name, numbers } = given ?? otherwise;
  return x => (given === null ? x : ACTIVATIONS[name as ComputedActivation](x, numbers));
}

/**
 * A recurrent layer in one direction, one time after the other.
 * @param taken inputs [batch, times, inputs] and, where they are given, the states that it begins with [batch, width]
 * @param state the value of a tensor of the state
 */
export function recur(taken: readonly Tensor[], recurrence: Recurrence, state: (name: string) => Tensor): Tensor {
  const { cell, reverse, makes, weight, bias, hiddenWeight, hiddenBias, projection } = recurrence;
  const { content: shape, gate, updateFirst = false, resetBefore = false } = recurrence;
  const optional = (name: string | null, row = 0): Tensor | undefined => {
    const tensor = name === null ? undefined : state(name);
    const isShared = tensor !== undefined && name !== projection && tensor.rank === 2;
    return isShared ? tf.reshape(tf.slice(tensor, [row, 0], [1, -1]), [-1]) : tensor;
  };
  const whole = state(hiddenWeight);
  const [gates, contentWeight] = resetBefore ? tf.split(whole, [(2 * whole.shape[0]) / 3, whole.shape[0] / 3], 0) : [whole];
  const weights: Weights = {
    hiddenWeight: gates!,
    hiddenBias: optional(hiddenBias, 1),
    projection: optional(projection),
    contentWeight,
    content: entrywise(shape, { name: cell === 'relu' ? 'relu' : 'tanh', numbers: {} }),
    gate: entrywise(gate, { name: 'sigmoid', numbers: {} }),
    updateFirst,
  };
  const [x, hidden, content] = taken as [Tensor, Tensor?, Tensor?];
  const [batch, times, inputs] = x.shape as [number, number, number];
  const rows = tf.reshape(tf.transpose(x, [1, 0, 2]), [times * batch, inputs]);
  const mapped = affine(rows, state(weight), optional(bias));
  const said = times === 1 ? [mapped] : tf.unstack(tf.reshape(mapped, [times, batch, -1]));
  const width = (cell === 'lstm' ? whole.shape[0] / 4 : whole.shape[1])!;
  let memory: Memory = {
    hidden: hidden ?? tf.zeros([batch, whole.shape[1]!]),
    cell: content ?? tf.zeros([batch, width]),
  };
  const met: Tensor[] = [];
  for (const each of reverse ? said.toReversed() : said) {
    memory = CELLS[cell](each, memory, weights);
    met.push(memory.hidden);
  }
  if (makes !== 'states') return makes === 'last' ? memory.hidden : memory.cell;
  return tf.stack(reverse ? met.toReversed() : met, 1);
}
