/** The bytes of a .npy file of float64 numbers, row-major. */
export function npyBytes(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.map(size => `${size},`).join(' ')}), }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 0xff, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.from(Float64Array.from(values).buffer)]);
}
