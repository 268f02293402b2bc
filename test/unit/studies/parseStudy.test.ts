import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { applyEdits, modify } from 'jsonc-parser/lib/esm/main.js';
import type { JSONPath } from 'jsonc-parser/lib/esm/main.js';
import { FileFault } from '../../../src/common/fault';
import { parseStudy } from '../../../src/studies/parseStudy';
import { readStudy, StudyFault } from '../../../src/studies/readStudy';
import { temporaryFolder } from '../support/temporaryFolder';
import { REFUSALS } from './refusals';
import { SAMPLE, withValue } from './sampleStudy';

describe('reading a study', () => {
  const folder = temporaryFolder();
  const faultOf = async (text: string): Promise<StudyFault> => {
    const file = folder.file('my.study.json');
    writeFileSync(file, text);
    const fault: unknown = await readStudy(file).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(fault instanceof StudyFault, String(fault));
    return fault;
  };

  it('reads the sample study and fills in defaults', async () => {
    const study = await readStudy('media/sample/fashion.study.json');
    assert.equal(study.objective.kind, 'masked autoencoder');
    assert.equal(study.data.domain, 'measured');
    assert.equal(parseStudy(withValue(['data', 'holdOut'], undefined)).study?.data.holdOut, 1000);
    assert.deepEqual(parseStudy(withValue(['bound'], undefined)).study?.bound, { failureProbability: 0.05, margin: 1, scaledRadius: 5 });
  });

  it('reads every kind of encoder, objective and regulariser', () => {
    const kinds: readonly (readonly [JSONPath, unknown])[] = [
      [['encoder'], { kind: 'vit', patch: 7, width: 48, depth: 1, heads: 1, norm: 'post', residual: { attention: 0.5, perceptron: 0.5 } }],
      [['objective', 'maskRatio'], { from: 0.3, to: 0.8 }],
      [['objective', 'maskRatio'], { random: [0.4, 0.8] }],
      [['objective'], { kind: 'context encoder', mask: 'region', steps: 9, batch: 8, learningRate: 0.01 }],
      [['objective'], { kind: 'mask reconstruction', teacher: { kind: 'scaled' }, steps: 9, batch: 8, learningRate: 0.01 }],
      [['objective'], { kind: 'denoising', noise: { kind: 'gaussian', deviation: 0.2 }, steps: 9, batch: 8, learningRate: 0.01 }],
      [['regulariser'], { kind: 'radreg', lambda: 0.01, head: { kind: 'mlp' }, signs: 'fixed', inputs: 'pretraining', normalise: true }],
      [
        ['regulariser'],
        [
          { kind: 'spectral norm', lambda: 0.01 },
          { kind: 'feature decay', lambda: 0.1 },
        ],
      ],
    ];
    for (const [place, value] of kinds) assert.deepEqual(parseStudy(withValue(place, value)).problems, [], JSON.stringify(value));
    const capped = { kind: 'deep net', width: 64, depth: 3, bias: false, normCap: { spectral: 1, l21: 8 } };
    const denoising = JSON.stringify({ kind: 'denoising', noise: { kind: 'masking', ratio: 0.5 }, steps: 9, batch: 8, learningRate: 0.01 });
    for (const encoder of [capped, { kind: 'convolutional', channels: [8, 16] }]) {
      const text = withValue(['encoder'], encoder);
      assert.deepEqual(parseStudy(applyEdits(text, modify(text, ['objective'], JSON.parse(denoising), {}))).problems, []);
    }
  });

  it('allows comments and trailing commas', () => {
    assert.ok(parseStudy(SAMPLE.replace('"seeds": [0, 1, 2]', '"seeds": [0, /* one is enough */],')).study);
  });

  for (const [what, text, sentence] of REFUSALS)
    it(`refuses ${what}`, async () => {
      const fault = await faultOf(text);
      const prefix = `${fault.studyFile}:${fault.source.line + 1}: `;
      assert.equal(fault.message, prefix + sentence);
    });

  const places: readonly (readonly [what: string, text: string, underlined: string])[] = [
    ['a wrong value', withValue(['encoder', 'patch'], 3.5), '3.5'],
    ['a misspelt key', withValue(['encoder', 'dept'], 1), '"dept"'],
    ['a missing value: the part it is missing from', withValue(['encoder', 'width'], undefined), '"encoder"'],
    ['a value of an arm', withValue(['sweep', 'arms', 1, 'regulariser', 'lambda'], -1), '-1'],
    ['what an arm makes wrong elsewhere', withValue(['sweep', 'arms', 1, 'encoder'], { width: 50 }), '"encoder"'],
  ];
  for (const [what, text, underlined] of places)
    it(`underlines ${what}`, () => {
      const { problems } = parseStudy(text);
      const { offset, length, line } = problems[0]!;
      assert.equal(text.slice(offset, offset + length), underlined);
      assert.ok(text.split('\n')[line]!.includes(underlined));
    });

  it('reports everything that is wrong at once, misspelt keys first', () => {
    const text = applyEdits(withValue(['encoder', 'patch'], 0), []);
    const both = applyEdits(text, modify(text, ['data', 'label'], 3, {}));
    assert.deepEqual(
      parseStudy(both).problems.map(problem => problem.place),
      ['data.label', 'encoder.patch'],
    );
  });

  it('refuses a missing and an empty file in a sentence', async () => {
    writeFileSync(folder.file('empty.json'), '\n');
    const isFileFault = (sentence: RegExp) => (error: unknown) => error instanceof FileFault && sentence.test(error.message);
    await assert.rejects(readStudy(folder.file('none.json')), isFileFault(/none\.json does not exist: check the path\.$/));
    await assert.rejects(readStudy(folder.file('empty.json')), isFileFault(/empty\.json is empty: write a study into it/));
    await assert.rejects(readStudy(folder.path), isFileFault(/is a folder, not a file/));
  });
});
