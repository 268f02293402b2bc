/** Nesting of JSON that people write; parsers of JSON with comments recurse, and a bomb of brackets would end them. */
export const DEEPEST_JSON = 100;

/** How deep brackets lie in brackets in a text, those within words counted too: no less than the depth of the JSON. */
export function jsonDepth(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    depth += bracket[0] === '[' || bracket[0] === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
