/**
 * A file becomes an AudioSource: checked, hashed, decoded once into the cache, then read in blocks. The same file is not
 * decoded twice, and the cache holds whole files only. What is wrong with a file is said in one sentence (exit code 3).
 */

import { access, constants, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, UserError } from '../base/errors.ts';
import { notify } from '../base/log.ts';
import type { Seconds } from '../base/units.ts';
import { cacheSubfolder, hashFile, touchAndPrune, writeWhole } from './cache.ts';
import { convertWav } from './convert-wav.ts';
import { decodeInWorker } from './decode.ts';
import { decodeWithFfmpeg, findFfmpeg } from './foreign.ts';
import { decodeWithNodeAv, hasNodeAv } from './node-av.ts';
import { probeFile, type Probe } from './probe.ts';
import type { AudioSource } from './types.ts';
import { openWavSource } from './wav-source.ts';

/** Counts changes of the decoders: part of every cached name. */
const DECODE_VERSION = 1;
/** The built-in decoder holds the whole file in memory, so it takes this much. */
const WHOLE_FILE_LIMIT: Seconds = 15 * 60;
const SHORTEST: Seconds = 0.05;
const FORMATS = 'wav, mp3, flac, ogg, opus, m4a or aac';

export interface OpenAudioOptions {
  /** Fraction 0..1 and what is being done. */
  readonly onProgress?: (fraction: number, text: string) => void;
  /** The built-in decoder is stopped after this (default 120 s). */
  readonly timeLimitSeconds?: Seconds;
}

/** Opens a sound file. Throws a UserError 'input' of one sentence for anything that is not sound we can read. */
export async function openAudio(path: string, options: OpenAudioOptions = {}): Promise<AudioSource> {
  const full = resolve(path);
  await checkFile(full);
  const sha256 = await hashFile(full);
  const wavPath = join(cacheSubfolder('decoded'), `${sha256}-v${DECODE_VERSION}.wav`);
  const source = (await openCached(full, sha256, wavPath)) ?? (await decodeAndOpen(full, sha256, wavPath, options));
  await touchAndPrune(wavPath);
  return source;
}

async function checkFile(path: string): Promise<void> {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (about instanceof Error) {
    if (about.code === 'ENOENT' || about.code === 'ENOTDIR') throw new UserError('input', `There is no file at ${path}: check the name.`);
    throw new UserError('input', `${path} cannot be opened (${messageOf(about)}).`);
  }
  if (about.isDirectory()) throw new UserError('input', `${path} is a folder: give one sound file (${FORMATS}).`);
  if (!about.isFile()) throw new UserError('input', `${path} is not a plain file: give one sound file (${FORMATS}).`);
  if (about.size === 0) throw new UserError('input', `${basename(path)} is empty (0 bytes): export or copy it again.`);
  await access(path, constants.R_OK).catch(() => {
    throw new UserError('input', `${path} may not be read by this user: change its permissions or copy it to where you can read it.`);
  });
}

async function openCached(path: string, sha256: string, wavPath: string): Promise<AudioSource | undefined> {
  return openWavSource(path, sha256, wavPath).catch(() => undefined);
}

async function decodeAndOpen(path: string, sha256: string, wavPath: string, options: OpenAudioOptions): Promise<AudioSource> {
  const probe = await probeFile(path);
  if (probe.kind === 'text') throw new UserError('input', `${basename(path)} is a text file, not sound: give ${FORMATS}.`);
  await writeWhole(wavPath, async (temporary) => {
    await decodeAs(path, probe, temporary, options);
    const decoded = await openWavSource(path, sha256, temporary);
    checkLength(path, probe, decoded.duration);
  }).catch(sayFullDisk);
  options.onProgress?.(1, 'sound is ready');
  return openWavSource(path, sha256, wavPath);
}

