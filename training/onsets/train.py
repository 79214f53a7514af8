"""Trains the onset classifier on what dump.mjs wrote: `python train.py DUMP OUT_DIR [EPOCHS]`.

A perceptron of two hidden layers looks at each candidate: is it the start of a sound, and how much later than the candidate
does it begin. OUT_DIR gets weights.bin (float32, little-endian, layer by layer: weights [out, in], then biases) and card.json.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)
HIDDEN = [48, 24]
OFFSET = 0.025  # s: the second output times this
APART = 0.03


def load(path):
    about = json.loads(Path(path + ".json").read_text())
    rows = np.fromfile(path + ".f32", dtype="<f4").reshape(-1, about["size"] + 2)
    return about, rows


def decode(times, scores, shifts, threshold):
    order = np.argsort(-scores)
    kept = []
    for i in order:
        if scores[i] < threshold:
            break
        time = times[i] + shifts[i]
        if all(abs(time - other) >= APART for other in kept):
            kept.append(time)
    return sorted(kept)


def f_measure(found, truth, window=0.05):
    hits, j = 0, 0
    deltas = []
    for time in truth:
        while j < len(found) and found[j] < time - window:
            j += 1
        if j < len(found) and found[j] <= time + window:
            deltas.append(found[j] - time)
            hits += 1
            j += 1
    return (2 * hits / max(1, len(found) + len(truth))), deltas


def main():
    about, rows = load(sys.argv[1])
    out, epochs = Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 30
    size = about["size"]
    starts = np.cumsum([0] + [piece["rows"] for piece in about["pieces"]])
    held = int(len(about["pieces"]) * 0.85)
    cut = int(starts[held])
    x = torch.from_numpy(rows[:, :size])
    y, shift = torch.from_numpy(rows[:, size]), torch.from_numpy(rows[:, size + 1])
    mean, spread = x[:cut].mean(0), x[:cut].std(0) + 0.05
    x = (x - mean) / spread
    layers, width = [], size
    for hidden in HIDDEN:
        layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.1)]
        width = hidden
    model = nn.Sequential(*layers, nn.Linear(width, 2))
    best, state = 0, None
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, epochs=epochs, steps_per_epoch=cut // 256 + 1)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(int(cut))
        for at in range(0, int(cut), 256):
            pick = order[at : at + 256]
            result = model(x[pick] + 0.03 * torch.randn_like(x[pick]))
            loss = nn.functional.binary_cross_entropy_with_logits(result[:, 0], y[pick])
            error = (OFFSET * torch.tanh(result[:, 1]) - shift[pick]) / 0.01
            loss = loss + 0.15 * (y[pick] * nn.functional.smooth_l1_loss(error, torch.zeros_like(error), reduction="none")).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            result = model(x[cut:])
        scores, shifts = torch.sigmoid(result[:, 0]).numpy(), OFFSET * torch.tanh(result[:, 1]).numpy()
        table = {}
        for threshold in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
            values, deltas, kinds = [], [], {}
            for p in range(held, len(about["pieces"])):
                piece = about["pieces"][p]
                span = slice(starts[p] - cut, starts[p + 1] - cut)
                value, delta = f_measure(decode(np.array(piece["times"]), scores[span], shifts[span], threshold), piece["onsets"])
                values.append(value)
                deltas += delta
                kinds.setdefault(piece["kind"], []).append(value)
            table[threshold] = (float(np.mean(values)), float(np.median(deltas)), {k: round(float(np.mean(v)), 3) for k, v in kinds.items()})
        threshold = max(table, key=lambda t: table[t][0])
        if table[threshold][0] > best:
            best, state, chosen = table[threshold][0], {k: v.clone() for k, v in model.state_dict().items()}, threshold
        print(epoch, f"loss {loss.item():.3f}", "F", round(table[threshold][0], 4), "at", threshold, "bias ms", round(1000 * table[threshold][1], 2), table[threshold][2], flush=True)
    model.load_state_dict(state)
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    with torch.no_grad():  # the scaling of the inputs becomes part of the first layer
        linear[0].bias -= linear[0].weight @ (mean / spread)
        linear[0].weight /= spread
    blob = b"".join(np.ascontiguousarray(p.detach().numpy(), dtype="<f4").tobytes() for layer in linear for p in (layer.weight, layer.bias))
    out.mkdir(parents=True, exist_ok=True)
    (out / "weights.bin").write_bytes(blob)
    card = {
        "name": "latentbeat onset classifier",
        "version": 1,
        "licence": "MIT",
        "made": "training/onsets: pieces composed by compose.py and rendered with FluidSynth and the FluidR3 General MIDI soundfont (MIT)",
        "layers": [size, *HIDDEN, 2],
        "threshold": chosen,
        "offsetSeconds": OFFSET,
        "apartSeconds": APART,
        "heldOutF": round(best, 4),
        "sha256": hashlib.sha256(blob).hexdigest(),
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n")


main()
