import type { Computation } from '../../../architecture/computation';

/** The entries from `start` to before `stop` along one axis. */
export const sliced = (axis: number, start: number, stop: number): Computation => ({
  op: 'slice',
  slices: [{ axis, start, stop, step: 1 }],
  dropped: [],
});
