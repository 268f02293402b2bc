import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { allLayers } from '../../../src/architecture/counts';
import { boundOf } from '../../../src/definitions/architectureBounds';
import { documents, sourceText, summary } from './reading';

const FOLDER = 'media/sample/models';

/** Parameters of every definition of the sample workspace, as PyTorch and Keras count them; TensorFlow.js by the same shapes. */
const DEFINITIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'mae.py': { Attention: 9_408, Mlp: 18_672, Block: 28_272, MaskedAutoencoder: 76_305 },
  'mlp.py': { perceptron: 203_530, Convolutional: 24_170 },
  'context_encoder.py': { build_encoder: 105_344, build_decoder: 51_105, ContextEncoder: 156_449 },
  'denoising.js': { autoencoder: 323_472 },
};

/** Steps that rightly have no bound on their slope: the loss of the masked autoencoder divides by the number of hidden patches. */
const UNBOUNDED: Readonly<Record<string, readonly string[]>> = { MaskedAutoencoder: ['/'] };

describe('the definitions of the sample workspace', () => {
  it('are those of this table', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(DEFINITIONS).sort());
  });

  for (const [file, counts] of Object.entries(DEFINITIONS))
    it(`${file} is read whole: every count, every step, a bound for each`, async () => {
      const all = await documents();
      const uri = `test:${file}`;
      await all.prepare(uri);
      const found = all.read({ uri, text: sourceText(path.join(FOLDER, file)) }).definitions.map(({ architecture }) => architecture);
      assert.deepEqual(Object.fromEntries(found.map(each => [each.name, summary(each)])), counts);
      for (const architecture of found) {
        const { name, layers, composition } = architecture;
        for (const layer of allLayers(layers)) assert.ok(layer.parameters.known, `${name}: ${layer.path}`);
        assert.ok(composition?.known, `${name}: ${JSON.stringify(composition)}`);
        const unknown = composition.value.nodes.flatMap(node => (node.kind === 'unknown' ? [node.name] : []));
        assert.deepEqual(unknown, UNBOUNDED[name] ?? [], name);
        assert.ok(boundOf(architecture, 10_000).bound, `${name} has no bound`);
      }
    });
});
