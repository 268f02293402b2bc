import { grows } from '../../theory/featureCapture/drift';
import type { MultiViewSpec } from '../../studies/schema/multiView';
import { ARM_TITLES } from './frames';
import type { Mean, MultiViewResults } from './results';

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const withInterval = ({ mean, interval }: Mean): string =>
  interval ? `${percent(mean)} (${percent(interval[0])} to ${percent(interval[1])})` : percent(mean);

/** What the measurements say of the theory, a sentence each; one that contradicts it begins with "Contradicts the theory". */
export function findingsOf(spec: MultiViewSpec, results: Omit<MultiViewResults, 'findings'>): string[] {
  const { data, pretraining, encoder } = spec;
  const sentences: string[] = [];
  const predictsGrowth = grows({
    keep: pretraining.keep,
    patches: data.patchesPerFeature,
    teacherScale: pretraining.teacherScale,
    power: encoder.power,
  });
  const teacher = results.arms.find(({ arm }) => arm === 'teacher');
  if (teacher) {
    const full = results.seeds.every(({ arms }) => arms.filter(({ arm }) => arm === 'teacher').every(({ coverage }) => coverage === 1));
    const covered = `mask reconstruction captured ${percent(teacher.coverage.mean)} of the ${data.classes * data.views} features`;
    if (full) sentences.push(`In every seed ${covered}${predictsGrowth ? ', as predicted' : ''}.`);
    if (full !== predictsGrowth)
      sentences.push(`Contradicts the theory: the drift condition ${predictsGrowth ? 'holds' : 'fails'}, and ${covered} over the seeds.`);
  }
  for (const { against, labelled, margin, everySeed, excludesZero } of results.margins) {
    const text = `single-view accuracy of mask reconstruction less that of “${ARM_TITLES[against]}” on the same ${labelled} labels: ${withInterval(margin)}`;
    if (excludesZero && margin.mean > 0) sentences.push(`${everySeed ? 'Ahead in every seed' : 'Ahead on average'}, ${text}.`);
    else if (excludesZero) sentences.push(`Contradicts the theory: ${text}.`);
    else sentences.push(`No difference that the seeds can tell, ${text}.`);
  }
  for (const arm of results.arms) {
    const error = withInterval({
      mean: 1 - arm.singleView.mean,
      ...(arm.singleView.interval && { interval: [1 - arm.singleView.interval[1], 1 - arm.singleView.interval[0]] as const }),
    });
    const { low, high } = arm.predictedError;
    if (arm.arm !== 'supervised' && high === 0) continue;
    const predicted = low === high ? percent(high) : `${percent(low)} to ${percent(high)}`;
    const verdict = arm.agrees
      ? 'As coverage predicts'
      : arm.arm === 'supervised' || 1 - arm.singleView.mean > high
        ? 'Contradicts the theory'
        : 'Better than coverage predicts (the head reads features below the level of capture)';
    sentences.push(
      `${verdict}: ${ARM_TITLES[arm.arm]}, ${arm.labelled} labels, has single-view error ${error} where ${predicted} is predicted.`,
    );
  }
  for (const { keep, grows: growing, growth } of results.sweep) {
    const theta = typeof keep === 'number' ? String(keep) : keep.join(' to ');
    if (growing !== undefined && growing !== growth.mean > 1)
      sentences.push(
        `Contradicts the theory: at θ = ${theta} kernels should ${growing ? '' : 'not '}grow, and strengths changed by a factor of ${growth.mean.toPrecision(3)}.`,
      );
  }
  return sentences;
}
