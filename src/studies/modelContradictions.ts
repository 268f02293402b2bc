import type { z } from 'zod';
import { repeated, type Contradiction } from './contradiction';
import type { encoderSchema } from './schema/encoder';
import type { objectiveSchema } from './schema/objective';
import type { regulariserSchema } from './schema/regulariser';

export type EncoderChoice = z.output<typeof encoderSchema>;
export type ObjectiveChoice = z.output<typeof objectiveSchema>;
export type RegulariserChoices = z.output<typeof regulariserSchema>;

/** What does not go together in encoder, objective and regulariser. */
export function* modelContradictions(
  encoder: EncoderChoice,
  objective: ObjectiveChoice,
  regulariser: RegulariserChoices,
): Generator<Contradiction> {
  yield* inEncoder(encoder);
  if (objective.kind !== 'none') yield* inObjective(encoder, objective);
  if (Array.isArray(regulariser))
    yield* repeated(
      regulariser.map(({ kind }) => kind),
      index => ['regulariser', index, 'kind'],
      'name each kind once',
    );
}

function* inEncoder(encoder: EncoderChoice): Generator<Contradiction> {
  switch (encoder.kind) {
    case 'vit':
      yield* indivisible(['encoder'], encoder);
      return;
    case 'deep net': {
      const { widths, width, depth, bias, normCap } = encoder;
      if (widths && (width !== undefined || depth !== undefined))
        yield {
          path: ['encoder', width === undefined ? 'depth' : 'width'],
          problem: 'stands beside `widths`, which says the same',
          mend: 'keep one of the two ways',
        };
      if (!widths && (width === undefined || depth === undefined))
        yield {
          path: ['encoder'],
          problem: 'does not say how wide its layers are',
          mend: 'add "widths": [256, 64], or "width" and "depth"',
        };
      if (normCap && bias)
        yield {
          path: ['encoder', 'normCap'],
          problem: 'caps layers that have biases, of which D3 and D4 do not speak',
          mend: 'add "bias": false',
        };
      return;
    }
    case 'convolutional':
      if (encoder.kernel % 2 === 0)
        yield {
          path: ['encoder', 'kernel'],
          problem: `is ${encoder.kernel}, which cannot stand over the middle of a pixel`,
          mend: 'choose an odd number',
        };
      return;
    case 'definition':
      for (const [name, factor] of Object.entries(encoder.scale ?? {}))
        if (factor > 1)
          yield {
            path: ['encoder', 'scale', name],
            problem: `is ${factor}, which makes the model larger`,
            mend: 'give a factor of at most 1, or say the argument itself in `arguments`',
          };
  }
}

function* inObjective(encoder: EncoderChoice, objective: Exclude<ObjectiveChoice, { kind: 'none' }>): Generator<Contradiction> {
  if (objective.warmup >= objective.steps)
    yield {
      path: ['objective', 'warmup'],
      problem: `is ${objective.warmup}, not below the ${objective.steps} steps`,
      mend: 'warm up for fewer steps',
    };
  if ('maskRatio' in objective && typeof objective.maskRatio === 'object' && 'random' in objective.maskRatio) {
    const [least, most] = objective.maskRatio.random;
    if (least > most)
      yield {
        path: ['objective', 'maskRatio', 'random'],
        problem: `begins with ${least}, above ${most}`,
        mend: 'write the least ratio first',
      };
  }
  if (objective.kind !== 'masked autoencoder') return;
  yield* indivisible(['objective', 'decoder'], objective.decoder);
  if (encoder.kind !== 'vit' && encoder.kind !== 'definition')
    yield {
      path: ['objective', 'kind'],
      problem: `leaves masked patches out, which a ${encoder.kind} encoder cannot`,
      mend: 'choose "context encoder", or the encoder "vit" or "definition"',
    };
}

function* indivisible(path: string[], { width, heads }: { readonly width: number; readonly heads: number }): Generator<Contradiction> {
  if (width % heads !== 0)
    yield {
      path: [...path, 'heads'],
      problem: `is ${heads}, which does not divide the width ${width}`,
      mend: 'choose a width that is a multiple of the heads',
    };
}
