import assert from 'node:assert/strict';
import path from 'node:path';
import { AnalysisClient } from '../../../src/definitions/analysisClient';
import type { AnalysedDefinition } from '../../../src/definitions/analysisProtocol';
import { workerThread } from '../../../src/definitions/workerThread';
import { capacityShares } from '../../../src/editor/hintText';
import { definitionProblems, type DefinitionProblem } from '../../../src/editor/problems/definitionProblems';
import { layerNormFix } from '../../../src/editor/problems/layerNorm';
import { radRegFix } from '../../../src/editor/problems/radReg';
import { spectralNormFix } from '../../../src/editor/problems/spectralNorm';
import { changed } from '../../../src/editor/problems/textChange';
import { WIDE } from './wideNet';

const client = new AnalysisClient({
  start: workerThread(path.resolve('dist/analysis.js'), { assets: path.resolve('dist') }),
  log: () => undefined,
});

async function read(text: string, name = 'net.py'): Promise<readonly AnalysedDefinition[]> {
  const { definitions } = await client.analyse({ uri: `test:/${name}`, version: 1, text }, { unlabelled: 10_000 });
  return definitions;
}

async function problemsOf(text: string, isRegularised = false): Promise<readonly DefinitionProblem[]> {
  return (await read(text)).flatMap(definition => definitionProblems(definition, capacityShares(definition), isRegularised));
}

const ENCODER = `from torch import nn

encoder = nn.Sequential(
    nn.Linear(8, 16),
    nn.ReLU(),
    nn.Linear(16, 4),
)
`;

const DECODER = `from torch import nn


class Auto(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 4)
        self.decoder = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))

    def forward(self, x):
        return self.decoder(self.encoder(x))
`;

const LOOP = `import torch
from torch import nn

model = nn.Linear(8, 4)
optimizer = torch.optim.Adam(model.parameters())


def train(loader):
    for images, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
`;

const TAPE = `import tensorflow as tf


class Trainer(tf.keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            prediction = self.encoder(x, training=True)
            loss = self.compute_loss(y=y, y_pred=prediction)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
`;

const SCRIPT = `import * as tf from '@tensorflow/tfjs';

export async function train(encoder, optimizer, batches) {
  for (const xs of batches) {
    optimizer.minimize(() => {
      const outputs = encoder.apply(xs);
      return tf.losses.meanSquaredError(xs, outputs);
    });
  }
}
`;

const codes = (problems: readonly DefinitionProblem[]) => problems.map(({ code }) => code);

describe('problems of definitions', () => {
  after(() => client.dispose());

  for (const [why, text, isRegularised, expected] of [
    ['a layer that decides the bound', WIDE, false, ['dominant-layer']],
    ['two layers share what there is', ENCODER, false, []],
    ['a decoder that is not linear', DECODER, false, ['nonlinear-decoder']],
    ['a linear decoder', DECODER.replace('nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))', 'nn.Linear(4, 8)'), false, []],
    ['features without a scale under RadReg', ENCODER, true, ['free-feature-scale']],
    ['a final LayerNorm fixes it', ENCODER.replace('nn.Linear(16, 4),', 'nn.Linear(16, 4), nn.LayerNorm(4)'), true, []],
    ['an argument that is not known', WIDE.replace('width=16', 'width'), false, ['unknown-argument']],
    ['no definition, no problem', 'import torch\n', true, []],
  ] as const)
    it(why, async () => assert.deepEqual(codes(await problemsOf(text, isRegularised)), expected));

  it('names the layer, its share and its line', async () => {
    const [problem] = await problemsOf(WIDE);
    assert.match(problem!.message, /^(wide|head) holds \d+ % of the log capacity of Net/);
    assert.match(WIDE.split('\n')[problem!.range.startLine]!, /nn\.Linear/);
  });
});

