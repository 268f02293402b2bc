import { z } from 'zod';
import { multiViewSchema } from './schema/multiView';
import { studySchema } from './schema/study';

/** The parts of JSON Schema that a study's schema is made of. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** The parts of a study that an arm may override. */
const OVERRIDABLE = ['data', 'encoder', 'objective', 'regulariser', 'fineTuning', 'bound'] as const;

/** JSON Schema of the study file for editors (`media/study.schema.json`); an arm knows the parts of a study with every key optional. */
export function studyJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(studySchema, { io: 'input', target: 'draft-07' }) as JsonSchema;
  const { sweep, ...parts } = schema.properties!;
  const { arms } = sweep!.properties!;
  const overrides = Object.fromEntries(OVERRIDABLE.map(name => [name, relaxed(parts[name]!)]));
  const armSchema = { ...arms!.items!, properties: { ...arms!.items!.properties, ...overrides } };
  const sweepSchema = { ...sweep!, properties: { ...sweep!.properties, arms: { ...arms!, items: armSchema } } };
  return { ...schema, title: 'BoundLens study', properties: { ...parts, sweep: sweepSchema } };
}

/** JSON Schema of specifications of the multi-view laboratory for editors (`media/multiview.schema.json`). */
export const multiViewJsonSchema = (): JsonSchema => ({
  ...(z.toJSONSchema(multiViewSchema, { io: 'input', target: 'draft-07' }) as JsonSchema),
  title: 'BoundLens multi-view laboratory',
});

/** The same schema with every key optional and no defaults, for what overrides something else. */
function relaxed(schema: JsonSchema): JsonSchema {
  const { required: _required, properties, oneOf, anyOf, ...rest } = schema;
  const forms = oneOf ?? anyOf;
  const { default: _default, ...kept } = rest as JsonSchema & { default?: unknown };
  return {
    ...kept,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, relaxed(value)])) }),
    ...(forms && { anyOf: forms.map(relaxed) }),
  };
}

/** The keys that the object at `path` may have; `value` is the whole study, whose `kind`s choose between alternatives. */
export function knownKeys(schema: JsonSchema, path: readonly PropertyKey[], value: unknown): readonly string[] {
  const chosen = alternative(schema, value);
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(chosen.properties ?? {});
  const next = typeof step === 'number' ? chosen.items : chosen.properties?.[String(step)];
  return next ? knownKeys(next, rest, child(value, step)) : [];
}

/** The alternatives of a schema, those of alternatives among them. */
const formsOf = (schema: JsonSchema): readonly JsonSchema[] => (schema.oneOf ?? schema.anyOf)?.flatMap(formsOf) ?? [schema];

/** The alternative that the value means: a list for a list, else the one with its `kind` or `format`, else the one that knows most of its keys. */
function alternative(schema: JsonSchema, value: unknown): JsonSchema {
  if (!schema.oneOf && !schema.anyOf) return schema;
  const options = formsOf(schema).filter(form => (form.type === 'array') === Array.isArray(value));
  const tag = child(value, 'kind') ?? child(value, 'format');
  const tagged = options.find(({ properties = {} }) => tag !== undefined && (properties['kind'] ?? properties['format'])?.const === tag);
  if (tagged || options.some(({ properties }) => properties?.['kind'])) return tagged ?? schema;
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const known = ({ properties = {} }: JsonSchema): number => keys.filter(key => key in properties).length;
  return options.reduce(
    (best, option) => (known(option) > known(best) ? option : best),
    options.find(option => option.properties) ?? options[0] ?? schema,
  );
}

/** `value[step]` of anything. */
export function child(value: unknown, step: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined;
}
