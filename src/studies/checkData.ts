import { ValueFault } from '../common/fault';
import { readIdxImageShape, readIdxLabels, type ImageBytes } from '../datasets/idx';
import { splitTask } from '../datasets/splits';
import { requireSameCount, requireSameShape } from '../datasets/task';
import type { Trial } from './study';

type ImageShape = Omit<ImageBytes, 'values'>;

/**
 * Holds trials against their data before anything is started: files exist and belong together, patches divide the images, pools are large
 * enough, batches are not larger than what they draw from. Reads labels and image headers only.
 *
 * @throws FileFault or ValueFault for the first trial that cannot run
 */
export async function checkTrialData(trials: readonly Trial[]): Promise<void> {
  const labels = remembered(readIdxLabels);
  const shapes = remembered(readIdxImageShape);
  for (const trial of trials) {
    const { train, test } = trial.data;
    const [trainShape, testShape] = [await shapes(train.images), await shapes(test.images)];
    const [trainLabels, testLabels] = [await labels(train.labels), await labels(test.labels)];
    requireSameCount(train, trainShape.count, trainLabels.length);
    requireSameCount(test, testShape.count, testLabels.length);
    requireSameShape(train.images, trainShape, test.images, testShape);
    requireWholePatches(trial, trainShape);
    const split = splitTask(trainLabels, testLabels, trial.data, trial.seed, trial.study.file);
    requireBatches(trial, split.pretraining.length);
  }
}

function requireWholePatches({ encoder: { patch }, objective, study }: Trial, { height, width }: ImageShape): void {
  if (height % patch !== 0 || width % patch !== 0)
    throw new ValueFault(
      study.file,
      'encoder.patch',
      `is ${patch}, which does not divide images of ${height} × ${width}`,
      `choose ${commonDivisors(height, width).join(', ')}`,
    );
  const patches = (height / patch) * (width / patch);
  if (objective.kind === 'none') return;
  const masked = Math.round(objective.maskRatio * patches);
  if (masked < 1 || masked >= patches)
    throw new ValueFault(
      study.file,
      'objective.maskRatio',
      `is ${objective.maskRatio}, which masks ${masked} of the ${patches} patches`,
      'choose a ratio that leaves at least one masked and one visible patch, or smaller patches',
    );
}

function requireBatches({ objective, regulariser, data, study }: Trial, pretraining: number): void {
  if (objective.kind !== 'none' && objective.batch > pretraining)
    throw new ValueFault(
      study.file,
      'objective.batch',
      `is ${objective.batch}, but there are only ${pretraining} pre-training images`,
      'lower it',
    );
  if (objective.kind !== 'none' && regulariser.kind === 'radreg' && regulariser.batch > data.unlabelled)
    throw new ValueFault(
      study.file,
      'regulariser.batch',
      `is ${regulariser.batch}, but there are only ${data.unlabelled} unlabelled images (data.unlabelled)`,
      'lower it or raise data.unlabelled',
    );
}

function commonDivisors(a: number, b: number): number[] {
  return Array.from({ length: Math.min(a, b) }, (_, i) => i + 1).filter(one => one > 1 && a % one === 0 && b % one === 0);
}

/** Reads each file once. */
function remembered<T>(read: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return file => {
    const reading = known.get(file) ?? read(file);
    known.set(file, reading);
    return reading;
  };
}
