"""A context encoder for 28 x 28 images in Keras, after Pathak et al. 2016, "Context encoders: feature learning by inpainting".

The middle of an image is hidden; the encoder sees the rest of it, and the decoder has to say what is missing. Fine-tuning keeps the encoder.
"""

import keras
from keras import layers, ops

IMAGE_SIZE = 28
HOLE = 14


def build_encoder(width=16, features=64):
    """An image becomes a vector of features, whose scale the last layer fixes."""
    return keras.Sequential(
        [
            layers.Input((IMAGE_SIZE, IMAGE_SIZE, 1)),
            layers.Conv2D(width, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(2 * width, 3, strides=2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(features),
            layers.LayerNormalization(),
        ],
        name="encoder",
    )


def build_decoder(width=16, features=64):
    """The features become the pixels of the hole."""
    quarter = HOLE // 2
    return keras.Sequential(
        [
            layers.Input((features,)),
            layers.Dense(quarter * quarter * width, activation="relu"),
            layers.Reshape((quarter, quarter, width)),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        ],
        name="decoder",
    )


# boundlens: ContextEncoder() on (28, 28, 1)
class ContextEncoder(keras.Model):
    """Encodes what is around the hole and says what is in it."""

    def __init__(self, width=16, features=64):
        super().__init__()
        rest = (IMAGE_SIZE - HOLE) // 2
        self.middle = layers.Cropping2D(rest)
        self.surround = layers.ZeroPadding2D(rest)
        self.encoder = build_encoder(width, features)
        self.decoder = build_decoder(width, features)

    def call(self, images):
        around = images - self.surround(self.middle(images))
        return self.decoder(self.encoder(around))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean squared error per pixel of the hole."""
        return ops.mean(ops.square(y_pred - self.middle(x)))


def pretrain(images, epochs=5):
    """Trains on images in [0, 1] of shape (count, 28, 28, 1), without labels."""
    model = ContextEncoder()
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    model.fit(images, epochs=epochs, batch_size=128)
    return model
