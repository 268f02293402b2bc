import type { z } from 'zod';
import { ARGUMENT_NAME } from './constructionCall';
import type { Contradiction } from './contradiction';
import { dataContradictions, type CheckedData } from './dataContradictions';
import { sweepContradictions, type CheckedSweep } from './sweepContradictions';
import { modelContradictions, type EncoderChoice, type ObjectiveChoice, type RegulariserChoices } from './modelContradictions';

/** What the rules below look at; every study has it. */
interface Checked {
  readonly definition?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly data: CheckedData;
  readonly encoder: EncoderChoice;
  readonly objective: ObjectiveChoice;
  readonly regulariser: RegulariserChoices;
  readonly sweep: CheckedSweep;
}

/** Reports every contradiction as a zod issue: its message says what is wrong, `params.mend` what to do. */
export function addContradictions(study: Checked, context: z.RefinementCtx): void {
  for (const { path, problem, mend } of contradictions(study))
    context.addIssue({ code: 'custom', path, message: problem, params: { mend } });
}

function* contradictions({ data, encoder, objective, regulariser, sweep, ...study }: Checked): Generator<Contradiction> {
  yield* wrongArguments(study);
  yield* dataContradictions(data);
  yield* modelContradictions(encoder, objective, regulariser);
  if (encoder.kind === 'definition' && encoder.definition === undefined && study.definition === undefined)
    yield {
      path: ['encoder'],
      problem: 'is a definition, and no definition is named',
      mend: 'add "definition": "models/vit.py#ViT"',
    };
  yield* sweepContradictions(sweep);
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
