import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each room may not import, so that data flows one way: sources → theory → screens (docs/architecture.md). */
const rooms = {
  common: ['architecture', 'theory', 'definitions', 'checkpoints', 'datasets', 'training', 'studies', 'runs', 'editor'],
  architecture: ['definitions', 'checkpoints', 'datasets', 'training', 'studies', 'runs', 'editor'],
  theory: ['definitions', 'checkpoints', 'datasets', 'training', 'studies', 'runs', 'editor'],
  definitions: ['training', 'studies', 'runs', 'editor'],
  checkpoints: ['training', 'studies', 'runs', 'editor'],
  datasets: ['training', 'studies', 'runs', 'editor'],
  studies: ['training', 'runs', 'editor'],
  training: ['runs', 'editor'],
  runs: ['reporting', 'editor'],
  reporting: ['editor'],
  web: ['datasets', 'training', 'studies', 'runs', 'editor'],
};

const noVscode = { name: 'vscode', message: 'Only src/editor, src/extension.ts and src/extension.web.ts touch the editor.' };

const named = { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' };

/** Code comes from the bundles alone: nothing of a workspace is loaded, and no text becomes code. */
const noForeignCode = [
  { selector: 'ImportExpression[source.type!="Literal"]', message: 'Name the module that you import.' },
  { selector: 'CallExpression[callee.name="require"][arguments.0.type!="Literal"]', message: 'Name the module that you load.' },
  { selector: 'ImportDeclaration[source.value=/^(node:)?vm$/]', message: 'Nothing here runs foreign code.' },
];
const noLoader = {
  selector: 'ImportDeclaration[source.value=/^(node:)?module$/]',
  message: 'Only the engines load modules by themselves, from the folder of the bundles or where the user installed them.',
};
/** The files that load an engine. */
const LOADERS = ['native', 'wasm', 'tensorflow'].map(name => `src/training/engine/${name}.ts`);

const direction = Object.entries(rooms).map(([room, forbidden]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [noVscode],
        patterns: forbidden.map(other => ({
          regex: `^(\\.\\./)+${other}/`,
          message: `${room}/ may not import ${other}/ (see docs/architecture.md).`,
        })),
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      'demo/**',
      'node_modules/**',
      'test/workbench/node_modules/**',
      'test/fixtures/**',
      'media/**',
      '**/*.as.ts',
    ],
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['src/tsconfig.json', 'webview/tsconfig.json', 'test/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', named],
      'no-eval': 'error',
      'no-new-func': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  ...direction,
  {
    files: ['src/**/*.ts', 'webview/**/*.ts'],
    ignores: LOADERS,
    rules: { 'no-restricted-syntax': ['error', named, ...noForeignCode, noLoader] },
  },
  {
    files: ['src/*.ts'],
    ignores: ['src/extension.ts', 'src/extension.web.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noVscode] }] },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', '@typescript-eslint/no-floating-promises': 'error' },
  },
  prettier,
);
