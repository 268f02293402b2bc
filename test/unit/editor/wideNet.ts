/** A net of PyTorch one layer of which holds most of the capacity. */
export const WIDE = `from torch import nn


class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.stem = nn.Linear(8, width)
        self.wide = nn.Linear(width, 4096)
        self.head = nn.Linear(4096, 2)

    def forward(self, x):
        return self.head(self.wide(self.stem(x)).relu())
`;