/** Too little sound is refused; a file that holds less than it promises plays as far as it goes, with a word about it. */
function checkLength(path: string, probe: Probe, duration: Seconds): void {
  if (duration < SHORTEST) throw new UserError('input', `${basename(path)} holds ${(duration * 1000).toFixed(0)} ms of sound, and at least ${SHORTEST * 1000} ms are needed: it may be cut off or not be music.`);
  if (!probe.exact || probe.duration === undefined || duration > probe.duration - 0.5) return;
  if (duration < 0.5) throw new UserError('input', `${basename(path)} is cut off: only ${duration.toFixed(2)} of ${probe.duration.toFixed(0)} s are in it; copy or download it again.`);
  notify('warn', `${basename(path)} is cut off: ${duration.toFixed(1)} of ${probe.duration.toFixed(1)} s are in it, and those play.`);
}

async function decodeAs(path: string, probe: Probe, wavPath: string, options: OpenAudioOptions): Promise<void> {
  const report = (fraction: number): void => options.onProgress?.(fraction, 'decoding sound');
  report(0);
  if (probe.kind === 'wav' && (await convertOwn(path, wavPath, report))) return;
  const builtIn = probe.kind !== 'unknown' && probe.kind !== 'webm' && (probe.duration ?? 0) <= WHOLE_FILE_LIMIT;
  const reasons: string[] = [];
  if (builtIn) {
    const reason = await reasonOf(decodeInWorker({ path, wavPath }, options.timeLimitSeconds ?? 120, report));
    if (reason === undefined) return;
    reasons.push(reason);
  }
  if (await decodeElsewhere(path, wavPath, reasons)) return;
  throw undecodable(path, probe, builtIn, reasons);
}

/** True when done; false for a WAV whose samples are compressed, which others may know. */
async function convertOwn(path: string, wavPath: string, report: (fraction: number) => void): Promise<boolean> {
  try {
    const { missing } = await convertWav(path, wavPath, report);
    if (missing > 0.5) notify('warn', `${basename(path)} is cut off: ${missing.toFixed(1)} s that its header promises are not in it; what is there plays.`);
    return true;
  } catch (error) {
    if (messageOf(error).includes('compressed')) return false;
    if (error instanceof Error && 'code' in error) throw error;
    throw new UserError('input', `${basename(path)} cannot be read as WAV: ${messageOf(error)}.`);
  }
}

/** Tries the ffmpeg program (a process of its own, and the faster), then the optional library. */
async function decodeElsewhere(path: string, wavPath: string, reasons: string[]): Promise<boolean> {
  const ffmpeg = findFfmpeg();
  if (ffmpeg !== undefined) {
    const reason = await reasonOf(decodeWithFfmpeg(ffmpeg, path, wavPath));
    if (reason === undefined) return true;
    reasons.push(reason);
  }
  if (!(await hasNodeAv())) return false;
  const reason = await reasonOf(decodeWithNodeAv(path, wavPath));
  if (reason !== undefined) reasons.push(reason);
  return reason === undefined;
}

/** Why a promise failed; a full disk is not the file's fault and is thrown on. */
async function reasonOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (messageOf(error).includes('ENOSPC')) throw error;
    return messageOf(error);
  }
}

function sayFullDisk(error: unknown): never {
  if (!messageOf(error).includes('ENOSPC')) throw error;
  throw new UserError('device', 'The disk is full: the decoded sound does not fit; free some space or set LATENTBEAT_CACHE to another disk.', { cause: error });
}

function undecodable(path: string, probe: Probe, builtIn: boolean, reasons: readonly string[]): UserError {
  const name = basename(path);
  if (probe.kind === 'unknown') return new UserError('input', `${name} is not sound that latentbeat knows: give ${FORMATS}.`);
  if (!builtIn && reasons.length === 0) {
    const what = probe.kind === 'webm' ? 'is WebM' : `is ${Math.round((probe.duration ?? 0) / 60)} minutes of ${probe.kind}, more than the ${WHOLE_FILE_LIMIT / 60} that the built-in decoder takes`;
    return new UserError('input', `${name} ${what}: install node-av (npm install node-av) or ffmpeg, or convert it to WAV.`);
  }
  return new UserError('input', `${name} looks like ${probe.kind} but cannot be decoded (${reasons[0] ?? 'no decoder'}): it may be damaged; export or download it again.`);
}
