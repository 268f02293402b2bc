import type { Analysis } from '../../src/definitions/analysisProtocol';
import { sizeText } from '../../src/editor/definitionText';
import { layerHints } from '../../src/editor/hintText';
import { boundText, transferabilityText } from '../../src/editor/lensText';

/** Number of unlabelled images that the texts suppose. */
export const UNLABELLED = 10_000;

/** Everything that lenses and hints over a whole document say. */
export function writeTexts({ definitions }: Analysis): void {
  for (const { architecture, bound, boundLayers, stale } of definitions) {
    const shares = new Map(boundLayers.map(({ path: layer }, index) => [layer, bound?.layers[index]?.share ?? 0]));
    layerHints(architecture.layers, shares);
    sizeText(architecture, stale);
    const knowledge = { architecture, estimate: bound?.report, unlabelled: UNLABELLED };
    transferabilityText(knowledge, new Date());
    boundText(knowledge);
  }
}
