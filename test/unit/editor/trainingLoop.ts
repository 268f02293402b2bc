/** A loop of PyTorch that trains on labels, without a regulariser. */
export const LOOP = `import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 4))
optimizer = torch.optim.Adam(model.parameters())

for images, labels in loader:
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
`;
