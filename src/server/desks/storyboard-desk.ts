/**
 * The storyboard of the open show: scenes with a small picture each, drawn by the show's own pipeline when the
 * look-ahead buffer is comfortable; re-roll, lock and edit.
 */

import sharp from 'sharp';

import { UserError } from '../../base/errors.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';
import type { LatentPoint, Picture } from '../../diffusion/types.ts';
import type { ClientMessage, SceneTile } from '../../protocol/messages.ts';
import { editScene, lockScene, rerollScene, type Scene } from '../../score/storyboard.ts';
import type { OpenShow } from '../open-show.ts';
import { pictureKeyOf, sceneTilesOf } from '../show-info.ts';

export type SceneEdit = Omit<Extract<ClientMessage, { type: 'scene' }>, 'type'>;

/** A tile is drawn while at least this much show is in hand; after a while with less. */
const COMFORT: Seconds = 2;
const LITTLE: Seconds = 0.8;
const PATIENCE: Milliseconds = 6_000;
/** A picture that failed is tried again after this time. */
const RETRY: Milliseconds = 5_000;
const TILE_QUALITY = 82;

export class StoryboardDesk {
  readonly #pictures = new Map<string, Uint8Array>();
  readonly #rolls = new Map<string, number>();
  readonly #onChange: () => void;
  #show: OpenShow | null = null;
  #scenes: readonly Scene[] = [];
  #busy = false;
  #restedAt: Milliseconds = 0;

  /** `onChange`: tiles differ. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get scenes(): readonly Scene[] {
    return this.#scenes;
  }

  open(show: OpenShow): void {
    this.#show = show;
    this.#scenes = show.live ? [] : show.storyboard;
    this.#onChange();
  }

  tiles(): SceneTile[] {
    return sceneTilesOf(this.#scenes, (scene) => this.#pictures.has(keyOf(scene)));
  }

  picture(id: string): Uint8Array | null {
    const scene = this.#scenes.find((one) => one.id === id);
    return scene === undefined ? null : (this.#pictures.get(keyOf(scene)) ?? null);
  }

  /** The scenes after an edit. Throws a UserError for an unknown or locked scene. */
  edit({ action, id, prompt }: SceneEdit): readonly Scene[] {
    const scene = this.#scenes.find((one) => one.id === id);
    if (scene === undefined || this.#show === null) throw new UserError('usage', `There is no scene ${id}: this show has ${this.#scenes.map((one) => one.id).join(', ') || 'none'}.`);
    if (action === 'edit') return editScene(this.#scenes, id, prompt);
    if (action !== 'reroll') return lockScene(this.#scenes, id, action === 'lock');
    if (scene.locked) throw new UserError('usage', `Scene ${id} is locked: unlock it to roll another picture.`);
    const roll = (this.#rolls.get(id) ?? 0) + 1;
    this.#rolls.set(id, roll);
    return rerollScene(this.#scenes, id, this.#show.seed, roll);
  }

  /** Called a few times a second: draws at most one missing tile. */
  tend(now: Milliseconds, bufferSeconds: Seconds): void {
    const missing = this.#scenes.find((scene) => !this.#pictures.has(keyOf(scene)));
    const patient = now - this.#restedAt < PATIENCE;
    if (missing === undefined || this.#show === null || this.#busy || now < this.#restedAt) return;
    if (bufferSeconds < (patient ? COMFORT : LITTLE)) return;
    this.#busy = true;
    this.#draw(this.#show, missing).then(
      () => this.#rest(now),
      () => this.#rest(now + RETRY),
    );
  }

  #rest(until: Milliseconds): void {
    this.#busy = false;
    this.#restedAt = until;
    this.#onChange();
  }

  async #draw(show: OpenShow, scene: Scene): Promise<void> {
    const picture = await show.pipeline.draw(pointOfScene(show, scene));
    this.#pictures.set(keyOf(scene), await encodeJpeg(picture));
  }
}

function keyOf(scene: Scene): string {
  return `${scene.id}:${pictureKeyOf(scene)}`;
}

/** The picture of a scene is its prompt and seed at rest. */
export function pointOfScene(show: OpenShow, { prompt, seed }: Pick<Scene, 'prompt' | 'seed'>): LatentPoint {
  const { card } = show.pipeline;
  const size = show.pictureSize ?? card.sizes[0] ?? { height: 128, width: 128 };
  return {
    prompts: [{ text: prompt, weight: 1 }], negative: show.preset.negative,
    noise: { from: seed, to: seed, position: 0, orbit: 0, pushSeed: seed, pushAmount: 0 },
    guidance: show.preset.guidance ?? card.guidance, steps: show.preset.steps ?? card.steps, height: size.height, width: size.width,
  };
}

export async function encodeJpeg({ pixels, width, height }: Pick<Picture, 'pixels' | 'width' | 'height'>): Promise<Uint8Array> {
  return await sharp(pixels, { raw: { width, height, channels: 4 } }).jpeg({ quality: TILE_QUALITY }).toBuffer();
}
