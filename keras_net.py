
import keras
from keras import layers

images = keras.Input((6, 6, 2))
x = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(images)
x = layers.MaxPooling2D(2)(x)
y = layers.Conv2D(4, 3, padding="same", activation="relu", name="a")(x)
y = layers.Conv2D(4, 3, padding="same", name="b")(y)
x = layers.Add()([x, y])
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(images, layers.Dense(3, name="head")(x))
