import {
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  type BarSeriesOption,
  type CustomSeriesOption,
  type HeatmapSeriesOption,
  type LineSeriesOption,
  type ScatterSeriesOption,
} from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  type AriaComponentOption,
  type GridComponentOption,
  type MarkLineComponentOption,
  type TooltipComponentOption,
  type VisualMapComponentOption,
} from 'echarts/components';
import { init, use, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

// Only the parts that are drawn. The page draws on a canvas, because its content security policy forbids the style sheets of the SVG renderer, which only exports.
use([BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart]);
use([AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, VisualMapComponent, CanvasRenderer, SVGRenderer]);

/** One series made of the parts above. */
export type ChartSeries = BarSeriesOption | CustomSeriesOption | HeatmapSeriesOption | LineSeriesOption | ScatterSeriesOption;

/** An option made of the parts above. */
export type ChartOption = ComposeOption<
  ChartSeries | AriaComponentOption | GridComponentOption | MarkLineComponentOption | TooltipComponentOption | VisualMapComponentOption
>;

/** A chart drawn into an element. */
export const draw = (into: HTMLElement): EChartsType => init(into);

/** A chart as the text of an SVG file of this size in pixels. */
export function drawSvg(option: ChartOption, width: number, height: number): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ ...option, animation: false });
    // Its style sheet only serves pointers, which a picture has none of.
    return chart.renderToSVGString().replace(/<style[^>]*>[\s\S]*?<\/style>/g, '');
  } finally {
    chart.dispose();
  }
}

export type { BarSeriesOption, EChartsType, HeatmapSeriesOption, LineSeriesOption, ScatterSeriesOption };
