"""Beat trackers of others over a folder of music, for test/bench/beats.bench.ts: one line of JSON a piece and peer.

    python peers.py MANIFEST.json [peer …]

The manifest is that of the annotated set ({items: [{id, file, duration}]}, files relative to it). Peers that are not installed are
named and left out. One Python for all of them: 3.9, in a fresh environment

    pip install 'pip<25' 'setuptools<60' wheel 'numpy<1.24' 'cython<3' 'scipy<1.11' mido
    pip install --no-build-isolation madmom
    pip install 'librosa<0.11' essentia aubio-ledfx && pip install 'numpy<1.24'

(madmom 0.16.1 needs the old numpy and Cython and builds from source; the last line takes back the numpy that the others bring.)
aubio-ledfx is aubio with wheels. BeatNet wants torch and pyaudio besides.
"""

import json
import os
import sys
import time


def madmom_beats():
    from madmom.features.beats import DBNBeatTrackingProcessor, RNNBeatProcessor

    activations, track = RNNBeatProcessor(), DBNBeatTrackingProcessor(fps=100)
    return lambda path: {"beats": list(track(activations(path)))}


def madmom_downbeats():
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor

    activations, track = RNNDownBeatProcessor(), DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)

    def run(path):
        rows = track(activations(path))
        return {"beats": [row[0] for row in rows], "downbeats": [row[0] for row in rows if row[1] == 1]}

    return run


def madmom_online():
    from madmom.features.beats import DBNBeatTrackingProcessor, RNNBeatProcessor

    activations = RNNBeatProcessor(online=True)

    def run(path):
        track = DBNBeatTrackingProcessor(fps=100, online=True)
        return {"beats": list(track.process_offline(activations(path))) if hasattr(track, "process_offline") else list(track(activations(path)))}

    return run


def librosa_beats():
    import librosa

    def run(path):
        samples, rate = librosa.load(path, sr=22050)
        return {"beats": list(librosa.beat.beat_track(y=samples, sr=rate, units="time")[1])}

    return run


def essentia_beats(method):
    def make():
        from essentia.standard import MonoLoader, RhythmExtractor2013

        track = RhythmExtractor2013(method=method)
        return lambda path: {"beats": list(track(MonoLoader(filename=path, sampleRate=44100)())[1])}

    return make


def aubio_beats():
    import aubio
    import librosa

    def run(path):
        # Its own reader may know no compressed formats.
        samples, _ = librosa.load(path, sr=44100)
        tempo, beats = aubio.tempo("default", 1024, 512, 44100), []
        for at in range(0, len(samples) - 511, 512):
            if tempo(samples[at : at + 512]):
                beats.append(tempo.get_last_s())
        return {"beats": beats}

    return run


def beatnet_online():
    from BeatNet.BeatNet import BeatNet

    tracker = BeatNet(1, mode="online", inference_model="PF", plot=[], thread=False)

    def run(path):
        rows = tracker.process(path)
        return {"beats": [row[0] for row in rows], "downbeats": [row[0] for row in rows if row[1] == 1]}

    return run


PEERS = {"madmom RNN+DBN": madmom_beats, "madmom downbeats": madmom_downbeats, "madmom online": madmom_online, "librosa": librosa_beats, "essentia multifeature": essentia_beats("multifeature"), "essentia degara": essentia_beats("degara"), "aubio": aubio_beats, "BeatNet online": beatnet_online}


def main(manifest, wanted):
    with open(manifest) as file:
        items = json.load(file)["items"]
    for name in wanted or PEERS:
        try:
            run = PEERS[name]()
        except Exception as reason:  # not installed, or broken here: named, not failed
            print(json.dumps({"peer": name, "missing": f"{type(reason).__name__}: {reason}"[:200]}), flush=True)
            continue
        for item in items:
            start = time.process_time()
            try:
                found = run(os.path.join(os.path.dirname(manifest), item["file"]))
            except Exception as reason:
                if item is items[0]:  # it fails on everything, as where numpy is not the one it was built for
                    print(json.dumps({"peer": name, "missing": f"{type(reason).__name__}: {reason}"[:200]}), flush=True)
                    break
                found = {"beats": [], "failed": str(reason)[:200]}
            found = {key: [float(value) for value in values] if isinstance(values, list) else values for key, values in found.items()}
            print(json.dumps({"peer": name, "id": item["id"], "seconds": time.process_time() - start, **found}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
