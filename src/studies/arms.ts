type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The study as one arm sees it: the arm's parts laid over the study's. Objects merge key by key, also nested ones; arrays and
 * plain values replace; an object of another `kind` or `format`, or of another form, replaces the whole part, since the keys of one mean
 * nothing to another.
 */
export function applyArm(study: Json, arm: Json): Json {
  const { name: _name, ...overrides } = arm;
  return merged(study, overrides);
}

function merged(base: Json, override: Json): Json {
  if (isOfAnotherForm(base, override)) return override;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const below = result[key];
    result[key] = isObject(below) && isObject(value) ? merged(below, value) : value;
  }
  return result;
}

/** Keys of which a part has the same value, or none, as long as it is of one form. */
const TAGS = ['kind', 'format'] as const;
/** Forms without a tag, of a task and of a mask ratio: the keys of each exclude the other's. */
const FORMS = [
  [['positive', 'negative'], ['classes']],
  [['from', 'to'], ['random']],
] as const;

function isOfAnotherForm(base: Json, override: Json): boolean {
  if (TAGS.some(tag => tag in override && override[tag] !== base[tag])) return true;
  return FORMS.some(forms => {
    const formOf = (part: Json) => forms.findIndex(keys => keys.some(key => key in part));
    const [before, after] = [formOf(base), formOf(override)];
    return before >= 0 && after >= 0 && before !== after;
  });
}
