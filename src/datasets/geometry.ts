import { FileFault } from '../common/fault';
import type { DataSource } from './dataSource';
import type { Picture, PictureShape } from './picture';
import { resizer, type Resizer } from './resize';

/** The size and the colours that a study brings its images to. */
export interface Geometry {
  /** Height and width. */
  readonly resize?: readonly [number, number];
  readonly channels?: 'grey' | 'rgb';
}

/** Luma of ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** The shape of an image once it has been brought to a geometry; opacity is dropped. */
export function fittedShape({ height, width, channels }: PictureShape, { resize = [height, width], ...geometry }: Geometry): PictureShape {
  const wanted = { grey: 1, rgb: 3, any: channels >= 3 ? 3 : 1 }[geometry.channels ?? 'any'];
  return { height: resize[0], width: resize[1], channels: wanted };
}

/** Brings one image to a geometry. */
export function fitted(picture: Picture, geometry: Geometry): Picture {
  return fitterOf(picture, geometry)(picture.values);
}

/** Brings every image of a set to a geometry as it is read. Throws a `FileFault` for the rows of a table, which have neither size nor colours. */
export function fittedSource(source: DataSource, geometry: Geometry): DataSource {
  const shape = fittedShape(source, geometry);
  const { height, width, channels } = source;
  if (source.tabular && (geometry.resize ?? geometry.channels))
    throw new FileFault(source.name, 'holds rows of a table, not images', 'remove data.resize and data.channels');
  if (source.tabular || (shape.height === height && shape.width === width && shape.channels === channels)) return source;
  const fit = fitterOf(source, geometry);
  const [from, to] = [height * width * channels, shape.height * shape.width * shape.channels];
  return {
    ...source,
    ...shape,
    async read(indices) {
      const values = await source.read(indices);
      const all = new Float32Array(indices.length * to);
      for (let i = 0; i < indices.length; i++) all.set(fit(values.subarray(i * from, (i + 1) * from)).values, i * to);
      return all;
    },
  };
}

function fitterOf(from: PictureShape, geometry: Geometry): (values: Float32Array) => Picture {
  const shape = fittedShape(from, geometry);
  const resize: Resizer = resizer({ ...from, channels: shape.channels }, [shape.height, shape.width]);
  return values => ({ ...shape, values: resize(recoloured(values, from.channels, shape.channels)) });
}

/** Grey from colours by luma, colours from grey by repetition, both without opacity. */
function recoloured(values: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return values;
  const pixels = values.length / from;
  const recoloured = new Float32Array(pixels * to);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let channel = 0; channel < to; channel++) {
      const at = pixel * from;
      const grey = from < 3 ? values[at]! : LUMA[0] * values[at]! + LUMA[1] * values[at + 1]! + LUMA[2] * values[at + 2]!;
      recoloured[pixel * to + channel] = from >= 3 && to === 3 ? values[at + channel]! : grey;
    }
  return recoloured;
}
