import { formatPercent, formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import type { CaptureFrame } from '../../src/training/multiView/frames';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { basics, mutedText, tooltipBox } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption, HeatmapSeriesOption } from './echarts';

/** Names of features: class and number within it, from 1. */
function featureNames({ features, captured }: CaptureFrame): readonly string[] {
  const perClass = Math.max(1, Math.round(features / Math.max(1, captured.length)));
  return Array.from({ length: features }, (_, f) => `${Math.floor(f / perClass) + 1}.${(f % perClass) + 1}`);
}

/** What a frame shows, in a sentence. */
export function describeFrame({ phase, labelled, step, steps, captured, coverage, features, purity, accuracy }: CaptureFrame): string {
  const count = captured.reduce((sum, one) => sum + one, 0);
  const on = labelled === undefined ? '' : t(' on {0} samples', labelled);
  const pure = purity === undefined ? '' : t('; purity {0}', formatRisk(purity));
  const answers = accuracy
    ? t('; {0} right on multi-view and {1} on single-view test data', formatPercent(accuracy.multiView), formatPercent(accuracy.singleView))
    : '';
  const found = t('{0} of {1} features captured, {2}', count, features, formatPercent(coverage)) + pure + answers;
  return t('{0}{1}, step {2} of {3}: {4} (measured).', translated(phase), on, step, steps, found).replace(/^./, first =>
    first.toUpperCase(),
  );
}

/** For each feature the kernel that correlates most with it. */
export function strongestKernels({
  kernels,
  features,
  correlations,
}: CaptureFrame): readonly { readonly kernel: number; readonly value: number }[] {
  return Array.from({ length: features }, (_, f) => {
    let kernel = 0;
    for (let r = 1; r < kernels; r++) if (correlations[r * features + f]! > correlations[kernel * features + f]!) kernel = r;
    return { kernel, value: correlations[kernel * features + f] ?? NaN };
  });
}

export function frameTable(frame: CaptureFrame): TextTable {
  const names = featureNames(frame);
  return {
    head: [t('feature (class.number)'), t('strongest kernel'), t('correlation')],
    rows: strongestKernels(frame).map(({ kernel, value }, f) => [names[f]!, `${kernel + 1}`, formatRisk(value)]),
  };
}

export function frameData(frame: CaptureFrame): DataTable {
  const names = featureNames(frame);
  return {
    columns: ['seed', 'arm', 'phase', 'step', 'kernel', 'feature', 'correlation'],
    rows: frame.correlations.map((value, at) => [
      frame.seed,
      frame.arm,
      frame.phase,
      frame.step,
      Math.floor(at / frame.features) + 1,
      names[at % frame.features],
      value,
    ]),
  };
}

/** Height of the map in CSS pixels. */
export const mapHeight = ({ kernels }: CaptureFrame): number => 88 + Math.min(480, Math.max(160, kernels * 12));

/** Kernels by features; the stronger a correlation the fuller the colour. `largest` is the end of the scale, the same for all frames that are compared. */
export function captureOption(frame: CaptureFrame, largest: number, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const names = featureNames(frame);
  const { features, correlations, kernels } = frame;
  const map: HeatmapSeriesOption = {
    type: 'heatmap',
    name: 'correlation',
    // All cells at once: a map that is drawn in pieces flickers when frames follow one another.
    progressive: 0,
    itemStyle: { borderWidth: theme.highContrast ? 1 : 0, borderColor: theme.background },
    data: correlations.map((value, at) => [at % features, Math.floor(at / features), value]),
  };
  return {
    ...basics(theme),
    animation: false,
    aria: { enabled: false },
    tooltip: {
      ...tooltipBox(theme),
      trigger: 'item',
      formatter: item => {
        const [f, r, value] = (item as unknown as { value: [number, number, number] }).value;
        return `${t('kernel {0}, feature {1}', r + 1, names[f] ?? '')}\n${t('correlation {0}', formatRisk(value))}`;
      },
    },
    grid: { left: 46, right: 84, top: 34, bottom: 46 },
    xAxis: {
      type: 'category',
      data: [...names],
      name: t('feature: class.number'),
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: { ...text, hideOverlap: true },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: Array.from({ length: kernels }, (_, r) => `${r + 1}`),
      name: t('kernel'),
      nameLocation: 'start',
      nameTextStyle: { ...text, color: theme.foreground },
      axisLabel: { ...text, hideOverlap: true },
      axisTick: { show: false },
    },
    visualMap: {
      type: 'continuous',
      min: 0,
      max: largest,
      calculable: false,
      right: 0,
      top: 'middle',
      itemHeight: 110,
      itemWidth: 12,
      textStyle: text,
      text: [formatRisk(largest), '0'],
      inRange: { color: [theme.background, theme.highContrast ? theme.foreground : (theme.series[0] ?? theme.foreground)] },
    },
    series: [map],
  };
}
