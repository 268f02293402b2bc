import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Recurrence } from '../../architecture/computation';

/** The hidden state [batch, width] and, of an LSTM, the state of its cell. */
interface Memory {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/** The weights of one direction, [rows of all gates, width] each. */
interface Weights {
  readonly hiddenWeight: Tensor;
  readonly hiddenBias: Tensor | undefined;
  readonly projection: Tensor | undefined;
}

/** x · Wᵀ + b. */
function affine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  const mapped = tf.matMul(x, weight, false, true);
  return bias ? tf.add(mapped, bias) : mapped;
}

/** The memory after one time, of what the input says to every gate and the memory before. */
type Cell = (said: Tensor, memory: Memory, weights: Weights) => Memory;

const CELLS: Readonly<Record<Recurrence['cell'], Cell>> = {
  /** Hochreiter & Schmidhuber 1997 with forget gates (Gers et al. 2000); the hidden state is projected where there is a projection (Sak et al. 2014). */
  lstm(said, { hidden, cell }, { hiddenWeight, hiddenBias, projection }) {
    const [input, forget, content, output] = tf.split(tf.add(said, affine(hidden, hiddenWeight, hiddenBias)), 4, 1) as Four;
    const kept = tf.add(tf.mul(tf.sigmoid(forget), cell), tf.mul(tf.sigmoid(input), tf.tanh(content)));
    const shown = tf.mul(tf.sigmoid(output), tf.tanh(kept));
    return { hidden: projection ? affine(shown, projection, undefined) : shown, cell: kept };
  },
  /** Cho et al. 2014, the reset gate behind the hidden state's own map as cuDNN has it. */
  gru(said, { hidden, cell }, { hiddenWeight, hiddenBias }) {
    const [reset, update, content] = tf.split(said, 3, 1) as Three;
    const [ownReset, ownUpdate, ownContent] = tf.split(affine(hidden, hiddenWeight, hiddenBias), 3, 1) as Three;
    const gate = tf.sigmoid(tf.add(update, ownUpdate));
    const fresh = tf.tanh(tf.add(content, tf.mul(tf.sigmoid(tf.add(reset, ownReset)), ownContent)));
    return { hidden: tf.add(fresh, tf.mul(gate, tf.sub(hidden, fresh))), cell };
  },
  tanh: (said, { hidden, cell }, { hiddenWeight, hiddenBias }) => ({
    hidden: tf.tanh(tf.add(said, affine(hidden, hiddenWeight, hiddenBias))),
    cell,
  }),
  relu: (said, { hidden, cell }, { hiddenWeight, hiddenBias }) => ({
    hidden: tf.relu(tf.add(said, affine(hidden, hiddenWeight, hiddenBias))),
    cell,
  }),
};

type Three = [Tensor, Tensor, Tensor];
type Four = [Tensor, Tensor, Tensor, Tensor];

/**
 * A recurrent layer in one direction, one time after the other.
 * @param taken inputs [batch, times, inputs] and, where they are given, the states that it begins with [batch, width]
 * @param state the value of a tensor of the state
 */
export function recur(taken: readonly Tensor[], recurrence: Recurrence, state: (name: string) => Tensor): Tensor {
  const { cell, reverse, makes, weight, bias, hiddenWeight, hiddenBias, projection } = recurrence;
  const optional = (name: string | null): Tensor | undefined => (name === null ? undefined : state(name));
  const weights: Weights = {
    hiddenWeight: state(hiddenWeight),
    hiddenBias: optional(hiddenBias),
    projection: optional(projection),
  };
  const [x, hidden, content] = taken as [Tensor, Tensor?, Tensor?];
  const [batch, times, inputs] = x.shape as [number, number, number];
  const rows = tf.reshape(tf.transpose(x, [1, 0, 2]), [times * batch, inputs]);
  const mapped = affine(rows, state(weight), optional(bias));
  const said = times === 1 ? [mapped] : tf.unstack(tf.reshape(mapped, [times, batch, -1]));
  const width = (cell === 'lstm' ? weights.hiddenWeight.shape[0] / 4 : weights.hiddenWeight.shape[1])!;
  let memory: Memory = {
    hidden: hidden ?? tf.zeros([batch, weights.hiddenWeight.shape[1]!]),
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
