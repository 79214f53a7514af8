/** Picks the encoder: node-av where it is installed, else an ffmpeg on the PATH, else one clear sentence. */

import { UserError } from '../base/errors.ts';
import { loadFfmpegBackend } from './ffmpeg-backend.ts';
import { loadNodeAvBackend } from './node-av-backend.ts';
import type { VideoBackend } from './sink.ts';

/** `only` names one backend (for tests and comparisons). */
export async function openVideoBackend(only?: 'node-av' | 'ffmpeg'): Promise<VideoBackend> {
  const backend = (only === 'ffmpeg' ? null : await loadNodeAvBackend()) ?? (only === 'node-av' ? null : await loadFfmpegBackend());
  if (backend === null) {
    throw new UserError('device', 'writing a video needs the optional package node-av or an ffmpeg on the PATH, and neither is here: run "npm install node-av" or install ffmpeg, then try again');
  }
  return backend;
}
