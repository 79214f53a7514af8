"""The beat network: two small convolutions over time and frequency, then dilated convolutions over time
(after Davies and Böck 2019, "Temporal convolutional networks for musical audio beat tracking"). 50 outputs a second, each the logits
of a beat and of a downbeat. The causal form sees the past only and answers DELAY outputs late."""

import torch
from torch import nn
from torch.nn import functional

from .front_end import BANDS

DELAY = 5  # outputs (20 ms each) by which the causal form answers late
DILATIONS = [1, 2, 4, 8, 16, 32, 64, 128]  # 20 s in all: as long as the excerpts of training
KERNEL = 5


class Block(nn.Module):
    def __init__(self, width, dilation, causal, dropout):
        super().__init__()
        self.reach = (KERNEL - 1) * dilation
        self.padding = (self.reach, 0) if causal else (self.reach // 2, self.reach // 2)
        self.spread = nn.Conv1d(width, width, KERNEL, dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return x + self.mix(self.dropout(functional.relu(self.spread(functional.pad(x, self.padding)))))


class BeatNetwork(nn.Module):
    def __init__(self, causal=False, first=16, second=24, width=48, dropout=0.1):
        super().__init__()
        self.causal = causal
        self.first = nn.Conv2d(1, first, 5, stride=(2, 3), padding=(0, 2))
        self.second = nn.Conv2d(first, second, 3, stride=(1, 2), padding=(0, 1))
        self.narrow = nn.Conv1d(second * (BANDS // 6), width, 1)
        self.blocks = nn.ModuleList([Block(width, d, causal, dropout) for d in DILATIONS])
        self.out = nn.Conv1d(width, 2, 1)
        nn.init.constant_(self.out.bias, -3.0)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        """(batch, frames, BANDS) → logits (batch, frames / 2, 2); output n belongs to frame 2 n."""
        early = (4, 0) if self.causal else (2, 2)
        later = (2, 0) if self.causal else (1, 1)
        y = functional.pad(x.unsqueeze(1), (0, 0, *early)).contiguous(memory_format=torch.channels_last)
        y = functional.relu(self.first(y))
        y = functional.relu(self.second(functional.pad(y, (0, 0, *later))))
        y = y.permute(0, 1, 3, 2).flatten(1, 2)
        y = self.dropout(functional.relu(self.narrow(y)))
        for block in self.blocks:
            y = block(y)
        return self.out(functional.relu(y)).transpose(1, 2)
