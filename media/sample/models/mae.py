"""A masked autoencoder for 28 x 28 images, after He et al. 2022, "Masked autoencoders are scalable vision learners".

The defaults are the sizes of the sample study beside this folder. Open this file in the editor: the line above
`class MaskedAutoencoder` shows what the theory says about them, and changes as you edit.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

IMAGE_SIZE = 28
PATCH_SIZE = 7


class Attention(nn.Module):
    """Multi-head self-attention with one projection for queries, keys and values."""

    def __init__(self, width=48, heads=4):
        super().__init__()
        assert width % heads == 0, "the heads share the width equally"
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        images, tokens, width = x.shape
        qkv = self.qkv(x).reshape(images, tokens, 3, self.heads, width // self.heads)
        queries, keys, values = qkv.permute(2, 0, 3, 1, 4)
        scores = queries @ keys.transpose(-2, -1) / (width // self.heads) ** 0.5
        mixed = scores.softmax(dim=-1) @ values
        return self.proj(mixed.transpose(1, 2).reshape(images, tokens, width))


class Mlp(nn.Module):
    """The perceptron of a transformer block, applied to every token by itself."""

    def __init__(self, width=48, hidden=192):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Block(nn.Module):
    """A transformer block that normalises before attention and before the perceptron."""

    def __init__(self, width=48, heads=4, mlp_ratio=4):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width, int(width * mlp_ratio))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class MaskedAutoencoder(nn.Module):
    """Encodes the visible patches of an image and reconstructs the hidden ones."""

    def __init__(
        self,
        image_size=IMAGE_SIZE,
        patch_size=PATCH_SIZE,
        width=48,
        depth=2,
        heads=4,
        mlp_ratio=4,
        decoder_width=32,
        decoder_depth=1,
        decoder_heads=4,
        mask_ratio=0.75,
    ):
        super().__init__()
        self.patch_size = patch_size
        self.mask_ratio = mask_ratio
        patches = (image_size // patch_size) ** 2
        values = patch_size * patch_size

        self.patch_embed = nn.Linear(values, width)
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, patches, width))
        self.blocks = nn.ModuleList([Block(width, heads, mlp_ratio) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)

        self.decoder_embed = nn.Linear(width, decoder_width)
        self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, decoder_width))
        self.decoder_pos_embed = nn.Parameter(0.02 * torch.randn(1, patches, decoder_width))
        self.decoder_blocks = nn.ModuleList([Block(decoder_width, decoder_heads) for _ in range(decoder_depth)])
        self.decoder_norm = nn.LayerNorm(decoder_width)
        self.decoder_pred = nn.Linear(decoder_width, values)

    def patchify(self, images):
        """Cuts images x 1 x side x side into images x patches x values."""
        return F.unfold(images, self.patch_size, stride=self.patch_size).transpose(1, 2)

    def features(self, images):
        """The mean of an image's normalised tokens, nothing hidden: what is fine-tuned."""
        tokens = self.patch_embed(self.patchify(images)) + self.pos_embed
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens).mean(dim=1)

    def forward(self, images):
        """The mean squared error per pixel over the hidden patches."""
        patches = self.patchify(images)
        count = patches.shape[1]
        visible = round(count * (1 - self.mask_ratio))
        order = torch.rand(patches.shape[:2], device=images.device).argsort(dim=1)
        restore = order.argsort(dim=1)

        tokens = self.patch_embed(patches) + self.pos_embed
        tokens = _pick(tokens, order[:, :visible])
        for block in self.blocks:
            tokens = block(tokens)
        tokens = self.decoder_embed(self.norm(tokens))

        hidden = self.mask_token.expand(len(tokens), count - visible, -1)
        tokens = _pick(torch.cat([tokens, hidden], dim=1), restore) + self.decoder_pos_embed
        for block in self.decoder_blocks:
            tokens = block(tokens)
        prediction = self.decoder_pred(self.decoder_norm(tokens))

        errors = (prediction - patches).square().mean(dim=-1)
        is_hidden = (restore >= visible).float()
        return (errors * is_hidden).sum() / is_hidden.sum()


def _pick(tokens, places):
    """The tokens of each image that stand at `places`, in that order."""
    return tokens.gather(1, places.unsqueeze(-1).expand(-1, -1, tokens.shape[-1]))
