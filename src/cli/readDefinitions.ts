import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readText } from '../common/readText';
import { AnalysisClient } from '../definitions/analysisClient';
import type { Analysis, AnalysisSettings } from '../definitions/analysisProtocol';
import { workerThread } from '../definitions/workerThread';
import type { CommandContext } from './command';

/**
 * Reads the definitions of source files in the analysis worker, in order. Throws a FileFault for a file that cannot be read.
 * @param settings for each file the number N of unlabelled images that the bound before any run assumes, folders for imports, an expression to evaluate
 */
export async function readDefinitions(
  files: readonly string[],
  settings: (file: string) => AnalysisSettings,
  context: CommandContext,
): Promise<Analysis[]> {
  const client = new AnalysisClient({
    start: workerThread(path.join(context.assets, 'analysis.js'), { assets: context.assets }),
    log: line => process.stderr.write(`${line}\n`),
  });
  try {
    const analyses: Analysis[] = [];
    for (const file of files) {
      const text = await readText(file);
      const document = { uri: pathToFileURL(path.resolve(file)).href, version: 1, text };
      analyses.push(await client.analyse(document, settings(file), context.signal));
    }
    return analyses;
  } finally {
    await client.dispose();
  }
}
