import type { Context } from './context';
import type { Call, Value } from './values';

/** The value of a call of one of Python's own functions; undefined when it cannot be decided. */
export type BuiltinFunction = (values: readonly Value[], call: Call, context: Context) => Value | undefined;
