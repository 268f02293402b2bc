/**
 * A denoising autoencoder for 28 x 28 images in TensorFlow.js, after Vincent et al. 2008, "Extracting and composing robust features with denoising autoencoders".
 *
 * Pixels of an image are dropped at random; the encoder sees what is left, and the decoder has to say what was there. Fine-tuning keeps the encoder.
 */
import * as tf from '@tensorflow/tfjs';

const IMAGE_SIZE = 28;
const FEATURES = 64;

export const encoder = tf.sequential({
  name: 'encoder',
  layers: [
    tf.layers.conv2d({
      inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1],
      filters: 16,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      activation: 'relu',
    }),
    tf.layers.conv2d({ filters: 32, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: FEATURES }),
    tf.layers.layerNormalization(),
  ],
});

export const decoder = tf.sequential({
  name: 'decoder',
  layers: [
    tf.layers.dense({ inputShape: [FEATURES], units: 256, activation: 'relu' }),
    tf.layers.dense({ units: IMAGE_SIZE * IMAGE_SIZE, activation: 'sigmoid' }),
    tf.layers.reshape({ targetShape: [IMAGE_SIZE, IMAGE_SIZE, 1] }),
  ],
});

export const autoencoder = tf.sequential({ name: 'autoencoder', layers: [encoder, decoder] });

/** Trains on batches of images in [0, 1] of shape [count, 28, 28, 1], without labels; `dropped` is the share of pixels that is taken away. */
export async function pretrain(batches, { dropped = 0.5, learningRate = 1e-3 } = {}) {
  const optimizer = tf.train.adam(learningRate);
  for (const images of batches) {
    const loss = optimizer.minimize(() => {
      const kept = tf.randomUniform(images.shape).greater(dropped).cast('float32');
      const restored = autoencoder.apply(images.mul(kept));
      return tf.losses.meanSquaredError(images, restored);
    }, true);
    console.log((await loss.data())[0]);
    loss.dispose();
  }
}
