/**
 * Reads pieces of a float32 WAV over HTTP Range, so that two hours of sound need no memory. Samples are interleaved in
 * the file and handed out per channel.
 */

export interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  /** Byte offset of the first sample. */
  readonly dataStart: number;
  /** Samples per channel. */
  readonly frames: number;
}

const HEADER_BYTES = 4096;
const FLOAT_FORMAT = 3;
const EXTENSIBLE_FORMAT = 0xfffe;

/** Reads the header of a RIFF or RF64 WAV of 32-bit floats. Throws an Error that says what else it is. */
export function parseWavHeader(bytes: ArrayBuffer, fileBytes: number): WavFormat {
  const view = new DataView(bytes);
  const tag = (at: number): string => String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
  if (bytes.byteLength < 44 || !['RIFF', 'RF64'].includes(tag(0)) || tag(8) !== 'WAVE') throw new Error('the sound of the track is not a WAV file');
  let format: { sampleRate: number; channels: number } | null = null;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    if (tag(at) === 'fmt ') {
      const kind = view.getUint16(at + 8, true);
      const isFloat = kind === FLOAT_FORMAT || (kind === EXTENSIBLE_FORMAT && view.getUint16(at + 32, true) === FLOAT_FORMAT);
      if (!isFloat || view.getUint16(at + 22, true) !== 32) throw new Error('the sound of the track is not 32-bit float');
      format = { channels: view.getUint16(at + 10, true), sampleRate: view.getUint32(at + 12, true) };
    }
    if (tag(at) === 'data' && format !== null) {
      const dataStart = at + 8;
      // A length of all ones means "to the end of the file" (RF64 and streamed files).
      const dataBytes = Math.min(length === 0xffffffff ? Infinity : length, fileBytes - dataStart);
      return { ...format, dataStart, frames: Math.floor(dataBytes / (4 * format.channels)) };
    }
    at += 8 + length + (length % 2);
  }
  throw new Error('the sound of the track has no samples');
}

/** Interleaved → one array per channel. */
export function splitChannels(interleaved: Float32Array, channels: number): Float32Array<ArrayBuffer>[] {
  const frames = Math.floor(interleaved.length / channels);
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(frames);
    for (let i = 0; i < frames; i++) samples[i] = interleaved[i * channels + channel] as number;
    return samples;
  });
}

export class WavSource {
  readonly url: string;
  readonly format: WavFormat;

  private constructor(url: string, format: WavFormat) {
    this.url = url;
    this.format = format;
  }

  static async open(url: string): Promise<WavSource> {
    const response = await fetchRange(url, 0, HEADER_BYTES - 1);
    const total = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? response.headers.get('content-length') ?? 0);
    return new WavSource(url, parseWavHeader(await response.arrayBuffer(), total));
  }

  /** `count` samples per channel from `start`, cut at the end of the file. */
  async read(start: number, count: number, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>[]> {
    const { channels, dataStart, frames } = this.format;
    const end = Math.min(frames, start + count);
    if (end <= start) return splitChannels(new Float32Array(0), channels);
    const response = await fetchRange(this.url, dataStart + start * channels * 4, dataStart + end * channels * 4 - 1, signal);
    return splitChannels(new Float32Array(await response.arrayBuffer()), channels);
  }
}

async function fetchRange(url: string, first: number, last: number, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, { headers: { range: `bytes=${first}-${last}` }, ...(signal === undefined ? {} : { signal }) });
  if (response.status !== 206 && response.status !== 200) throw new Error(`the sound of the track could not be fetched (HTTP ${response.status})`);
  return response;
}
