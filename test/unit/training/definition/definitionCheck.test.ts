import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearestProxy } from '../../../../src/architecture/nearestProxy';
import { instantiationIn } from '../../../../src/architecture/obstacles';
import type { TrainedPart } from '../../../../src/definitions/definitionReader';
import { Documents } from '../../../../src/definitions/documents';
import { checkTrialData } from '../../../../src/studies/checkData';
import { readStudy } from '../../../../src/studies/readStudy';
import type { Trial } from '../../../../src/studies/study';
import { expandTrials } from '../../../../src/studies/trials';
import { definitionCheck } from '../../../../src/training/definition/definitionCheck';
import { ImageLayout } from '../../../../src/training/imageLayout';
import { FIXTURES, programOf } from './programs';

const FILE = 'media/sample/fashion.study.json';
const modules = path.join(FIXTURES, 'modules.py');
const tokens = path.join(FIXTURES, 'tokens.py');
const sample = path.join(process.cwd(), 'media/sample/models/mae.py');

describe('what stands in the way of training a definition, before anything starts', () => {
  let trials: readonly Trial[];
  before(async () => {
    trials = expandTrials(await readStudy(FILE), FILE);
  });

  const trialOf = (definition: string, method = 'forward'): Trial => ({
    ...trials[0]!,
    encoder: { kind: 'definition', definition, method },
  });
  const checked = (definition: string, method = 'forward') => checkTrialData([trialOf(definition, method)], definitionCheck('dist'));

  it('lets pass what can be computed of images of that shape', () => checked(`${sample}#MaskedAutoencoder`, 'features'));

  it('refuses what cannot, with its lines and the nearest encoder', () =>
    assert.rejects(checked(`${modules}#Unfinished`), /Unfinished cannot be trained as it is: line \d+: logcumsumexp .* built-in encoder/));

  it('offers a checkpoint where nothing but the start of a tensor is not known', () =>
    assert.rejects(
      checked(`${tokens}#CopiedPositions`),
      /line \d+: pos_embed \(.*\): begin with a checkpoint that holds them \(`encoder\.checkpoint`\), change these lines/,
    ));

  it('refuses a definition for other images', () => assert.rejects(checked(`${modules}#Encoder`), /cannot be trained as it is: line \d+/));

  it('refuses a mask that leaves nothing of its tokens, also where another trial of it passes', async () => {
    const fitting = trialOf(`${sample}#MaskedAutoencoder`, 'features');
    assert.equal(fitting.objective.kind, 'masked autoencoder');
    const empty = { ...fitting, objective: { ...fitting.objective, maskRatio: 0.98 } as Trial['objective'] };
    await assert.rejects(
      checkTrialData([fitting, empty], definitionCheck('dist')),
      /objective\.maskRatio is 0\.98, which masks 16 of the 16 patches: choose a ratio/,
    );
  });

  it('is part of what is read of every definition', async () => {
    const of = async (name: string, file = modules) => instantiationIn((await programOf({ name, file })).architecture);
    const whole = await of('VisionTransformer');
    assert.deepEqual(whole.obstacles, []);
    assert.equal(whole.nearest, undefined, 'nothing else is offered where it can be trained');
    assert.deepEqual((await of('Convolutional')).obstacles, [], 'sides that nothing says are no obstacle');
    assert.ok(whole.scale.includes('depth') && whole.scale.includes('embed_dim'));
    const { obstacles, nearest } = await of('Unfinished');
    assert.deepEqual([...new Set(obstacles.map(({ name }) => name))].slice(0, 1), ['logcumsumexp']);
    assert.match(nearest!, /"kind": "deep net"/);
  });

  it('is judged by the method and the outlet that a study names', async () => {
    const documents = await Documents.load('dist');
    const of = async (trained: Readonly<Record<string, TrainedPart>>) => {
      const text = await readFile(tokens, 'utf8');
      const { definitions } = documents.read({ uri: pathToFileURL(tokens).href, text }, { trained });
      return instantiationIn(definitions.find(({ architecture }) => architecture.name === 'SelfMasking')!.architecture);
    };
    assert.ok((await of({})).obstacles.length > 0, 'its forward makes a loss of tokens that chance keeps');
    const { obstacles, method, knowsInput } = await of({ SelfMasking: { method: 'encode' } });
    assert.deepEqual([obstacles, method, knowsInput], [[], 'encode', false]);
    assert.match((await of({ SelfMasking: { method: 'decode' } })).obstacles[0]!.why, /it has no method `decode`/);
    assert.match(
      (await of({ SelfMasking: { outlet: { layer: 'head', side: 'input' } } })).obstacles[0]!.why,
      /its pass meets no layer `head`/,
    );
    assert.equal((await of({})).method, undefined, 'what was read for one study is not kept for another');
  });

  it('offers a vit for a masked autoencoder, of the size of its encoder', async () => {
    const { architecture } = await programOf({ name: 'SelfMasking', file: tokens, method: 'encode' });
    assert.equal(instantiationIn(architecture).nearest, '{ "kind": "vit", "patch": 4, "width": 12, "depth": 2, "heads": 3 }');
    const { architecture: sampled } = await programOf(
      { name: 'MaskedAutoencoder', file: sample, method: 'features' },
      new ImageLayout({ height: 28, width: 28, channels: 1 }),
    );
    assert.equal(nearestProxy(sampled), '{ "kind": "vit", "patch": 7, "width": 48, "depth": 2, "heads": 4 }');
    const unread =
      'import torch\nfrom torch import nn\nfrom elsewhere import Block\nclass Net(nn.Module):\n    def __init__(self, num_heads=6):\n        super().__init__()\n        self.blocks = nn.ModuleList([Block(96, num_heads) for _ in range(3)])\n        self.norm = nn.LayerNorm(96)\n        self.decoder = nn.ModuleList([Block(48, num_heads) for _ in range(8)])\n';
    const { definitions } = (await Documents.load('dist')).read({ uri: 'file:///net.py', text: unread });
    assert.equal(
      instantiationIn(definitions[0]!.architecture).nearest,
      '{ "kind": "vit", "patch": …, "width": 96, "depth": 3, "heads": 6 }',
    );
  });
});
