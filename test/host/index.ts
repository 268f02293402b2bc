import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReporterConstructor } from 'mocha';

/** The folder of these tests; the bundle lies in out/. */
const folder = path.resolve(__dirname, '../test/host');

/** What does not depend on which VS Code it runs in; the oldest one is spared them. */
const IN_NEWEST_ALONE = [
  'soak.test.ts',
  'typing.test.ts',
  'installTensorFlow.test.ts',
  'studies.test.ts',
  'arguments.test.ts',
  'definitions.test.ts',
];

/**
 * Runs every test of this folder inside the extension host, in the oldest VS Code those that it could fail; VS Code calls it by name.
 * The reporter writes the counts to the file that BOUNDLENS_TEST_RESULT names.
 * @throws when a test failed, so that VS Code ends with exit code 1.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const { CountingReporter } = (await import(pathToFileURL(path.resolve(folder, '../reporter.mjs')).href)) as {
    CountingReporter: ReporterConstructor;
  };
  const mocha = new Mocha({
    reporter: CountingReporter,
    timeout: 300_000,
    forbidOnly: true,
    forbidPending: true,
    grep: process.env['BOUNDLENS_TEST_GREP'],
  });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  const isLeftOut = (file: string) => process.env['BOUNDLENS_VSCODE'] === 'minimum' && IN_NEWEST_ALONE.includes(file);
  for (const file of readdirSync(folder).sort())
    if (file.endsWith('.test.ts') && !isLeftOut(file)) await import(`./${path.basename(file, '.test.ts')}.test.ts`);
  const failures = await new Promise<number>(resolve => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed in the extension host.`);
}
