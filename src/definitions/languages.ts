import type { Grammar } from './sourceParser';

/** What a document is written in; JSON is read without a grammar. */
export type SourceLanguage = Grammar | 'json';

const BY_ENDING: readonly (readonly [ending: RegExp, language: SourceLanguage])[] = [
  [/\.json$/i, 'json'],
  [/\.(js|jsx|mjs|cjs)$/i, 'javascript'],
  [/\.tsx$/i, 'tsx'],
  [/\.(ts|mts|cts)$/i, 'typescript'],
];

/** The language of a document by the ending of its name; Python where that says nothing else, as in a new buffer. */
export const languageOf = (uri: string): SourceLanguage =>
  BY_ENDING.find(([ending]) => ending.test(uri.replace(/[?#].*$/, '')))?.[1] ?? 'python';
