import type { Call } from '../../python/values';
import { dimension, exactQuotient, productOf, type Dimension } from './dimension';
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
  if (names.length !== moved.length || names.some(name => !moved.includes(name)) || !names.every(name => /^[a-z]\w*$/i.test(name)))
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

/** `einops.repeat(x, '1 n d -> b n d', b=b)`: names that are new on the right, or a `1` on the left in their place, are sides along which it is repeated. */
export function callRepeat(recorder: Recorder, call: Call): SymbolicTensor | undefined {
  const line = call.range.startLine;
  const [value, pattern] = call.positional;
  const tensor = recorder.tensor(value, line);
  if (!tensor?.sides || pattern?.kind !== 'string') return undefined;
  const [before, after] = pattern.value.split('->').map(groupsOf);
  const isFlat = [before, after].every(groups => groups?.every(group => group.length <= 1));
  if (!before || !after || !isFlat || before.length !== tensor.sides.length) return undefined;
  const [from, to] = [before, after].map(groups => groups.map(group => group[0] ?? '1')) as [string[], string[]];
  const kept = from.filter(name => name !== '1');
  if (to.filter(name => kept.includes(name)).join() !== kept.join()) return undefined;
  const given = new Map(from.map((name, place) => [name, tensor.sides![place]]));
  const one = dimension(1);
  const spread = to.map(name => (kept.includes(name) ? given.get(name) : one));
  const wanted = to.map(name => (kept.includes(name) ? given.get(name) : name === '1' ? one : sideValue(call.keywords.get(name))));
  if (wanted.includes(undefined)) return undefined;
  return recorder.expand(reshape(recorder, 'reshape', tensor, spread, line), wanted, line, 'repeat');
}

/** `b (h w) c` as [[b], [h, w], [c]]. */
const groupsOf = (text: string): string[][] =>
  [...text.trim().matchAll(/\(([^)]*)\)|(\S+)/g)].map(([, group, name]) =>
    group === undefined ? [name!] : group.split(/\s+/).filter(Boolean),
  );
