import assert from 'node:assert/strict';
import type { AnalysisReply } from '../../../src/definitions/analysisProtocol';
import { AnalysisService } from '../../../src/definitions/analysisService';
import type { Documents } from '../../../src/definitions/documents';
import { documents } from './reading';

/** What the service replies to some messages. */
async function replies(messages: readonly unknown[], source: Promise<Documents> = documents()): Promise<AnalysisReply[]> {
  const all: AnalysisReply[] = [];
  const service = new AnalysisService(source, reply => all.push(reply));
  for (const message of messages) await service.receive(message);
  return all;
}

const document = { uri: 'file:///a.py', version: 1, text: 'from torch import nn\nnet = nn.Sequential(nn.Flatten())\n' };
const settings = { unlabelled: 1000 };

describe('AnalysisService', () => {
  it('answers an analysis with the id and version that it was asked with', async () => {
    const [reply] = await replies([{ kind: 'analyse', id: 9, document: { ...document, version: 4 }, settings }]);
    assert.ok(reply?.kind === 'analysed');
    assert.deepEqual([reply.id, reply.analysis.version, reply.analysis.definitions.length], [9, 4, 1]);
  });

  it('gives no bound where there is no matrix or a size is unknown', async () => {
    const text = `${document.text}class A(nn.Module):\n    def __init__(self, w):\n        super().__init__()\n        self.f = nn.Linear(w, 1)\n`;
    const [reply] = await replies([{ kind: 'analyse', id: 1, document: { ...document, text }, settings }]);
    assert.ok(reply?.kind === 'analysed');
    assert.deepEqual(
      reply.analysis.definitions.map(definition => typeof definition === 'object' && [definition.bound, definition.boundLayers]),
      [
        [undefined, []],
        [undefined, []],
      ],
    );
  });

  const odd: readonly (readonly [why: string, message: unknown])[] = [
    ['an unknown kind', { kind: 'sing' }],
    ['nothing', null],
    ['an analysis without a document', { kind: 'analyse', id: 1, settings }],
    ['an analysis without a number of images', { kind: 'analyse', id: 1, document }],
  ];
  for (const [why, message] of odd) {
    it(`logs ${why}`, async () => {
      const [reply, ...more] = await replies([message]);
      assert.deepEqual(reply, { kind: 'log', text: `The analysis worker does not know the message ${JSON.stringify(message)}` });
      assert.equal(more.length, 0);
    });
  }

  it('sends a definition once: after an edit elsewhere it is its place in the answer before', async () => {
    const other = (width: number) => `${document.text}other = nn.Sequential(nn.Linear(${width}, 2))\n`;
    const versions = [other(3), other(3), other(4), `${document.text}\n`, other(4)];
    const messages = versions.map((text, id) => ({ kind: 'analyse', id, document: { ...document, text }, settings }));
    const all = await replies([...messages, { kind: 'forget', uri: document.uri }, { ...messages[4], id: 5 }]);
    const sent = all.map(reply =>
      reply.kind === 'analysed'
        ? reply.analysis.definitions.map(each => (typeof each === 'number' ? each : each.architecture.name))
        : reply,
    );
    assert.deepEqual(sent, [['net', 'other'], [0, 1], [0, 'other'], [0], [0, 'other'], ['net', 'other']]);
  });

  it('leaves the steps of forward passes out of a brief answer, and bounds all the same', async () => {
    const text = 'from torch import nn\nnet = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 3))\n';
    const [whole, brief] = await replies(
      [false, true].map((isBrief, id) => ({ kind: 'analyse', id, document: { ...document, text }, settings: { ...settings, isBrief } })),
    );
    const definition = (reply: AnalysisReply | undefined) => {
      const found = reply?.kind === 'analysed' ? reply.analysis.definitions[0] : undefined;
      assert.ok(typeof found === 'object');
      return found;
    };
    assert.deepEqual(
      [definition(whole), definition(brief)].map(({ architecture }) => architecture.composition !== undefined),
      [true, false],
    );
    assert.deepEqual(definition(brief).bound, definition(whole).bound);
  });

  it('answers that a document failed when the parser cannot be loaded', async () => {
    const [reply] = await replies([{ kind: 'analyse', id: 2, document, settings }], Promise.reject(new Error('no parser')));
    assert.deepEqual(reply, { kind: 'failed', id: 2, sentence: 'file:///a.py could not be analysed (no parser)' });
  });

  it('forgets without an answer', async () => {
    assert.deepEqual(await replies([{ kind: 'forget', uri: document.uri }]), []);
  });
});
