import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser/lib/esm/main.js';
import { FileFault } from '../common/fault';
import { DEEPEST_JSON, jsonDepth } from '../common/jsonDepth';
import { readText } from '../common/readText';
import type { Report } from '../theory/report';
import { normBasedSpec, optimisticSpec, parameterCountSpec, transformerNormSpec } from './spec/capacitySpec';
import { breakEvenSpec, holdOutSpec, marginSpec, rationalitySpec, testSetSpec } from './spec/certificateSpec';
import { generalSpec } from './spec/generalSpec';
import { marginPerturbationSpec, sampledPerturbationSpec } from './spec/perturbationSpec';
import { SpecReader } from './spec/specReader';

/** Theorems that a specification may name. */
const THEOREMS = ['D1', 'D3', 'D4', 'D5', 'D6', 'D7', 'holdout', 'F1', 'F2', 'F4', 'F5', 'P1', 'P2', 'breakEven'] as const;

/** Computes the bound that a specification file names. Throws a FileFault or ValueFault when it cannot be read. */
export async function boundOfSpec(file: string, signal?: AbortSignal): Promise<Report> {
  const text = await readText(file);
  if (jsonDepth(text) > DEEPEST_JSON) throw new FileFault(file, 'nests brackets too deep', 'take out the brackets that no key asks for');
  const errors: ParseError[] = [];
  const json: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw new FileFault(file, `is not JSON at line ${line} (${printParseErrorCode(error.error)})`, 'mend the syntax there');
  }
  return compute(new SpecReader(file, json), signal);
}

async function compute(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const report = await dispatch(spec, signal);
  spec.finish();
  return report;
}

async function dispatch(spec: SpecReader, signal?: AbortSignal): Promise<Report> {
  const theorem = spec.choice(['theorem'], THEOREMS);
  switch (theorem) {
    case 'D1':
      return generalSpec(spec, inner => compute(inner, signal));
    case 'D3':
      return normBasedSpec(spec);
    case 'D4':
    case 'D6':
      return parameterCountSpec(spec, theorem);
    case 'D5':
      return optimisticSpec(spec);
    case 'D7':
      return transformerNormSpec(spec);
    case 'holdout':
      return holdOutSpec(spec, signal);
    case 'F1':
    case 'F2':
      return marginSpec(theorem, spec, signal);
    case 'F4':
      return rationalitySpec(spec, signal);
    case 'F5':
      return testSetSpec(spec);
    case 'P1':
      return sampledPerturbationSpec(spec, signal);
    case 'P2':
      return marginPerturbationSpec(spec, signal);
    case 'breakEven':
      return breakEvenSpec(spec);
  }
}
