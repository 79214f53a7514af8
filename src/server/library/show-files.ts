/** Reads and writes `*.show.json`: an open show as a file, its track named relative to that file. */

import { access, readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { messageOf, UserError } from '../../base/errors.ts';
import { parseShow, serializeShow, SHOW_VERSION, type Show, type ShowCorrections } from '../../score/show-file.ts';
import { TIMELINE_VERSION } from '../../timeline/timeline.ts';
import type { LiveShow, OpenShow } from '../open-show.ts';

/** Stands for the demo track in a show file. */
const DEMO = 'demo';
const SUFFIX = '.show.json';

/** Throws a UserError of one sentence for what cannot be read. */
export async function readShowFile(path: string): Promise<Show> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('input', `The show ${path} cannot be read (${messageOf(cause)}): check the path.`, { cause });
  });
  return parseShow(text, path);
}

/** Absolute path of a show's track, or 'demo'. */
export function trackOfShow(show: Show, showPath: string): string {
  if (show.track === null) throw new UserError('input', `${showPath} is a show of live input, which has no track to open: play it with --input live and its preset.`);
  return show.track.path === DEMO ? DEMO : resolve(dirname(resolve(showPath)), show.track.path);
}

export interface ShowFileOptions {
  readonly corrections: ShowCorrections;
  /** The show plays the demo track. */
  readonly isDemo: boolean;
  /** Does not try to write beside the track. */
  readonly inFallback?: boolean;
}

/** The show as a file at `path` would hold it. Changes by the governor are as played, marked by their source. */
export function showToFile(show: OpenShow, path: string, { corrections, isDemo }: ShowFileOptions): Show {
  const { audio, title, preset, seed, storyboard, keepers, snapshots, cues, log } = show;
  const track = audio === null ? null : { path: isDemo ? DEMO : relativePath(path, audio.path), sha256: audio.sha256 };
  return {
    version: SHOW_VERSION, title, track, ...(show.performance === undefined ? {} : { live: show.performance }), preset, seed, model: modelToFile(show, path), ...(show.feedback === undefined ? {} : { feedback: show.feedback }), analysis: TIMELINE_VERSION,
    corrections, ...(show.grids === undefined || show.grids.length === 0 ? {} : { grids: show.grids }), ...partsToFile(show, path), storyboard, keepers: keepers.toJson(), snapshots: snapshots.toJson(), cues: cues.toJson(), mappings: [], log: log.changes,
  };
}

function modelToFile({ pipeline: { card }, drawnWith: { folder, sampling } = {} }: OpenShow, path: string): Show['model'] {
  return { id: card.id, sha256: card.sha256, ...(folder === undefined ? {} : { folder: relativePath(path, folder) }), ...(sampling === undefined ? {} : { sampling }) };
}

function partsToFile({ stemFiles = [], timeline }: OpenShow, path: string): Pick<Show, 'stems' | 'lines'> {
  return {
    ...(stemFiles.length === 0 ? {} : { stems: stemFiles.map((stem) => ({ name: stem.name, path: relativePath(path, stem.path) })) }),
    ...(timeline.lines === undefined ? {} : { lines: timeline.lines }),
  };
}

/** The parts of a show's mix with absolute paths. */
export function stemsOfShow(show: Show, showPath: string): { readonly name: string; readonly path: string }[] {
  return (show.stems ?? []).map(({ name, path }) => ({ name, path: resolve(dirname(resolve(showPath)), path) }));
}

/** Writes beside the track where that can be written, else into `fallback`; never over another file. Answers the path. */
export async function saveShowFile(show: OpenShow, name: string, fallback: string, options: ShowFileOptions): Promise<string> {
  const stem = name.replace(/\.show\.json$/i, '').replaceAll(/[^\p{L}\p{N} ._()&+-]/gu, '_').replace(/^\.+/, '').trim() || 'show';
  const folders = show.audio === null || options.isDemo || options.inFallback === true ? [fallback] : [dirname(show.audio.path), fallback];
  await mkdir(fallback, { recursive: true });
  for (const folder of folders) {
    const path = await freePath(folder, stem);
    try {
      const file = await withRecording(showToFile(show, path, options), show, path);
      await writeFile(path, serializeShow(file), { flag: 'wx' });
      return path;
    } catch (thrown) {
      if (folder === fallback) throw new UserError('device', `The show cannot be saved in ${folder} (${messageOf(thrown)}): free some space or change its permissions.`, { cause: thrown });
    }
  }
  return '';
}

/** A live input becomes a track: its sound so far lies beside the show. */
async function withRecording(file: Show, show: OpenShow, path: string): Promise<Show> {
  const { recording } = show;
  if (!show.live || recording === undefined || recording.seconds === 0) return file;
  const soundPath = `${path.slice(0, -SUFFIX.length)}.wav`;
  const beats = (show as LiveShow).passedBeats.filter(({ time }) => time >= 0);
  return { ...file, track: { path: relativePath(path, soundPath), sha256: await recording.copyTo(soundPath) }, live: { beats } };
}

async function freePath(folder: string, stem: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(folder, `${stem}${n === 1 ? '' : `-${n}`}${SUFFIX}`);
    const isTaken = await Promise.all([path, `${path.slice(0, -SUFFIX.length)}.wav`].map((one) => access(one).then(() => true, () => false)));
    if (!isTaken.includes(true)) return path;
  }
}

function relativePath(fromFile: string, to: string): string {
  const path = relative(dirname(resolve(fromFile)), to);
  return isAbsolute(path) ? path : path.split(sep).join('/');
}
