"""The benchmark's models in PyTorch: training_pytorch.py MODEL THREADS.

Says one line of JSON when it is ready, then for every number on a line of standard input takes so many training steps
and answers with a JSON array of their milliseconds.
"""

import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

HEADS = 4


class Block(nn.Module):
    """Pre-norm transformer block."""

    def __init__(self, width):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        size = width // HEADS
        query, key, value = self.qkv(self.norm1(x)).view(batch, tokens, 3, HEADS, size).permute(2, 0, 3, 1, 4)
        attention = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(size), -1)
        x = x + self.output((attention @ value).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class MaskedAutoencoder(nn.Module):
    """49 patches of 16 pixels, 12 of them visible; a decoder of two blocks of width 64."""

    TOKENS, VISIBLE, PIXELS, DECODER_WIDTH = 49, 12, 16, 64

    def __init__(self, width, depth):
        super().__init__()
        small = lambda *shape: nn.Parameter(torch.randn(*shape) * 0.02)
        self.embed = nn.Linear(self.PIXELS, width)
        self.positions = small(self.TOKENS, width)
        self.encoder = nn.Sequential(*[Block(width) for _ in range(depth)], nn.LayerNorm(width))
        self.enter = nn.Linear(width, self.DECODER_WIDTH)
        self.mask_token = small(self.DECODER_WIDTH)
        self.decoder_positions = small(self.TOKENS, self.DECODER_WIDTH)
        self.decoder = nn.Sequential(*[Block(self.DECODER_WIDTH) for _ in range(2)], nn.LayerNorm(self.DECODER_WIDTH))
        self.predict = nn.Linear(self.DECODER_WIDTH, self.PIXELS)

    def forward(self, patches, order, inverse):
        batch = patches.shape[0]
        pick = lambda x, index: torch.gather(x, 1, index.unsqueeze(-1).expand(-1, -1, x.shape[2]))
        x = self.encoder(pick(self.embed(patches) + self.positions, order[:, : self.VISIBLE]))
        hidden = self.mask_token.expand(batch, self.TOKENS - self.VISIBLE, -1)
        x = pick(torch.cat([self.enter(x), hidden], 1), inverse) + self.decoder_positions
        masked = (inverse >= self.VISIBLE).float().unsqueeze(-1)
        errors = (self.predict(self.decoder(x)) - patches) ** 2 * masked
        return errors.sum() / (batch * (self.TOKENS - self.VISIBLE) * self.PIXELS)


def mlp():
    widths = [784, 1024, 512, 256, 512, 1024, 784]
    layers = [layer for i in range(6) for layer in (nn.Linear(widths[i], widths[i + 1]), nn.ReLU())]
    net = nn.Sequential(*layers[:-1])
    x = torch.rand(256, 784)
    return net, lambda: F.mse_loss(net(x), x)


def vit(width, depth):
    net = MaskedAutoencoder(width, depth)
    patches = torch.rand(128, net.TOKENS, net.PIXELS)
    order = torch.argsort(torch.rand(128, net.TOKENS), 1)
    inverse = torch.argsort(order, 1)
    return net, lambda: net(patches, order, inverse)


def conv():
    net = nn.Sequential(
        nn.Conv2d(1, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip
    images = torch.rand(128, 1, 28, 28)
    labels = torch.randint(0, 10, (128,))
    return net, lambda: F.cross_entropy(net(images), labels)


MODELS = {"mlp": mlp, "vit64": lambda: vit(64, 4), "vit128": lambda: vit(128, 6), "conv": conv}


def main():
    torch.manual_seed(0)
    torch.set_num_threads(int(sys.argv[2]))
    net, loss_of = MODELS[sys.argv[1]]()
    optimiser = torch.optim.Adam(net.parameters(), 1e-3)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimiser.step()
        return loss.item()

    def timed():
        start = time.perf_counter()
        step()
        return (time.perf_counter() - start) * 1e3

    step()
    parameters = sum(parameter.numel() for parameter in net.parameters())
    print(json.dumps({"peer": f"PyTorch {torch.__version__}", "parameters": parameters}), flush=True)
    for line in sys.stdin:
        print(json.dumps([timed() for _ in range(int(line))]), flush=True)


main()
