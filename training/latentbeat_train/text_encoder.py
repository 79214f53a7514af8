"""all-MiniLM-L6-v2 in plain torch, its ONNX export with 8-bit stored weights, and the reader of that export.

The exported graph takes input_ids and attention_mask (int64 [B, L]) and gives last_hidden_state [B, L, 384] and
text_embeds [B, 384]: the mask-aware mean, of unit length. Matrices are stored as int8 with one scale a row and
widened to float32 when the graph is loaded, so all arithmetic is float32.
"""
import json
import math
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch import nn

OPSET = 17
MAX_TOKENS = 128


class Layer(nn.Module):
    def __init__(self, size: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = nn.Linear(size, size), nn.Linear(size, size), nn.Linear(size, size)
        self.attended, self.attended_norm = nn.Linear(size, size), nn.LayerNorm(size, 1e-12)
        self.inner, self.outer, self.outer_norm = nn.Linear(size, inner), nn.Linear(inner, size), nn.LayerNorm(size, 1e-12)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        batch, length, size = x.shape

        def split(t: torch.Tensor) -> torch.Tensor:  # [B, heads, L, size / heads]
            return t.reshape(batch, length, self.heads, size // self.heads).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(size // self.heads) + bias).softmax(-1)
        x = self.attended_norm(x + self.attended((weights @ v).transpose(1, 2).reshape(batch, length, size)))
        return self.outer_norm(x + self.outer(F.gelu(self.inner(x))))


class SentenceEncoder(nn.Module):
    def __init__(self, config: dict) -> None:
        super().__init__()
        size = config["hidden_size"]
        self.words = nn.Embedding(config["vocab_size"], size)
        self.places = nn.Embedding(config["max_position_embeddings"], size)
        self.kinds = nn.Embedding(config["type_vocab_size"], size)
        self.norm = nn.LayerNorm(size, 1e-12)
        self.layers = nn.ModuleList([Layer(size, config["num_attention_heads"], config["intermediate_size"]) for _ in range(config["num_hidden_layers"])])

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mask = attention_mask.to(torch.float32)
        place = torch.cumsum(torch.ones_like(input_ids), 1) - 1
        x = self.norm(self.words(input_ids) + self.places(place) + self.kinds.weight[0])
        bias = (1 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return x, mean / torch.sqrt((mean * mean).sum(1, keepdim=True) + 1e-12)


RENAMES = {
    "embeddings.word_embeddings": "words", "embeddings.position_embeddings": "places", "embeddings.token_type_embeddings": "kinds",
    "embeddings.LayerNorm": "norm", "encoder.layer": "layers", "attention.self.": "", "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm", "intermediate.dense": "inner", "output.dense": "outer", "output.LayerNorm": "outer_norm",
}  # in this order


def load_encoder(folder: Path) -> SentenceEncoder:
    """Reads config.json and model.safetensors of all-MiniLM-L6-v2."""
    encoder = SentenceEncoder(json.loads((folder / "config.json").read_text()))
    weights = {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        for old, new in RENAMES.items():
            name = name.replace(old, new)
        weights[name] = tensor
    wanted = encoder.state_dict()
    encoder.load_state_dict({name: weights[name] for name in wanted})
    return encoder.eval()


def export_encoder(encoder: SentenceEncoder, path: Path) -> None:
    ids = torch.randint(1000, 2000, (2, 7))
    torch.onnx.export(
        encoder, (ids, torch.ones_like(ids)), str(path), dynamo=False, opset_version=OPSET,
        input_names=["input_ids", "attention_mask"], output_names=["last_hidden_state", "text_embeds"],
        dynamic_axes={"input_ids": {0: "batch", 1: "length"}, "attention_mask": {0: "batch", 1: "length"},
                      "last_hidden_state": {0: "batch", 1: "length"}, "text_embeds": {0: "batch"}},
    )
    onnx.save(store_as_int8(onnx.load(str(path))), str(path))


def store_as_int8(model: onnx.ModelProto, least: int = 30000) -> onnx.ModelProto:
    """Replaces each large float matrix by int8 * per-row scale; a table that is only gathered is widened after the gather."""
    graph = model.graph
    for tensor in [t for t in graph.initializer if t.data_type == TensorProto.FLOAT and len(t.dims) == 2 and np.prod(t.dims) > least]:
        values = numpy_helper.to_array(tensor)
        gathers = [n for n in graph.node if n.op_type == "Gather" and n.input[0] == tensor.name]
        axis = 1 if gathers else int(np.abs(values).max(0).std() > np.abs(values).max(1).std()) ^ 1
        scale = np.maximum(np.abs(values).max(axis, keepdims=True), 1e-8) / 127
        small = np.round(values / scale).astype(np.int8)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.extend([numpy_helper.from_array(small, name + ".int8"), numpy_helper.from_array(scale.astype(np.float32), name + ".scale")])
        if gathers:
            _widen_gathers(graph, gathers, name)
        else:
            graph.node.insert(0, helper.make_node("Mul", [name + ".wide", name + ".scale"], [name], name=name + ".mul"))
            graph.node.insert(0, helper.make_node("Cast", [name + ".int8"], [name + ".wide"], to=TensorProto.FLOAT, name=name + ".cast"))
    onnx.checker.check_model(model)
    return model


def _widen_gathers(graph: onnx.GraphProto, gathers: list[onnx.NodeProto], name: str) -> None:
    for gather in gathers:
        place = list(graph.node).index(gather)
        ids, out = gather.input[1], gather.output[0]
        graph.node.remove(gather)
        for offset, node in enumerate([
            helper.make_node("Gather", [name + ".int8", ids], [out + ".int8"], axis=0),
            helper.make_node("Gather", [name + ".scale", ids], [out + ".scale"], axis=0),
            helper.make_node("Cast", [out + ".int8"], [out + ".wide"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [out + ".wide", out + ".scale"], [out]),
        ]):
            graph.node.insert(place + offset, node)


class ExportedEncoder:
    """The exported graph and its tokenizer, one thread."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(folder / "text_encoder/model.onnx"), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer/tokenizer.json"))

    def tokenize(self, sentences: list[str]) -> dict[str, np.ndarray]:
        self.tokenizer.enable_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)
        found = self.tokenizer.encode_batch(sentences)
        return {"input_ids": np.array([e.ids for e in found], np.int64), "attention_mask": np.array([e.attention_mask for e in found], np.int64)}

    def embed(self, sentences: list[str], batch: int = 64) -> np.ndarray:
        """Sentences -> [N, 384] float32 of unit length."""
        order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
        out = np.zeros((len(sentences), 384), np.float32)
        for start in range(0, len(order), batch):
            chosen = order[start:start + batch]
            out[chosen] = self.session.run(["text_embeds"], self.tokenize([sentences[i] for i in chosen]))[0]
        return out
