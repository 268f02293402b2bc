/** What brings a map back to the entries that it has now. */
export function savedMap<K, V>(map: Map<K, V>): () => void {
  const entries = [...map];
  return () => {
    let place = 0;
    let isSame = map.size === entries.length;
    for (const [key, value] of map) {
      isSame &&= entries[place]?.[0] === key && entries[place]![1] === value;
      if (!isSame) break;
      place++;
    }
    if (isSame) return;
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  };
}
