import { Random } from '../../common/random';
import { ticketsThatWon } from '../../theory/featureCapture/kernels';
import { singleViewError } from '../../theory/featureCapture/predictedError';
import type { MultiViewSpec } from '../../studies/schema/multiView';
import type { Engine } from '../engine/engine';
import { fineTune, fitHead, supervise, type Classifier } from './classify';
import { ARMS, ARM_TITLES, type Accuracies, type ArmName, type LabelledKind, type MultiViewEvent } from './frames';
import { accuracy, captureOf, featuresOf, type Capture } from './observe';
import { pretrain } from './pretrain';
import type { SeedArm, SeedPoint, SeedResults } from './results';
import { drawSetting, type Setting } from './setting';

/** Everything of one seed: each arm on each labelled set, and the sweep if this seed takes part. Deterministic for one engine. */
export async function runSeed(
  spec: MultiViewSpec,
  seed: number,
  engine: Engine,
  emit: (event: MultiViewEvent) => void,
  signal: AbortSignal,
): Promise<SeedResults> {
  const setting = drawSetting(spec, engine, new Random(`multi-view ${seed}`));
  const sweeps = spec.seeds.indexOf(seed) < (spec.sweep?.seeds ?? 0) ? spec.sweep!.keep : [];
  const trained = ARMS.filter(arm => arm !== 'refitted');
  const parts = trained.length + sweeps.length;
  let done = 0;
  const progress = (label: string) => emit({ type: 'progress', seed, fraction: done++ / parts, label });
  const arms: SeedArm[] = [];
  for (const arm of trained) {
    progress(ARM_TITLES[arm]);
    arms.push(...(await runArm(setting, arm, seed, emit, signal)));
  }
  const sweep: SeedPoint[] = [];
  for (const keep of sweeps) {
    progress(`mask ratio, θ ${Array.isArray(keep) ? keep.join(' to ') : String(keep)}`);
    const sink = { seed, arm: 'teacher' as const, phase: 'pre-training' as const, emit: () => undefined };
    const { initial, kernels, loss } = await pretrain(setting, { arm: 'teacher', keep, steps: spec.sweep!.steps }, sink, signal);
    const samples = [...setting.labelled.values()][0]!;
    const { multiView, singleView } = await accuracies(setting, { kernels, head: await fitHead(setting, kernels, samples, signal) });
    const { strengths, coverage } = captureOf(setting, kernels, false);
    const growth = medianRatio(strengths, captureOf(setting, initial, false).strengths);
    sweep.push({ keep, coverage, growth, loss, multiView, singleView });
  }
  return { seed, arms, sweep };
}

/** One arm on every labelled set; the kernels that supervised training leaves are fine-tuned too, as the arm `refitted`. */
async function runArm(
  setting: Setting,
  arm: ArmName,
  seed: number,
  emit: (event: MultiViewEvent) => void,
  signal: AbortSignal,
): Promise<SeedArm[]> {
  const { spec } = setting;
  const { keep, steps } = spec.pretraining;
  const encoder =
    arm === 'teacher' || arm === 'mae'
      ? (await pretrain(setting, { arm, keep, steps }, { seed, arm, emit, phase: 'pre-training' }, signal)).kernels
      : setting.initial;
  const tuned = (name: ArmName, kernels: Float32Array, labelled: LabelledKind) =>
    fineTune(setting, kernels, setting.labelled.get(labelled)!, { seed, arm: name, emit, phase: 'fine-tuning', labelled }, signal);
  const results: SeedArm[] = [];
  for (const [labelled, samples] of setting.labelled) {
    if (arm !== 'supervised') results.push(await measure(setting, arm, labelled, await tuned(arm, encoder, labelled), encoder));
    else {
      const scratch = await supervise(setting, samples, { seed, arm, emit, phase: 'supervised training', labelled }, signal);
      results.push(await measure(setting, arm, labelled, scratch));
      results.push(await measure(setting, 'refitted', labelled, await tuned('refitted', scratch.kernels, labelled), scratch.kernels));
    }
  }
  return results;
}

/** What an arm captured and how it answers; `encoder` are its kernels before fine-tuning, where it was fine-tuned. */
async function measure(
  setting: Setting,
  arm: ArmName,
  labelled: LabelledKind,
  classifier: Classifier,
  encoder?: Float32Array,
): Promise<SeedArm> {
  const { spec } = setting;
  const after = captureOf(setting, classifier.kernels, encoder === undefined);
  const before = encoder ? captureOf(setting, encoder, false) : after;
  const start = captureOf(setting, setting.initial, encoder === undefined);
  const tickets = ticketsThatWon(start.correlations, before.correlations, before.isCaptured, spec.capture.slack);
  return {
    arm,
    labelled,
    coverage: before.coverage,
    captured: before.captured,
    ...(before.purity !== undefined && { purity: before.purity }),
    ...(tickets !== undefined && arm !== 'random' && { ticketsThatWon: tickets }),
    ...(encoder && { fineTuning: change(before, after) }),
    accuracy: { train: await accuracyOn(setting, classifier, labelled), ...(await accuracies(setting, classifier)) },
    predicted: singleViewError(after.captured, spec.data.views),
  };
}

function medianRatio(ends: readonly number[], starts: readonly number[]): number {
  const ratios = ends.map((end, f) => end / starts[f]!).sort((a, b) => a - b);
  return ratios[ratios.length >> 1]!;
}

/** Which captured features fine-tuning kept, lost and added. */
function change({ isCaptured: before }: Capture, { isCaptured: after }: Capture) {
  const count = (was: boolean, is: boolean) => before.filter((captured, f) => captured === was && after[f] === is).length;
  return { kept: count(true, true), lost: count(true, false), gained: count(false, true) };
}

async function accuracyOn(setting: Setting, { kernels, head }: Classifier, labelled: LabelledKind): Promise<number> {
  const samples = setting.labelled.get(labelled)!;
  return accuracy(await featuresOf(setting, kernels, samples), head, samples.labels, setting.spec.data.classes);
}

async function accuracies(setting: Setting, { kernels, head }: Classifier): Promise<Omit<Accuracies, 'train'>> {
  const { multiView, singleView } = setting.test;
  const on = async (samples: typeof multiView) =>
    accuracy(await featuresOf(setting, kernels, samples), head, samples.labels, setting.spec.data.classes);
  return { multiView: await on(multiView), singleView: await on(singleView) };
}
