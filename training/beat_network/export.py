"""Checkpoints → models/beat: file-analysis.onnx (whole tracks), causal.safetensors (live input), sums."""

import hashlib
import os

import torch
from safetensors.torch import save_file
from torch import nn

from .front_end import BANDS
from .network import BeatNetwork


class Probabilities(nn.Module):
    """Logits as probabilities, for the graph."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, frames):
        return torch.sigmoid(self.model(frames))


def load(checkpoint, causal, size=None):
    """The averaged weights of a checkpoint in a network that is ready to run."""
    model = BeatNetwork(causal, **(size or {}))
    model.load_state_dict(torch.load(checkpoint, weights_only=True)["average"])
    return model.eval()


def export_file(checkpoint, folder, size=None):
    path = os.path.join(folder, "file-analysis.onnx")
    model = Probabilities(load(checkpoint, False, size))
    axes = {"frames": {1: "frames"}, "probabilities": {1: "outputs"}}
    torch.onnx.export(model, torch.zeros(1, 2000, BANDS), path, input_names=["frames"], output_names=["probabilities"], dynamic_axes=axes, opset_version=17, dynamo=False)


def export_causal(checkpoint, folder, size=None):
    save_file({name: value.contiguous() for name, value in load(checkpoint, True, size).state_dict().items()}, os.path.join(folder, "causal.safetensors"))


def write_sums(folder):
    names = sorted(name for name in os.listdir(folder) if name != "SHA256SUMS")
    with open(os.path.join(folder, "SHA256SUMS"), "w") as file:
        for name in names:
            with open(os.path.join(folder, name), "rb") as part:
                file.write(f"{hashlib.sha256(part.read()).hexdigest()}  {name}\n")
