import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Fault } from '../../../src/common/fault';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { legacyPytorch } from '../support/legacyPytorch';
import { temporaryFolder } from '../support/temporaryFolder';
import { fixture } from './fixtures';

async function refusal(file: string): Promise<string> {
  try {
    await (await openCheckpoint(file)).close();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return error.message;
  }
  return assert.fail(`${file} was read`);
}

describe('files that are no sound checkpoints', () => {
  const table = [
    ['empty.npz', /is not a complete zip archive/],
    ['huge_header.safetensors', /claims a header of 4611686018427387904 bytes/],
    ['not_a_zip.pt', /broken pickle/],
    ['offset_out_of_range.safetensors', /places a at bytes 0 to 999999, outside its 16 bytes/],
    ['overlapping.safetensors', /places b over a/],
    ['truncated.safetensors', /places net\.2\.weight at bytes 33280 to 66048/],
    ['unknown_global_builtins_print.pt', /asks for __builtin__\.print, which is neither a tensor nor a container/],
    ['escaping.onnx', /in something that is no file beside it/],
  ] as const;
  for (const [file, sentence] of table)
    it(`refuses ${file}`, async () => assert.match(await refusal(fixture(`malformed/${file}`)), sentence));

  it('says what to do with compressed HDF5', async () =>
    assert.match(
      await refusal(fixture('chunked.h5')),
      /stores dense\/dense\/kernel:0 compressed, which BoundLens does not read: save it as safetensors\./,
    ));
  it('names the endings it knows', async () => assert.match(await refusal('weights.doc'), /give one of \.safetensors, /));
});

describe('pickles that ask for code', () => {
  const folder = temporaryFolder();
  const table = [
    ['os.system through GLOBAL', Buffer.from("cos\nsystem\n(S'true'\ntR."), /asks for os\.system/],
    [
      'eval through STACK_GLOBAL',
      Buffer.from('\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.', 'latin1'),
      /asks for builtins\.eval/,
    ],
    ['a class through INST', Buffer.from("(S'true'\nios\nsystem\n."), /instruction \(105\)/],
    ['an instance through OBJ', Buffer.from('(cos\nsystem\no.'), /asks for os\.system/],
    ['an extension code', Buffer.from('\x82\x01.', 'latin1'), /instruction \(130\)/],
    ['a name inside a trusted module', Buffer.from('ctorch\nload\n)R.'), /asks for torch\.load/],
    ['a name that every object has', Buffer.from('ctorch\nconstructor\n)R.'), /asks for torch\.constructor/],
  ] as const;
  for (const [what, pickle, sentence] of table)
    it(`refuses ${what} by its name`, async () => {
      const file = folder.file('evil.pt');
      writeFileSync(file, legacyPytorch(pickle));
      assert.match(await refusal(file), sentence);
    });
});
