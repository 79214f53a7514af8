/**
 * The storyboard: the waveform with its sections, a tile per scene (picture, prompt, re-roll, lock), and the render bar.
 * Used by the stage page after a drop and by the panel. Sends messages; what it shows comes back from the server.
 */

import type { ClientMessage, RenderProgress, SceneTile } from '../../protocol/messages.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { addressOf } from './address.ts';
import { clockText, h, icon } from './dom.ts';
import { heardLine } from '../sound/heard.ts';
import { RenderBar } from './render-bar.ts';
import { sectionColour } from './section-colours.ts';
import { Waveform } from './waveform.ts';

interface Tile {
  readonly element: HTMLElement;
  readonly picture: HTMLImageElement;
  readonly prompt: HTMLTextAreaElement;
  readonly lock: HTMLButtonElement;
  readonly heard: HTMLElement;
  scene: SceneTile;
}

type Send = (message: ClientMessage) => void;

export class StoryboardView {
  readonly waveform: Waveform;
  readonly element: HTMLElement;
  readonly #send: Send;
  readonly #tiles = h('div', { class: 'scenes' });
  readonly #renderBar: RenderBar;
  #shown = new Map<string, Tile>();
  #time = 0;

  constructor(send: Send, options: { readonly withWaveform: boolean }) {
    this.#send = send;
    this.waveform = new Waveform({ onSeek: (time) => send({ type: 'value', path: '/transport/position', value: time, source: 'stage' }) });
    this.#renderBar = new RenderBar(send);
    this.element = h('div', { class: 'storyboard' }, options.withWaveform ? this.waveform.canvas : null, this.#tiles, this.#renderBar.element);
  }

  setTimeline(timeline: Timeline | null): void {
    this.waveform.setTimeline(timeline);
  }

  setTime(time: number): void {
    this.#time = time;
    this.waveform.setTime(time);
    for (const tile of this.#shown.values()) tile.element.classList.toggle('now', time >= tile.scene.start && time < tile.scene.end);
  }

  setScenes(scenes: readonly SceneTile[]): void {
    const next = new Map<string, Tile>();
    for (const scene of scenes) {
      const tile = this.#shown.get(scene.id) ?? this.#createTile(scene);
      this.#update(tile, scene);
      next.set(scene.id, tile);
    }
    this.#shown = next;
    this.#tiles.replaceChildren(...[...next.values()].map((tile) => tile.element));
    this.setTime(this.#time);
  }

  showProgress(progress: RenderProgress): void {
    this.#renderBar.showProgress(progress);
  }

  /** Asks for an honest estimate; call when the storyboard opens. */
  askEstimate(): void {
    this.#renderBar.askEstimate();
  }

  #createTile(scene: SceneTile): Tile {
    const act = (action: 'reroll' | 'lock' | 'unlock' | 'edit', prompt = ''): void => this.#send({ type: 'scene', action, id: scene.id, prompt });
    const picture = h('img', { class: 'scene-picture', alt: '', decoding: 'async' });
    picture.addEventListener('error', () => picture.classList.add('waiting'));
    picture.addEventListener('load', () => picture.classList.remove('waiting'));
    const prompt = h('textarea', { class: 'scene-prompt', rows: 2, spellcheck: false, 'aria-label': 'Prompt of this scene' });
    const lock = h('button', { class: 'small', title: 'Keep this picture as it is', onclick: () => act(tile.scene.locked ? 'unlock' : 'lock') });
    const reroll = h('button', { class: 'small', title: 'Another picture of the same prompt', onclick: () => act('reroll') }, icon('reroll'));
    prompt.addEventListener('change', () => act('edit', prompt.value.trim()));
    prompt.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') prompt.blur();
    });
    const heard = heardLine(scene.prompt);
    const go = (): void => this.#send({ type: 'value', path: '/transport/position', value: tile.scene.start, source: 'stage' });
    const head = h('button', { class: 'scene-head', title: 'Go here', onclick: go });
    const element = h('article', { class: 'scene' }, h('div', { class: 'scene-frame' }, picture, head, h('div', { class: 'scene-tools' }, reroll, lock)), prompt, heard);
    const tile: Tile = { element, picture, prompt, lock, heard, scene };
    return tile;
  }

  #update(tile: Tile, scene: SceneTile): void {
    tile.scene = scene;
    tile.element.style.setProperty('--section', sectionColour(scene.label, scene.kind));
    tile.element.classList.toggle('locked', scene.locked);
    if (scene.picture !== '' && tile.picture.src !== addressOf(scene.picture)) tile.picture.src = addressOf(scene.picture);
    if (document.activeElement !== tile.prompt) tile.prompt.value = scene.prompt;
    tile.heard.dataset['heard'] = scene.prompt;
    tile.lock.replaceChildren(icon(scene.locked ? 'lock' : 'unlock'));
    const head = tile.element.querySelector('.scene-head') as HTMLElement;
    head.replaceChildren(h('span', { class: 'scene-kind' }, scene.kind), h('span', { class: 'scene-time' }, clockText(scene.start)));
  }
}
