import path from 'node:path';
import { UsageFault } from '../../common/fault';
import { tryEngine, type EngineTrial } from '../../runs/tryEngine';
import { ENGINE_CHOICES } from '../../training/engine/engineChoice';
import { enginesFolder } from '../../training/engine/enginesFolder';
import { installTensorFlow } from '../../training/engine/install/installTensorFlow';
import { parse, type Command } from '../command';

/** `boundlens engines`: which engines work here, and how to have TensorFlow. */
export const enginesCommand: Command = {
  name: 'engines',
  usage: '(list|install tensorflow) [--json]',
  summary: 'Lists the engines that take a training step on this machine, or installs TensorFlow for this user.',
  async run(argv, { terminal, assets, signal }) {
    const { positionals } = parse(this, argv, {});
    const engines = enginesFolder();
    const attempt = (engine: EngineTrial['engine']) => tryEngine(engine, path.join(assets, 'trainer.js'), engines);
    switch (positionals.join(' ')) {
      case 'list': {
        const trials: EngineTrial[] = [];
        for (const engine of ENGINE_CHOICES) if (engine !== 'auto') trials.push(await attempt(engine));
        terminal.document({ engines: trials });
        for (const { engine, works, detail = '' } of trials) terminal.print(`${engine.padEnd(15)}${works ? 'works' : `– ${detail}`}`);
        return 0;
      }
      case 'install tensorflow': {
        const tryOut = async () => {
          const { works, detail = '' } = await attempt('tensorflow');
          return works ? undefined : detail.replace(/\.$/, '');
        };
        await installTensorFlow({ engines, signal, tryOut, progress: what => terminal.print(`TensorFlow: ${what} …`) });
        terminal.document({ installed: 'tensorflow', folder: engines });
        terminal.print(`TensorFlow is installed in ${engines}. Use it with --engine tensorflow.`);
        return 0;
      }
      default:
        throw new UsageFault('boundlens engines takes list or install tensorflow', `use boundlens engines ${this.usage}`);
    }
  },
};
