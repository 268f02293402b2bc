/** Attributes as a key: equal attributes have equal fingerprints; unlike plain JSON, infinities and NaN stay apart. */
export function fingerprint(attributes: object): string {
  return JSON.stringify(attributes, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value));
}
