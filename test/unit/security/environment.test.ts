import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Who looks at the environment, where people keep keys to other services, and what for. */
const READERS: Readonly<Record<string, string>> = {
  'src/cli/commands/trial.ts': 'the task that Slurm says this is: four variables by name',
  'src/cli/main.ts': 'whether to print stacks',
  'src/editor/cliProcess.ts': 'handed on to the command line, less what a debugger put there',
  'src/editor/studyProcess.ts': 'handed on to the command line, less what a debugger put there',
  'src/runs/launch.ts': 'handed on to the trainer',
  'src/runs/processIdentity.ts': 'handed on to ps',
  'src/runs/tryEngine.ts': 'handed on to the process that tries an engine',
  'src/training/engine/enginesFolder.ts': 'where engines are installed',
  'src/training/engine/install/installTensorFlow.ts': 'what the library needs of this machine',
  'src/training/engine/tensorflow.ts': 'three variables are set, none is read',
};

const sources = ['src', 'webview'].flatMap(folder =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => path.join(entry.parentPath, entry.name).split(path.sep).join('/')),
);
const texts = new Map(sources.map(file => [file, readFileSync(file, 'utf8')]));

describe('the environment, which may hold secrets', () => {
  it('is looked at in few places, each for a reason', () => {
    const readers = sources.filter(file => /\bprocess\s*\.\s*env\b|\bprocess\[/.test(texts.get(file)!));
    assert.deepEqual(readers.sort(), Object.keys(READERS).sort());
  });

  it('is handed on as a whole only to a process that is started, and never written as text', () => {
    for (const file of Object.keys(READERS))
      for (const line of texts.get(file)!.split('\n').filter(text => /process\.env\b(?!\.\w)/.test(text)))
        assert.match(line, /(env: |\} = process\.env;$|Object\.assign\(process\.env, \{|environment: (NodeJS\.ProcessEnv = )?process\.env|thisTask\(process\.env\))/, `${file}: ${line}`); // prettier-ignore
    for (const [file, text] of texts)
      assert.doesNotMatch(text, /(log|print|write|stringify|append\w*|inspect)\([^)\n]*\b(process\.env|environment)\b(?!\.\w)/i, file);
  });
});
