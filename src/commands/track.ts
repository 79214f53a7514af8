/** What the TRACK argument names: a show file, a song, or the demo. */

import { UserError } from '../base/errors.ts';

/** Ends the name of a show file. */
export const SHOW_SUFFIX = '.show.json';

export type TrackRequest = { readonly track: string } | { readonly showFile: string } | Record<never, never>;

/** The demo where nothing is named; nothing at all for live input, which excludes a track. Throws UserError for both. */
export function requestedTrack(track: string | undefined, live = false): TrackRequest {
  if (live && track !== undefined) throw new UserError('usage', `--input live listens instead of playing ${track}: leave one of them out.`);
  if (live) return {};
  if (track?.toLowerCase().endsWith(SHOW_SUFFIX) === true) return { showFile: track };
  return { track: track ?? 'demo' };
}
