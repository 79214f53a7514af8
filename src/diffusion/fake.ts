/**
 * A pipeline without a model: a smooth, deterministic picture of the point (moving waves in a cosine palette), for tests,
 * the first minutes of a project and machines that cannot run a model. Same interface, same promises: nearby points
 * give nearby pictures, the same point the same bytes.
 */

import { randomFor } from '../base/random.ts';
import { measurePictureDifference } from './difference.ts';
import { NoiseField } from './noise.ts';
import { DrawQueue } from './draw-queue.ts';
import type { LatentPoint, ModelCard, Pipeline } from './types.ts';
import type { Milliseconds } from '../base/units.ts';

export interface FakePipelineOptions {
  /** Pixels; default 128 x 128. */
  readonly size?: { readonly height: number; readonly width: number };
  /** How long a draw pretends to take. `drawn` counts the pictures so far. Default 0. */
  readonly cost?: (point: LatentPoint, drawn: number) => Milliseconds;
}

const WAVES = 6;
/** Numbers a prompt stands for: nine of palette, then direction and pitch of each wave. */
const FEATURES = 9 + 2 * WAVES;
const SHAPE = { channels: 4, height: 4, width: 4 };

export function createFakePipeline(options: FakePipelineOptions = {}): Pipeline {
  const size = options.size ?? { height: 128, width: 128 };
  const noise = new NoiseField();
  let drawn = 0;
  const queue = new DrawQueue(async (point) => {
    const cost = options.cost?.(point, drawn++) ?? 0;
    if (cost > 0) await new Promise((resolve) => setTimeout(resolve, cost));
    return { height: point.height, width: point.width, pixels: paintPoint(point, noise), cost };
  });
  return {
    card: fakeCard(size),
    draw: (point, signal) => queue.draw(point, signal),
    measureDifference: (points) => queue.measure(points, measurePictureDifference),
    dispose: () => queue.close(),
  };
}

function fakeCard(size: { readonly height: number; readonly width: number }): ModelCard {
  const examplePrompts = ['neon jellyfish', 'stained glass', 'city at night', 'deep nebula'];
  return { id: 'fake', name: 'Fake pictures', folder: '', sha256: 'fake', provider: 'none', sizes: [size], steps: 1, guidance: 1, examplePrompts };
}

/** RGBA picture of a point. */
function paintPoint(point: LatentPoint, noise: NoiseField): Uint8Array {
  const features = mixFeatures(point);
  const scalars = noiseScalars(noise.resolve(point.noise, SHAPE));
  const field = sumWaves(point, features, scalars);
  return colourField(field, paletteOf(features));
}

/** Weighted mean of the prompts' numbers: smooth in the weights. */
function mixFeatures(point: LatentPoint): Float64Array {
  const mixed = new Float64Array(FEATURES);
  for (const { text, weight } of point.prompts) {
    const random = randomFor(0, `fake prompt ${text}`);
    for (let i = 0; i < FEATURES; i++) mixed[i] = (mixed[i] as number) + weight * random.uniform();
  }
  return mixed;
}

/** The noise tensor's 64 normals folded into 2 per wave, each about standard normal. */
function noiseScalars(tensor: Float32Array): Float64Array {
  const scalars = new Float64Array(2 * WAVES);
  const share = Math.floor(tensor.length / scalars.length);
  for (let i = 0; i < share * scalars.length; i++) {
    const into = i % scalars.length;
    scalars[into] = (scalars[into] as number) + (tensor[i] as number) / Math.sqrt(share);
  }
  return scalars;
}

/** Sum of plane waves, about -1..1, [height * width]; each wave is separable, so rows and columns are tabled once. */
function sumWaves({ height, width }: LatentPoint, features: Float64Array, scalars: Float64Array): Float32Array {
  const field = new Float32Array(height * width);
  for (let wave = 0; wave < WAVES; wave++) {
    const direction = 2 * Math.PI * (features[9 + 2 * wave] as number) + 0.2 * (scalars[2 * wave] as number);
    const pitch = 3 + 9 * (features[10 + 2 * wave] as number) + wave;
    const phase = 1.1 * (scalars[2 * wave + 1] as number) + wave;
    const across = tableWave(width, pitch * Math.cos(direction), phase);
    const down = tableWave(height, pitch * Math.sin(direction), 0);
    for (let y = 0, i = 0; y < height; y++) {
      const downSine = (down.sine[y] as number) / WAVES;
      const downCosine = (down.cosine[y] as number) / WAVES;
      for (let x = 0; x < width; x++, i++) field[i] = (field[i] as number) + (across.sine[x] as number) * downCosine + (across.cosine[x] as number) * downSine;
    }
  }
  return field;
}

function tableWave(length: number, pitch: number, phase: number): { readonly sine: Float64Array; readonly cosine: Float64Array } {
  const angle = (i: number): number => pitch * (i / length - 0.5) + phase;
  return { sine: Float64Array.from({ length }, (_, i) => Math.sin(angle(i))), cosine: Float64Array.from({ length }, (_, i) => Math.cos(angle(i))) };
}

/** 1024 colours over the field's range -1..1: dark between bright bands. */
function paletteOf(features: Float64Array): Uint8Array {
  const colours = new Uint8Array(1024 * 3);
  for (let i = 0; i < 1024; i++) {
    const level = i / 511.5 - 1;
    const light = 0.5 + 0.5 * Math.cos(2 * Math.PI * (1.6 * level + (features[0] as number)));
    for (let c = 0; c < 3; c++) {
      const hue = 0.5 + 0.5 * Math.cos(2 * Math.PI * (level * (0.4 + (features[1 + c] as number)) + (features[4 + c] as number)));
      colours[3 * i + c] = Math.round(255 * light * light * (0.12 + 0.88 * hue));
    }
  }
  return colours;
}

function colourField(field: Float32Array, colours: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(field.length * 4);
  for (let i = 0; i < field.length; i++) {
    const at = 3 * Math.min(1023, Math.max(0, Math.round(((field[i] as number) + 1) * 511.5)));
    pixels[4 * i] = colours[at] as number;
    pixels[4 * i + 1] = colours[at + 1] as number;
    pixels[4 * i + 2] = colours[at + 2] as number;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}
