/** An argument's value as a layer rule sees it; `{ float }` keeps 2.0 apart from 2, as Python does. */
export type ArgumentValue = number | string | boolean | null | { readonly float: number } | readonly ArgumentValue[];

/** One formal argument of a layer's constructor. */
export interface FormalArgument {
  readonly name: string;
  readonly default?: ArgumentValue;
}

/** Reads `in_features, out_features, bias=True`; every `torch.nn` layer also takes `device` and `dtype`. */
export function signature(text: string): readonly FormalArgument[] {
  const formals = text === '' ? [] : text.split(', ').map(formal);
  return [...formals, { name: 'device', default: null }, { name: 'dtype', default: null }];
}

function formal(text: string): FormalArgument {
  const [name, value] = text.split('=') as [string, string?];
  return value === undefined ? { name } : { name, default: literal(value) };
}

const CONSTANTS: Readonly<Record<string, ArgumentValue>> = { True: true, False: false, None: null };

/** Reads a literal of Python: a number, a word in single quotes, `True`, `False`, `None`. */
export function literal(text: string): ArgumentValue {
  if (text in CONSTANTS) return CONSTANTS[text]!;
  if (text.startsWith("'")) return text.slice(1, -1);
  return /[.e]/.test(text) ? { float: Number(text) } : Number(text);
}
