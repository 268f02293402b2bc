/** A legacy PyTorch file whose object is this pickle. */
export const legacyPytorch = (pickle: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
    Buffer.from('80024de9032e', 'hex'),
    Buffer.from('80027d2e', 'hex'),
    pickle,
    Buffer.from('80025d2e', 'hex'),
  ]);
