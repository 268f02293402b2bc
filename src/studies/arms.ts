type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The study as one arm sees it: the arm's parts laid over the study's. Objects merge key by key, also nested ones; arrays and
 * plain values replace; an object of another `kind` replaces the whole part, since the keys of one kind mean nothing to another.
 */
export function applyArm(study: Json, arm: Json): Json {
  const { name: _name, ...overrides } = arm;
  return merged(study, overrides);
}

function merged(base: Json, override: Json): Json {
  if ('kind' in override && override['kind'] !== base['kind']) return override;
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const below = result[key];
    result[key] = isObject(below) && isObject(value) ? merged(below, value) : value;
  }
  return result;
}
