import { LibraryValue, type Value } from './values';

/** `slice(start, stop, step)`: an index as a value. */
export class SliceValue extends LibraryValue {
  constructor(readonly bounds: readonly (Value | undefined)[]) {
    super();
  }
}
