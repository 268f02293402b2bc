import type { Layer } from '../architecture/architecture';
import { allLayers } from '../architecture/counts';
import type { ApiDefinition, ApiLayer, ApiReport, ApiResults, ApiRun } from '../api';
import type { AnalysedDefinition } from '../definitions/analysisProtocol';
import type { RunEntry } from '../reporting/runSummary';
import type { RunRecord } from '../runs/record';
import type { Report } from '../theory/report';
import type { TrialResults } from '../training/results';

/** A definition as other programs see it. */
export function publicDefinition({ architecture, bound, boundLayers, stale }: AnalysedDefinition): ApiDefinition {
  const { name, framework, range, layers, parameterCount } = architecture;
  const shares = new Map<string, number>();
  boundLayers.forEach(({ path }, index) => shares.set(path, (shares.get(path) ?? 0) + (bound?.layers[index]?.share ?? 0)));
  const own = [...allLayers(layers)].filter(({ parameters }) => !parameters.known || parameters.value.length > 0);
  const reasons = [...own.map(({ parameters }) => parameters), parameterCount].flatMap(each =>
    each.known ? [] : [{ why: each.why, line: each.line + 1 }],
  );
  return {
    name,
    framework,
    line: range.startLine + 1,
    parameters: parameterCount.known ? parameterCount.value : null,
    unknown: reasons.filter(({ why, line }, index) => reasons.findIndex(other => other.why === why && other.line === line) === index),
    layers: own.map(layer => publicLayer(layer, bound && (shares.get(layer.path) ?? 0))),
    bound: bound ? publicReport(bound.report) : null,
    stale,
  };
}

function publicLayer({ path, type, range, parameters }: Layer, share: number | undefined): ApiLayer {
  const known = parameters.known ? parameters.value : undefined;
  return {
    path,
    type,
    line: range.startLine + 1,
    parameters: known?.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0) ?? null,
    initialSpectralNorms: (known ?? []).flatMap(({ initialSpectralNorm }) => initialSpectralNorm ?? []),
    capacityShare: share ?? null,
  };
}

/** A bound as other programs see it. */
function publicReport({ theorem, bounds, total, evidence, range, vacuous, needed, failureProbability, terms }: Report): ApiReport {
  return {
    ...{ theorem, bounds, total, evidence, range, vacuous, needed, failureProbability },
    terms: terms.map(({ name, value, evidence: known, formula, inputs, assumptions }) => ({
      ...{ name, value, evidence: known, formula, inputs, assumptions },
    })),
  };
}

/** A run as other programs see it. @param recordOf reads its record, for who asks for its results */
export function publicRun(entry: RunEntry, recordOf: (entry: RunEntry) => RunRecord | undefined): ApiRun {
  const { id, folder, record } = entry;
  const { trial, state, progress, fault } = record;
  return {
    ...{ id, folder, study: trial.study.name, arm: trial.arm, seed: trial.seed, state },
    progress: state === 'finished' ? 1 : (progress?.fraction ?? 0),
    definition: trial.definition ? { file: trial.definition.file, name: trial.definition.name } : null,
    fault: fault ?? null,
    get results() {
      const results = record.results && recordOf(entry)?.results;
      return results ? publicResults(results) : null;
    },
  };
}

function publicResults({ fineTuning, collapse, reports }: TrialResults): ApiResults {
  return {
    testAccuracy: Object.fromEntries(fineTuning.map(({ mode, testAccuracy }) => [mode, testAccuracy])),
    collapse: collapse ?? null,
    reports: reports.map(publicReport),
  };
}
