import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { knownKeys, multiViewJsonSchema, studyJsonSchema } from '../../../src/studies/jsonSchema';

const SCHEMAS = [
  { what: 'a study', file: 'media/study.schema.json', schemaOf: studyJsonSchema },
  { what: 'an experiment of the multi-view laboratory', file: 'media/multiview.schema.json', schemaOf: multiViewJsonSchema },
];

/** Keys below a schema that have no description, with their places. */
function unexplainedKeys(schema: ReturnType<typeof studyJsonSchema>, path = ''): readonly string[] {
  const keys = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const described = value.description ?? (value.const !== undefined || key === '$schema');
    return [...(described ? [] : [`${path}.${key}`]), ...unexplainedKeys(value, `${path}.${key}`)];
  });
  return [...keys, ...(schema.oneOf ?? schema.anyOf ?? []).flatMap(option => unexplainedKeys(option, path))];
}

describe('the JSON schemas', () => {
  for (const { what, file, schemaOf } of SCHEMAS) {
    it(`that of ${what} is shipped as the code has it (BOUNDLENS_UPDATE=1 writes it; then format it)`, () => {
      const schema = schemaOf();
      if (process.env['BOUNDLENS_UPDATE']) writeFileSync(file, JSON.stringify(schema, undefined, 2));
      assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(schema)));
    });

    it(`every key of ${what} is explained`, () =>
      assert.deepEqual(
        unexplainedKeys(schemaOf()).filter(place => !place.startsWith('.sweep.arms')),
        [],
      ));
  }

  it('knows which keys may stand where', () => {
    const study = { regulariser: { kind: 'radreg' }, objective: { kind: 'none' }, sweep: { arms: [{ encoder: { kind: 'vit' } }] } };
    assert.deepEqual(knownKeys(studyJsonSchema(), ['regulariser'], study), [
      'kind',
      'lambda',
      'draws',
      'batch',
      'radius',
      'inputs',
      'signs',
      'normalise',
      'head',
    ]);
    assert.deepEqual(knownKeys(studyJsonSchema(), ['objective'], study), ['kind']);
    const list = { regulariser: [{ kind: 'l2' }, { kind: 'spectral norm' }] };
    assert.deepEqual(knownKeys(studyJsonSchema(), ['regulariser', 1], list), ['kind', 'lambda']);
    assert.deepEqual(knownKeys(studyJsonSchema(), ['sweep', 'arms', 0, 'encoder'], study), [
      'kind',
      'patch',
      'width',
      'depth',
      'heads',
      'mlpRatio',
      'norm',
      'residual',
      'finalNorm',
      'unitFeatures',
    ]);
    assert.deepEqual(knownKeys(studyJsonSchema(), ['nowhere'], study), []);
  });
});
