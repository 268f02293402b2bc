import path from 'node:path';
import type { Role } from '../datasets/dataFiles';
import { fingerprintOf, type Fingerprint } from '../datasets/fingerprint';
import type { SourceChoice } from '../datasets/openDataSource';
import { sourceFiles } from '../datasets/sourceFiles';
import { namedDefinition } from '../studies/namedDefinition';
import type { Trial } from '../studies/study';
import { HashCache } from './hashCache';

/** What the data of a run were, by their part in the study, and the definition that it trained. */
export interface DataFingerprints {
  readonly train: Fingerprint;
  readonly test: Fingerprint;
  readonly unlabelledPool?: Fingerprint;
  /** The source of the encoder's definition and the checkpoint that it began with, where the encoder is one; not what the source imports. */
  readonly definition?: Fingerprint;
}

/** The file of a study's folder that keeps hashes of data files for the next time. */
const CACHE = 'fingerprints.json';

/** Takes the fingerprints of trials' data and definitions, each set once, and keeps hashes of files in the study's folder. */
export class DataFingerprinter {
  private readonly taken = new Map<string, Promise<Fingerprint>>();
  private loading: Promise<HashCache> | undefined;

  constructor(private readonly folder: string) {}

  /** Throws a `FileFault` when a file is not there. */
  async of({ data, encoder }: Pick<Trial, 'data'> & Partial<Pick<Trial, 'encoder'>>): Promise<DataFingerprints> {
    const train = await this.once(data.train, 'train');
    const test = await this.once(data.test, 'test');
    const pool = data.unlabelledPool && (await this.once(data.unlabelledPool, 'unlabelled'));
    const definition = encoder?.kind === 'definition' ? await this.ofFiles(definitionFiles(encoder)) : undefined;
    return { train, test, ...(pool && { unlabelledPool: pool }), ...(definition && { definition }) };
  }

  private once(choice: SourceChoice, role: Role): Promise<Fingerprint> {
    const key = `${role} ${JSON.stringify(choice)}`;
    const taking = this.taken.get(key) ?? this.take(choice, role);
    this.taken.set(key, taking);
    return taking;
  }

  private async take(choice: SourceChoice, role: Role): Promise<Fingerprint> {
    return this.ofFiles(await sourceFiles(choice, role));
  }

  private async ofFiles(files: readonly string[]): Promise<Fingerprint> {
    const cache = await (this.loading ??= HashCache.load(path.join(this.folder, CACHE)));
    const fingerprint = await fingerprintOf(files, cache);
    await cache.save();
    return fingerprint;
  }
}

/** The source of a definition, whose path is absolute, and its checkpoint. */
function definitionFiles({ definition, checkpoint }: Extract<Trial['encoder'], { kind: 'definition' }>): string[] {
  const named = definition === undefined ? undefined : namedDefinition(definition, '.');
  return [named?.file, checkpoint].filter(file => file !== undefined);
}

/** Whether two runs had the same data, as far as fingerprints tell; a run of which nothing is known counts as the same. */
export function sameData(a: DataFingerprints | undefined, b: DataFingerprints | undefined): boolean {
  if (!a || !b) return true;
  return (['train', 'test', 'unlabelledPool', 'definition'] as const).every(
    part => a[part]?.method === b[part]?.method && a[part]?.hash === b[part]?.hash,
  );
}

/** Whether a trial's data are still what a run of it had, as `fingerprint` finds them now; not looked at where nothing is known of the run. */
export async function hasSameData(
  data: DataFingerprints | undefined,
  trial: Trial,
  fingerprint: ((trial: Trial) => Promise<DataFingerprints>) | undefined,
): Promise<boolean> {
  return sameData(data, data && (await fingerprint?.(trial)));
}
