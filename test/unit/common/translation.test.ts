import assert from 'node:assert/strict';
import { t, toTranslate, translated, translationsInUse, useTranslations } from '../../../src/common/translation';

describe('texts in a person’s language', () => {
  afterEach(() => useTranslations());

  const German = { '{0} of {1} runs': 'von {1} Läufen {0}', vacuous: 'nichtssagend' };
  const cases: readonly (readonly [why: string, texts: Readonly<Record<string, string>>, said: () => string, expected: string])[] = [
    ['English is what stands in the code, with its values put in', {}, () => t('{0} of {1} runs', 3, 'all'), '3 of all runs'],
    ['a translation puts the values where its language wants them', German, () => t('{0} of {1} runs', 3, 12), 'von 12 Läufen 3'],
    ['what has no translation stays English', German, () => t('{0} left', '9 s'), '9 s left'],
    ['a word of a report is looked up by itself', German, () => translated('vacuous'), 'nichtssagend'],
    ['a text that is only marked stays as it is until it is shown', German, () => toTranslate('vacuous'), 'vacuous'],
    ['a place without a value stays to be seen', {}, () => t('{0} and {1}', 1), '1 and {1}'],
    ['no name of an object’s own members is a text', German, () => translated('constructor'), 'constructor'],
  ];
  for (const [why, texts, said, expected] of cases)
    it(why, () => {
      useTranslations(texts);
      assert.equal(said(), expected);
    });

  it('are English again without a bundle', () => {
    useTranslations(German);
    useTranslations(undefined);
    assert.deepEqual(translationsInUse(), {});
  });
});
