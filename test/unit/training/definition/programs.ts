import path from 'node:path';
import { Random } from '../../../../src/common/random';
import type { Program } from '../../../../src/architecture/computation';
import { DefinedEncoder, inputShapesOf } from '../../../../src/training/definition/definedEncoder';
import { readProgram, type DefinitionChoice, type ReadProgram } from '../../../../src/training/definition/readProgram';
import { Parameters } from '../../../../src/training/engine/parameters';
import { ImageLayout } from '../../../../src/training/imageLayout';

export const FIXTURES = path.join(process.cwd(), 'test/fixtures/programs');
const assets = path.join(process.cwd(), 'dist');

/** The images of the fixtures: 1 × 8 × 8. */
export const layout = new ImageLayout({ height: 8, width: 8, channels: 1 });

/** A definition of the fixtures, or of another file, as a program over the layout's images. */
export const programOf = (choice: Partial<DefinitionChoice> & Pick<DefinitionChoice, 'name'>, images = layout): Promise<ReadProgram> =>
  readProgram({ file: path.join(FIXTURES, 'modules.py'), ...choice }, inputShapesOf(images), assets);

/** An encoder of a program with its own parameters. */
export function encoderOf(
  program: Program,
  images = layout,
  seed = 1,
): { readonly encoder: DefinedEncoder; readonly parameters: Parameters } {
  const parameters = new Parameters(new Random(seed));
  return { encoder: new DefinedEncoder(parameters, images, { program }), parameters };
}

/** offset + scale · sin(0.7 i + phase), as record.py computes it. */
export const wave = (size: number, phase: number, scale: number, offset: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => offset + scale * Math.sin(0.7 * i + phase));

/** Gives every tensor the numbers that record.py gives it, but those that keep their own. */
export function fixWeights(parameters: Parameters, { saved }: Pick<DefinedEncoder, 'saved'>, kept: readonly string[] = []): void {
  for (const [place, name] of Object.keys(saved).sort().entries()) {
    if (name.endsWith('num_batches_tracked') || kept.includes(name)) continue;
    const values = parameters.values(saved[name]!);
    values.set(wave(values.length, place, 0.3, /(running_var|variance|\/var)$/.test(name) ? 1 : 0));
  }
}
