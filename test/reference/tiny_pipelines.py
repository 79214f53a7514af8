"""Runs the tiny model folders under diffusers' own pipelines and writes what comes out as fixtures.

    node test/reference/write-tiny-models.mjs /tmp/tiny
    python test/reference/tiny_pipelines.py /tmp/tiny test/golden/tiny-pipelines.json

The graphs are the same ONNX files that latentbeat runs; tokenizer, prompt encoding, sampler, guidance, random numbers,
time ids and the order of draws are diffusers' and transformers'. Needs: torch, diffusers, transformers, onnxruntime.
"""

import base64
import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import onnxruntime
import torch
import transformers
from diffusers import (LatentConsistencyModelPipeline, StableDiffusionImg2ImgPipeline, StableDiffusionPipeline,
                       StableDiffusionXLPipeline)
from diffusers.configuration_utils import FrozenDict
from diffusers.models.autoencoders.vae import DecoderOutput, DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from PIL import Image
from transformers import CLIPTokenizer

TORCH = {"tensor(float)": torch.float32, "tensor(float16)": torch.float16, "tensor(int64)": torch.int64, "tensor(int32)": torch.int32}
NUMPY = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class Graph(torch.nn.Module):
    """An ONNX graph as a module; float32 outside, the graph's own types inside."""

    def __init__(self, file):
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self.inputs = {i.name: i for i in self.session.get_inputs()}

    def run_graph(self, **feeds):
        fed = {}
        for name, info in self.inputs.items():
            value = feeds[name]
            value = value.detach().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
            if "int" in info.type and value.dtype.kind == "f":
                value = np.round(value)
            fed[name] = value.astype(NUMPY[info.type])
        names = [o.name for o in self.session.get_outputs()]
        return {n: torch.from_numpy(v.astype(np.float32)) for n, v in zip(names, self.session.run(names, fed))}

    @property
    def dtype(self):
        return torch.float32

    @property
    def device(self):
        return torch.device("cpu")


class Text(Graph):
    def __init__(self, folder, config):
        super().__init__(folder / "model.onnx")
        self.config = transformers.CLIPTextConfig(**{"num_attention_heads": 4, **{k: v for k, v in config.items() if k != "model_type"}})

    def forward(self, ids, attention_mask=None, output_hidden_states=False, **_):
        out = self.run_graph(input_ids=ids)
        states = tuple(v for k, v in sorted(out.items()) if k.startswith("hidden_states"))
        first = out.get("text_embeds", out["last_hidden_state"])

        class Result(tuple):
            pass

        result = Result((first, out.get("pooler_output")))
        result.hidden_states = states
        result.text_embeds = out.get("text_embeds")
        result.last_hidden_state = out["last_hidden_state"]
        return result


class Unet(Graph):
    def __init__(self, folder, config):
        super().__init__(folder / "model.onnx")
        self.config = FrozenDict({"in_channels": 4, "sample_size": 8, "time_cond_proj_dim": None, **config})

        class AddEmbedding:
            class linear_1:
                in_features = config.get("projection_class_embeddings_input_dim")
        self.add_embedding = AddEmbedding

    def forward(self, sample, t, encoder_hidden_states=None, timestep_cond=None, added_cond_kwargs=None, return_dict=True, **_):
        t = torch.as_tensor(t, dtype=torch.float64)
        dims = self.inputs["timestep"].shape
        t = t.reshape([]) if len(dims) == 0 else t.reshape(1).expand(sample.shape[0] if dims[0] == self.inputs["sample"].shape[0] else 1)
        feeds = {"sample": sample, "timestep": t, "encoder_hidden_states": encoder_hidden_states, "timestep_cond": timestep_cond, **(added_cond_kwargs or {})}
        return (self.run_graph(**{k: v for k, v in feeds.items() if v is not None})["out_sample"],)


class Vae(Graph):
    def __init__(self, folder, config):
        super().__init__(folder / "vae_decoder/model.onnx")
        encoder = folder / "vae_encoder/model.onnx"
        self.encoder_graph = Graph(encoder) if encoder.exists() else None
        self.config = FrozenDict({"scaling_factor": 1.0, "force_upcast": False, "shift_factor": None, "latents_mean": None, "latents_std": None, **config})

    def decode(self, latent, return_dict=True, generator=None):
        out = self.run_graph(latent_sample=latent)["sample"]
        return DecoderOutput(sample=out) if return_dict else (out,)

    def encode(self, image):
        out = self.encoder_graph.run_graph(sample=image)
        if "latent_parameters" in out:
            return AutoencoderKLOutput(latent_dist=DiagonalGaussianDistribution(out["latent_parameters"]))

        class Result:
            latents = out["latent_sample"]
        return Result


def config_of(folder, part):
    file = folder / part / "config.json"
    return json.loads(file.read_text()) if file.exists() else {}


