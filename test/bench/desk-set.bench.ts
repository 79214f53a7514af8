/**
 * Three minutes of a scripted set (OSC over real UDP, MIDI bytes, taps, cues, snapshots, pads, panic, keepers, transport)
 * against a running show with fake pictures; saved, opened again, and every settled frame drawn anew and compared by its
 * hash. Goal: none differs. `--only SECONDS` plays another length.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeWav } from '../../src/audio/wav.ts';
import { PlayedSet } from '../helpers/played-set.ts';
import { playSet } from '../helpers/set-script.ts';
import { layOutSong } from '../helpers/song-form.ts';
import { renderSong } from '../helpers/song-sound.ts';

const SECONDS = 180;
const RATE = 44_100;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const seconds = Number(process.env['LATENTBEAT_BENCH_SECTIONS'] ?? SECONDS);
  const folder = mkdtempSync(join(tmpdir(), 'latentbeat-long-'));
  const track = join(folder, 'night.wav');
  await writeWav(track, longTrack(), RATE, 1);
  const set = await PlayedSet.start(track);
  try {
    const { session } = set.playing;
    const memory = memoryMb();
    const { acts, rounds } = await playSet(set, seconds, 0.5);
    const grown = memoryMb() - memory;
    const { lateFrames } = session.state();
    const path = await set.save();
    const log = set.show.log.changes;
    const { settled, again, differing, overtaken } = await set.compare(path);
    const counters = set.panel.find('telemetry')?.telemetry;
    const figures = {
      showSeconds: round(set.time), rounds, acts, oscPackets: set.sent.osc, oscUnderstood: counters?.oscReceived ?? 0, oscBad: counters?.oscBad ?? 0, midiMessages: set.sent.midi, midiBad: session.controllers.counters.bad,
      panelMessages: set.sent.panel, loggedChanges: log.length, framesDrawn: set.framesSent, framesOnPage: set.shown.count, framesForeign: set.shown.foreign,
      settledFrames: settled.size, drawnAgain: again.size, differing: differing.length, overtaken, lateFrames, memoryGrownMb: round(grown),
    };
    const rows: Record<string, number | string>[] = [...Object.entries(figures).map(([figure, value]) => ({ figure, value })), ...differing.slice(0, 20).map((tick) => ({ figure: 'differs at tick', value: tick }))];
    return { name: 'set', rows, figures };
  } finally {
    await set.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Two songs after each other, 184 s. */
function longTrack(): Float32Array {
  const songs = [layOutSong(5, 'edm'), layOutSong(3, 'song')].map((form) => renderSong(form, RATE));
  const track = new Float32Array(songs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const song of songs) {
    track.set(song, at);
    at += song.length;
  }
  return track;
}

function memoryMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
