/** Texts in a person's language by their English text, as the bundles in `l10n` have them. */
export type Translations = Readonly<Record<string, string>>;

let known: Translations = {};

/**
 * Has `t` and `translated` answer in another language from now on. The editor takes the language of VS Code and hands it to the panel's page; the command
 * line and saved reports stay English.
 */
export function useTranslations(texts: Translations = {}): void {
  known = texts;
}

/** The translations that are in use; empty in English. */
export const translationsInUse = (): Translations => known;

/**
 * A text in a person's language, with values in place of `{0}`, `{1}`, …; English where it has no translation. Takes the text in place, so that a test
 * can hold the bundles to what is shown.
 */
export const t = (text: string, ...values: readonly (string | number)[]): string => filled(translated(text), values);

/** Marks a text that is kept in a table for `translated` to show later. */
export const toTranslate = (text: string): string => text;

/** A text that `toTranslate` marked, or that theory or a record of a run made, in a person's language; the text itself where it has no translation. */
export const translated = (text: string): string => (Object.hasOwn(known, text) ? known[text]! : text);

const filled = (text: string, values: readonly (string | number)[]): string =>
  text.replace(/\{(\d+)\}/g, (place, index) => `${values[Number(index)] ?? place}`);
