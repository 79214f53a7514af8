"""Random seeds, shapes and prompts through torch, numpy and transformers, in the formats of rng_torch_cpu.json,
rng_numpy_legacy.json and clip_tokenizer.json.

    python fuzz_noise_and_tokens.py OUT_DIR [CASES] [SEED]
    npm run reference -- OUT_DIR

The tokenizer is transformers' CLIPTokenizer on the merges in models/clip-tokenizer.
"""

import gzip
import json
import random
import sys
from pathlib import Path

import numpy as np
import torch
import transformers

MERGES = Path(__file__).parents[3] / "models" / "clip-tokenizer" / "merges.txt.gz"


def summary(values):
    values = np.asarray(values, dtype=np.float64)
    return {"first32": values[:32].tolist(), "last32": values[-32:].tolist(), "sum": float(values.sum()), "abs_sum": float(np.abs(values).sum()), "sq_sum": float((values**2).sum())}


def torch_noise(rng, count):
    seeds = {}
    for _ in range(count):
        seed = rng.choice([rng.randrange(2**32), rng.randrange(2**63), rng.randrange(1000)])
        entries = {}
        for shape in (f"1x4x{rng.choice([8, 16, 24, 64])}x{rng.choice([8, 9, 40, 64])}", str(rng.randrange(1, 16)), str(rng.randrange(16, 200))):
            size = int(np.prod([int(side) for side in shape.split("x")]))
            draw = lambda g=None: torch.randn(size, generator=g or torch.Generator("cpu").manual_seed(seed)).numpy()
            entries[shape] = draw().tolist() if size < 200 else summary(draw())
            # No float16: newer torch has another way than the one the fixtures record (it rounds float32 draws of whole blocks).
            generator = torch.Generator("cpu").manual_seed(seed)
            draw(g=generator)
            entries[f"second_{shape}_same_generator"] = {"first8": draw(g=generator)[:8].tolist()}
        seeds[str(seed)] = entries
    return {"about": f"torch {torch.__version__}", "avx2": seeds}


def numpy_noise(rng, count):
    document = {"about": f"numpy {np.__version__}"}
    for _ in range(count):
        seed = rng.randrange(2**32)
        values = np.random.RandomState(seed).randn(1, 4, 64, 64).ravel()
        document[str(seed)] = {"first8": values[:8].tolist(), "last4": values[-4:].tolist(), "sum": float(values.sum())}
    return document


def clip_tokenizer():
    merges = [tuple(line.split()) for line in gzip.decompress(MERGES.read_bytes()).decode().splitlines()[1:]]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]
    tokens = symbols + [s + "</w>" for s in symbols] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    return transformers.CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=merges)


WORDS = ["cat", "Stained", "GLASS", "8k", "3.14", "l'été", "naïve", "don't", "we'll", "日本", "東京タワー", "привет", "שלום", "🎨", "👩‍🚀", "—", "...", "!!", "(a:1.2)", "<lora:x>", "&amp;", "ﬁ", "Ⅷ", "½", "x²", "ß", "İ", "ΑΣ", "\u00a0", "\u200b", "\t", "\n", "'s", "’s", "#tag", "@me", "http://a.b/c?d=e", "e\u0301", "각", "한국", "ไทย", "a_b", "CamelCase", "--", "~", "`", "|", "\\"]


def prompts(rng, count):
    tokenizer = clip_tokenizer()
    cases = []
    for _ in range(count):
        parts = [rng.choice(WORDS) if rng.random() < 0.7 else "".join(chr(rng.choice([rng.randrange(32, 127), rng.randrange(160, 0x250), rng.randrange(0x370, 0x530)])) for _ in range(rng.randrange(1, 8))) for _ in range(rng.randrange(1, 14))]
        text = rng.choice([" ", "", "  ", ", "]).join(parts)
        cases.append({"prompt": text, "repeat": None, "ids_no_special": tokenizer(text, add_special_tokens=False)["input_ids"]})
    return {"about": f"transformers {transformers.__version__}", "bos": 49406, "eos": 49407, "cases": cases}


def main():
    out = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    documents = {"rng_torch_cpu.json": torch_noise(rng, max(1, count // 10)), "rng_numpy_legacy.json": numpy_noise(rng, max(1, count // 20)), "clip_tokenizer.json": prompts(rng, count)}
    for name, document in documents.items():
        (out / name).write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
