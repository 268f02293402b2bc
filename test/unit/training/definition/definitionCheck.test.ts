import assert from 'node:assert/strict';
import path from 'node:path';
import { instantiationIn } from '../../../../src/architecture/obstacles';
import { checkTrialData } from '../../../../src/studies/checkData';
import { readStudy } from '../../../../src/studies/readStudy';
import type { Trial } from '../../../../src/studies/study';
import { expandTrials } from '../../../../src/studies/trials';
import { definitionCheck } from '../../../../src/training/definition/definitionCheck';
import { FIXTURES, programOf } from './programs';

const FILE = 'media/sample/fashion.study.json';
const modules = path.join(FIXTURES, 'modules.py');
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
    assert.rejects(checked(`${modules}#Unfinished`), /Unfinished cannot be trained as it is: line \d+: cumsum .* built-in encoder/));

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
    assert.deepEqual([...new Set(obstacles.map(({ name }) => name))].slice(0, 1), ['cumsum']);
    assert.match(nearest!, /"kind": "deep net"/);
  });
});
