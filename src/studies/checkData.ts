import { ValueFault } from '../common/fault';
import type { SampleShape } from '../datasets/samples';
import { splitTask } from '../datasets/splits';
import { openStudyData, type StudyData } from '../datasets/studyData';
import { convolutionalPlanes } from './convolutionalPlanes';
import { regularisersOf } from './regularisers';
import { requireMasks } from './requireMasks';
import type { Trial } from './study';

/**
 * Holds trials against their data before anything is started: files exist and belong together, patches divide the images, pools are large
 * enough, batches are not larger than what they draw from. Reads labels and image headers only.
 *
 * @param requireEncoder holds a trial's encoder against the shape of its images
 * @throws FileFault or ValueFault for the first trial that cannot run
 */
export async function checkTrialData(
  trials: readonly Trial[],
  requireEncoder: (trial: Trial, image: SampleShape) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const sets = new Map<string, Promise<StudyData>>();
  const opened = ({ data, study }: Trial): Promise<StudyData> => {
    const { train, test, unlabelledPool, resize, channels, downstream } = data;
    const key = JSON.stringify({ train, test, unlabelledPool, resize, channels, downstream });
    const open = sets.get(key) ?? openStudyData(data, study.file);
    sets.set(key, open);
    return open;
  };
  try {
    for (const trial of trials) {
      const { train, test, pool } = await opened(trial);
      requireWholePatches(trial, train);
      requirePositions(trial, train);
      await requireEncoder(trial, train);
      const split = splitTask(train.labels, test.labels, trial.data, trial.seed, trial.study.file, pool);
      requireBatches(trial, split.pretraining.length);
    }
  } finally {
    for (const open of await Promise.allSettled(sets.values())) if (open.status === 'fulfilled') await open.value.close();
  }
}

function requireWholePatches(trial: Trial, { height, width }: SampleShape): void {
  const { encoder, study } = trial;
  if (encoder.kind !== 'vit') return;
  const { patch } = encoder;
  if (height % patch !== 0 || width % patch !== 0)
    throw new ValueFault(
      study.file,
      'encoder.patch',
      `is ${patch}, which does not divide images of ${height} × ${width}`,
      `choose ${commonDivisors(height, width).join(', ')}`,
    );
  requireMasks(trial, (height / patch) * (width / patch));
}

/** Every stage of a convolutional encoder must leave something of the image. */
function requirePositions({ encoder, study }: Trial, image: SampleShape): void {
  if (encoder.kind !== 'convolutional') return;
  const empty = convolutionalPlanes(image, encoder).findIndex(({ pooled }) => Math.min(pooled.height, pooled.width) < 1);
  if (empty >= 0)
    throw new ValueFault(
      study.file,
      'encoder.channels',
      `has ${encoder.channels.length} stages, and stage ${empty + 1} leaves nothing of images of ${image.height} × ${image.width}`,
      'leave stages out, or choose a smaller stride or no pool',
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
  if (objective.kind === 'none') return;
  for (const [position, one] of regularisersOf(regulariser).entries()) {
    if (!('batch' in one)) continue;
    const [available, name] =
      one.inputs === 'pretraining' ? [pretraining, 'pre-training images'] : [data.unlabelled, 'unlabelled images (data.unlabelled)'];
    if (one.batch > available)
      throw new ValueFault(
        study.file,
        Array.isArray(regulariser) ? `regulariser[${position}].batch` : 'regulariser.batch',
        `is ${one.batch}, but there are only ${available} ${name}`,
        one.inputs === 'pretraining' ? 'lower it' : 'lower it or raise data.unlabelled',
      );
  }
}

function commonDivisors(a: number, b: number): number[] {
  return Array.from({ length: Math.min(a, b) }, (_, i) => i + 1).filter(one => one > 1 && a % one === 0 && b % one === 0);
}
