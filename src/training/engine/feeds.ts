import type { Feeds, InputSpecs } from './engine';

/** Throws when `feeds` does not have exactly the arrays that `inputs` asks for. */
export function checkFeeds(inputs: InputSpecs, feeds: Feeds): void {
  for (const name of Object.keys(feeds)) if (!(name in inputs)) throw new Error(`The step has no input ${name}.`);
  for (const [name, { shape, dtype = 'float32' }] of Object.entries(inputs)) {
    const values = feeds[name];
    if (!values) throw new Error(`The input ${name} is not fed.`);
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (values.length !== size) throw new Error(`The input ${name} takes ${size} values (${shape.join(' × ')}), not ${values.length}.`);
    if (values instanceof Int32Array !== (dtype === 'int32')) throw new Error(`The input ${name} takes ${dtype} values.`);
  }
}
