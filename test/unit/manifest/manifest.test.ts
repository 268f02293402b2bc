import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

interface Setting {
  readonly type: string;
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
}

interface Manifest {
  readonly browser: string;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
    readonly virtualWorkspaces: { readonly supported: string };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string; readonly icon?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly image: Readonly<Record<string, string>>; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

/** The manifest as VS Code shows it: with the texts of package.nls.json put in. */
function manifest(): Manifest {
  const texts = existsSync('package.nls.json') ? (JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>) : {};
  return JSON.parse(readFileSync('package.json', 'utf8'), (_, value: unknown) =>
    typeof value === 'string' && /^%[^%]+%$/.test(value) ? (texts[value.slice(1, -1)] ?? value) : value,
  ) as Manifest;
}

/** Commands of VS Code itself that texts link to. */
const BUILT_IN = new Set([
  'vscode.openFolder',
  'workbench.action.openSettings',
  'workbench.action.openWalkthrough',
  'workbench.trust.manage',
]);

describe('the manifest', () => {
  const { capabilities, contributes } = manifest();
  const { commands, configuration, views, viewsWelcome, walkthroughs } = contributes;
  const own = new Set(commands.map(({ command }) => command));
  const steps = walkthroughs.flatMap(each => each.steps);

  it('gives every command a category and an icon', () => {
    for (const { command, category, icon } of commands) assert.ok(category === 'BoundLens' && icon, command);
  });

  it('gives every setting a scope, a default and a description in Markdown, and describes each choice', () => {
    for (const [name, setting] of Object.entries(configuration.properties)) {
      assert.match(setting.scope ?? '', /^(resource|machine|machine-overridable|window|application|language-overridable)$/, name);
      assert.ok(setting.markdownDescription && setting.description === undefined, name);
      assert.ok('default' in setting, name);
      const described = setting.enumDescriptions ?? setting.markdownEnumDescriptions;
      if (setting.enum) assert.equal(described?.length, setting.enum.length, name);
    }
  });

  it('works in workspaces that are not trusted or not on a disk, and restricts what could start something there', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = capabilities;
    assert.deepEqual([untrustedWorkspaces.supported, virtualWorkspaces.supported], ['limited', 'limited']);
    for (const name of untrustedWorkspaces.restrictedConfigurations) assert.ok(name in configuration.properties, name);
    for (const [name, setting] of Object.entries(configuration.properties))
      if (/folder|path|engine|thread|job/i.test(name) && setting.type !== 'boolean')
        assert.ok(untrustedWorkspaces.restrictedConfigurations.includes(name), `${name} is not restricted`);
  });

  it('links from its texts to commands that there are', () => {
    const texts = [...steps.map(({ description }) => description), ...viewsWelcome.map(({ contents }) => contents)];
    const links = texts.flatMap(text => [...text.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command!));
    assert.ok(links.length > 10);
    for (const command of links) assert.ok(own.has(command) || BUILT_IN.has(command), command);
    const known = new Set(Object.values(views).flatMap(each => each.map(({ id }) => id)));
    for (const { view } of viewsWelcome) assert.ok(known.has(view), view);
  });

  it('has a picture, its description and a way to completion for each step of the walkthrough', () => {
    assert.equal(new Set(steps.map(({ media }) => media.image['light'])).size, steps.length, 'a picture of its own');
    for (const { media, completionEvents } of steps) {
      assert.deepEqual(Object.keys(media.image).sort(), ['dark', 'hc', 'hcLight', 'light']);
      for (const file of Object.values(media.image)) assert.equal(readFileSync(file).subarray(1, 4).toString(), 'PNG', file);
      assert.ok(media.altText.length > 20);
      assert.ok(completionEvents.length > 0);
      for (const event of completionEvents) {
        const command = /^onCommand:(.*)/.exec(event)?.[1];
        if (command !== undefined) assert.ok(own.has(command) || BUILT_IN.has(command), command);
      }
    }
  });
});
