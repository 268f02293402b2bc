import type { Call, Value } from './values';

/** `functools.partial(callee, …)`; one of a `partial` takes its arguments over, as in Python. Undefined where its arguments are not all written. */
export function partial(call: Call): Value | undefined {
  const [callee, ...positional] = call.positional;
  if (!callee || call.spread) return undefined;
  if (callee.kind !== 'partial') return { kind: 'partial', callee, positional, keywords: call.keywords };
  const keywords = new Map([...callee.keywords, ...call.keywords]);
  return { kind: 'partial', callee: callee.callee, positional: [...callee.positional, ...positional], keywords };
}
