/** What pages learn about the open show: ShowInfo, scene and keeper tiles, transport. Pure. */

import { basename } from 'node:path';

import type { Transport } from '../ahead/transport.ts';
import type { Milliseconds, Seconds } from '../base/units.ts';
import type { Keepers } from '../control/keepers.ts';
import type { TempoPlace } from '../control/clock/tempo.ts';
import type { KeeperTile, SceneTile, ShowInfo, TransportState } from '../protocol/messages.ts';
import type { Preset } from '../score/preset.ts';
import type { Scene } from '../score/storyboard.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { OpenShow } from './open-show.ts';

/** `version` makes the URLs of a changed timeline or track new ones; `preset` is the one whose look is on. */
export function showInfoOf(show: OpenShow, presets: readonly Preset[], version: number, preset: Preset = show.preset): ShowInfo {
  const { audio, timeline } = show;
  return {
    title: show.title,
    track: audio === null ? null : basename(audio.path),
    duration: show.live ? 0 : timeline.duration,
    timelineUrl: show.live ? null : `/api/timeline?v=${version}`,
    pcmUrl: audio === null ? null : `/api/pcm?v=${version}`,
    sampleRate: audio?.sampleRate ?? 0,
    channels: audio?.channels ?? 0,
    presetName: preset.name,
    presets: presets.map(({ name, intent }) => ({ name, intent })),
    lookChain: preset.look.chain,
    stageRoutes: preset.routes.filter(({ to }) => to.startsWith('look.') || to.startsWith('/look/')),
    routes: preset.routes,
    walkSpeed: { slowest: preset.walk.slowest, fastest: preset.walk.fastest },
    model: show.pipeline.card.name,
    prompts: preset.prompts.map(({ text }) => text),
  };
}

/** A tile's picture changes its URL with prompt and seed, so that no page shows an old one. */
export function sceneTilesOf(scenes: readonly Scene[], hasPicture: (scene: Scene) => boolean): SceneTile[] {
  return scenes.map((scene) => ({
    id: scene.id, start: scene.start, end: scene.end, label: scene.label, kind: scene.kind,
    prompt: scene.prompt, seed: scene.seed, locked: scene.locked,
    picture: hasPicture(scene) ? `/api/scenes/${encodeURIComponent(scene.id)}.jpg?v=${pictureKeyOf(scene)}` : '',
  }));
}

/** A short text that differs where prompt or seed differ. */
export function pictureKeyOf(scene: Pick<Scene, 'prompt' | 'seed'>): string {
  let hash = scene.seed >>> 0;
  for (let i = 0; i < scene.prompt.length; i++) hash = (Math.imul(hash, 31) + scene.prompt.charCodeAt(i)) >>> 0;
  return hash.toString(36);
}

export function keeperTilesOf(keepers: Keepers): KeeperTile[] {
  return keepers.list.map(({ id, place, safe }) => ({
    id, seed: place.seed, safe,
    prompt: place.prompts.toSorted((a, b) => b.weight - a.weight)[0]?.text ?? '',
    picture: `/api/keepers/${id}.jpg`,
  }));
}

/** Prompts that a page shows: of the preset that is on, the storyboard and the keepers. */
export function promptsInSight(preset: Preset, scenes: readonly Scene[], keepers: Keepers): string[] {
  return [...preset.prompts.map(({ text }) => text), ...scenes.map(({ prompt }) => prompt), ...keeperTilesOf(keepers).map(({ prompt }) => prompt)];
}

/** Label of the section at a time, '' for none. */
export function sectionLabelAt({ sections }: Timeline, time: Seconds): string {
  return sections.findLast(({ start }) => start <= time)?.label ?? '';
}

export function transportStateOf(transport: Transport, place: TempoPlace, soundPage: string | null, now: Milliseconds): TransportState {
  return {
    // With no page to play the sound, time holds though play was pressed.
    playing: transport.playing && (transport.moving || soundPage !== null),
    showTime: transport.showTimeAt(now),
    at: now,
    rate: transport.rate,
    duration: transport.duration,
    soundPage,
    clockSource: place.source,
    confidence: place.confidence,
    tempo: place.tempo,
    beat: place.beat,
    bar: place.bar,
    epoch: transport.epoch,
    loop: transport.loop,
  };
}
