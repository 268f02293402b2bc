import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { HoldOut } from '../../../src/training/holdOut';
import { ContextEncoder } from '../../../src/training/objectives/contextEncoder';
import { Pace } from '../../../src/training/pace';
import { nativeEngine } from './engines';
import { CASES, prepared } from './pretrainingCases';

const named = (name: string) => CASES.find(one => one.name.startsWith(name))!;

describe('objectives', () => {
  for (const one of CASES) {
    const moving = one.objective.kind === 'mask reconstruction';
    it(`${moving ? 'say why no certificate stands on their held-out loss' : 'have held-out losses in [0, 1] for a certificate'}: ${one.name}`, async () => {
      const { model, data } = await prepared(one);
      // Predictions far outside the pixels' range must not leave it.
      for (const name of model.parameters.names) if (/^decoder(_pred)?\.bias$/.test(name)) model.parameters.values(name).fill(7);
      const holdOut = await HoldOut.create(await nativeEngine(), model, data.downstream, new Random(3), new Pace());
      const losses = await holdOut.losses();
      assert.equal(losses.length, data.downstream.count);
      assert.ok(losses.every(loss => loss >= 0));
      if (moving) assert.match(model.objective.withoutCertificate!, /teacher/);
      else {
        assert.equal(model.objective.withoutCertificate, undefined);
        assert.ok(losses.every(loss => loss <= 1));
      }
      assert.deepEqual(await holdOut.losses(), losses, 'the same masks and noise again');
      holdOut.dispose();
      model.parameters.dispose();
    });
  }

  for (const name of ['context encoder, linear', 'context encoder, deep', 'context encoder, vit'])
    it(`do not let the encoder see what is masked: ${name}`, async () => {
      const { model, data } = await prepared(named(name));
      const { parameters, objective } = model;
      assert.ok(objective instanceof ContextEncoder);
      const pass = await (
        await nativeEngine()
      ).forwardPass({ inputs: objective.inputs(4), parameters, outputs: inputs => ({ painted: objective.reconstruct(inputs) }) });
      const feeds = objective.feeds(await data.images.rows([0, 1, 2, 3]), new Random(1));
      const masked = feeds['masked'] as Float32Array;
      const spoilt = (where: number): Float32Array =>
        (feeds['images'] as Float32Array).map((value, i) => (masked[i] === where ? value + 0.5 : value));
      const { painted } = await pass.run(feeds);
      assert.deepEqual((await pass.run({ ...feeds, images: spoilt(1) })).painted, painted);
      assert.notDeepEqual((await pass.run({ ...feeds, images: spoilt(0) })).painted, painted);
      pass.dispose();
      parameters.dispose();
    });

  it('follow the student with a momentum teacher, from the same start', async () => {
    const { model } = await prepared(named('mask reconstruction, momentum teacher, vit'));
    const { parameters, objective, encoderNames } = model;
    objective.start!();
    for (const name of encoderNames) assert.deepEqual(parameters.values(`teacher.${name}`), parameters.values(name));
    const [name] = encoderNames;
    const before = parameters.values(name!).slice();
    parameters.values(name!).fill(1);
    objective.afterStep!(0.5);
    parameters.values(`teacher.${name!}`).forEach((value, i) => assert.ok(Math.abs(value - (0.9 * before[i]! + 0.1)) < 1e-6));
    parameters.dispose();
  });
});
