import type { Study } from './study';

/** One thing that is added to an objective. */
export type RegulariserChoice = Exclude<Exclude<Study['regulariser'], readonly unknown[]>, { kind: 'none' }>;

/** The regularisers of a study as a list: empty for `none`. */
export function regularisersOf(choice: Study['regulariser']): readonly RegulariserChoice[] {
  if (Array.isArray(choice)) return choice;
  return choice.kind === 'none' ? [] : [choice];
}

/** The regularisers in words: "radreg λ = 0.003 + l2 λ = 0.05", or "none". */
export const regulariserText = (choice: Study['regulariser']): string =>
  regularisersOf(choice)
    .map(({ kind, lambda }) => `${kind} λ = ${lambda}`)
    .join(' + ') || 'none';
