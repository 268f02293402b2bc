import type { Architecture, Known, Layer, SourceRange, Unknown } from '../architecture/architecture';
import { allLayers } from '../architecture/counts';
import type { Composition } from '../architecture/composition';

/** One definition of a document as it stands, or as it last stood while it cannot be read. */
export interface ReadDefinition {
  readonly architecture: Architecture;
  readonly stale: boolean;
}

/** What was last said of a document, with the text that its lines are those of. */
export interface LastGood {
  readonly text: string;
  readonly architectures: readonly Architecture[];
}

/**
 * What a text that is broken or being typed still says: new results that are known and have lost no layer (`self.fc = nn.Li` makes none yet), and for
 * everything else the last good one where its header stands now. A definition that is found no longer stays, too, where its lines went, unless another one stands there: then it was renamed.
 */
export function keepLastGood(read: readonly Architecture[], before: LastGood, text: string): readonly ReadDefinition[] {
  const found = read.filter(namedIn(text, before));
  const kept = found.map(architecture => {
    const last = before.architectures.find(other => other.name === architecture.name);
    if (!last?.parameterCount.known || isAsGood(architecture, last)) return { architecture, stale: false };
    return {
      architecture: { ...moved(last, architecture.range.startLine - last.range.startLine), range: architecture.range },
      stale: true,
    };
  });
  const lost = before.architectures.filter(last => !found.some(({ name }) => name === last.name));
  const shift = lost.length > 0 ? lineShift(before.text, text) : undefined;
  const taken = new Set(found.map(({ range }) => range.startLine));
  const stale = lost.flatMap(last => {
    const architecture = moved(last, shift!(last.range.startLine));
    const { startLine } = architecture.range;
    if (taken.has(startLine)) return [];
    taken.add(startLine);
    return [{ architecture, stale: true }];
  });
  return [...kept, ...stale].sort((left, right) => left.architecture.range.startLine - right.architecture.range.startLine);
}

/**
 * Whether a definition stands where it seems to: the parser may take a header that is not finished and the next one for one statement. A name that its
 * header did not have before, as that of a configuration, is not looked for.
 */
function namedIn(text: string, before: LastGood): (architecture: Architecture) => boolean {
  const [old, now] = [before.text.split('\n'), text.split('\n')];
  const isNamed = (lines: readonly string[], { name, range }: Architecture) => lines[range.startLine]?.includes(name) ?? false;
  const last = new Map(before.architectures.map(architecture => [architecture.name, architecture]));
  return architecture => isNamed(now, architecture) || !last.has(architecture.name) || !isNamed(old, last.get(architecture.name)!);
}

const isAsGood = (now: Architecture, last: Architecture): boolean =>
  now.parameterCount.known && [...allLayers(now.layers)].length >= [...allLayers(last.layers)].length;

/**
 * By how much a line of one text has moved in another: not before their first difference, by as many lines as were added behind the last; in between to
 * the nearest line of the same text, where there is one.
 */
function lineShift(before: string, after: string): (line: number) => number {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const added = now.length - old.length;
  const lastChanged = Math.max(start, now.length - 1 - end);
  const nearest = (line: number): number => {
    const same = now.flatMap((text, place) => (text === old[line] ? [place] : []));
    return same.sort((a, b) => Math.abs(a - line) - Math.abs(b - line))[0] ?? Math.min(line, lastChanged);
  };
  return line => (line < start ? 0 : line >= old.length - end ? added : nearest(line) - line);
}

/** An architecture with every line moved. */
function moved(architecture: Architecture, lines: number): Architecture {
  if (lines === 0) return architecture;
  const movedRange = (old: SourceRange): SourceRange => ({ ...old, startLine: old.startLine + lines, endLine: old.endLine + lines });
  const movedReason = (reason: Unknown): Unknown => ({ ...reason, line: reason.line + lines });
  const movedLayer = (layer: Layer): Layer => ({
    ...layer,
    range: movedRange(layer.range),
    parameters: layer.parameters.known ? layer.parameters : movedReason(layer.parameters),
    children: layer.children.map(movedLayer),
  });
  const movedSteps = (composition: Known<Composition>): Known<Composition> => {
    if (!composition.known) return movedReason(composition);
    const nodes = composition.value.nodes.map(node => ({ ...node, line: node.line + lines }));
    return { known: true, value: { ...composition.value, nodes } };
  };
  const { range, layers, composition } = architecture;
  return {
    ...architecture,
    range: movedRange(range),
    layers: layers.map(movedLayer),
    ...(composition && { composition: movedSteps(composition) }),
  };
}
