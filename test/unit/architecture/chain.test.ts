import assert from 'node:assert/strict';
import { chainThrough } from '../../../src/architecture/chain';
import type { Composition, CompositionNode, Operation } from '../../../src/architecture/composition';

const gain = { euclidean: 1, rows: 1 };
const input: Operation = { kind: 'input', name: 'x' };
const layer = (path: string): Operation => ({ kind: 'layer', path, tensor: 'weight', gain });
const activation = (name: string): Operation => ({ kind: 'activation', name, gain });
const dropout: Operation = { kind: 'dropout', name: 'Dropout', gain };
const skip: Operation = { kind: 'sum', identity: 0 };
const norm: Operation = { kind: 'normalisation', path: 'norm', over: 'rows', size: 4, epsilon: 1e-5 };

/** Steps that each take the one before, or the places that are named. */
function composed(...steps: readonly (Operation | readonly [Operation, ...number[]])[]): Composition {
  const nodes = steps.map((step, place): CompositionNode => {
    const [operation, ...inputs] = Array.isArray(step)
      ? (step as readonly [Operation, ...number[]])
      : [step as Operation, ...(place > 0 ? [place - 1] : [])];
    return { ...operation, inputs, shape: null, rows: 1, line: 0 };
  });
  return { nodes, outputs: [nodes.length - 1], inputFrom: 'not known' };
}

const keys = (...paths: readonly string[]) => new Set(paths.map(path => `${path}.weight`));

describe('chains of layers', () => {
  it('list their matrices in the order of the forward pass, not of the set', () => {
    const chain = chainThrough(composed(input, layer('b'), activation('F.relu'), dropout, layer('a')), keys('a', 'b'));
    assert.deepEqual(chain, { tensors: ['b', 'a'].map(path => ({ path, tensor: 'weight' })) });
  });

  it('may be a part of a network that is none', () => {
    const whole = composed(input, norm, layer('a'), activation('LeakyReLU'), layer('b'), [skip, 0, 4]);
    assert.ok('tensors' in chainThrough(whole, keys('a', 'b')));
  });

  const broken: readonly (readonly [what: string, composition: Composition, broken: RegExp])[] = [
    ['a curved activation', composed(input, layer('a'), activation('GELU'), layer('b')), /^GELU is not piecewise linear through 0$/],
    ['one with a kink elsewhere', composed(input, layer('a'), activation('ReLU6'), layer('b')), /^ReLU6 is not/],
    ['a skip connection inside', composed(input, layer('a'), [skip, 1, 0], layer('b')), /^sum lies between/],
    ['a normalisation inside', composed(input, layer('a'), norm, layer('b')), /^normalisation lies between/],
    ['another layer inside', composed(input, layer('a'), layer('c'), layer('b')), /^c\.weight lies between/],
    ['layers side by side', composed(input, layer('a'), [layer('b'), 0]), /not used one after the other/],
    ['a layer that is used twice', composed(input, layer('a'), layer('b'), layer('a')), /not each used once/],
    ['a matrix that is not used', composed(input, layer('a')), /not each used once/],
    ['no matrix that is used', composed(input, layer('c')), /^no matrix of it is used/],
  ]; // prettier-ignore
  for (const [what, composition, says] of broken)
    it(`are broken by ${what}`, () => {
      const found = chainThrough(composition, keys('a', 'b'));
      assert.match('broken' in found ? found.broken : 'a chain', says);
    });
});
