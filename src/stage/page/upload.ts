/** Sends a dropped song to the server (contract in src/README.md: Upload) and says how far it is. */

import { addressOf } from './address.ts';

const ENDINGS = ['.wav', '.mp3', '.flac', '.ogg', '.oga', '.opus', '.m4a', '.aac', '.mp4', '.webm'];
const LARGEST_BYTES = 512 * 1024 * 1024;

/** One sentence when the file cannot be a song, else null. */
export function refuseFile(name: string, bytes: number): string | null {
  if (!ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))) return `${name} is no sound file latentbeat knows: drop a wav, mp3, flac, ogg, opus, m4a or aac.`;
  if (bytes === 0) return `${name} is empty: drop a file with sound in it.`;
  if (bytes > LARGEST_BYTES) return `${name} is larger than 512 MB: convert it to flac or mp3 first.`;
  return null;
}

/** Resolves to the upload's id. `onProgress` gets 0..1. */
export function uploadSong(file: File, token: string, onProgress: (fraction: number) => void): Promise<string> {
  const id = crypto.randomUUID();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', addressOf(`/api/uploads/${id}`));
    request.setRequestHeader('x-latentbeat-token', token);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.addEventListener('progress', (event) => onProgress(event.total > 0 ? event.loaded / event.total : 0));
    request.addEventListener('load', () => (request.status < 300 ? resolve(id) : reject(new Error(`${file.name} was not taken (HTTP ${request.status}).`))));
    request.addEventListener('error', () => reject(new Error(`${file.name} could not be sent: the server is not there; start latentbeat again and drop the file once more.`)));
    request.send(file);
  });
}
