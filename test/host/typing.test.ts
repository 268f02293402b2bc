import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, hintTexts, lensTitles, showUnsaved } from './support';

const HEAD = 'import torch\nfrom torch import nn\n\n\n';
const NET = `class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        return self.fc(x)
`;
const BELOW = `\n\nclass Below(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
`;
const LENSES = 7;
/** Milliseconds without a key after which the text may count as resting: what is no model any more then loses its lenses, as it should. */
const REST = 1000;

describe('lenses and hints while somebody types', () => {
  let editor: vscode.TextEditor;
  let longest: number;
  const file = () => editor.document.uri;

  before(() => vscode.extensions.getExtension('boundlens.boundlens')?.activate());
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  async function open(text: string): Promise<void> {
    editor = await showUnsaved(text);
  }

  /** Does what somebody types, anew where it fails because the machine stood still between two keys: that somebody paused. */
  async function inOneGo(attempt: () => Promise<void>): Promise<void> {
    for (let left = 4; ; left--) {
      longest = 0;
      try {
        await attempt();
        return;
      } catch (error) {
        if (left === 0 || longest < REST) throw error;
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      }
    }
  }

  /** Types a text at a place, character by character, and looks at the lenses after each: lines with lenses, and how many stand on each. */
  async function type(
    at: number,
    text: string,
    look: (titles: ReadonlyMap<number, readonly string[]>, typed: string) => void | Promise<void>,
  ): Promise<void> {
    for (let place = 0; place < text.length; place++) {
      const begin = performance.now();
      const isDone = await editor.edit(edit => edit.insert(editor.document.positionAt(at + place), text[place]!), {
        undoStopBefore: false,
        undoStopAfter: false,
      });
      assert.ok(isDone, `${JSON.stringify(text[place])} was not typed`);
      // Now and then somebody thinks: the text is read as it stands.
      if (place % 7 === 0) await new Promise(resolve => setTimeout(resolve, 180));
      const titles = await lensTitles(file());
      longest = Math.max(longest, performance.now() - begin);
      for (const [line, on] of titles)
        assert.equal(on.length, LENSES, `line ${line} after ${JSON.stringify(text.slice(0, place + 1))}: ${on.join(' | ')}`);
      await look(titles, text.slice(0, place + 1));
      longest = Math.max(longest, performance.now() - begin);
    }
  }

  it('a class that is typed gets its lenses once and keeps them; those below never vanish', () =>
    inOneGo(async () => {
      await open(HEAD + BELOW);
      await eventually(
        () => lensTitles(file()),
        titles => titles.size === 1,
        'the lenses below',
      );
      let most = 1;
      await type(HEAD.length, NET, (titles, typed) => {
        assert.ok(titles.size >= most, `${most} lines with lenses became ${titles.size} after ${JSON.stringify(typed)}`);
        most = titles.size;
      });
      const titles = await eventually(
        () => lensTitles(file()),
        found => found.size === 2 && [...found.values()].flat().includes('27 parameters'),
        'the typed class',
      );
      assert.deepEqual(
        [...titles.keys()].map(line => editor.document.lineAt(line).text),
        ['class Net(nn.Module):', 'class Below(nn.Module):'],
      );
    }));

  const rewritten: readonly (readonly [what: string, old: string, text: string, size: string])[] = [
    ['the base class', 'nn.Module):\n    def __init__(self, width', 'nn.Module):\n    def __init__(self, width', '27 parameters'],
    ['a layer', 'nn.Linear(width, 3)', 'nn.Linear(in_features=width, out_features=5)', '45 parameters'],
  ];
  for (const [what, old, text, size] of rewritten)
    it(`${what} that is written again takes no lens and no hint away`, () =>
      inOneGo(async () => {
        await open(HEAD + NET + BELOW);
        await eventually(
          () => hintTexts(file()),
          hints => hints.length === 2,
          'the hints',
        );
        const at = editor.document.getText().indexOf(old);
        await editor.edit(edit =>
          edit.delete(new vscode.Range(editor.document.positionAt(at), editor.document.positionAt(at + old.length))),
        );
        await type(at, text, async (titles, typed) => {
          assert.equal(titles.size, 2, `after ${JSON.stringify(typed)}`);
          assert.equal((await hintTexts(file())).length, 2, `hints after ${JSON.stringify(typed)}`);
        });
        await eventually(
          () => lensTitles(file()),
          titles => [...titles.values()].flat().includes(size),
          'the new number',
        );
      }));

  it('what is broken stays, marked, until it can be read; what is no model any more goes when the text rests', async () => {
    await open(HEAD + NET);
    const has = (title: string) => (titles: ReadonlyMap<number, readonly string[]>) => [...titles.values()].flat().includes(title);
    await eventually(() => lensTitles(file()), has('27 parameters'), 'the number');
    const replace = (old: string, text: string) => {
      const at = editor.document.getText().indexOf(old);
      return editor.edit(edit =>
        edit.replace(new vscode.Range(editor.document.positionAt(at), editor.document.positionAt(at + old.length)), text),
      );
    };
    await replace('nn.Linear(width, 3)', 'nn.Linear(width, ');
    await eventually(() => lensTitles(file()), has('27 parameters · before this edit'), 'the mark');
    await replace('nn.Linear(width, ', 'nn.Linear(width, 4)');
    await eventually(() => lensTitles(file()), has('36 parameters'), 'the new number');
    await replace('nn.Module', 'dict');
    await eventually(
      () => lensTitles(file()),
      titles => titles.size === 0,
      'no lens over a dictionary',
    );
  });
});
