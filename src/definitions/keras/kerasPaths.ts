/** `tensorflow.keras.layers.Dense`, `keras.src.layers.core.dense.Dense` and `tf_keras.layers.Dense` are `keras.layers.Dense`. */
export function canonical(path: string): string {
  const keras = path
    .replace(/^(tensorflow\.(python\.)?(compat\.v[12]\.)?keras|tf_keras)(?=\.|$)/, 'keras')
    .replace(/^keras\.(src|api|api\.v2\.keras|_tf_keras\.keras)(?=\.|$)/, 'keras');
  if (!keras.startsWith('keras.')) return keras;
  return keras
    .replace(/^keras\.(engine|models)\.(\w+\.)*(Model|Functional|Sequential)$/, 'keras.$3')
    .replace(/^keras\.(layers|engine)\.(\w+\.)*(Input|InputLayer|Layer)$/, 'keras.layers.$3')
    .replace(/^keras\.layers\.(\w+\.)+(?=[A-Z])/, 'keras.layers.')
    .replace(/^keras\.(Input|InputLayer|Layer)$/, 'keras.layers.$1')
    .replace(/^keras\.Functional$/, 'keras.Model');
}

/** The bare name of a class of `keras.layers`; undefined for every other path. */
export const layerName = (path: string): string | undefined => /^keras\.layers\.([A-Z]\w*)$/.exec(canonical(path))?.[1];

/** Whether a class that derives from this path is a layer or a model. */
export const isKerasBase = (path: string): boolean => /^keras\.(Model|Sequential|layers\.[A-Z]\w*)$/.test(canonical(path));

/** Keras' automatic name of a class: `Conv2D` is `conv2d`, `BatchNormalization` `batch_normalization`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

const HARMLESS =
  /^keras\.(optimizers|losses|metrics|callbacks|utils|datasets|regularizers|initializers|constraints|preprocessing|random|config|mixed_precision|experimental|saving|tree|dtype_policies|distribution|export|visualization|quantizers)\./;

/** Libraries whose functions neither return Keras layers nor change the ones that they are given. */
const HARMLESS_MODULES = new Set(
  `numpy argparse os sys json logging time re pathlib itertools typing warnings string datetime math threading yaml tqdm matplotlib pandas
   dataclasses enum numbers sklearn PIL cv2 glob random shutil urllib zipfile tensorflow_datasets absl pickle h5py scipy seaborn`.split(
    /\s+/,
  ),
);

/** Whether a function of Keras, TensorFlow or another known library returns no layer and leaves the layers that it is given alone. */
export function isHarmlessPath(path: string): boolean {
  const keras = canonical(path);
  if (keras.startsWith('keras.'))
    return (
      HARMLESS.test(keras) ||
      /^keras\.(backend|ops|activations|src\.utils|utils)\./.test(keras) ||
      /\.(load_weights|get_file|exists|validate_activation|keras_export)$/.test(keras)
    );
  if (/^tensorflow\.(saved_model\.load|keras|compat\.v1\.(layers|get_variable))/.test(keras)) return false;
  return HARMLESS_MODULES.has(keras.split('.')[0]!) || keras.startsWith('tensorflow.');
}
