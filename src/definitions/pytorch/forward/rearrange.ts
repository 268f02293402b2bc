import { list, tuple, type Call, type Value } from '../../python/values';
import { dimension, exactQuotient, numberOf, productOf, type Dimension } from './dimension';
import { concatenate } from './joins';
import type { Recorder } from './recorder';
import { isReduction, reduce } from './reductions';
import { permute, reshape } from './shapes';
import { sliced } from './slices';
import { sideValue, sizeValue, type SymbolicTensor } from './symbolicTensor';

/**
 * `einops.rearrange(x, 'b (h w) c -> b c h w', h=14)`, `repeat` and `reduce`: a split, a reduction over names that go, a permutation, a repetition along
 * names that come, and a merge. Undefined for patterns that are not followed.
 */
export function callEinops(recorder: Recorder, call: Call): SymbolicTensor | undefined {
  const line = call.range.startLine;
  const [value, pattern, reduction] = call.positional;
  const items = value?.kind === 'sequence' && !value.doubt ? value.items.map(item => recorder.tensor(item, line)) : undefined;
  const tensor = items?.every(item => item !== undefined) ? stacked(recorder, items, line) : recorder.tensor(value, line);
  if (!tensor?.sides || pattern?.kind !== 'string') return undefined;
  const [left, right] = pattern.value.split('->').map(groupsOf);
  if (!left || !right) return undefined;
  const more = tensor.sides.length - left.filter(group => group[0] !== '...').length;
  const rest = Array.from({ length: more }, (_, place) => `_${place}`);
  const spread = (groups: readonly (readonly string[])[]): string[][] =>
    groups.flatMap(group =>
      group[0] === '...' && group.length === 1 ? rest.map(name => [name]) : [group.flatMap(name => (name === '...' ? rest : [name]))],
    );
  const [before, after] = [spread(left), spread(right)];
  const [names, moved] = [before.flat(), after.flat()];
  if (before.length !== tensor.sides.length || [names, moved].some(each => new Set(each).size < each.length)) return undefined;
  const sides = new Map<string, Dimension | undefined>();
  for (const name of moved) sides.set(name, sideValue(call.keywords.get(name)));
  for (const [place, group] of before.entries()) {
    const given = group.map(name => sideValue(call.keywords.get(name)));
    const open = given.flatMap((side, index) => (side ? [] : [index]));
    const known = productOf(given.filter(side => side !== undefined));
    const whole = tensor.sides[place];
    const left_ = whole && known && exactQuotient(whole, known);
    for (const [index, name] of group.entries()) sides.set(name, given[index] ?? (open.length === 1 ? left_ : undefined));
  }
  const sidesOf = (all: readonly string[]) => all.map(name => sides.get(name));
  let made = reshape(recorder, 'reshape', tensor, sidesOf(names), line);
  const gone = names.filter(name => !moved.includes(name));
  const word = reduction?.kind === 'string' ? reduction.value : undefined;
  if (gone.length > 0) {
    if (word === undefined || !isReduction(word)) return undefined;
    made = reduce(recorder, word, made, { axes: gone.map(name => names.indexOf(name)), keep: false, line });
  }
  const kept = names.filter(name => moved.includes(name));
  const order = moved.filter(name => kept.includes(name)).map(name => kept.indexOf(name));
  made = permute(recorder, 'permute', made, order, line);
  if (moved.some(name => !kept.includes(name))) {
    if (sidesOf(moved).includes(undefined)) return undefined;
    const narrow = moved.map(name => (kept.includes(name) ? sides.get(name) : dimension(1)));
    made = recorder.expand(reshape(recorder, 'reshape', made, narrow, line), sidesOf(moved), line, 'repeat');
  }
  return reshape(
    recorder,
    'reshape',
    made,
    after.map(group => productOf(sidesOf(group))),
    line,
  );
}

/** Tensors of one shape along a new axis in front. */
const stacked = (recorder: Recorder, tensors: readonly SymbolicTensor[], line: number): SymbolicTensor =>
  concatenate(
    recorder,
    tensors.map(tensor => reshape(recorder, 'reshape', tensor, tensor.sides && [dimension(1), ...tensor.sides], line)),
    0,
    line,
  );

/** Where `*` stands among the names of a pattern of `pack`, and how many names stand behind it. */
function starOf(pattern: Value | undefined): { readonly before: number; readonly behind: number } | undefined {
  const names = pattern?.kind === 'string' ? pattern.value.trim().split(/\s+/) : [];
  const before = names.indexOf('*');
  return before < 0 ? undefined : { before, behind: names.length - before - 1 };
}

/** `einops.pack(tensors, 'b * d')`: the axes at the star made one, joined along it; and the sides that were there. */
export function callPack(recorder: Recorder, call: Call): Value | undefined {
  const line = call.range.startLine;
  const [given, pattern] = call.positional;
  const star = starOf(pattern);
  const tensors = given?.kind === 'sequence' && !given.doubt ? given.items.map(item => recorder.tensor(item, line)) : [];
  if (!star || tensors.length === 0 || !tensors.every(tensor => tensor?.sides)) return undefined;
  const { before, behind } = star;
  const shapes = tensors.map(tensor => tensor!.sides!.slice(before, tensor!.sides!.length - behind));
  const flat = tensors.map((tensor, place) => {
    const all = tensor!.sides!;
    return reshape(
      recorder,
      'reshape',
      tensor!,
      [...all.slice(0, before), productOf(shapes[place]!), ...all.slice(all.length - behind)],
      line,
    );
  });
  if (shapes.flat().includes(undefined)) return undefined;
  return tuple([concatenate(recorder, flat, before, line), list(shapes.map(shape => tuple(shape.map(side => sizeValue(side!)))))]);
}

/** `einops.unpack(x, shapes, 'b * d')`: what `pack` joined. */
export function callUnpack(recorder: Recorder, call: Call): Value | undefined {
  const line = call.range.startLine;
  const [value, given, pattern] = call.positional;
  const [tensor, star] = [recorder.tensor(value, line), starOf(pattern)];
  const shapes =
    given?.kind === 'sequence' ? given.items.map(item => (item.kind === 'sequence' ? item.items.map(sideValue) : undefined)) : [];
  if (!tensor?.sides || !star || shapes.length === 0 || shapes.includes(undefined)) return undefined;
  const { sides, features } = tensor;
  let start = 0;
  const parts = shapes.map(shape => {
    const length = numberOf(productOf(shape!));
    if (length === undefined) return undefined;
    const operation = {
      kind: 'selection',
      name: 'unpack',
      gain: { euclidean: 1, rows: 1 },
      run: sliced(star.before, start, start + length),
    } as const;
    const part = recorder.emit(operation, [tensor], sides.with(star.before, dimension(length)), line, features);
    start += length;
    return reshape(recorder, 'reshape', part, sides.toSpliced(star.before, 1, ...shape!), line);
  });
  return parts.every(part => part !== undefined) ? list(parts) : undefined;
}

/** `b (h w) c` as [[b], [h, w], [c]]; `1` and `()` are sides of one entry, without a name. */
const groupsOf = (text: string): string[][] =>
  [...text.trim().matchAll(/\(([^)]*)\)|(\S+)/g)].map(([, group, name]) =>
    (group === undefined ? [name!] : group.split(/\s+/).filter(Boolean)).filter(each => each !== '1'),
  );
