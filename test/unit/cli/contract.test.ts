import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../../src/common/random';
import { npyBytes } from '../support/npyBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { close, fixture } from '../theory/support';
import { documentOf, runCli } from './runCli';

const WINE = fixture('transfer/wine_std');
const SHIFT = fixture('domain_gap/wine_class0_vs_class1');
const CHECKPOINTS = path.join('test/fixtures/checkpoints');
const TERM_KEYS = ['assumptions', 'evidence', 'formula', 'id', 'inputs', 'name', 'value'];
const EVIDENCE = ['certified', 'measured', 'estimated', 'assumed'];

interface ReportDocument {
  readonly theorem: string;
  readonly terms: readonly Readonly<Record<string, unknown>>[];
  readonly total: number;
  readonly evidence: string;
  readonly vacuous: boolean;
  readonly needed: Readonly<Record<string, number>>;
  readonly failureProbability: number;
}

function isReport(document: unknown): ReportDocument {
  const report = document as ReportDocument;
  for (const term of report.terms) {
    assert.deepEqual(Object.keys(term).sort(), TERM_KEYS);
    assert.ok(typeof term['value'] === 'number' && EVIDENCE.includes(String(term['evidence'])), JSON.stringify(term));
  }
  assert.ok(typeof report.total === 'number' && EVIDENCE.includes(report.evidence));
  assert.ok(typeof report.vacuous === 'boolean' && typeof report.failureProbability === 'number');
  assert.ok(Object.keys(report.needed).every(key => key === 'n' || key === 'N'));
  return report;
}

