"""Two small classifiers for 28 x 28 images, to read beside the masked autoencoder."""

from torch import nn

perceptron = nn.Sequential(
    nn.Flatten(),
    nn.Linear(28 * 28, 256),
    nn.ReLU(),
    nn.Linear(256, 10),
)


class Convolutional(nn.Module):
    """Three convolutions, each of which halves the image, and a linear head."""

    def __init__(self, width=16, classes=10):
        super().__init__()
        sizes = [1, width, 2 * width, 4 * width]
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
        self.encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, images):
        return self.head(self.encoder(images))
