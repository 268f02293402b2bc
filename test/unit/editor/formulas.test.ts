import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { FORMULA_TEX } from '../../../src/editor/formulas/formulaTex';
import { formulaPicture, type DrawnFormulas, type ThemeKind } from '../../../src/editor/formulas/formulaPictures';
import { waysToLower } from '../../../src/editor/loweringText';
import { FORMULAS, type FormulaId } from '../../../src/theory/formulaIds';

const FILE = 'dist/formulas.json';
const drawn = () => JSON.parse(readFileSync(FILE, 'utf8')) as DrawnFormulas;
const ids = Object.entries(FORMULAS).flatMap(([theorem, terms]) => terms.map(name => `${theorem}.${name}` as FormulaId));

/** The SVG in the Markdown of a picture. */
function svgIn(markdown: string): string {
  const [, address] = /^!\[[^\]]*\]\(data:image\/svg\+xml,([^()]*)\|width=\d+,height=\d+\)$/.exec(markdown) ?? [];
  assert.ok(address, markdown.slice(0, 200));
  return decodeURIComponent(address);
}

describe('the pictures of formulas', () => {
  it('every formula is drawn, whole, in less than 200 KB for all', () => {
    assert.ok(statSync(FILE).size <= 200_000, `${statSync(FILE).size} bytes`);
    assert.deepEqual(Object.keys(FORMULA_TEX).sort(), [...ids].sort());
    for (const id of ids) {
      const svg = svgIn(formulaPicture(drawn(), id, 'x', 'dark') ?? '');
      const letters = [...svg.matchAll(/href="#([^"]+)"/g)].map(([, letter]) => letter!);
      assert.ok(letters.length > 0, id);
      // Blanks and the application of a function have no ink.
      for (const letter of letters)
        assert.match(svg, new RegExp(`<path id="${letter}" d="${/^N-(2061|A0)$/.test(letter) ? '' : 'M'}`), `${id}: ${letter}`);
      assert.doesNotMatch(svg, /currentColor|merror/, id);
    }
  });

  for (const [theme, colour] of [
    ['light', '#3b3b3b'],
    ['dark', '#cccccc'],
    ['high contrast', '#ffffff'],
    ['high contrast light', '#292929'],
  ] as const satisfies readonly (readonly [ThemeKind, string])[])
    it(`are written in the colour of text in a ${theme} theme`, () =>
      assert.match(svgIn(formulaPicture(drawn(), 'D1.complexity', 'x', theme) ?? ''), new RegExp(`(fill|stroke)="${colour}"`)));

  it('the plain formula stands for a picture that is not shown; brackets in it do no harm', () =>
    assert.match(formulaPicture(drawn(), 'F5.empirical', '[k]|m', 'dark') ?? '', /^!\[ k {2}m\]\(/));

  it('a formula that was not drawn has none', () =>
    assert.equal(formulaPicture({ outlines: {}, formulas: {} }, 'F5.empirical', 'k/m', 'dark'), undefined));
});

describe('what lowers a term', () => {
  it('is said of every complexity, divergence, transfer and domain term', () => {
    const silent = ids.filter(id => /\.(complexity|divergence|transfer|domain)$/.test(id) && waysToLower({ id }).length === 0);
    assert.deepEqual(silent, []);
  });
});
