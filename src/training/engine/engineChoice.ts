/** What executes a model; docs/engines.md tells them apart. */
export type EngineName = 'native' | 'wasm' | 'tensorflow' | 'reference';

/** Where else than on the processor the native engine can compute, by ONNX Runtime's names. */
export const EXECUTION_PROVIDERS = ['cuda', 'dml', 'coreml', 'webgpu'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** What a person can ask for: an engine, the native one on another device, or `auto`. */
export type EngineChoice = 'auto' | EngineName | `native:${ExecutionProvider}`;

/** Every choice, in the order in which they are listed. */
export const ENGINE_CHOICES: readonly EngineChoice[] = [
  ...(['auto', 'native'] as const),
  ...EXECUTION_PROVIDERS.map(provider => `native:${provider}` as const),
  ...(['wasm', 'tensorflow', 'reference'] as const),
];

/** The choice that a text names, if it names one. */
export const engineChoice = (text: string): EngineChoice | undefined => ENGINE_CHOICES.find(choice => choice === text);

/** The device in a choice of the native engine, if it names one. */
export const providerOf = (choice: EngineChoice): ExecutionProvider | undefined =>
  EXECUTION_PROVIDERS.find(provider => choice === `native:${provider}`);
