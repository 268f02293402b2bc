import type { Call } from '../../python/values';
import { exactQuotient, productOf, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import { permute, reshape } from './shapes';
import { sideValue, type SymbolicTensor } from './symbolicTensor';

/** `einops.rearrange(x, 'b (h w) c -> b c h w', h=14)`: a split, a permutation and a merge. Undefined for patterns that are not followed. */
export function callRearrange(recorder: Recorder, call: Call): SymbolicTensor | undefined {
  const line = call.range.startLine;
  const [value, pattern] = call.positional;
  const tensor = recorder.tensor(value, line);
  if (!tensor?.sides || pattern?.kind !== 'string') return undefined;
  const [before, after] = pattern.value.split('->').map(groupsOf);
  if (!before || !after || before.length !== tensor.sides.length) return undefined;
  const [names, moved] = [before.flat(), after.flat()];
  if (names.length !== moved.length || names.some(name => !moved.includes(name)) || names.some(name => /[^a-z]/i.test(name)))
    return undefined;
  const sides = new Map<string, Dimension | undefined>();
  for (const [place, group] of before.entries()) {
    const given = group.map(name => sideValue(call.keywords.get(name)));
    const open = given.flatMap((side, index) => (side ? [] : [index]));
    const rest = productOf(given.filter(side => side !== undefined));
    const whole = tensor.sides[place];
    const left = whole && rest && exactQuotient(whole, rest);
    for (const [index, name] of group.entries()) sides.set(name, given[index] ?? (open.length === 1 ? left : undefined));
  }
  const split = reshape(
    recorder,
    'reshape',
    tensor,
    names.map(name => sides.get(name)),
    line,
  );
  const order = moved.map(name => names.indexOf(name));
  const ordered = permute(recorder, 'permute', split, order, line);
  return reshape(
    recorder,
    'reshape',
    ordered,
    after.map(group => productOf(group.map(name => sides.get(name)))),
    line,
  );
}

/** `b (h w) c` as [[b], [h, w], [c]]. */
const groupsOf = (text: string): string[][] =>
  [...text.trim().matchAll(/\(([^)]*)\)|(\S+)/g)].map(([, group, name]) =>
    group === undefined ? [name!] : group.split(/\s+/).filter(Boolean),
  );
