/** Node's `fileURLToPath`, for bundles that run in a browser. */
export const fileURLToPath = (url: string): string => decodeURIComponent(new URL(url).pathname);

/** Node's `pathToFileURL`, for an absolute path. */
export const pathToFileURL = (path: string): URL => new URL(`file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`);
