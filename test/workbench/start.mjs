// npm start: a VS Code with the sample workspace open and the extension active, in the reader's own browser, until Ctrl-C.
// node test/workbench/start.mjs [--port=8123] [--folder=path]
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { projectRoot } from './root.mjs';
import { startServer } from './server.mjs';

/** @param {string} name */
const valueOf = name => process.argv.find(argument => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

try {
  const folder = path.resolve(valueOf('folder') ?? path.join(projectRoot, 'media/sample'));
  const token = randomUUID();
  const server = await startServer({
    extensions: [projectRoot],
    port: Number(valueOf('port') ?? process.env['PORT'] ?? 0),
    token,
    flags: ['--default-folder', folder],
  });
  console.log(`VS Code with BoundLens is ready: ${server.url}/?tkn=${token}`);
  console.log('Open models/mae.py: the lenses stand over its classes. Ctrl-C ends it.');
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => void server.stop());
  await server.exited;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
