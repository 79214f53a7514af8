"""Writes models/embedded: a folder in the layout of diffusers' ONNX exports, float32 inputs and outputs.

Each file is written beside its place and renamed into it, so a reader never sees half a file.
"""
import hashlib
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import onnx
import torch
from torch import nn

from .model import Model
from .network import LATENT_CHANNELS, Decoder
from .noise import CELL, GRID
from .one_step import OneStep
from .reader import Ear, Reader
from .text_encoder import MAX_TOKENS, OPSET, export_encoder, load_encoder, store_as_int8

CONFIGS: dict[str, dict] = {
    "model_index.json": {
        "_class_name": "LatentbeatPipeline", "_diffusers_version": "0.30.0",
        "text_encoder": ["transformers", "BertModel"], "tokenizer": ["transformers", "BertTokenizerFast"],
        "unet": ["diffusers", "UNet2DConditionModel"], "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "vae_decoder": ["diffusers", "AutoencoderTiny"],
    },
    "unet/config.json": {
        "_class_name": "UNet2DConditionModel", "in_channels": LATENT_CHANNELS, "out_channels": LATENT_CHANNELS,
        "sample_size": GRID, "cross_attention_dim": 384, "prediction_type": "flow", "addition_embed_type": "text",
        "time_cond_proj_dim": None,
    },
    "vae_decoder/config.json": {
        "_class_name": "AutoencoderTiny", "latent_channels": LATENT_CHANNELS, "scaling_factor": 1.0, "shift_factor": 0.0,
        "in_channels": 3, "out_channels": 3, "block_out_channels": [24, 24, 48, 48], "sample_size": GRID * CELL,
    },
    "scheduler/scheduler_config.json": {
        "_class_name": "FlowMatchEulerDiscreteScheduler", "_diffusers_version": "0.30.0", "num_train_timesteps": 1000, "shift": 1.0,
    },
}


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    write(beside)
    os.replace(beside, path)


def write_json(path: Path, value: object) -> None:
    write_atomically(path, lambda p: p.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n"))


def export_text(source: Path, target: Path) -> None:
    """Text encoder and tokenizer, from a folder that holds all-MiniLM-L6-v2."""
    write_atomically(target / "text_encoder/model.onnx", lambda p: export_encoder(load_encoder(source), p))
    config = json.loads((source / "config.json").read_text())
    config["_name_or_path"] = "sentence-transformers/all-MiniLM-L6-v2"
    write_json(target / "text_encoder/config.json", config)
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    tokenizer["padding"] = None
    tokenizer["truncation"] = {"max_length": MAX_TOKENS, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    write_atomically(target / "tokenizer/tokenizer.json", lambda p: p.write_text(json.dumps(tokenizer, ensure_ascii=False)))
    write_json(target / "tokenizer/tokenizer_config.json", {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": MAX_TOKENS, "unk_token": "[UNK]", "sep_token": "[SEP]",
        "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]", "tokenize_chinese_chars": True, "strip_accents": None,
    })


def export_networks(model: Model, reader: Reader, offered: tuple[str, ...], target: Path) -> None:
    """UNet and decoder, batch 1; height, width and the length of encoder_hidden_states are free."""
    noise, text = torch.randn(1, LATENT_CHANNELS, GRID, GRID), nn.functional.normalize(torch.randn(1, 384), dim=1)
    step = (noise, torch.full((1,), 1000.0), torch.randn(1, 7, 384), text)
    names = ["sample", "timestep", "encoder_hidden_states", "text_embeds"]
    free = {2: "height", 3: "width"}
    write_atomically(target / "unet/model.onnx", lambda p: _export(
        OneStep(model, reader, offered).eval(), step, p, names, "out_sample", {"sample": free, "out_sample": free, "encoder_hidden_states": {1: "length"}}))
    export_decoder(model, target)
    for name, config in CONFIGS.items():
        write_json(target / name, config)


def export_decoder(model: Model, target: Path) -> None:
    noise = torch.randn(1, LATENT_CHANNELS, GRID, GRID)
    axes = {"latent_sample": {2: "height", 3: "width"}, "sample": {2: "picture_height", 3: "picture_width"}}
    write_atomically(target / "vae_decoder/model.onnx", lambda p: _export(Decoder(model.decoder).eval(), (noise,), p, ["latent_sample"], "sample", axes))


def export_ear(reader: Reader, offered: tuple[str, ...], target: Path) -> None:
    """reader/model.onnx: what a sentence is heard as (names in card.json), stored as int8 like the text encoder."""
    def write(path: Path) -> None:
        outputs = ["first", "second", "relation", "palette", "modifier"]
        torch.onnx.export(Ear(reader, offered).eval(), (nn.functional.normalize(torch.randn(1, 384), dim=1),), str(path), dynamo=False,
            opset_version=OPSET, input_names=["text_embeds"], output_names=outputs)
        onnx.save(store_as_int8(onnx.load(str(path)), 10000), str(path))

    write_atomically(target / "reader/model.onnx", write)


def _export(module: nn.Module, inputs: tuple, path: Path, names: list[str], output: str, dynamic: dict) -> None:
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, inputs, str(path), dynamo=False, opset_version=OPSET, input_names=names, output_names=[output], dynamic_axes=dynamic)
    onnx.checker.check_model(str(path))


def write_sums(target: Path) -> None:
    files = sorted(p for p in target.rglob("*") if p.is_file() and p.name != "SHA256SUMS" and not p.name.startswith("."))
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(target).as_posix()}" for p in files]
    write_atomically(target / "SHA256SUMS", lambda p: p.write_text("\n".join(lines) + "\n"))
