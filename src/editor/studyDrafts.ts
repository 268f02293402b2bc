import { applyEdits, modify, parse } from 'jsonc-parser/lib/esm/main.js';

const FORMAT = { insertSpaces: true, tabSize: 2 } as const;

/** Sets values in the text of a study, in order; comments and everything else stay. A value that is undefined takes its key away. */
function withValues(text: string, values: readonly (readonly [path: readonly string[], value: unknown])[]): string {
  return values.reduce((sofar, [path, value]) => applyEdits(sofar, modify(sofar, [...path], value, { formattingOptions: FORMAT })), text);
}

export interface FineTuneDraft {
  readonly name: string;
  /** `models/vit.py#ViT` and the weights to start from, relative to the study. */
  readonly definition: string;
  readonly checkpoint: string;
  readonly labels: number;
}

/** A study that fine-tunes given weights of a definition, with the data and fine-tuning of another study. */
export function fineTuneStudy(template: string, { name, definition, checkpoint, labels }: FineTuneDraft): string {
  const before = encoderOf(template);
  const encoder = before['kind'] === 'definition' ? { ...before, checkpoint } : { kind: 'definition', definition, checkpoint };
  return withValues(template, [
    [['name'], name],
    [['definition'], definition],
    [['encoder'], encoder],
    [['objective'], { kind: 'none' }],
    [['regulariser'], { kind: 'none' }],
    [['data', 'labels'], labels],
    [['sweep', 'arms'], [{ name: 'fine-tuned' }]],
  ]);
}

/** The regularisers that *Sweep Regulariser…* offers, with how they are called. */
export const SWEPT = { radreg: 'RadReg', l2: 'L2', 'feature decay': 'feature decay', 'spectral norm': 'spectral norm' } as const;

export interface SweepDraft {
  readonly name: string;
  readonly kind: keyof typeof SWEPT;
  readonly lambdas: readonly number[];
}

/** A study that compares strengths of a regulariser with each other and with none, and is like another study in everything else. */
export function sweepStudy(template: string, { name, kind, lambdas }: SweepDraft): string {
  const batch = kind === 'radreg' || kind === 'feature decay' ? { batch: batchOf(template) } : {};
  const arms = lambdas.map(lambda => ({ name: `${SWEPT[kind]} λ=${lambda}`, regulariser: { kind, lambda, ...batch } }));
  return withValues(template, [
    [['name'], name],
    [['regulariser'], { kind: 'none' }],
    [
      ['sweep', 'arms'],
      [{ name: 'no regulariser' }, ...arms],
    ],
  ]);
}

/** Strengths that a person typed, `0.001, 0.003 0.01`, rising and each once; undefined when one of them is no number from 0 up. */
export function lambdasIn(text: string): readonly number[] | undefined {
  const numbers = text.split(/[\s,;]+/).filter(part => part !== '');
  const values = numbers.map(Number);
  if (values.length === 0 || !values.every(value => Number.isFinite(value) && value >= 0)) return undefined;
  return [...new Set(values)].sort((a, b) => a - b);
}

export interface DefinitionDraft {
  readonly name: string;
  /** `models/vit.py#ViT`, relative to the study. */
  readonly definition: string;
  /** The method that makes the features; `forward` when absent. */
  readonly method?: string;
}

/**
 * A study that pre-trains a definition itself, in everything else like another study. A masked autoencoder, which is for the built-in transformer alone,
 * becomes a context encoder of the same length.
 */
export function definitionStudy(template: string, { name, definition, method }: DefinitionDraft): string {
  const objective = partOf(template, 'objective');
  const kept = ['steps', 'batch', 'learningRate', 'warmup', 'maskRatio'].filter(key => key in objective);
  const own =
    objective['kind'] === 'masked autoencoder'
      ? { kind: 'context encoder', ...Object.fromEntries(kept.map(key => [key, objective[key]])) }
      : objective;
  return withValues(template, [
    [['name'], name],
    [['definition'], definition],
    [['arguments'], undefined],
    [['encoder'], { kind: 'definition', ...(method === undefined ? {} : { method }) }],
    [['objective'], own],
    [['regulariser'], { kind: 'none' }],
    [
      ['sweep', 'arms'],
      [{ name: 'no regulariser' }, { name: 'from scratch', objective: { kind: 'none' } }],
    ],
  ]);
}

/** The methods of a class that make features, by the names that are usual for them, the likeliest first. */
const FEATURE_METHODS = ['forward_features', 'extract_features', 'features', 'encode', 'forward_encoder'];

/** The method of a Python class that makes its features, by its name alone; undefined for `forward`. */
export function featureMethod(body: string): string | undefined {
  return FEATURE_METHODS.find(name => new RegExp(`^\\s+def ${name}\\(self, *\\w+\\)?`, 'm').test(body));
}

/** A study to begin with where the workspace has none: its data are placeholders. */
export const SKELETON = `{
  "name": "",
  "definition": "",

  // Replace by your own: IDX files, CIFAR, STL-10, CSV, arrays or a folder of images (docs/datasets.md).
  "data": {
    "train": { "images": "data/train-images.gz", "labels": "data/train-labels.gz" },
    "test": { "images": "data/test-images.gz", "labels": "data/test-labels.gz" },
    "holdOut": 1000,
    "unlabelled": 1000,
    "task": "all",
    "labels": 100
  },

  "encoder": { "kind": "definition" },

  "objective": { "kind": "context encoder", "maskRatio": 0.75, "steps": 1600, "batch": 64, "learningRate": 0.004, "warmup": 100 },

  "regulariser": { "kind": "none" },

  "fineTuning": { "modes": ["probe"], "steps": 200, "learningRates": [0.001, 0.003, 0.01] },

  "sweep": { "arms": [{ "name": "no regulariser" }], "seeds": [0, 1, 2] }
}
`;

const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const partOf = (text: string, key: string) => object(object(parse(text, [], { allowTrailingComma: true }))[key]);
const encoderOf = (text: string) => partOf(text, 'encoder');

function batchOf(text: string): number {
  const { batch } = partOf(text, 'objective');
  return typeof batch === 'number' && batch > 0 ? batch : 64;
}
