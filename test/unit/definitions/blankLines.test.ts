import assert from 'node:assert/strict';
import { documents, read, summary } from './reading';

const LINEN = `import jax.numpy as jnp
from flax import linen as nn

# boundlens: Net(width=5) on (1, 4)
class Net(nn.Module):
    width: int
    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.width)(x)
`;

const SCRIPT = `import * as tf from '@tensorflow/tfjs';

// boundlens: net(5)
function net(units) {
  return tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] });
}
`;

describe('a source that begins with blank lines', () => {
  it('has its directives where they stand, in Flax', async () => {
    for (const above of ['', '\n\n\n']) assert.equal(summary((await read(`${above}${LINEN}`))[0]!), 25);
  });

  it('has its directives where they stand, in TensorFlow.js', async () => {
    const all = await documents();
    for (const above of ['', '\n\n\n']) {
      const uri = `test:blank${above.length}.js`;
      await all.prepare(uri);
      const { definitions } = all.read({ uri, text: `${above}${SCRIPT}` });
      all.forget(uri);
      assert.equal(summary(definitions[0]!.architecture), 25);
    }
  });
});
