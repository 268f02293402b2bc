import { studentQuantile, type Spread } from '../../src/runs/summary/statistics';
import type { ChartTheme } from './chartTheme';

/** Half the width of the 95 % Student interval of a mean; undefined for one value, which has none. */
export const halfInterval = ({ deviation, count }: Spread): number | undefined =>
  deviation === undefined ? undefined : (studentQuantile(count - 1) * deviation) / Math.sqrt(count);

/** A vertical interval at a place of an axis. */
export interface Whisker {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

const CAP = 4;

/** Intervals as upright lines with caps, drawn behind the marks of their means. */
export function whiskers(intervals: readonly Whisker[], axis: number, colour: string, theme: ChartTheme) {
  const stroke = { stroke: colour, lineWidth: theme.highContrast ? 2 : 1.25, fill: 'none' };
  const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line' as const, shape: { x1, y1, x2, y2 }, style: stroke });
  return {
    type: 'custom' as const,
    xAxisIndex: axis,
    yAxisIndex: axis,
    silent: true,
    z: 1,
    tooltip: { show: false },
    encode: { x: 0, y: [1, 2] },
    data: intervals.map(({ x, low, high }) => [x, low, high]),
    renderItem: (_: unknown, api: { value(dimension: number): number | string; coord(point: number[]): number[] }) => {
      const [x, low, high] = [0, 1, 2].map(dimension => Number(api.value(dimension))) as [number, number, number];
      const [left = 0, bottom = 0] = api.coord([x, low]);
      const [, top = 0] = api.coord([x, high]);
      return {
        type: 'group' as const,
        children: [line(left, bottom, left, top), line(left - CAP, bottom, left + CAP, bottom), line(left - CAP, top, left + CAP, top)],
      };
    },
  };
}
