import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { definitionStudy, featureMethod, fineTuneStudy, lambdasIn, SKELETON, sweepStudy } from '../../../src/editor/studyDrafts';
import { parseStudy } from '../../../src/studies/parseStudy';

const sample = readFileSync('media/sample/fashion.study.json', 'utf8');

/** The study that a text stands for; fails with its first problem. */
function studyOf(text: string) {
  const { study, problems } = parseStudy(text);
  assert.ok(study, `${problems[0]?.place} ${problems[0]?.problem}\n${text}`);
  return study;
}

describe('studies that commands write', () => {
  it('fine-tunes given weights: no pre-training, one arm, the other study’s data and seeds', () => {
    const draft = { name: 'tuned', definition: 'models/vit.py#ViT', checkpoint: 'weights/vit.safetensors', labels: 64 };
    const study = studyOf(fineTuneStudy(sample, draft));
    assert.deepEqual(study.encoder, { kind: 'definition', definition: 'models/vit.py#ViT', checkpoint: 'weights/vit.safetensors' });
    assert.deepEqual(study.objective, { kind: 'none' });
    assert.equal(study.data.labels, 64);
    assert.deepEqual(
      study.sweep.arms.map(({ name }) => name),
      ['fine-tuned'],
    );
    assert.deepEqual(study.sweep.seeds, [0, 1, 2]);
  });

  it('keeps how the other study cuts the definition', () => {
    const own = fineTuneStudy(sample, { name: 'a', definition: 'm.py#Net', checkpoint: 'a.pt', labels: 10 }).replace(
      '"checkpoint": "a.pt"',
      '"method": "features", "checkpoint": "a.pt"',
    );
    const study = studyOf(fineTuneStudy(own, { name: 'b', definition: 'm.py#Net', checkpoint: 'b.pt', labels: 10 }));
    assert.deepEqual(study.encoder, { kind: 'definition', definition: 'm.py#Net', method: 'features', checkpoint: 'b.pt' });
  });

  for (const kind of ['radreg', 'l2', 'feature decay', 'spectral norm'] as const)
    it(`sweeps ${kind} beside no regulariser`, () => {
      const study = studyOf(sweepStudy(sample, { name: 'sweep', kind, lambdas: [0.001, 0.01] }));
      assert.equal(study.sweep.arms.length, 3);
      assert.deepEqual(study.regulariser, { kind: 'none' });
      assert.match(study.sweep.arms[1]!.name, / λ=0\.001$/);
    });

  it('comments of the other study stay', () =>
    assert.match(sweepStudy(sample, { name: 's', kind: 'l2', lambdas: [1] }), /\/\/ T-shirt, coat/));

  for (const [what, template] of [
    ['another study', sample],
    ['nothing', SKELETON],
  ] as const)
    it(`trains a definition itself, made of ${what}`, () => {
      const study = studyOf(definitionStudy(template, { name: 'Net', definition: 'net.py#Net', method: 'features' }));
      assert.deepEqual(study.encoder, { kind: 'definition', method: 'features' });
      assert.equal(study.objective.kind, 'context encoder');
      assert.equal(study.definition, 'net.py#Net');
    });

  for (const [text, expected] of [
    ['0.01, 0.001 0.003;0.01', [0.001, 0.003, 0.01]],
    ['0', [0]],
    ['', undefined],
    ['0.1, much', undefined],
    ['-1', undefined],
  ] as const)
    it(`reads the strengths in ${JSON.stringify(text)}`, () => assert.deepEqual(lambdasIn(text), expected));

  for (const [body, expected] of [
    ['class A:\n    def forward(self, x):\n        ...\n    def forward_features(self, x):\n        ...', 'forward_features'],
    ['class A:\n    def encode(self, x): ...\n    def features(self, x): ...', 'features'],
    ['class A:\n    def forward(self, x): return self.features(x)', undefined],
  ] as const)
    it(`finds the method that makes features: ${expected}`, () => assert.equal(featureMethod(body), expected));
});
