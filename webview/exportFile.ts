import { csv, type Cell } from '../src/common/csv';
import type { ExportedFile } from '../src/reporting/panelMessages';
import { isSaved, remembered, tell } from './host';

/** The numbers behind a chart, unrounded. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Data as comma-separated values, names of columns first. */
export const dataCsv = ({ columns, rows }: DataTable): string => csv([columns, ...rows]);

/** Data as JSON: what it is, and one object a row; cells without a value are null. */
export const dataJson = ({ columns, rows }: DataTable, about: Readonly<Record<string, string>>): string =>
  `${JSON.stringify({ ...about, rows: rows.map(row => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))) }, undefined, 1)}\n`;

/** A file name from words: `fashion-t-shirt-or-coat-training.svg`. */
function fileName(words: readonly (string | undefined)[], ending: string): string {
  const name = words
    .filter(word => word !== undefined)
    .join(' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return `${name.slice(0, 80)}.${ending}`;
}

/** Hands a file to the host, which asks where to save it; a saved report lets the browser do that. */
export function exportFile(title: string, format: ExportedFile['format'], content: string): void {
  const file = { format, name: fileName([remembered().study, title], format), content };
  if (!isSaved) {
    tell({ type: 'export', file });
    return;
  }
  const bytes = format === 'png' ? Uint8Array.from(atob(content), character => character.charCodeAt(0)) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** The bytes of a PNG, as base64, of an SVG drawn at twice its size. */
export async function rasterised(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^[^,]*,/, '');
}
