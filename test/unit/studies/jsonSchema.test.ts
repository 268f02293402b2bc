import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { knownKeys, studyJsonSchema } from '../../../src/studies/jsonSchema';

const FILE = 'media/study.schema.json';

describe('the JSON schema of studies', () => {
  it('is shipped as the code has it (BOUNDLENS_UPDATE=1 writes it; then format it)', () => {
    const schema = studyJsonSchema();
    if (process.env['BOUNDLENS_UPDATE']) writeFileSync(FILE, JSON.stringify(schema, undefined, 2));
    assert.deepEqual(JSON.parse(readFileSync(FILE, 'utf8')), JSON.parse(JSON.stringify(schema)));
  });

  it('explains every key of a study', () => {
    const unexplained: string[] = [];
    const visit = (schema: ReturnType<typeof studyJsonSchema>, path: string) => {
      for (const [key, value] of Object.entries(schema.properties ?? {})) {
        const described = value.description ?? (value.const !== undefined || key === '$schema');
        if (!described) unexplained.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
      for (const option of schema.oneOf ?? schema.anyOf ?? []) visit(option, path);
    };
    visit(studyJsonSchema(), '');
    assert.deepEqual(
      unexplained.filter(path => !path.startsWith('.sweep.arms')),
      [],
    );
  });

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
