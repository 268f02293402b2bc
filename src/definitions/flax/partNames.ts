import { KerasLayer, WeightValue } from '../keras/kerasValues';
import { keyName } from '../python/keys';
import type { Value } from '../python/values';

/** Names modules by the attribute that holds them: `block`, and the items of a list `blocks_0`, or `blocks/0` in nnx. */
export function nameParts(value: Value, name: string, separator: string): void {
  if (value instanceof KerasLayer) value.name ??= name;
  else if (value instanceof WeightValue && value.name === '') value.name = name;
  else if (value.kind === 'sequence')
    for (const [index, item] of value.items.entries()) nameParts(item, `${name}${separator}${index}`, separator);
  else if (value.kind === 'dictionary')
    for (const [key, item] of value.entries) nameParts(item, `${name}${separator}${keyName(key)}`, separator);
}
