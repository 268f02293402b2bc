import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import type { SourceChoice } from '../../../src/datasets/openDataSource';
import { plainPng } from '../support/pngBytes';
import { bytesOf, shapeOf, sourceFolder, type Files } from './sourceFolder';

describe('data sources: image folders', () => {
  const { folder, put, withSource, refuses } = sourceFolder();

  describe('image folders', () => {
    const choice = (name = 'f'): SourceChoice => ({ format: 'image folder', path: folder.file(name) });
    const grey = (value: number, side = 2) => plainPng(side, side, 1, () => value);

    it('number class folders by name, list images in order and pass over other files', async () => {
      put('f/dog/b.png', grey(20));
      put('f/dog/a.PNG', grey(10));
      put('f/cat/deep/z.png', grey(30));
      put('f/dog/notes.txt', 'x');
      put('f/.hidden/h.png', grey(99));
      mkdirSync(folder.file('f/empty'));
      await withSource(choice(), async source => {
        assert.deepEqual([...shapeOf(source), source.classNames], [3, 2, 2, 1, ['cat', 'dog']]);
        assert.deepEqual([...source.labels!], [0, 1, 1]);
        assert.deepEqual(
          bytesOf(await source.read([1, 2, 0, 1])).filter((_, i) => i % 4 === 0),
          [10, 20, 30, 10],
        );
      });
    });

    it('bring images of many sizes and colours to one', async () => {
      put(
        'f/a.png',
        plainPng(3, 5, 3, () => 51),
      );
      put('f/b.png', grey(102, 4));
      await withSource(
        choice(),
        async source => {
          assert.deepEqual(shapeOf(source), [2, 2, 2, 3]);
          assert.equal(source.labels, undefined);
          assert.deepEqual(bytesOf(await source.read([1, 0])), [...Array<number>(12).fill(102), ...Array<number>(12).fill(51)]);
        },
        'unlabelled',
        { resize: [2, 2], channels: 'rgb' },
      );
    });

    it('follow links inside the folder', async () => {
      put('f/x/a.png', grey(10));
      mkdirSync(folder.file('f/y'));
      symlinkSync(folder.file('f/x/a.png'), folder.file('f/y/b.png'));
      await withSource(choice(), async source => assert.deepEqual(bytesOf(await source.read([1])), [10, 10, 10, 10]));
    });

    const a = { 'f/x/a.png': grey(1) };
    const refusals: readonly (readonly [what: string, files: Files, sentence: RegExp, links?: Readonly<Record<string, string>>])[] = [
      [
        'a link out of it',
        { ...a, 'secret.png': grey(1) },
        /f\/x\/b\.png is a link that leads out of the folder: copy/,
        { 'f/x/b.png': 'secret.png' },
      ],
      ['a folder link out of it', { ...a, 'other/a.png': grey(1) }, /f\/y is a link that leads out of the folder/, { 'f/y': 'other' }],
      ['a link to nothing', a, /f\/x\/b\.png does not exist/, { 'f/x/b.png': 'gone.png' }],
      ['no images', { 'f/x/a.txt': '' }, /f holds no \.png or \.jpg image \(only \.txt\): name a folder/],
      ['images beside classes', { ...a, 'f/a.png': grey(1) }, /f holds a\.png beside its class folders/],
      ['two sizes', { ...a, 'f/x/b.png': grey(1, 3) }, /b\.png is 3 × 3 pixels large while .*a\.png is 2 × 2: set data\.resize/],
      [
        'grey among colours',
        { 'f/x/a.png': plainPng(2, 2, 3, () => 1), 'f/x/b.png': grey(1) },
        /b\.png has grey pixels unlike .*a\.png: set data\.channels/,
      ],
      ['a file of another kind', { ...a, 'f/x/b.png': 'GIF89a' }, /b\.png is neither a PNG nor a JPEG/],
      ['an empty image', { ...a, 'f/x/b.png': '' }, /b\.png is neither a PNG nor a JPEG/],
      ['a file', { f: 'x' }, /f lies below something that is not a folder/],
    ];
    for (const [what, files, sentence, links = {}] of refusals)
      it(`refuse ${what}`, async () => {
        for (const [name, content] of Object.entries(files)) put(name, content);
        for (const [link, target] of Object.entries(links)) symlinkSync(folder.file(target), folder.file(link));
        await refuses(choice, sentence);
      });
  });
});
