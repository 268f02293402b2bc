import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { product } from '../../../src/architecture/sides';
import { Random } from '../../../src/common/random';
import { safetensors } from '../../../src/training/safetensors';
import { temporaryFolder } from '../support/temporaryFolder';
import { close } from '../theory/support';
import { documentOf } from './runCli';

const TORCH = `
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.b = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return x + self.b(self.a(x).relu())


# boundlens: Net() on (2, 6, 6)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.block = Block()
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.block(self.pool(self.stem(x).relu()))
        return self.head(x.mean((2, 3)))
`;

const KERAS = `
import keras
from keras import layers

images = keras.Input((6, 6, 2))
x = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(images)
x = layers.MaxPooling2D(2)(x)
y = layers.Conv2D(4, 3, padding="same", activation="relu", name="a")(x)
y = layers.Conv2D(4, 3, padding="same", name="b")(y)
x = layers.Add()([x, y])
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(images, layers.Dense(3, name="head")(x))
`;

/** The layers by their names in both frameworks, with the shapes of their weights in PyTorch. */
const LAYERS = [
  ['stem', 'stem', [4, 2, 3, 3]],
  ['block.a', 'a', [4, 4, 3, 3]],
  ['block.b', 'b', [4, 4, 3, 3]],
  ['head', 'head', [3, 4]],
] as const;

/** Weights as Keras stores them: positions, inputs, outputs. */
function turned(values: Float32Array, [outputs, inputs, ...kernel]: readonly number[]): Float32Array {
  const taps = kernel.reduce((count, side) => count * side, 1);
  return values.map((_, at) => {
    const [tap, input, output] = [Math.floor(at / (inputs! * outputs!)), Math.floor(at / outputs!) % inputs!, at % outputs!];
    return values[(output * inputs! + input) * taps + tap]!;
  });
}

interface Paths {
  readonly name: string;
  readonly measures: readonly { readonly id: string; readonly value: number; readonly assumptions: readonly string[] }[];
  readonly withoutPathNorms?: string;
}

const pathsIn = ({ measures }: Paths) => measures.filter(({ id }) => id.startsWith('measure.pathNorm'));

describe('path norms of networks', () => {
  const folder = temporaryFolder();
  const measured = async (definition: string, weights: string) => {
    const { measures } = await documentOf('norms', folder.file(weights), '--definition', folder.file(definition));
    return measures as { readonly blocks: readonly Paths[]; readonly total: Paths };
  };

  beforeEach(() => {
    const random = new Random('paths');
    const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const drawn = LAYERS.map(([torch, keras, shape]) => ({ torch, keras, shape, bias: draw(shape[0]), values: draw(product(shape)) })); // prettier-ignore
    const last = (shape: readonly number[]) => [...shape.slice(2), shape[1]!, shape[0]!];
    writeFileSync(folder.file('torch.py'), TORCH);
    writeFileSync(folder.file('keras_net.py'), KERAS);
    writeFileSync(
      folder.file('torch.safetensors'),
      safetensors(drawn.flatMap(({ torch, shape, values, bias }) => [{ name: `${torch}.weight`, shape, values }, { name: `${torch}.bias`, shape: [shape[0]], values: bias }])), // prettier-ignore
    );
    writeFileSync(
      folder.file('keras.safetensors'),
      safetensors(drawn.flatMap(({ keras, shape, values, bias }) => [{ name: `${keras}.kernel`, shape: last(shape), values: turned(values, shape) }, { name: `${keras}.bias`, shape: [shape[0]], values: bias }])), // prettier-ignore
    );
  });

  it('are the same of one network in PyTorch and in Keras, with the kernels’ and the images’ axes in another order', async () => {
    const [torch, keras] = [await measured('torch.py', 'torch.safetensors'), await measured('keras_net.py', 'keras.safetensors')];
    const [ours, theirs] = [pathsIn(torch.total), pathsIn(keras.total)];
    assert.deepEqual([ours.length, theirs.length], [2, 2]);
    ours.forEach(({ value }, at) => close(theirs[at]!.value, value, 1e-9));
    assert.match(ours[0]!.assumptions.join(), /every operation of a forward pass/);
  });

  it('of a block are those of what lies between its matrices', async () => {
    const { blocks } = await measured('torch.py', 'torch.safetensors');
    assert.deepEqual(blocks.map(block => [block.name, pathsIn(block).length]), [['stem', 2], ['block', 2], ['head', 2]]); // prettier-ignore
    assert.match(pathsIn(blocks[1]!)[0]!.assumptions.join(), /between the first and the last of its matrices/);
  });

  it('are left out, with the tensor that lacks, where the checkpoint does not hold all that the pass reads', async () => {
    const zeros = (name: string, ...shape: number[]) => ({ name, shape, values: new Float32Array(product(shape)) });
    writeFileSync(folder.file('partly.safetensors'), safetensors([zeros('stem.weight', 4, 2, 3, 3), zeros('stem.bias', 4)]));
    const { total } = await measured('torch.py', 'partly.safetensors');
    assert.deepEqual([pathsIn(total).length, total.withoutPathNorms], [0, 'the checkpoint has no block.a.weight']);
  });
});
