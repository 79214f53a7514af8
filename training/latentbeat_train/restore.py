"""Reads an exported folder back into torch: checkpoints are not published, so whoever trains on starts from models/embedded.

Initializers keep the names of the modules they were exported from, so they are loaded by name and nothing may be missing. Subjects that the folder does
not offer keep their first values. Rows of subjects and int8 words come back as they were rounded.
"""
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from .model import Model
from .network import LATENT_CHANNELS, Decoder
from .noise import GRID
from .one_step import OneStep
from .reader import TEXT, Reader
from .slots import SLOTS
from .vocabulary import SUBJECTS

TOLERANCE = 1e-3  # of a picture in -1..1: the exported graphs against torch


def stored_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Every initializer of a graph, by name."""
    return {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(str(path)).graph.initializer}


def fill(module: torch.nn.Module, tensors: dict[str, torch.Tensor], prefix: str) -> None:
    """Loads `prefix`*; raises KeyError where a parameter of the module has no initializer."""
    module.load_state_dict({name: tensors[prefix + name].to(value.dtype).reshape(value.shape) for name, value in module.state_dict().items()})


def offered_names(folder: Path) -> tuple[str, ...]:
    """Subjects that the folder's card names, in the order of the slots."""
    spoken = json.loads((folder / "card.json").read_text())["reader"]["subjects"]
    return tuple(name for name in SLOTS if SUBJECTS[name][0] in spoken)


def restore_reader(unet: dict[str, torch.Tensor]) -> Reader:
    """The reader inside a unet; the exporter stores its prototypes transposed and without their name, the one square table of TEXT numbers."""
    reader = Reader()
    shape = tuple(reversed(reader.prototypes.shape))
    tables = [value for name, value in unet.items() if name.startswith("onnx::MatMul") and tuple(value.shape) == shape]
    if len(tables) != 1:
        raise ValueError(f"the unet holds {len(tables)} tables that could be the reader's prototypes, not one")
    fill(reader, unet | {"reader.prototypes": tables[0].t()}, "reader.")
    return reader.eval()


def restore(folder: Path, size: str) -> tuple[Model, Reader]:
    """The networks of an exported folder: painting, subjects on offer, decoder; and the reader."""
    model = Model(size)
    fill(model.decoder, stored_tensors(folder / "vae_decoder/model.onnx"), "maps.")
    unet = stored_tensors(folder / "unet/model.onnx")
    fill(model.painting, unet, "painting.")
    offered = offered_names(folder)
    kept = [slot for slot, name in enumerate(SLOTS) if name in offered]
    with torch.no_grad():
        for part in range(len(model.subjects[0].parts())):
            rows = unet[f"rows.{part}"].float()
            for row, slot in zip(rows, kept, strict=True):
                model.subjects[slot].parts()[part].copy_(row)
    return model.eval(), restore_reader(unet)


@torch.no_grad()
def check_restored(model: Model, reader: Reader, folder: Path) -> float:
    """Largest difference of a picture (-1..1) between the exported graphs and torch, over three sentences that mean nothing; raises ValueError above TOLERANCE."""
    import onnxruntime

    unet, decoder = (onnxruntime.InferenceSession(str(folder / name / "model.onnx"), providers=["CPUExecutionProvider"]) for name in ("unet", "vae_decoder"))
    step, draw = OneStep(model, reader, offered_names(folder)).eval(), Decoder(model.decoder).eval()
    generator, far = torch.Generator().manual_seed(1), 0.0
    for _ in range(3):
        noise, text = (torch.randn(shape, generator=generator) for shape in ((1, LATENT_CHANNELS, GRID, GRID), (1, TEXT)))
        hidden = torch.zeros(1, 6, TEXT)
        velocity = unet.run(None, {"sample": noise.numpy(), "timestep": np.array([1000], np.float32), "encoder_hidden_states": hidden.numpy(), "text_embeds": text.numpy()})[0]
        picture = decoder.run(None, {"latent_sample": noise.numpy() - velocity})[0]
        same = draw(noise - step(noise, torch.tensor([1000.0]), hidden, text))
        far = max(far, float(np.abs(picture - same.numpy()).max()))
    if far > TOLERANCE:
        raise ValueError(f"the networks read back from {folder.name} differ from its graphs by {far:.2g}: it was exported from others")
    return far
