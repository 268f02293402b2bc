
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(4, 4, 3, padding=1)
        self.b = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return x + self.b(self.a(x).relu())


# boundlens: Net() on (2, 6, 6)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.block = Block()
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.block(self.pool(self.stem(x).relu()))
        return self.head(x.mean((2, 3)))
