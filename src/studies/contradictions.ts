import type { z } from 'zod';
import { ARGUMENT_NAME } from './constructionCall';
import { repeated, type Contradiction } from './contradiction';
import { dataContradictions, type CheckedData } from './dataContradictions';

/** What the rules below look at; every study has it. */
interface Checked {
  readonly definition?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly data: CheckedData;
  readonly encoder: { readonly width: number; readonly heads: number };
  readonly objective:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'masked autoencoder';
        readonly steps: number;
        readonly warmup: number;
        readonly decoder: { readonly width: number; readonly heads: number };
      };
  readonly sweep: { readonly arms: readonly { readonly name: string }[]; readonly seeds: readonly number[] };
}

/** Reports every contradiction as a zod issue: its message says what is wrong, `params.mend` what to do. */
export function addContradictions(study: Checked, context: z.RefinementCtx): void {
  for (const { path, problem, mend } of contradictions(study))
    context.addIssue({ code: 'custom', path, message: problem, params: { mend } });
}

function* contradictions({ data, encoder, objective, sweep, ...study }: Checked): Generator<Contradiction> {
  yield* wrongArguments(study);
  yield* dataContradictions(data);
  yield* indivisible(['encoder'], encoder);
  if (objective.kind === 'masked autoencoder') {
    yield* indivisible(['objective', 'decoder'], objective.decoder);
    if (objective.warmup >= objective.steps)
      yield {
        path: ['objective', 'warmup'],
        problem: `is ${objective.warmup}, not below the ${objective.steps} steps`,
        mend: 'warm up for fewer steps',
      };
  }
  yield* repeated(
    sweep.arms.map(arm => arm.name.trim()),
    index => ['sweep', 'arms', index, 'name'],
    'give each arm its own name',
  );
  yield* repeated(sweep.seeds, index => ['sweep', 'seeds', index], 'name each seed once');
}

function* wrongArguments(study: Pick<Checked, 'definition' | 'arguments'>): Generator<Contradiction> {
  if (study.arguments && study.definition === undefined)
    yield {
      path: ['arguments'],
      problem: 'says how a definition is constructed, but no definition is named',
      mend: 'add "definition": "models/mae.py#MaskedAutoencoder"',
    };
  for (const name of Object.keys(study.arguments ?? {}))
    if (!ARGUMENT_NAME.test(name))
      yield { path: ['arguments', name], problem: 'is not what an argument can be called', mend: 'write its name as in `__init__`' };
}

function* indivisible(path: string[], { width, heads }: { readonly width: number; readonly heads: number }): Generator<Contradiction> {
  if (width % heads !== 0)
    yield {
      path: [...path, 'heads'],
      problem: `is ${heads}, which does not divide the width ${width}`,
      mend: 'choose a width that is a multiple of the heads',
    };
}
