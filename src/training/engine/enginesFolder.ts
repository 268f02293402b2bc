import os from 'node:os';
import path from 'node:path';

/** Says in the environment where engines are installed: VS Code's own storage when the extension starts a process. */
export const ENGINES_VARIABLE = 'BOUNDLENS_ENGINES';

/** The folder of engines that a user installed: what the environment says, else the place that the system has for data of a user. */
export function enginesFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const given = environment[ENGINES_VARIABLE];
  if (given) return given;
  const home = os.homedir();
  const data: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, 'Library', 'Application Support'),
    win32: environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'),
  };
  return path.join(data[platform] ?? environment.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'boundlens', 'engines');
}

/** Where the TensorFlow engine is installed below a folder of engines. */
export const tensorFlowFolder = (engines: string): string => path.join(engines, 'tensorflow');
