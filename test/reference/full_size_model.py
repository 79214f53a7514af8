"""Writes a model folder of full size with random weights, for the speed bench only: SD 1.5's UNet (859.5 M parameters,
float16, weights in model.onnx_data), CLIP's text encoder with two layers, TAESD as the decoder, SD-Turbo's sampler.

    python test/reference/full_size_model.py /tmp/full        # some 2 GB, needs about 12 GB of memory
    LATENTBEAT_FULL_MODEL=/tmp/full npm run bench -- diffusion

Needs: torch, diffusers, transformers, onnx, onnxscript.
"""

import gzip
import json
import sys
from pathlib import Path

import onnx
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

UNET = dict(sample_size=64, in_channels=4, out_channels=4, cross_attention_dim=768, attention_head_dim=8, layers_per_block=2, block_out_channels=(320, 640, 1280, 1280),
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",), up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3)
SCHEDULER = dict(_class_name="EulerDiscreteScheduler", beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000, timestep_spacing="trailing", steps_offset=1, prediction_type="epsilon")


def export(module, inputs, names, output, axes, file):
    file.parent.mkdir(parents=True, exist_ok=True)
    module.eval()
    with torch.no_grad():
        torch.onnx.export(module, inputs, str(file) + ".tmp", input_names=names, output_names=[output], dynamic_axes=axes, opset_version=17, dynamo=False, do_constant_folding=False)
    graph = onnx.load(str(file) + ".tmp")
    big = graph.ByteSize() > 1_000_000_000 if not any(t.external_data for t in graph.graph.initializer) else True
    onnx.save(graph, str(file), save_as_external_data=big, all_tensors_to_one_file=True, location="model.onnx_data")
    for left in file.parent.iterdir():
        if left.name not in ("model.onnx", "model.onnx_data", "config.json"):
            left.unlink()


class UnetCall(torch.nn.Module):
    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


class DecoderCall(torch.nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, latent_sample):
        return self.vae.decode(latent_sample, return_dict=False)[0]


class TextCall(torch.nn.Module):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def forward(self, input_ids):
        return self.text(input_ids).last_hidden_state


def main(out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    # Traced at 8x8 (float16 is slow on a processor); the graphs take any size.
    torch.manual_seed(0)
    torch.set_num_threads(1)
    half = torch.float16
    write = lambda name, value: ((out / name).parent.mkdir(parents=True, exist_ok=True), (out / name).write_text(json.dumps(value, indent=2)))
    vae = AutoencoderTiny().to(half)
    export(DecoderCall(vae), (torch.randn(1, 4, 8, 8, dtype=half),), ["latent_sample"], "sample", {"latent_sample": {0: "batch_size", 2: "height", 3: "width"}}, out / "vae_decoder/model.onnx")
    print("decoder", flush=True)
    text = CLIPTextModel(CLIPTextConfig(num_hidden_layers=2, hidden_size=768, intermediate_size=3072, num_attention_heads=12, max_position_embeddings=77, attn_implementation="eager"))
    export(TextCall(text), (torch.ones(1, 77, dtype=torch.int64),), ["input_ids"], "last_hidden_state", {"input_ids": {0: "batch_size"}}, out / "text_encoder/model.onnx")
    print("text encoder", flush=True)
    unet = UNet2DConditionModel(**UNET).to(half)
    unet.set_default_attn_processor()
    print("unet parameters", sum(p.numel() for p in unet.parameters()), flush=True)
    export(UnetCall(unet), (torch.randn(1, 4, 8, 8, dtype=half), torch.tensor([999], dtype=torch.int64), torch.randn(1, 77, 768, dtype=half)), ["sample", "timestep", "encoder_hidden_states"], "out_sample",
           {"sample": {0: "batch_size", 2: "height", 3: "width"}, "encoder_hidden_states": {0: "batch_size"}, "timestep": {0: "steps"}}, out / "unet/model.onnx")
    write("unet/config.json", {"_class_name": "UNet2DConditionModel", "in_channels": 4, "sample_size": 64, "cross_attention_dim": 768})
    write("vae_decoder/config.json", {"_class_name": "AutoencoderTiny", "latent_channels": 4, "scaling_factor": 1.0, "block_out_channels": [64, 64, 64, 64]})
    write("text_encoder/config.json", {"model_type": "clip_text_model"})
    write("scheduler/scheduler_config.json", SCHEDULER)
    write("tokenizer/tokenizer_config.json", {"pad_token": "!", "model_max_length": 77})
    merges = Path(__file__).parents[2] / "models/clip-tokenizer/merges.txt.gz"
    (out / "tokenizer/merges.txt").write_bytes(gzip.decompress(merges.read_bytes()))
    part = lambda library, name: [library, name]
    write("model_index.json", {"_class_name": "StableDiffusionPipeline", "scheduler": part("diffusers", "EulerDiscreteScheduler"), "text_encoder": part("transformers", "CLIPTextModel"),
                               "tokenizer": part("transformers", "CLIPTokenizer"), "unet": part("diffusers", "UNet2DConditionModel"), "vae_decoder": part("diffusers", "AutoencoderTiny")})
    print("done", flush=True)


main(sys.argv[1])
