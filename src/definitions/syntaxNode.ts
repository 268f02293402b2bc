/** A node of a parsed source, as every reader sees it. */
export type { Node } from '@vscode/tree-sitter-wasm';
