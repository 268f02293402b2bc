// npm start: a VS Code with the sample workspace open and the extension active, in the reader's own browser, until Ctrl-C.
// npm run debug: the same with the extension host open to a debugger, and the bundles built anew after every change.
// node test/workbench/start.mjs [--port=8123] [--folder=path] [--inspect[=9229]] [--watch]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { inspectExtensionHosts } from './inspect.mjs';
import { projectRoot } from './root.mjs';
import { startServer } from './server.mjs';

const INSPECTED = 9229;

/** @param {string} name */
const valueOf = name => process.argv.find(argument => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

/** Where the debugger finds the extension host; undefined when nobody wants to debug. */
function inspectedPort() {
  if (process.argv.includes('--inspect')) return INSPECTED;
  const port = valueOf('inspect');
  return port === undefined ? undefined : Number(port);
}

try {
  const folder = path.resolve(valueOf('folder') ?? path.join(projectRoot, 'media/sample'));
  const token = randomUUID();
  const inspected = inspectedPort();
  const server = await startServer({
    extensions: [projectRoot],
    port: Number(valueOf('port') ?? process.env['PORT'] ?? 0),
    token,
    flags: ['--default-folder', folder],
    nodeFlags: inspected === undefined ? [] : [`--inspect-port=${inspected}`],
  });
  console.log(`VS Code with BoundLens is ready: ${server.url}/?tkn=${token}`);
  console.log('Open models/mae.py: the lenses stand over its classes. Ctrl-C ends it.');
  const attach = `"Attach to npm run debug" in .vscode/launch.json, or chrome://inspect`;
  if (inspected !== undefined)
    inspectExtensionHosts(server.pid, () =>
      console.log(
        `An extension host listens for a debugger on 127.0.0.1:${inspected}: ${attach}. "Developer: Reload Window" loads what has changed.`,
      ),
    );
  const builder = process.argv.includes('--watch')
    ? spawn(process.execPath, ['esbuild.js', '--watch'], { cwd: projectRoot, stdio: 'inherit' })
    : undefined;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.once(signal, () => {
      builder?.kill();
      void server.stop();
    });
  await server.exited;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