def load(folder, kind):
    index = json.loads((folder / "model_index.json").read_text())
    scheduler_config = json.loads((folder / "scheduler/scheduler_config.json").read_text())
    scheduler = getattr(diffusers, scheduler_config["_class_name"]).from_config(scheduler_config)
    vae_config = config_of(folder, "vae_decoder") or {"scaling_factor": 0.18215, "block_out_channels": [8, 8, 8, 8]}
    parts = dict(vae=Vae(folder, vae_config), text_encoder=Text(folder / "text_encoder", config_of(folder, "text_encoder")), tokenizer=CLIPTokenizer.from_pretrained(str(folder / "tokenizer")),
                 unet=Unet(folder / "unet", config_of(folder, "unet")), scheduler=scheduler)
    if index["_class_name"] == "StableDiffusionXLPipeline":
        parts |= dict(text_encoder_2=Text(folder / "text_encoder_2", config_of(folder, "text_encoder_2")), tokenizer_2=CLIPTokenizer.from_pretrained(str(folder / "tokenizer_2")),
                      force_zeros_for_empty_prompt=True, add_watermarker=False)
    else:
        parts |= dict(safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipeline = kind(**parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def f32(tensor):
    return base64.b64encode(tensor.detach().numpy().astype("<f4").tobytes()).decode()


CASES = [
    ("sd15-script", StableDiffusionPipeline, dict(prompt="a neon cat of glass", negative_prompt="fire and sand", guidance_scale=7.5, num_inference_steps=6), 42),
    ("sd15-optimum-old", StableDiffusionPipeline, dict(prompt="a neon cat of glass", negative_prompt="fire", guidance_scale=7.5, num_inference_steps=5), 1234),
    ("sd15-optimum", StableDiffusionPipeline, dict(prompt="the star on fire", negative_prompt="", guidance_scale=5.0, guidance_rescale=0.7, num_inference_steps=10), 7),
    ("sd15-optimum", StableDiffusionPipeline, dict(prompt="a neon cat of glass", guidance_scale=1.0, num_inference_steps=4, height=48, width=96), 3),
    ("sd2-v", StableDiffusionPipeline, dict(prompt="a neon cat of glass", negative_prompt="sand", guidance_scale=7.5, num_inference_steps=8), 42),
    ("sd-turbo-olive", StableDiffusionPipeline, dict(prompt="a neon cat of glass", guidance_scale=0.0, num_inference_steps=1), 42),
    ("sd-turbo-optimum", StableDiffusionPipeline, dict(prompt="a neon cat of glass", guidance_scale=0.0, num_inference_steps=1), 42),
    ("sd-turbo-optimum", StableDiffusionPipeline, dict(prompt="fire", guidance_scale=0.0, num_inference_steps=4), 5),
    ("lcm-int64", LatentConsistencyModelPipeline, dict(prompt="a neon cat of glass", guidance_scale=8.5, num_inference_steps=4), 42),
    ("lcm-half", LatentConsistencyModelPipeline, dict(prompt="fire", guidance_scale=5.0, num_inference_steps=3), 9),
    ("sdxl", StableDiffusionXLPipeline, dict(prompt="a neon cat of glass", negative_prompt="fire", guidance_scale=6.0, num_inference_steps=6), 42),
    ("sdxl", StableDiffusionXLPipeline, dict(prompt="a neon cat of glass", guidance_scale=5.0, num_inference_steps=4, height=96, width=64), 11),
    ("sdxl-turbo", StableDiffusionXLPipeline, dict(prompt="a neon cat of glass", guidance_scale=0.0, num_inference_steps=1), 42),
    ("sdxl-turbo-olive", StableDiffusionXLPipeline, dict(prompt="the star", guidance_scale=0.0, num_inference_steps=3), 2),
    ("sdxl-lightning-4step", StableDiffusionXLPipeline, dict(prompt="a neon cat of glass", guidance_scale=0.0, num_inference_steps=4), 8),
    ("sd15-optimum", StableDiffusionImg2ImgPipeline, dict(prompt="a neon cat of glass", negative_prompt="fire", guidance_scale=5.0, num_inference_steps=10, strength=0.6), 42),
    ("sd-turbo-optimum", StableDiffusionImg2ImgPipeline, dict(prompt="fire", guidance_scale=0.0, num_inference_steps=2, strength=0.5), 6),
    ("sd15-optimum-old", StableDiffusionImg2ImgPipeline, dict(prompt="fire", guidance_scale=3.0, num_inference_steps=8, strength=0.75), 4),
]


def gradient(height=64, width=64):
    """The starting picture: red across, green down, blue from both."""
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(np.stack([x * 255 // (width - 1), y * 255 // (height - 1), (x * y) % 256], axis=-1).astype(np.uint8))


def main(models, out):
    torch.set_num_threads(1)
    cases = []
    for name, kind, settings, seed in CASES:
        folder = Path(models) / name
        pipeline = load(folder, kind)
        # As latentbeat draws by default: float32, whatever the graph's type.
        shared = {"height": 64, "width": 64} if kind is not StableDiffusionImg2ImgPipeline else {"image": gradient()}
        def run(output_type):
            return pipeline(**{**shared, **settings}, generator=torch.Generator("cpu").manual_seed(seed), output_type=output_type).images
        latents = run("latent")
        pixels = (np.asarray(run("np"))[0] * 255).round().astype(np.uint8)
        cases.append({"model": name, "seed": seed, "settings": {k: v for k, v in settings.items()}, "image2image": kind is StableDiffusionImg2ImgPipeline,
                      "latentShape": list(latents.shape), "latents": f32(latents), "pixelsFrom": [8, 8], "pixels": base64.b64encode(np.ascontiguousarray(pixels[8:24, 8:24])).decode()})
        print(name, kind.__name__, "latent deviation", float(latents.std()), flush=True)
    about = {"script": "test/reference/tiny_pipelines.py", "diffusers": diffusers.__version__, "transformers": transformers.__version__, "torch": torch.__version__,
             "onnxruntime": onnxruntime.__version__, "latents": "float32 little endian, base64, after all steps", "pixels": "RGB bytes of a 16x16 crop from (row 8, column 8)"}
    Path(out).write_text(json.dumps({"about": about, "cases": cases}, indent=1) + "\n")


main(*sys.argv[1:3])
