import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EnvironmentFault, Stopped } from '../../src/common/fault';
import { Log } from '../../src/editor/log';
import { Notices } from '../../src/editor/notices';
import { eventually } from './support';

describe('the log', () => {
  it('keeps what failed unasked as trouble until it is shown, and says each failure once', async () => {
    const log = new Log('BoundLens, under test');
    let changes = 0;
    log.onDidChangeTrouble(() => changes++);
    const errors: string[] = [];
    log.onDidWriteError(line => errors.push(line));
    try {
      const fault = new EnvironmentFault('The disk is full', 'free some space');
      for (let look = 0; look < 3; look++) log.silentFailure(fault);
      assert.deepEqual([log.trouble, changes], ['The disk is full: free some space.', 1]);
      log.silentFailure(new Stopped());
      assert.equal(changes, 1, 'what a person stopped is no trouble');
      log.silentFailure(new Error('a defect'));
      assert.match(log.trouble ?? '', /BoundLens .*: a defect/);
      log.show();
      assert.deepEqual([log.trouble, changes], [undefined, 3]);
      assert.deepEqual(
        errors.map(line => line.split('\n')[0]),
        ['The disk is full: free some space.', 'Error: a defect'],
      );
    } finally {
      log.dispose();
      await vscode.commands.executeCommand('workbench.action.closePanel');
    }
  });

  it('tells nothing of a kind that a person does not want to be told of, until they ask for it again', async () => {
    const kept = new Map<string, unknown>([['boundlens.silent.studyEnded', true]]);
    const memory: vscode.Memento = {
      keys: () => [...kept.keys()],
      get: <T>(key: string, otherwise?: T) => (kept.has(key) ? (kept.get(key) as T) : otherwise),
      update: (key: string, value: unknown) => {
        if (value === undefined) kept.delete(key);
        else kept.set(key, value);
        return Promise.resolve();
      },
    };
    const notices = new Notices(memory);
    assert.equal(await notices.tell('studyEnded', 'It has ended.', 'Open Panel'), undefined);
    await notices.showAgain();
    let isTold = false;
    const told = notices.tell('studyEnded', 'It has ended.', 'Open Panel').then(() => (isTold = true));
    await eventually(
      async () => {
        await vscode.commands.executeCommand('notifications.clearAll');
        return isTold;
      },
      Boolean,
      'the end of a notification',
    );
    await told;
    assert.deepEqual([...kept.keys()], []);
  });
});
