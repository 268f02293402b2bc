import { main } from './cli/main';

void main(process.argv.slice(2), __dirname).then(code => {
  process.exitCode = code;
});
