/** After a power cut the same start line goes on where the show was: play.ts saves and restores through this. */

import { resolve } from 'node:path';

import { cacheSubfolder } from './audio/cache.ts';
import { messageOf } from './base/errors.ts';
import { notify } from './base/log.ts';
import type { PlayRequest } from './play.ts';
import { serializeShow } from './score/show-file.ts';
import type { OpenShow } from './server/open-show.ts';
import type { Session } from './server/session.ts';
import { showToFile, type ShowFileOptions } from './server/library/show-files.ts';
import { ShowMemory, type ShowState } from './server/library/show-memory.ts';

const SAVE_EVERY_MS = 3_000;

export function memoryOf(request: PlayRequest): ShowMemory {
  const { track, showFile, prompts, preset, model, seed, stems, lyrics, live, device, negative } = request;
  const file = track === undefined || track === 'demo' ? track : resolve(track);
  return new ShowMemory(cacheSubfolder('resume'), [file, showFile, prompts, preset, model, seed, stems, lyrics, live, device, negative]);
}

/** The request that opens what was on stage; prompts and preset are those of the kept show. */
export function requestFromMemory(request: PlayRequest, memory: ShowMemory): PlayRequest {
  return { ...request, track: undefined, showFile: memory.showPath, prompts: [], preset: undefined, stems: undefined, lyrics: undefined, seed: undefined };
}

/** Puts values, place and motion back. */
export function goOn(session: Session, before: ShowState): void {
  session.restore(before);
  const minutes = Math.floor(before.showTime / 60);
  notify('info', `The show goes on at ${minutes}:${String(Math.floor(before.showTime % 60)).padStart(2, '0')}, where it was cut off (--fresh begins anew).`);
}

/** Saves every few seconds until the answer is called. */
export function keepSaving(session: Session, memory: ShowMemory, optionsOf: (show: OpenShow) => Promise<ShowFileOptions>): () => void {
  let saidFault = false;
  const save = async (): Promise<void> => {
    const now = session.toRemember();
    if (now === null) return;
    const show = now.show.live ? null : serializeShow(showToFile(now.show, memory.showPath, await optionsOf(now.show)));
    await memory.save(now.state, show, Date.now());
  };
  const timer = setInterval(() => {
    save().catch((thrown: unknown) => {
      if (!saidFault) notify('warn', `The show cannot be kept for a restart (${messageOf(thrown)}); it goes on.`);
      saidFault = true;
    });
  }, SAVE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