describe('the command line’s documents', () => {
  const folder = temporaryFolder();
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(folder.file(name), content);
    return folder.file(name);
  };
  const spec = (value: object) => write('spec.json', JSON.stringify(value));

  it('norms: format, tensors and totals; kernels named so without the input’s shape and operators with it', async () => {
    const file = path.join(CHECKPOINTS, 'cnn/model.safetensors');
    const document = await documentOf('norms', file);
    assert.deepEqual(Object.keys(document).sort(), ['format', 'tensors', 'totals']);
    const tensors = document['tensors'] as readonly Readonly<Record<string, unknown>>[];
    const spectralOf = (all: typeof tensors, name: string) =>
      all.find(tensor => tensor['name'] === name)!['spectral'] as { readonly lower: number; readonly upper: number; readonly of: string };
    for (const tensor of tensors) {
      const isMatrix = (tensor['shape'] as readonly number[]).length > 1;
      const keys = ['dtype', 'frobenius', 'name', 'shape', ...(isMatrix ? ['l21', 'spectral', 'stableRank'] : [])];
      for (const key of keys) assert.ok(key in tensor, `${String(tensor['name'])} has no ${key}`);
      if (!isMatrix) assert.ok(!('spectral' in tensor));
    }
    const kernel = spectralOf(tensors, 'conv1.weight');
    assert.ok(kernel.of === 'kernel' && kernel.lower <= kernel.upper && kernel.upper < kernel.lower * (1 + 1e-7));
    const shaped = await documentOf('norms', file, '--input-shape', '1,8,8');
    assert.equal(spectralOf(shaped['tensors'] as typeof tensors, 'conv1.weight').of, 'operator');
    assert.equal(spectralOf(tensors, 'fc1.weight').of, 'operator');
  });

  it('transferability: every score with value and interval', async () => {
    const parts = ['features', 'labels', 'source-probabilities'].map(part => [`--${part}`, `${WINE}/${part === 'source-probabilities' ? 'source_probs' : part}.npy`]);
    const { scores } = (await documentOf('transferability', ...parts.flat())) as { readonly scores: Readonly<Record<string, { readonly value: number; readonly interval: readonly [number, number] }>> };
    const names = 'logme leep nce hscore regularizedHScore transRate gbc gbcDiagonal parc sfda energy knn rankme participationRatio labelCka linearProbe';
    assert.deepEqual(Object.keys(scores).sort(), names.split(' ').sort());
    for (const [name, { value, interval }] of Object.entries(scores)) assert.ok(interval[0] <= value && value <= interval[1], name);
  }); // prettier-ignore

  it('shift: every distance, by its name', async () => {
    const { distances } = (await documentOf('shift', '--source', `${SHIFT}/source.npy`, '--target', `${SHIFT}/target.npy`, '--projections', `${SHIFT}/projections.npy`)) as { readonly distances: Readonly<Record<string, number>> };
    const names = 'mmd2 mmdSigma mmdLinear2 energy2 slicedW1 slicedW2 frechet2 coral proxyADistance marginalTv';
    assert.deepEqual(Object.keys(distances).sort(), names.split(' ').sort());
    close(distances['mmd2']!, 0.37991231438769724, 1e-6);
    close(distances['slicedW2']!, 0.9793049082600682, 1e-6);
  }); // prettier-ignore

  it('complexity: Monte Carlo with error and interval, certified, Jensen, Khintchine, and exact for few points', async () => {
    const keys = ['monteCarlo', 'standardError', 'interval', 'certified', 'jensen', 'khintchine'];
    const many = await documentOf('complexity', '--features', `${fixture('rademacher/wine_178')}/features.npy`, '--radius', '2');
    for (const key of keys) assert.ok(key in many, key);
    assert.ok(!('exact' in many));
    const few = await documentOf('complexity', '--features', `${fixture('rademacher/iris_n12_exact')}/features.npy`, '--radius', '1');
    assert.ok([...keys, 'exact'].every(key => key in few));
    close(few['exact'] as number, few['certified'] as number);
    const l1 = await documentOf('complexity', '--features', `${fixture('rademacher/wine_178')}/features.npy`, '--radius', '2', '--head', 'l1', '--draws', '500');
    assert.ok((l1['certified'] as number) < (many['certified'] as number));
  }); // prettier-ignore

  const measuresOf = async (name: string, ...more: readonly string[]) => {
    const definition = path.join(CHECKPOINTS, 'definitions', `${name}.py`);
    const document = await documentOf('norms', path.join(CHECKPOINTS, name, 'model.safetensors'), '--definition', definition, ...more);
    return { document, ...(document['measures'] as { readonly blocks: readonly Measured[]; readonly total: Measured }) };
  };
  interface Measured {
    readonly name: string;
    readonly matrices: readonly string[];
    readonly measures: readonly {
      readonly id: string;
      readonly value: number;
      readonly perPoint?: number;
      readonly evidence: string;
      readonly formula: string;
    }[];
    readonly withoutPathNorms?: string;
  }
  const valueOf = ({ measures }: Measured, id: string) => measures.find(measure => measure.id === `measure.${id}`)?.value;

  it('norms with a definition: measures of every block and of the whole, with id, formula and evidence', async () => {
    const initial = path.join(CHECKPOINTS, 'mlp/init.safetensors');
    const { document, blocks, total } = await measuresOf(
      'mlp',
      '--initial',
      initial,
      '--margin',
      '2',
      '--points',
      '1000',
      '--sigma',
      '0.1',
      '--relative-sigma',
      '0.1',
    );
    assert.deepEqual(blocks.map(({ name }) => name), ['net.0', 'net.2', 'net.4']); // prettier-ignore
    const totals = document['totals'] as Readonly<Record<string, number>>;
    close(valueOf(total, 'bartlettFromZero')!, totals['logBartlettComplexity']!);
    close(valueOf(total, 'parameterNorm')!, totals['sumFrobeniusSquared']!);
    for (const id of ['parameterNorm', 'logProductSpectral', 'frobeniusDistance'])
      close(valueOf(total, id)!, blocks.reduce((sum, block) => sum + valueOf(block, id)!, 0), 1e-9); // prettier-ignore
    close(valueOf(total, 'logProductSpectralOverMargin')!, valueOf(total, 'logProductSpectral')! - Math.log(4));
    close(valueOf(total, 'perturbationFromInitial')!, valueOf(total, 'frobeniusDistance')! / 0.04 + Math.log(1e4) + 10);
    const difference = valueOf(total, 'magnitudeFromZero')! - valueOf(total, 'magnitudeFromInitial')!;
    const per = (id: string) => 1e-6 + (1.01 * valueOf(total, id)!) / (64 * 128 + 128 * 64 + 64 * 10);
    close(difference, ((64 * 128 + 128 * 64 + 64 * 10) / 4) * Math.log(per('parameterNorm') / per('frobeniusDistance')), 1e-9);
    close(total.measures.find(({ id }) => id === 'measure.parameterNorm')!.perPoint!, Math.sqrt(valueOf(total, 'parameterNorm')! / 1000));
    assert.deepEqual(total.measures.filter(({ evidence }) => evidence === 'measured').length, 14);
    assert.ok(total.measures.every(({ formula, value }) => formula !== '' && Number.isFinite(value)));
  });

  it('norms with a definition: path norms of a network with convolutions, pooling and batch normalisations are PyTorch’s of its powers', async () => {
    const { blocks, total } = await measuresOf('cnn');
    close(valueOf(total, 'pathNorm1')!, 39032.30154301274);
    close(valueOf(total, 'pathNorm2')!, 36.59772393572105);
    assert.ok(blocks.every(block => valueOf(block, 'pathNorm1')! > 0 && block.withoutPathNorms === undefined));
  });

  it('norms with a definition: a network whose input is not known has no path norm as a whole, and says so', async () => {
    const { blocks, total } = await measuresOf('vit');
    assert.ok(blocks.length > 1 && valueOf(total, 'logSumSpectral') !== undefined);
    assert.equal(valueOf(total, 'pathNorm1'), undefined);
    assert.match(total.withoutPathNorms!, /^the shape of its input is not known: write/);
  });

  it('bound of a specification: the report', async () => {
    const document = await documentOf('bound', spec({ theorem: 'D1', n: 1000, rademacher: 1 / Math.sqrt(1000), C_beta: 1, E_U: 0.01 }));
    const report = isReport(document);
    close(report.total, 0.35047859803624704);
    assert.deepEqual(report.terms.map(term => term['id']), ['D1.transfer', 'D1.complexity', 'D1.concentration', 'D1.domain', 'D1.task', 'D1.optimisation']); // prettier-ignore
  });

  it('bound of features and labels: F1, below ½ and below what a coin gives', async () => {
    const random = new Random('clouds');
    const labels = Array.from({ length: 500 }, (_, i) => i % 2);
    write('features.npy', npyBytes([500, 3], labels.flatMap(label => [random.normal() + (label ? 2 : -2), random.normal(), random.normal()]))); // prettier-ignore
    write('labels.npy', npyBytes([500], labels));
    const report = isReport(await documentOf('bound', spec({ theorem: 'F1', features: 'features.npy', labels: 'labels.npy' })));
    assert.ok(report.theorem === 'F1' && !report.vacuous && report.total < 0.2 && report.evidence === 'certified', `${report.total}`);
  });

  it('bound above what the loss can be: the total as it is, vacuous, and the capped value beside it', async () => {
    const above = { theorem: 'D1', n: 10, rademacher: 1, C_beta: 1, E_U: 4 };
    const report = await documentOf('bound', spec(above));
    assert.deepEqual([report['vacuous'], report['capped']], [true, report['range']]);
    assert.ok((report['total'] as number) > (report['range'] as number));
    assert.ok(!('capped' in (await documentOf('bound', spec({ ...above, n: 1e6, rademacher: 1e-3, E_U: 0.01 })))));
  });

  it('bound of a checkpoint: D4 over measured norms, the composition said to be unknown', async () => {
    const document = await documentOf('bound', path.join(CHECKPOINTS, 'vit/model.safetensors'), '--unlabelled', '60000');
    const report = isReport(document);
    assert.equal(report.theorem, 'D4');
    assert.equal(report.evidence, 'assumed');
    assert.match(String(document['composition']), /^not known: .*--definition FILE#Class/);
    const layers = document['layers'] as readonly { readonly name: string; readonly share: number; readonly spectral: object }[];
    assert.equal(layers.length, 10);
    close(layers.reduce((sum, { share }) => sum + share, 0), 1); // prettier-ignore
    assert.ok('totals' in document);
    const { terms } = isReport(await documentOf('bound', path.join(CHECKPOINTS, 'vit/model.safetensors'), '--unlabelled', '6000000'));
    assert.ok((terms[0]!['value'] as number) < (report.terms[0]!['value'] as number) / 8);
  });

  for (const [name, layers] of [
    ['mlp', 3],
    ['vit', 10],
    ['cnn', 4],
  ] as const)
    it(`bound of a checkpoint with its definition: composed as ${name}.py says, every tensor matched`, async () => {
      const checkpoint = path.join(CHECKPOINTS, name, 'model.safetensors');
      const document = await documentOf('bound', checkpoint, '--definition', path.join(CHECKPOINTS, 'definitions', `${name}.py`));
      const report = isReport(document);
      assert.equal(report.evidence, 'measured');
      assert.equal(document['composition'], 'as `forward` says');
      const { missing, unused } = document['definition'] as { readonly missing: readonly unknown[]; readonly unused: readonly unknown[] };
      assert.deepEqual([missing, unused], [[], []]);
      assert.equal((document['layers'] as readonly unknown[]).length, layers);
    });

  it('bound of a checkpoint with another definition: what does not match is listed, and the total is an estimate', async () => {
    const checkpoint = path.join(CHECKPOINTS, 'mlp/model.safetensors');
    const wider = await documentOf('bound', checkpoint, '--definition', `${path.join(CHECKPOINTS, 'definitions/mlp.py')}#Wider`);
    const { missing, unused } = wider['definition'] as { readonly missing: readonly { readonly name: string }[]; readonly unused: readonly string[] };
    assert.deepEqual(missing.map(({ name }) => name), ['net.0.weight', 'net.0.bias', 'net.2.weight']);
    assert.deepEqual(unused, ['net.0.weight', 'net.0.bias', 'net.2.weight']);
    assert.equal(wider['evidence'], 'estimated');
  }); // prettier-ignore

  it('bound of a definition: one report a class', async () => {
    const document = await documentOf('bound', path.join(CHECKPOINTS, 'definitions/mlp.py'));
    const definitions = document['definitions'] as readonly { readonly name: string; readonly report: unknown }[];
    assert.deepEqual(definitions.map(({ name }) => name), ['Perceptron', 'Wider', 'Stranger']); // prettier-ignore
    for (const { report } of definitions) isReport(report);
  });

  it('help of all commands and of one, and the version', async () => {
    const [all, one, version] = await Promise.all([runCli('--help'), runCli('norms', '--help'), runCli('--version')]);
    assert.equal(all.code + one.code + version.code, 0);
    assert.match(one.stdout, /^ {2}boundlens norms CHECKPOINT .*\n {6}\S.*\.\n$/);
    assert.ok(all.stdout.includes(one.stdout));
    assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const refusals: readonly (readonly [what: string, args: () => readonly string[], code: 1 | 2, says: RegExp])[] = [
    ['a margin without a definition', () => ['norms', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--margin', '2'], 2, /--margin speaks of a network, and a checkpoint alone is none: add --definition/],
    ['noise without points', () => ['norms', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--definition', 'a.py', '--sigma', '1'], 2, /--sigma goes with the number of training points: add --points n/],
    ['relative noise without the weights before training', () => ['norms', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--definition', 'a.py', '--points', '9', '--relative-sigma', '1'], 2, /--relative-sigma speaks of noise in proportion to what training changed: add --initial/],
    ['another network before training', () => ['norms', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--definition', path.join(CHECKPOINTS, 'definitions/mlp.py'), '--initial', path.join(CHECKPOINTS, 'cnn/init.safetensors')], 1, /has no net\.0\.weight of shape \[128, 64\]: give the weights before training/],
    ['no argument', () => ['bound'], 2, /bound takes one argument, not 0: use boundlens bound/],
    ['an unknown option', () => ['bound', 'x.json', '--lambda', '1'], 2, /Unknown option '--lambda'.*: use boundlens bound/],
    ['a file that is not there', () => ['bound', 'none.json'], 1, /none\.json does not exist: /],
    ['a specification without theorem', () => ['bound', spec({})], 1, /theorem is missing: /],
    ['a checkpoint that is none', () => ['bound', write('w.safetensors', 'not weights')], 1, /w\.safetensors claims a header of .*: save or download it again/],
    ['a definition for a specification', () => ['bound', spec({ theorem: 'F5', k: 0, m: 9 }), '--definition', 'a.py'], 2, /--definition goes with a checkpoint/],
    ['a class that is not there', () => ['bound', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--definition', path.join(CHECKPOINTS, 'definitions/mlp.py#Net')], 2, /defines no model named Net: give one of mlp\.py#Perceptron/],
    ['a definition that fits nothing', () => ['bound', path.join(CHECKPOINTS, 'mlp/model.safetensors'), '--definition', path.join(CHECKPOINTS, 'definitions/mlp.py#Stranger')], 1, /holds no tensor of Stranger/],
    ['features that are vectors', () => ['complexity', '--features', write('v.npy', npyBytes([3], [1, 2, 3])), '--radius', '1'], 1, /shape \(3\): give a matrix/],
    ['a negative radius', () => ['complexity', '--features', 'x.npy', '--radius', '-1'], 2, /radius.*: /],
    ['features that are not finite', () => ['complexity', '--features', write('nan.npy', npyBytes([2, 1], [1, NaN])), '--radius', '1'], 1, /holds NaN in row 1, column 0: save finite numbers/],
    ['features too large to be squared twice', () => ['complexity', '--features', write('huge.npy', npyBytes([2, 1], [1, 1e200])), '--radius', '1'], 1, /holds 1e\+200 in row 1, column 0: give features of size 1e\+70 at most/],
    ['an option whose value is another option', () => ['capture', '--before', '--after', 'b.npy', '--labels', 'l.npy'], 2, /--before is not followed by a value: give one, as --before=VALUE/],
    ['an array by its name in a file of one', () => ['capture', '--before', 'a.npy#x', '--after', 'b.npy', '--labels', 'l.npy'], 2, /a\.npy#x names an array where a\.npy holds only one: give a\.npy/],
    ['a direction of zeros', () => ['shift', '--source', write('a.npy', npyBytes([4, 1], [1, 2, 3, 4])), '--target', write('a.npy', npyBytes([4, 1], [1, 2, 3, 4])), '--projections', write('p.npy', npyBytes([2, 1], [1, 0]))], 1, /p\.npy holds no direction in row 1, zeros alone: leave it out/],
    ['more draws than anybody waits for', () => ['complexity', '--features', 'x.npy', '--radius', '1', '--draws', '100000000000'], 2, /--draws is 100000000000: give at most a million/],
    ['padding beyond all networks', () => ['norms', 'w.npy', '--input-shape', '1,8,8', '--padding', '999999999'], 2, /--padding is 999999999: give a whole number from 0 to 1000/],
    ['a file without a model', () => ['bound', write('plain.py', 'x = 1\n')], 1, /plain\.py defines no model: name a file that defines one/],
    ['a file in place of a folder', () => ['multiview', write('a.multiview.json', '{ "name": "a" }'), '--out', write('taken', '')], 1, /taken is a file, not a folder: choose another place/],
    ['a seed that is named twice', () => ['multiview', write('b.multiview.json', '{ "name": "b", "seeds": [3, 1, 3] }')], 1, /seeds\[2\] is 3 for the second time: name each seed once/],
    ['a folder without runs', () => ['validity', 'nowhere'], 1, /nowhere holds no runs: check the path/],
    ['domains of other widths', () => ['shift', '--source', write('a.npy', npyBytes([4, 1], [1, 2, 3, 4])), '--target', write('b.npy', npyBytes([2, 2], [1, 2, 3, 4]))], 1, /2 columns where .* has 1: give features of one encoder/],
    ['labels of another length', () => ['transferability', '--features', `${WINE}/features.npy`, '--labels', write('l.npy', npyBytes([2], [0, 1]))], 1, /labels of shape \(2\) for 178 rows/],
    ['no labels', () => ['transferability', '--features', `${WINE}/features.npy`], 2, /needs features and labels: use/],
    ['an unknown ending', () => ['norms', 'weights.xyz'], 2, /no weight file that BoundLens knows: give one of/],
  ]; // prettier-ignore
  for (const [what, args, code, says] of refusals)
    it(`refuses ${what} with exit code ${code}, one sentence on stderr and nothing on stdout`, async () => {
      const result = await runCli(...args(), '--json');
      assert.match(result.stderr, says);
      assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
      assert.deepEqual([result.code, result.stdout], [code, '']);
    });
});
