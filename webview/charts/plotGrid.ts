/** Where several plots stand in one chart: columns fill the width, plots fill rows from the left. All in CSS pixels. */
export interface PlotGrid {
  readonly height: number;
  readonly columns: number;
  readonly plots: readonly { readonly left: number; readonly top: number; readonly width: number; readonly height: number }[];
}

export interface PlotSize {
  /** Narrowest plot, axis labels included. */
  readonly narrowest: number;
  /** Of the plot itself. */
  readonly height: number;
  /** Room for what stands over a plot, and for the labels of its axes. */
  readonly above: number;
  readonly left: number;
  readonly below: number;
}

const RIGHT = 14;

/** Places `count` plots into this width, in as many columns as fit, at least one. */
export function plotGrid(count: number, width: number, { narrowest, height, above, left, below }: PlotSize): PlotGrid {
  const rows = Math.ceil(count / Math.max(1, Math.min(count, Math.floor(width / narrowest))));
  // No row much shorter than the others.
  const columns = Math.ceil(count / rows);
  const cell = width / columns;
  return {
    columns,
    height: rows * (above + height + below),
    plots: Array.from({ length: count }, (_, at) => ({
      left: (at % columns) * cell + left,
      top: Math.floor(at / columns) * (above + height + below) + above,
      width: Math.max(20, cell - left - RIGHT),
      height,
    })),
  };
}
