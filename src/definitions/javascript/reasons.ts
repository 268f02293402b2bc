import { unknown, type Unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { undecided, type Value } from './values';

/** Why a value is not decided: its own reason where it has one. */
export const reasonOf = (value: Value, why: string, line: number): Unknown =>
  value.kind === 'undecided' ? value.reason : unknown(why, line);

/** What stands for syntax that has no rule. */
export const notFollowed = (node: Node): Value => undecided(`\`${written(node)}\` is not followed`, lineOf(node));
