// What the analysis sees around each place where a sound may start, with the truth beside it:
// `node dump.mjs PIECES OUT` (after `npm run build`) reads PIECES/n.wav and n.json, writes OUT.f32 (rows of features, then the
// label and the true time less the candidate's) and OUT.json {size, pieces: [{kind, rows, onsets, found}]}.
import fs from 'node:fs';
import path from 'node:path';
import { openWavSource } from '../../dist/audio/wav-source.js';
import { convertWav } from '../../dist/audio/convert-wav.js';
import { measureTrack } from '../../dist/analysis/measure.js';
import { CANDIDATE_SIZE, describeCandidates, findCandidates } from '../../dist/analysis/onsets/candidates.js';

const REACH = 0.045;
const [pieces, out] = process.argv.slice(2);
const file = fs.openSync(`${out}.f32`, 'w');
const about = [];
const names = fs.readdirSync(pieces).filter((name) => name.endsWith('.json')).sort((a, b) => parseInt(a) - parseInt(b));
for (const name of names) {
  const { kind, onsets } = JSON.parse(fs.readFileSync(path.join(pieces, name), 'utf8'));
  const wav = path.join(pieces, name.replace('.json', '.wav'));
  const decoded = `${out}.decoded.wav`;
  await convertWav(wav, decoded, () => {});
  const measurements = await measureTrack(await openWavSource(wav, '0'.repeat(64), decoded), {});
  const times = findCandidates(measurements);
  const truth = match(times, onsets);
  const describe = describeCandidates(measurements, times);
  const rows = new Float32Array(times.length * (CANDIDATE_SIZE + 2));
  times.forEach((time, i) => {
    const row = rows.subarray(i * (CANDIDATE_SIZE + 2), (i + 1) * (CANDIDATE_SIZE + 2));
    describe(i, row.subarray(0, CANDIDATE_SIZE));
    row[CANDIDATE_SIZE] = truth[i] === undefined ? 0 : 1;
    row[CANDIDATE_SIZE + 1] = truth[i] === undefined ? 0 : truth[i] - time;
  });
  fs.writeSync(file, Buffer.from(rows.buffer));
  about.push({ name, kind, rows: times.length, onsets, times: Array.from(times), found: truth.filter((time) => time !== undefined).length });
}
fs.closeSync(file);
fs.rmSync(`${out}.decoded.wav`, { force: true });
fs.writeFileSync(`${out}.json`, JSON.stringify({ size: CANDIDATE_SIZE, pieces: about }));

/** For each candidate the true onset that is its own: the nearest pairs first. */
function match(times, onsets) {
  const pairs = [];
  times.forEach((time, i) => onsets.forEach((onset, j) => Math.abs(onset - time) < REACH && pairs.push([Math.abs(onset - time), i, j])));
  pairs.sort((a, b) => a[0] - b[0]);
  const [truth, used] = [new Array(times.length), new Set()];
  for (const [, i, j] of pairs) {
    if (truth[i] !== undefined || used.has(j)) continue;
    truth[i] = onsets[j];
    used.add(j);
  }
  return truth;
}