describe('quick fixes, applied and read again', () => {
  it('caps the spectral norm of the layer that decides, as PyTorch writes it', async () => {
    const [problem] = await problemsOf(WIDE);
    const changes = spectralNormFix(problem!.layer!, 'pytorch', WIDE.split('\n'));
    const fixed = changed(WIDE, changes!);
    assert.match(fixed, /self\.(wide|head) = nn\.utils\.parametrizations\.spectral_norm\(nn\.Linear\(.*\)\)\n/);
    const [before, after] = [(await read(WIDE))[0]!, (await read(fixed))[0]!];
    assert.deepEqual(after.architecture.parameterCount, before.architecture.parameterCount);
  });

  for (const [why, head, expected] of [
    ['torch alone is imported', 'import torch\n', /= torch\.nn\.utils\.parametrizations\.spectral_norm\(/],
    [
      'only layers are imported',
      'from torch.nn import Linear, Module\n',
      /^from torch\.nn import .*\nfrom torch\.nn\.utils\.parametrizations import spectral_norm\n[^]*= spectral_norm\(Linear\(/,
    ],
  ] as const)
    it(`finds spectral_norm where ${why}`, async () => {
      const nn = head.includes('Linear') ? '' : 'torch.nn.';
      const text = head + WIDE.slice(WIDE.indexOf('\n') + 1).replaceAll('nn.', nn);
      const [problem] = await problemsOf(text);
      assert.match(changed(text, spectralNormFix(problem!.layer!, 'pytorch', text.split('\n'))!), expected);
    });

  it('offers none for a layer whose call does not stand there as written', async () => {
    const [problem] = await problemsOf(WIDE);
    assert.equal(spectralNormFix(problem!.layer!, 'pytorch', ['something', 'else']), undefined);
    assert.equal(spectralNormFix(problem!.layer!, 'flax', WIDE.split('\n')), undefined);
  });

  it('ends an encoder in a LayerNorm of its width, once', async () => {
    const [problem] = await problemsOf(ENCODER, true);
    const fixed = changed(ENCODER, layerNormFix(problem!.layer!, ENCODER.split('\n'))!);
    assert.match(fixed, /nn\.Linear\(16, 4\),\n {4}nn\.LayerNorm\(4\),\n\)/);
    assert.deepEqual(codes(await problemsOf(fixed, true)), []);
    const within = WIDE.replace('nn.Linear(4096, 2)', 'nn.Linear(4096, 2)');
    const [last] = (await problemsOf(within, true)).filter(({ code }) => code === 'free-feature-scale');
    assert.equal(layerNormFix(last!.layer!, within.split('\n')), undefined, 'not outside of a Sequential');
  });

  for (const [why, text, language, line, expected] of [
    ['a PyTorch loop', LOOP, 'python', 9, /\n {8}loss = loss \+ 0\.003 \* radreg\(model\(images\)\)\n {8}loss\.backward\(\)/],
    [
      'the features of a model that has a method for them',
      LOOP.replace('model = nn.Linear(8, 4)', 'class Net(nn.Module):\n    def features(self, x):\n        return x\n\n\nmodel = Net()'),
      'python',
      14,
      /radreg\(model\.features\(images\)\)/,
    ],
    [
      'a gradient tape',
      TAPE,
      'python',
      8,
      /y_pred=prediction\)\n {12}loss \+= 0\.003 \* radreg\(self\.encoder\(x, training=True\)\)\n {8}gradients/,
    ],
    [
      'TensorFlow.js',
      SCRIPT,
      'javascript',
      5,
      /return tf\.add\(tf\.losses\.meanSquaredError\(xs, outputs\), tf\.mul\(0\.003, radReg\(encoder\.apply\(xs\)\)\)\);/,
    ],
  ] as const)
    it(`adds RadReg to ${why}, its function over the loop, once`, () => {
      const fixed = changed(text, radRegFix(text, language, line)!);
      assert.match(fixed, expected);
      assert.equal(fixed.match(/(def radreg|function radReg)\(/g)?.length, 1);
      assert.ok(fixed.search(/(def radreg|function radReg)\(/) < fixed.search(/radreg\((model|self)|radReg\(encoder/));
      assert.equal(radRegFix(fixed, language, line + 12), undefined, 'not twice');
    });

  for (const [why, text, language, line] of [
    ['a file without a loop', WIDE, 'python', 3],
    ['a line far from the loop', LOOP + '\n'.repeat(80), 'python', 90],
    ['a model that cannot be told', LOOP.replace('model.parameters()', 'parameters'), 'python', 9],
    ['a script without minimize', 'const a = 1;\n', 'javascript', 0],
  ] as const)
    it(`offers none in ${why}`, () => assert.equal(radRegFix(text, language, line), undefined));
});
