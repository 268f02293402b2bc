import type { Report } from '../theory/report';

/** A report as the terminal's documents give it. */
export interface CappedReport extends Report {
  /** The largest value of the loss, where the total exceeds it: a bound as true as the total, of which it is the lesser, and as empty. */
  readonly capped?: number;
}

/** Adds the capped value to a report, and to those beside it, whose total exceeds what the loss can be; the terms and the total stay as they are. */
export const cappedReport = <R extends Report>(report: R): R & CappedReport => ({
  ...report,
  ...(!(report.total <= report.range) && { capped: report.range }),
  ...(report.beside && { beside: report.beside.map(cappedReport) }),
});
