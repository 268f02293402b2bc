import type { Random } from '../../common/random';
import type { MultiViewModel, MultiViewSamples } from './model';

/** k·L orthonormal vectors of R^d, one a row: normal vectors made orthonormal by Gram–Schmidt, twice for accuracy. */
export function orthonormalFeatures({ classes, views, dimension }: MultiViewModel, random: Random): Float64Array {
  const count = classes * views;
  const rows = Float64Array.from({ length: count * dimension }, () => random.normal());
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * dimension, (i + 1) * dimension);
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const earlier = rows.subarray(j * dimension, (j + 1) * dimension);
        const along = dot(row, earlier);
        row.forEach((value, c) => (row[c] = value - along * earlier[c]!));
      }
    const length = Math.sqrt(dot(row, row));
    row.forEach((value, c) => (row[c] = value / length));
  }
  return rows;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, c) => sum + value * b[c]!, 0);

/** One feature in a sample with Σz over its patches. */
interface Shown {
  readonly feature: number;
  readonly total: number;
}

/** `count` samples; each is single-view with probability `singleView`. Labels and shown views are as even as the count allows, in random order. */
export function generate(
  model: MultiViewModel,
  features: Float64Array,
  count: number,
  singleView: number,
  random: Random,
): MultiViewSamples {
  const { classes, views, dimension, patches: places } = model;
  const patches = new Float32Array(count * places * dimension);
  const kinds = random.permutation(count);
  const singles = Math.round(singleView * count);
  const shown = Int32Array.from(kinds, (kind, n) => (kind < singles ? Math.floor(n / classes) % views : -1));
  const labels = Int32Array.from({ length: count }, (_, n) => n % classes);
  for (let n = 0; n < count; n++) {
    const sample = patches.subarray(n * places * dimension, (n + 1) * places * dimension);
    fill(model, features, sample, featuresOf(model, labels[n]!, shown[n]!, random), random);
  }
  return { count, patches, labels, shown };
}

/** The features of one sample: all of its class, then those of other classes that the draw and the number of patches allow. */
function featuresOf(model: MultiViewModel, label: number, view: number, random: Random): Shown[] {
  const { classes, views, patches, patchesPerFeature, strength, weakView } = model;
  const own = Array.from({ length: views }, (_, l) => ({
    feature: label * views + l,
    total: view < 0 || view === l ? strength[0] + (strength[1] - strength[0]) * random.uniform() : weakView,
  }));
  const others: Shown[] = [];
  for (let feature = 0; feature < classes * views; feature++)
    if (Math.floor(feature / views) !== label && random.uniform() < model.distractors / classes)
      others.push({ feature, total: view < 0 ? model.distractorStrength : model.singleViewDistractor });
  const room = Math.floor(patches / patchesPerFeature) - views;
  const order = random.permutation(others.length);
  return [...own, ...Array.from(order.subarray(0, Math.max(0, room)), i => others[i]!)];
}

/** Writes one sample: the features on disjoint random patches with z_p = total · share, feature noise and normal noise everywhere. */
function fill(model: MultiViewModel, features: Float64Array, sample: Float32Array, shown: readonly Shown[], random: Random): void {
  const { dimension, patches, patchesPerFeature, featureNoise, noise } = model;
  const places = random.permutation(patches);
  const deviation = noise / Math.sqrt(dimension);
  for (let i = 0; i < sample.length; i++) sample[i] = deviation * random.normal();
  const add = (place: number, feature: number, amount: number) => {
    for (let c = 0; c < dimension; c++) sample[place * dimension + c]! += amount * features[feature * dimension + c]!;
  };
  shown.forEach(({ feature, total }, position) => {
    const shares = Array.from({ length: patchesPerFeature }, () => 0.75 + 0.5 * random.uniform());
    const sum = shares.reduce((a, b) => a + b, 0);
    shares.forEach((share, c) => add(places[position * patchesPerFeature + c]!, feature, (total * share) / sum));
  });
  if (featureNoise > 0)
    for (let place = 0; place < patches; place++) for (const { feature } of shown) add(place, feature, featureNoise * random.uniform());
}
