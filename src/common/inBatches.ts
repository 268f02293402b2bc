/** Does something with every item, `atOnce` at a time; resolves to the outcomes in the order of the items. */
export async function inBatches<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const outcomes: R[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    outcomes.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))));
  return outcomes;
}
