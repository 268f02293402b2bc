import { z } from 'zod';

const file = (what: string) => z.string().min(1).describe(`${what}, relative to this file.`);
const layout = z.enum(['NHWC', 'NCHW']).optional().describe('Order of the axes of four-dimensional arrays, where their sizes do not tell.');

const idxFormat = z.literal('idx').optional().describe('IDX files (MNIST); what is meant when nothing is named.');
const idxImages = file('IDX file of images (plain or .gz)');
const idxLabels = file('IDX file of labels (plain or .gz)');
const npyFormat = z.literal('npy').describe('Two NumPy files: images and class numbers.');
const npyImages = file('.npy file of images, N × H × W (× C): bytes, or floats in [0, 1]');
const npyLabels = file('.npy file of class numbers');
const csvFormat = z.literal('csv').describe('A table of numbers; its first line names the columns.');
const csvPath = file('CSV file');
const csvLabel = z.string().min(1).describe('The column that holds the class, as a number or a name.');
const delimiter = z.enum([',', ';', '\t']).optional().describe('What separates the columns; read off the first line when absent.');

/** Sets that always know their classes, or never have to. */
const selfContained = [
  z.strictObject({
    format: z.literal('cifar10').describe('CIFAR-10, binary version.'),
    path: file('Folder with data_batch_1.bin … and test_batch.bin, or one of them'),
  }),
  z.strictObject({
    format: z.literal('cifar100').describe('CIFAR-100, binary version.'),
    path: file('Folder with train.bin and test.bin, or one of them'),
    labelling: z.enum(['fine', 'coarse']).optional().describe('100 fine classes (when absent) or 20 coarse ones.'),
  }),
  z.strictObject({
    format: z.literal('stl10').describe('STL-10, binary version.'),
    path: file('Folder with train_X.bin, test_X.bin, unlabeled_X.bin and labels, or one of the images’ files'),
  }),
  z.strictObject({
    format: z.literal('npz').describe('NumPy arrays in one file.'),
    path: file('.npz file'),
    images: z.string().min(1).default('images').describe('Key of the images: bytes, or floats in [0, 1].'),
    labels: z.string().min(1).default('labels').describe('Key of the class numbers.'),
    layout,
  }),
  z.strictObject({
    format: z.literal('image folder').describe('PNG and JPEG images, one sub-folder a class.'),
    path: file('Folder'),
  }),
] as const;

/** Where labelled samples come from. */
export const labelledSourceSchema = z.discriminatedUnion('format', [
  z.strictObject({ format: idxFormat, images: idxImages, labels: idxLabels }),
  ...selfContained,
  z.strictObject({ format: npyFormat, images: npyImages, labels: npyLabels, layout }),
  z.strictObject({ format: csvFormat, path: csvPath, label: csvLabel, delimiter }),
]);

/** Where samples come from that need no labels. */
export const sourceSchema = z.discriminatedUnion('format', [
  z.strictObject({ format: idxFormat, images: idxImages, labels: idxLabels.optional() }),
  ...selfContained,
  z.strictObject({ format: npyFormat, images: npyImages, labels: npyLabels.optional(), layout }),
  z.strictObject({ format: csvFormat, path: csvPath, label: csvLabel.optional(), delimiter }),
]);
