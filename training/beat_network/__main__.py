"""One command a stage; see README.md. `--tiny` runs all of them, small, in a scratch folder."""

import argparse
import os
import tempfile

from . import export, fixture
from .generate import HELD_OUT_FROM, generate
from .train import train

HERE = os.path.dirname(__file__)
ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
TINY = {"first": 4, "second": 4, "width": 8}


def main():
    parser = argparse.ArgumentParser(prog="python -m beat_network", description=__doc__)
    parser.add_argument("stage", nargs="?", choices=["generate", "train", "export", "fixture", "listen"])
    parser.add_argument("--work", default=os.path.join(ROOT, ".cache", "beat-training"), help="folder of the features and checkpoints")
    parser.add_argument("--pieces", type=int, default=600)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--causal", action="store_true", help="train the form for live input")
    parser.add_argument("--style", help="listen: only this style")
    parser.add_argument("--out", default=os.path.join(ROOT, "models", "beat"))
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        tiny()
    else:
        run(options.stage, options)


def run(stage, options, size=None):
    pieces, held = os.path.join(options.work, "train"), os.path.join(options.work, "held-out")
    if stage == "generate":
        generate(pieces, options.first, options.pieces)
        generate(held, HELD_OUT_FROM, max(4, options.pieces // 10))
    elif stage == "listen":
        generate(os.path.join(options.work, "listen"), options.first, min(options.pieces, 20), sound=True, style=options.style)
    elif stage == "train":
        train(pieces, held, os.path.join(options.work, "causal.pt" if options.causal else "offline.pt"), options.steps, options.causal, size)
    elif stage == "export":
        os.makedirs(options.out, exist_ok=True)
        export.export_file(os.path.join(options.work, "offline.pt"), options.out, size)
        export.export_causal(os.path.join(options.work, "causal.pt"), options.out, size)
        export.write_sums(options.out)
    elif stage == "fixture":
        fixture.write_fixture(os.path.join(ROOT, "test", "fixtures", "beat-network.json"), options.work, size)


def tiny():
    """Every stage on a handful of pieces: that they run, fit each other, and that training lowers the loss."""
    with tempfile.TemporaryDirectory() as folder:
        options = argparse.Namespace(work=folder, pieces=4, first=0, steps=4, causal=False, out=os.path.join(folder, "beat"), style=None)
        run("generate", options)
        for causal in (False, True):
            options.causal = causal
            run("train", options, TINY)
        run("export", options, TINY)
        fixture.write_fixture(os.path.join(folder, "fixture.json"), folder, TINY)
        print("all stages ran:", sorted(os.listdir(options.out)))


main()
