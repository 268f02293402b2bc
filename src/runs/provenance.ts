import os from 'node:os';

/** The program that trained: two runs of the same bundle compute the same. */
export interface CodeVersion {
  /** Of the package. */
  readonly version: string;
  /** Begin of the SHA-256 of the trainer's bundle. */
  readonly bundle: string;
}

/** By what and where a run was made, beside what its trial, its data and its engine say. */
export interface Provenance {
  readonly code?: CodeVersion;
  readonly study: {
    readonly file: string;
    /** SHA-256 of the study file's bytes as the sweep read them. */
    readonly hash?: string;
  };
  readonly host: string;
  readonly node: string;
  /** Operating system and processor family, as `linux-x64`. */
  readonly platform: string;
  readonly processor?: string;
}

/** The provenance of a run that is made by this process. */
export function provenanceHere(study: Provenance['study'], code?: CodeVersion): Provenance {
  const processor = os.cpus()[0]?.model.trim();
  return {
    ...(code && { code }),
    study: { file: study.file, ...(study.hash !== undefined && { hash: study.hash }) },
    host: os.hostname(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    ...(processor && { processor }),
  };
}
