/** NumPy's names of the element types that tests write. */
const ELEMENTS = {
  '<f8': Float64Array,
  '<f4': Float32Array,
  '|u1': Uint8Array,
  '<i4': Int32Array,
} as const;

/** The bytes of a .npy file, row-major; 64-bit floats unless another type is asked for. */
export function npyBytes(shape: readonly number[], values: ArrayLike<number>, type: keyof typeof ELEMENTS = '<f8'): Buffer {
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.map(size => `${size},`).join(' ')}), }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 0xff, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.from(ELEMENTS[type].from(values).buffer)]);
}
