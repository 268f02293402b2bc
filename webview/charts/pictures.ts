import { toTranslate, translated } from '../../src/common/translation';
import type { Reconstruction, Reconstructions } from '../../src/training/reconstructions';
import { element } from '../dom';
import type { ChartTheme } from './chartTheme';

/** The three pictures of an image, in the order in which they are shown. */
export const ROWS = [
  { key: 'original', title: toTranslate('original') },
  { key: 'seen', title: toTranslate('masked') },
  { key: 'painted', title: toTranslate('reconstructed') },
] as const;

type Key = (typeof ROWS)[number]['key'];

const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), character => character.charCodeAt(0));

/** One picture, pixel by pixel; what was hidden is hatched in the theme's colours, so that no grey of the image is taken for it. */
export function pictureCanvas(all: Reconstructions, image: Reconstruction, key: Key, theme: ChartTheme): HTMLCanvasElement {
  const { height, width, channels } = all;
  const values = bytesOf(image[key]);
  const hidden = key === 'seen' && image.hidden !== undefined ? bytesOf(image.hidden) : undefined;
  const canvas = element('canvas', { class: 'picture' });
  const scale = hidden ? Math.max(1, Math.floor(112 / width)) : 1;
  canvas.style.imageRendering = rendering(hidden !== undefined);
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  for (let at = 0; at < height * width; at++) {
    const [x, y] = [(at % width) * scale, Math.floor(at / width) * scale];
    const channel = (which: number) => values[at * channels + Math.min(which, channels - 1)] ?? 0;
    context.fillStyle = hidden?.[at * channels] ? theme.background : `rgb(${channel(0)},${channel(1)},${channel(2)})`;
    context.fillRect(x, y, scale, scale);
  }
  if (hidden) hatch(context, hidden, all, scale, theme);
  return canvas;
}

/** Pixels stay sharp; the fine lines of hatching are shrunk smoothly, or some would be lost. */
const rendering = (isHatched: boolean): string => (isHatched ? 'auto' : 'pixelated');

function hatch(
  context: CanvasRenderingContext2D,
  hidden: Uint8Array,
  { height, width, channels }: Reconstructions,
  scale: number,
  theme: ChartTheme,
): void {
  context.save();
  context.beginPath();
  for (let at = 0; at < height * width; at++)
    if (hidden[at * channels]) context.rect((at % width) * scale, Math.floor(at / width) * scale, scale, scale);
  context.clip();
  context.strokeStyle = theme.muted;
  context.lineWidth = 2;
  context.beginPath();
  const [right, bottom] = [width * scale, height * scale];
  for (let start = -bottom; start < right; start += 12) {
    context.moveTo(start, bottom);
    context.lineTo(start + bottom, 0);
  }
  context.stroke();
  context.restore();
}

/** The pictures as what stands inside an SVG file. */
export function picturesSvg(all: Reconstructions, width: number, theme: ChartTheme): string {
  const side = pictureSide(all, width);
  const tall = (side * all.height) / all.width;
  const place = (row: number, column: number) => [80 + column * (side + 8), row * (tall + 8)] as const;
  const pictures = all.images.flatMap((image, column) =>
    ROWS.map(({ key }, row) => {
      const [x, y] = place(row, column);
      const url = pictureCanvas(all, image, key, theme).toDataURL('image/png');
      return `<image x="${x}" y="${y}" width="${side}" height="${tall}" style="image-rendering:${rendering(key === 'seen' && image.hidden !== undefined)}" href="${url}" xlink:href="${url}"/>`;
    }),
  );
  const titles = ROWS.map(
    ({ title }, row) => `<text x="0" y="${place(row, 0)[1] + tall / 2 + 4}" fill="${theme.foreground}">${translated(title)}</text>`,
  );
  return [...titles, ...pictures].join('\n');
}

const pictureSide = ({ images }: Reconstructions, width: number): number => Math.min(112, (width - 80) / images.length - 8);

/** Height of `picturesSvg` in pixels. */
export const picturesHeight = (all: Reconstructions, width: number): number =>
  ROWS.length * ((pictureSide(all, width) * all.height) / all.width + 8);
