#!/usr/bin/env node
import { main } from './cli/main';

// A reader that has seen enough (`| head`) closes the pipe: nothing is wrong then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void main(process.argv.slice(2), __dirname).then(code => {
  process.exitCode = code;
});
