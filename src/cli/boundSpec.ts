import { readFile } from 'node:fs/promises';
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser/lib/esm/main.js';
import { z } from 'zod';
import { FileFault, ValueFault, fileFault } from '../common/fault';
import { generalTheorem } from '../theory/generalTheorem';
import { holdOutCertificate } from '../theory/holdOutCertificate';
import { assumed } from '../theory/quantity';
import type { Report } from '../theory/report';
import { testSetBound } from '../theory/testSetBound';

const count = z.int().positive();
const probability = z.number().gt(0).lt(1);
const size = z.number().nonnegative();

/** Inputs by the symbols of docs/theory.md, in ASCII. What a user types is `assumed` until a run says otherwise. */
const specSchema = z.discriminatedUnion('theorem', [
  z.strictObject({
    theorem: z.literal('D1'),
    n: count,
    G: z.number().positive().default(1),
    B: z.number().positive().default(1),
    /** Rademacher complexity of the heads on the labelled features. */
    rademacher: size,
    nu: probability.default(0.05),
    Cbeta: size,
    beta: z.number().positive().default(0.5),
    EU: size,
    TV: z.number().min(0).max(1).default(0),
    task: size.default(0),
    optimisation: size.default(0),
  }),
  z.strictObject({
    theorem: z.literal('holdout'),
    loss: size,
    Nv: count,
    B: z.number().positive(),
    floor: size.default(0),
    delta: probability.default(0.05),
  }),
  z.strictObject({ theorem: z.literal('F5'), errors: z.int().nonnegative(), m: count, delta: probability.default(0.05) }),
]);

type Spec = z.output<typeof specSchema>;

/** Computes the bound that a specification file names. Throws a FileFault or ValueFault when it cannot be read. */
export async function boundOfSpec(file: string): Promise<Report> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileFault(file, error);
  });
  const errors: ParseError[] = [];
  const json: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw new FileFault(file, `is not JSON at line ${line} (${printParseErrorCode(error.error)})`, 'mend the syntax there');
  }
  const result = specSchema.safeParse(json);
  if (result.success) return compute(result.data);
  const issue = result.error.issues[0]!;
  throw new ValueFault(
    file,
    issue.path.join('.') || 'the specification',
    `is refused: ${issue.message}`,
    'see docs/theory.md for the inputs of each theorem',
  );
}

function compute(spec: Spec): Report {
  switch (spec.theorem) {
    case 'D1':
      return generalTheorem({
        labelled: spec.n,
        lossRange: spec.B,
        lossLipschitz: spec.G,
        complexity: assumed(spec.rademacher),
        optimisation: assumed(spec.optimisation),
        failureProbability: spec.nu,
        pretraining: {
          transferConstant: assumed(spec.Cbeta),
          transferExponent: spec.beta,
          excess: assumed(spec.EU),
          domainDistance: assumed(spec.TV),
          task: assumed(spec.task),
        },
      });
    case 'holdout':
      return holdOutCertificate({
        losses: new Float64Array(spec.Nv).fill(spec.loss),
        lossRange: spec.B,
        leastLoss: spec.floor,
        failureProbability: spec.delta,
      });
    case 'F5':
      return testSetBound({ errors: spec.errors, count: spec.m, failureProbability: spec.delta });
  }
}
