import assert from 'node:assert/strict';
import { allLayers } from '../../../src/architecture/counts';
import type { Architecture } from '../../../src/architecture/architecture';
import { documents, read, sourceText, summary } from './reading';

type Recorded = Record<string, Record<string, Record<string, readonly number[]>>>;

const FOLDER = 'test/fixtures/definitions/flax';
const recorded = JSON.parse(sourceText(`${FOLDER}/recorded.json`)) as Recorded;

/** Shapes by the paths of the tree of parameters. */
function treeOf(architecture: Architecture): Record<string, readonly number[]> {
  const tensors = [...allLayers(architecture.layers)].flatMap(layer =>
    (layer.parameters.known ? layer.parameters.value : []).map(
      ({ name, shape }) => [[layer.path, name].filter(part => part !== '').join('/'), shape] as const,
    ),
  );
  return Object.fromEntries(tensors);
}

describe('reading Flax', () => {
  for (const [file, modules] of Object.entries(recorded)) {
    for (const [name, tensors] of Object.entries(modules)) {
      it(`${file}.py: ${name} has the parameters that Flax gives it`, async () => {
        const architecture = (await read(sourceText(`${FOLDER}/${file}.py`))).find(each => each.name === name);
        assert.ok(architecture, `${name} is not found`);
        assert.equal(typeof summary(architecture), 'number', String(summary(architecture)));
        assert.deepEqual(treeOf(architecture), tensors);
      });
    }
  }
});

/** Parameters of the modules of flax_lifted.py, worked out from what Flax' own sources say of names and axes. */
const LIFTED: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  Rematerialised: {
    ...prefixed('CheckpointBlock_0', block(8)),
    ...prefixed('CheckpointBlock_1', block(8)),
    ...prefixed('last', block(8)),
    ...prefixed('JitDense_0', dense(8, 3)),
  },
  Scanned: {
    ...stacked(4, 0, prefixed('ScanStep_0', step())),
    ...prefixed('shared', step()),
    ...prefixed('Dense_0', dense(8, 1)),
    ...prefixed('each', dense(2, 1)),
  },
  Ensemble: {
    ...stacked(5, 0, prefixed('VmapDense_0', dense(3, 4))),
    ...stacked(5, 1, prefixed('VmapBlock_0', block(4))),
    ...prefixed('Dense_0', dense(4, 2)),
  },
  Recurrent: {
    ...Object.fromEntries(['ii', 'if', 'ig', 'io'].map(name => [`forward/cell/${name}/kernel`, [5, 6]])),
    ...together(['hi', 'hf', 'hg', 'ho'].map(name => prefixed(`forward/cell/${name}`, dense(6, 6)))),
    ...together(['ir', 'iz', 'in'].map(name => prefixed(`second/cell/${name}`, dense(6, 4)))),
    'second/cell/hr/kernel': [4, 4],
    'second/cell/hz/kernel': [4, 4],
    ...prefixed('second/cell/hn', dense(4, 4)),
    ...prefixed('cell/i', dense(4, 3)),
    'cell/h/kernel': [3, 3],
    ...prefixed('heads_a', dense(3, 2)),
    ...prefixed('heads_b', dense(3, 1)),
  },
  Decoder: {
    scale: [8, 5],
    bias: [5],
    'ConvTranspose_0/kernel': [3, 3, 6, 5],
    'ConvTranspose_0/bias': [5],
    'Embed_0/embedding': [9, 5],
  },
  Stack: {
    ...stacked(3, 0, { 'layers/w': [4, 8], 'layers/b': [8], ...prefixed('layers/linear', dense(8, 4)) }),
    ...prefixed('heads/0', dense(4, 1)),
    ...prefixed('heads/1', dense(4, 1)),
  },
};

type Tree = Readonly<Record<string, readonly number[]>>;

function dense(inputs: number, outputs: number): Tree {
  return { kernel: [inputs, outputs], bias: [outputs] };
}

/** x + Dense(LayerNorm(x)): n² + n weights and 2 n of the norm. */
function block(width: number): Tree {
  return { ...prefixed('Dense_0', dense(width, width)), 'LayerNorm_0/scale': [width], 'LayerNorm_0/bias': [width] };
}

function step(): Tree {
  return { ...prefixed('block', block(8)), 'Dense_0/kernel': [6, 8], ...prefixed('Dense_1', dense(8, 2)) };
}

function prefixed(path: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, shape]) => [`${path}/${name}`, shape]));
}

function together(trees: readonly Tree[]): Tree {
  return Object.fromEntries(trees.flatMap(tree => Object.entries(tree)));
}

/** With an axis of repetitions in every tensor. */
function stacked(count: number, axis: number, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, shape]) => [name, shape.toSpliced(axis, 0, count)]));
}

const LIFTED_FILE = `${FOLDER}/flax_lifted.py`;

describe('lifted transforms, cells and initialisers of Flax', () => {
  for (const [name, tree] of Object.entries(LIFTED))
    it(name, async () => {
      const found = (await read(sourceText(LIFTED_FILE))).find(each => each.name === name);
      assert.ok(found, `${name} is not found`);
      assert.equal(typeof summary(found), 'number', String(summary(found)));
      assert.deepEqual(treeOf(found), tree);
    });

  const calls: readonly (readonly [why: string, call: string, expected: number | string])[] = [
    ['a partial of a class: 3 · (8² + 8 + 16) + 8 · 3 + 3', 'Small() on (1, 5, 8)', 291],
    ['several inputs: 2 · (88 + 48 + 18) + 4 · 9 … as above with depth 2', 'Scanned(depth=2) on ((2, 8), (2, 2, 6))', 474],
    ['an nnx module: 2 · (3 · 6 + 6 + 6 · 3 + 3) + 2 · 4', 'Stack(width=3, depth=2, rngs=None)', 98],
    [
      'no input',
      'Small()',
      'the shape of its input is not known: a comment `# boundlens: Net() on (1, 28, 28, 1)` over the class says it (line 1)',
    ],
    ['no model', 'jnp.ones((2, 3))', '`jnp.ones((2, 3))` makes no model (line 1)'],
    [
      'an array that is drawn and is no parameter',
      'Loose(rngs=None)',
      '`w` is drawn at random and no `nnx.Param`: whether it is trained is not decided (line 112)',
    ],
  ];
  for (const [why, call, expected] of calls)
    it(`evaluates an expression: ${why}`, async () => {
      const all = await documents();
      const { definitions } = all.read({ uri: 'test:lifted.py', text: sourceText(LIFTED_FILE) }, { call });
      assert.deepEqual(
        definitions.map(({ architecture }) => summary(architecture)),
        [expected],
      );
      all.forget('test:lifted.py');
    });
});
