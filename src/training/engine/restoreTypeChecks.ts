type Check = (value: unknown) => boolean;

const CHECKS: Readonly<Record<string, Check>> = {
  isArray: Array.isArray,
  isBoolean: value => typeof value === 'boolean',
  isBuffer: value => Buffer.isBuffer(value),
  isDate: value => value instanceof Date,
  isError: value => value instanceof Error,
  isFunction: value => typeof value === 'function',
  isNull: value => value === null,
  isNullOrUndefined: value => value === null || value === undefined,
  isNumber: value => typeof value === 'number',
  isObject: value => typeof value === 'object' && value !== null,
  isPrimitive: value => value === null || !['object', 'function'].includes(typeof value),
  isRegExp: value => value instanceof RegExp,
  isString: value => typeof value === 'string',
  isSymbol: value => typeof value === 'symbol',
  isUndefined: value => value === undefined,
};

/**
 * Puts back the type checks of `node:util` that Node 23 removed, where they are missing: TensorFlow's package calls them in every operation
 * (tensorflow/tfjs#8425). `util` is the object that `require('node:util')` gives.
 */
export function restoreTypeChecks(util: object): void {
  for (const [name, check] of Object.entries(CHECKS))
    if (!(name in util)) Object.defineProperty(util, name, { value: check, configurable: true, enumerable: false, writable: true });
}
