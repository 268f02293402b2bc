import path from 'node:path';
import type { Random } from '../common/random';
import type { Engine, Feeds } from './engine/engine';
import type { ImageLayout } from './imageLayout';
import type { Model } from './model';
import type { PatchSet } from './patches';
import { RECONSTRUCTIONS_FILE, type Reconstruction, type Reconstructions } from './reconstructions';
import { writeBytes } from './saveEncoder';

/** How many images are kept, and the most values of all of them together: the file stays below half a megabyte. */
const MOST_IMAGES = 6;
const MOST_VALUES = 90_000;

/**
 * Writes `reconstructions.json` into `folder`: the first held-out images, what the encoder sees of each and what is painted of it. Nothing is written where
 * nothing is painted, for rows of tables and for images too large to be looked at in passing. Throws a FileFault when the disk refuses.
 */
export async function saveReconstructions(engine: Engine, model: Model, images: PatchSet, random: Random, folder: string): Promise<void> {
  const made = await reconstructions(engine, model, images, random);
  if (made) await writeBytes(path.join(folder, RECONSTRUCTIONS_FILE), new TextEncoder().encode(JSON.stringify(made)));
}

/** The first held-out images as the model paints them now; undefined where there is nothing to look at. */
export async function reconstructions(
  engine: Engine,
  { parameters, objective }: Model,
  images: PatchSet,
  random: Random,
): Promise<Reconstructions | undefined> {
  const { layout, range } = images;
  const count = Math.min(MOST_IMAGES, images.count, Math.floor(MOST_VALUES / layout.size));
  const { height, width, channels } = layout.image;
  if (!objective?.paint || count === 0 || height === 1) return undefined;
  const rows = await images.rows(Int32Array.from({ length: count }, (_, i) => i));
  const feeds = objective.feeds(rows, random);
  const pass = await engine.forwardPass({
    inputs: objective.inputs(count),
    parameters,
    outputs: inputs => ({ painted: objective.paint!(inputs) }),
  });
  try {
    const { painted } = await pass.run(feeds);
    const kept = channels === 3 ? 3 : 1;
    const one = (i: number) => reconstruction({ rows, feeds, painted: painted!, range, layout, kept }, i);
    return { version: 1, height, width, channels: kept, images: Array.from({ length: count }, (_, i) => one(i)) };
  } finally {
    pass.dispose();
  }
}

interface Painted {
  readonly rows: Float32Array;
  readonly feeds: Feeds;
  readonly painted: ArrayLike<number>;
  readonly range: readonly [low: number, high: number];
  readonly layout: ImageLayout;
  /** Channels kept. */
  readonly kept: number;
}

function reconstruction({ rows, feeds, painted, range: [low, high], layout, kept }: Painted, image: number): Reconstruction {
  const { size, places } = layout;
  const { channels } = layout.image;
  const { masked, noisy } = feeds;
  // A mask may have one value for a whole patch.
  const perMask = masked ? rows.length / masked.length : 1;
  const pictures = Array.from({ length: 4 }, () => new Uint8Array((size / channels) * kept)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const [original, seen, hidden, whole] = pictures;
  let squares = 0;
  let counted = 0;
  for (let i = 0; i < size; i++) {
    const at = image * size + i;
    const value = rows[at]!;
    const isHidden = masked !== undefined && masked[Math.floor(at / perMask)]! > 0;
    const shown = masked === undefined || isHidden ? Math.min(high, Math.max(low, painted[at]!)) : value;
    if (masked === undefined || isHidden) {
      squares += ((shown - value) / (high - low)) ** 2;
      counted++;
    }
    const place = places[i]!;
    const channel = place % channels;
    if (channel >= kept) continue;
    const to = Math.floor(place / channels) * kept + channel;
    const byte = (x: number): number => Math.round((255 * (Math.min(high, Math.max(low, x)) - low)) / (high - low));
    original[to] = byte(value);
    seen[to] = isHidden ? 0 : byte(noisy?.[at] ?? value);
    hidden[to] = isHidden ? 1 : 0;
    whole[to] = byte(shown);
  }
  return {
    original: base64(original),
    seen: base64(seen),
    ...(masked && { hidden: base64(hidden) }),
    painted: base64(whole),
    error: squares / counted,
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
