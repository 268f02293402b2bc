import type { Layer } from '../../architecture/architecture';
import { insertion, type TextChange } from './textChange';

/**
 * Ends an `nn.Sequential` in a LayerNorm behind its last layer, so that its features have a fixed scale. Undefined where the last layer does not stand
 * inside one, or how many features it makes is not known.
 * @param lines the text that was analysed
 */
export function layerNormFix(last: Layer, lines: readonly string[]): readonly TextChange[] | undefined {
  const { startLine, startColumn, endLine, endColumn } = last.range;
  const prefix = /^([\w.]*\.)?Linear$/.exec(last.type)?.[1];
  const features = last.parameters.known ? last.parameters.value[0]?.shape[0] : undefined;
  if (prefix === undefined || features === undefined || !lines[startLine]?.startsWith(`${last.type}(`, startColumn)) return undefined;
  if (!isInSequential(lines, startLine, startColumn)) return undefined;
  const isAlone = lines[startLine].slice(0, startColumn).trim() === '';
  const between = isAlone ? `,\n${lines[startLine].slice(0, startColumn)}` : ', ';
  return [insertion(endLine, endColumn, `${between}${prefix}LayerNorm(${features})`)];
}

/** Whether the innermost open bracket before a place is that of `Sequential(`. */
function isInSequential(lines: readonly string[], line: number, column: number): boolean {
  const before = [...lines.slice(0, line), lines[line]!.slice(0, column)].join('\n');
  let depth = 0;
  for (let index = before.length - 1; index >= 0; index--) {
    const character = before[index]!;
    if (')]}'.includes(character)) depth++;
    else if ('([{'.includes(character) && depth-- === 0) return /\bSequential$/.test(before.slice(0, index));
  }
  return false;
}
