import { thinned } from '../common/thin';
import type { MetricLine } from '../runs/record';
import type { Series } from './panelMessages';

/** A curve longer than this is thinned to half: what a screen can show several times over. */
const MOST_POINTS = 20_000;

interface Curve {
  readonly name: string;
  readonly phase: string;
  steps: number[];
  values: number[];
}

/** The curves of one run, grown from the lines of its metrics file; bounded in memory however long the run is. */
export class SeriesStore {
  private readonly curves = new Map<string, Curve>();

  constructor(private readonly mostPoints = MOST_POINTS) {}

  /** Adds lines and returns what they added, curve by curve. Values that are not finite are left out. */
  append(lines: readonly MetricLine[]): readonly Series[] {
    const added = new Map<string, Curve>();
    for (const { phase, step, values } of lines) {
      for (const [name, value] of Object.entries(values)) {
        if (!Number.isFinite(value)) continue;
        for (const curves of [this.curves, added]) {
          const curve = curveOf(curves, phase, name);
          curve.steps.push(step);
          curve.values.push(value);
        }
      }
    }
    for (const curve of this.curves.values())
      if (curve.steps.length > this.mostPoints) Object.assign(curve, thinned(curve, this.mostPoints / 2));
    return [...added.values()];
  }

  /** All curves as they stand; the arrays are copies. */
  snapshot(): readonly Series[] {
    return [...this.curves.values()].map(curve => ({ ...curve, steps: [...curve.steps], values: [...curve.values] }));
  }
}

function curveOf(curves: Map<string, Curve>, phase: string, name: string): Curve {
  const key = `${phase}\n${name}`;
  const known = curves.get(key);
  if (known) return known;
  const curve: Curve = { name, phase, steps: [], values: [] };
  curves.set(key, curve);
  return curve;
}
