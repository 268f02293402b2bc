import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentFault, Fault, Stopped } from '../../../src/common/fault';
import { AnalysisClient } from '../../../src/definitions/analysisClient';
import { workerThread } from '../../../src/definitions/workerThread';
import { sourceText } from './reading';

const assets = join(process.cwd(), 'dist');
const settings = { unlabelled: 60_000 };
const MAE = { uri: 'file:///mae.py', version: 3, text: sourceText('media/sample/models/mae.py') };

/** What a worker of a few lines does to answer the message `m`. */
const ANSWER = `parentPort.postMessage({ kind: 'analysed', id: m.id, analysis: { uri: m.document.uri, version: m.document.version, definitions: [] } })`;

describe('AnalysisClient', () => {
  const log: string[] = [];
  let client: AnalysisClient | undefined;
  let folder = '';

  /** A client of a worker that does `body` with each message `m`; `start` counts its workers from 1. */
  function clientOf(body: string): AnalysisClient {
    const script = join(folder, 'worker.cjs');
    const count = JSON.stringify(join(folder, 'starts'));
    writeFileSync(
      script,
      `const { parentPort } = require('node:worker_threads'); const fs = require('node:fs');
       fs.appendFileSync(${count}, '.'); const start = fs.readFileSync(${count}, 'utf8').length;
       parentPort.on('message', m => { ${body} });`,
    );
    return (client = new AnalysisClient({ start: workerThread(script, { assets }), log: line => log.push(line) }));
  }

  beforeEach(() => {
    log.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'boundlens-'));
  });
  afterEach(async () => {
    await client?.dispose();
    client = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives every answer whole although the worker sends what has changed alone, also after a request that was given up', async () => {
    client = new AnalysisClient({ start: workerThread(join(assets, 'analysis.js'), { assets }), log: line => log.push(line) });
    const edited = { ...MAE, text: MAE.text.replace('hidden=192', 'hidden=96') };
    const counts = async (document: typeof MAE) =>
      (await client!.analyse(document, settings)).definitions.map(({ architecture: { name, parameterCount: count } }) => [
        name,
        count.known && count.value,
      ]);
    const before = await counts(MAE);
    const givenUp = new AbortController();
    const dropped = client.analyse(edited, settings, givenUp.signal);
    givenUp.abort();
    await assert.rejects(dropped, Stopped);
    const after = before.map(([name, count]) => [name, name === 'Mlp' ? 48 * 96 * 2 + 96 + 48 : count]);
    assert.deepEqual(await counts(edited), after);
    assert.deepEqual(await counts(MAE), before);
    client.forget(MAE.uri);
    assert.deepEqual(await counts(edited), after);
  });

  it('reads the sample with its bounds in the real worker', async () => {
    client = new AnalysisClient({ start: workerThread(join(assets, 'analysis.js'), { assets }), log: line => log.push(line) });
    const { version, definitions } = await client.analyse(MAE, settings);
    assert.equal(version, 3);
    assert.deepEqual(
      definitions.map(({ architecture }) => architecture.name),
      ['Attention', 'Mlp', 'Block', 'MaskedAutoencoder'],
    );
    const { bound, boundLayers } = definitions[3]!;
    assert.equal(bound?.report.theorem, 'D4');
    assert.equal(bound.report.evidence, 'estimated');
    assert.equal(bound.report.vacuous, true);
    assert.equal(bound.layers.length, boundLayers.length);
    assert.deepEqual(boundLayers[0], { path: 'patch_embed', tensor: 'weight' });
    assert.ok(Math.abs(bound.layers.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
    const more = await client.analyse(MAE, { unlabelled: 120_000 });
    assert.ok(more.definitions[3]!.bound!.report.total < bound.report.total, 'more images give a smaller bound');
    client.forget(MAE.uri);
    assert.deepEqual(log, []);
  });

  it('logs what it does not understand itself', async () => {
    const odd = clientOf(`parentPort.postMessage({ kind: 'weather' }); parentPort.postMessage({ kind: 'log', text: 'said' }); ${ANSWER}`);
    await odd.analyse(MAE, settings);
    assert.deepEqual(log, ['Unknown message of the analysis worker: {"kind":"weather"}', 'said']);
  });

  it('starts a new worker after a crash and asks it again', async () => {
    const flaky = clientOf(`if (start === 1) throw new Error('boom'); ${ANSWER}`);
    assert.equal((await flaky.analyse(MAE, settings)).version, 3);
    assert.deepEqual(log, ['The analysis worker stopped: boom']);
  });

  it('gives up on a document that stops the worker twice, in one sentence, and serves the next', async () => {
    const fragile = clientOf(`if (m.document.version === 3) process.exit(7); ${ANSWER}`);
    const [bad, good] = await Promise.allSettled([fragile.analyse(MAE, settings), fragile.analyse({ ...MAE, version: 4 }, settings)]);
    assert.ok(bad.status === 'rejected' && bad.reason instanceof EnvironmentFault);
    assert.equal(
      bad.reason.message,
      'The analysis worker stopped twice while reading file:///mae.py (exit code 7): save your work and reload the window.',
    );
    assert.ok(good.status === 'rejected' || good.value.version === 4);
    assert.equal((await fragile.analyse({ ...MAE, version: 5 }, settings)).version, 5);
  });

  it('says in one sentence that a worker cannot be started', async () => {
    client = new AnalysisClient({ start: workerThread(join(folder, 'missing.js'), { assets }), log: line => log.push(line) });
    await assert.rejects(client.analyse(MAE, settings), /^EnvironmentFault: The analysis worker stopped twice while reading .*missing\.js/);
  });

  it('passes on a failure that the worker reports', async () => {
    const failing = clientOf(`parentPort.postMessage({ kind: 'failed', id: m.id, sentence: 'x could not be analysed (y)' })`);
    await assert.rejects(failing.analyse(MAE, settings), Fault);
  });

  it('stops waiting when its signal fires, before or after it asked', async () => {
    const silent = clientOf('');
    await assert.rejects(silent.analyse(MAE, settings, AbortSignal.abort()), Stopped);
    const controller = new AbortController();
    const waiting = silent.analyse(MAE, settings, controller.signal);
    controller.abort();
    await assert.rejects(waiting, Stopped);
  });

  it('rejects what is under way when it is disposed', async () => {
    const silent = clientOf('');
    const waiting = assert.rejects(silent.analyse(MAE, settings), Stopped);
    await silent.dispose();
    await waiting;
  });
});
