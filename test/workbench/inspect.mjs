// Opens the extension hosts of a server to debuggers. VS Code in a browser takes no port for that, so Node is asked by its signal.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Watches the processes of a server and lets every new extension host listen for a debugger: after a reload of the window there is another one.
 * @param {number} group the server's process group
 * @param {() => void} onOpen called for each
 * @returns {() => void} ends the watch
 */
export function inspectExtensionHosts(group, onOpen) {
  /** @type {Set<string>} */
  const known = new Set();
  const look = () => {
    for (const process_ of extensionHosts(group)) {
      if (known.has(process_)) continue;
      known.add(process_);
      process.kill(Number(process_), 'SIGUSR1');
      onOpen();
    }
  };
  const timer = setInterval(look, 500);
  return () => clearInterval(timer);
}

/** @param {number} group @returns {string[]} process ids */
function extensionHosts(group) {
  return readdirSync('/proc').filter(name => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [, , parentGroup] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return Number(parentGroup) === group && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=extensionHost');
    } catch {
      return false; // it has ended
    }
  });
}
