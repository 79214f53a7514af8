/**
 * The storyboard: one scene per section, each with a prompt and a seed. The same label gets the same prompt and seed, so
 * a chorus returns to its place. Pure: every edit answers with a new list.
 */

import { randomFor } from '../base/random.ts';
import type { Seconds } from '../base/units.ts';
import type { Section, SectionKind, Timeline } from '../timeline/timeline.ts';
import type { Preset, PresetPrompt } from './preset.ts';
import { placeLines } from './timed-lines.ts';

export interface Scene {
  /** Label and count of its return: 'A1', 'B1', 'A2'. */
  readonly id: string;
  readonly start: Seconds;
  readonly end: Seconds;
  readonly label: string;
  readonly kind: SectionKind;
  readonly prompt: string;
  readonly seed: number;
  /** A locked scene keeps its prompt and seed when the rest is made anew. */
  readonly locked: boolean;
}

/** Seeds stay below this, so that they are whole numbers everywhere. */
const SEED_BOUND = 2_147_483_648;

/**
 * Scenes of a track; one scene for a timeline without sections. Scenes that are locked in `previous` stay. Where the preset
 * changes on lines, the words that stand at a section's start are its prompt (see splitAtLines).
 */
export function storyboardOf(timeline: Timeline, preset: Preset, seed: number, previous: readonly Scene[] = []): Scene[] {
  const sections = timeline.sections.length > 0 ? timeline.sections : [wholeTrack(timeline)];
  const order = promptOrder(sections, preset);
  const counts = new Map<string, number>();
  const lines = preset.change.on === 'lines' ? placeLines(timeline) : [];
  return sections.map((section) => {
    const count = (counts.get(section.label) ?? 0) + 1;
    counts.set(section.label, count);
    const id = `${section.label}${count}`;
    const kept = previous.find((scene) => scene.id === id && scene.locked);
    const prompt = preset.prompts[homePrompt(section, timeline, preset, order)] as PresetPrompt;
    const { start, end, label, kind } = section;
    const line = lines.findLast((placed) => placed.start <= start + 0.05)?.text ?? '';
    return { id, start, end, label, kind, prompt: kept?.prompt ?? (line === '' ? prompt.text : line), seed: kept?.seed ?? prompt.seed ?? sectionSeed(preset, seed, label), locked: kept !== undefined };
  });
}

/** The scenes on another timeline of the same track: each that is still there keeps its prompt and seed. */
export function retimeScenes(scenes: readonly Scene[], timeline: Timeline, preset: Preset, seed: number): Scene[] {
  return storyboardOf(timeline, preset, seed).map((scene) => {
    const was = scenes.find(({ id }) => id === scene.id);
    return was === undefined ? scene : { ...scene, prompt: was.prompt, seed: was.seed, locked: was.locked };
  });
}

/** Another seed for one scene; a locked scene stays. `attempt` counts the rolls, so that the same roll gives the same seed. */
export function rerollScene(scenes: readonly Scene[], id: string, seed: number, attempt: number): Scene[] {
  return scenes.map((scene) => (scene.id === id && !scene.locked ? { ...scene, seed: randomFor(seed, `reroll ${id}`, attempt).integer(SEED_BOUND) } : scene));
}

export function lockScene(scenes: readonly Scene[], id: string, locked: boolean): Scene[] {
  return scenes.map((scene) => (scene.id === id ? { ...scene, locked } : scene));
}

/** Another prompt for one scene, which thereby becomes locked; an empty prompt changes nothing. */
export function editScene(scenes: readonly Scene[], id: string, prompt: string): Scene[] {
  const text = prompt.trim();
  return text === '' ? [...scenes] : scenes.map((scene) => (scene.id === id ? { ...scene, prompt: text, locked: true } : scene));
}

/** Binds a place to one scene, for a keeper pinned to a section. */
export function pinScene(scenes: readonly Scene[], id: string, prompt: string, seed: number): Scene[] {
  return scenes.map((scene) => (scene.id === id ? { ...scene, prompt, seed, locked: true } : scene));
}

/** Seed of the n-th waypoint within a scene; the 0th is the scene's own. */
export function waypointSeed(sceneSeed: number, waypoint: number): number {
  return waypoint === 0 ? sceneSeed : randomFor(sceneSeed, 'waypoint', waypoint).integer(SEED_BOUND);
}

function sectionSeed(preset: Preset, seed: number, label: string): number {
  return randomFor(seed, preset.noise.seedPer === 'never' ? 'scene' : `scene ${label}`).integer(SEED_BOUND);
}

function wholeTrack(timeline: Timeline): Section {
  return { start: 0, end: timeline.duration, label: 'A', kind: 'verse', energy: 0.5 };
}

function homePrompt(section: Section, timeline: Timeline, preset: Preset, order: ReadonlyMap<string, number>): number {
  if (preset.change.on === 'cue') return 0;
  if (preset.change.on === 'drop') return timeline.events.filter(({ kind, start }) => kind === 'drop' && start <= section.start + 0.05).length % preset.prompts.length;
  return order.get(section.label) ?? 0;
}

/** Prompt index by label: from calm to peak by the label's energy, or in the order of first appearance. */
function promptOrder(sections: readonly Section[], preset: Preset): Map<string, number> {
  const labels = [...new Set(sections.map(({ label }) => label))];
  const count = preset.prompts.length;
  if (preset.order === 'appearance') return new Map(labels.map((label, index) => [label, index % count]));
  const ranked = labels.toSorted((a, b) => energyOf(sections, a) - energyOf(sections, b));
  const last = ranked.length - 1;
  return new Map(ranked.map((label, rank) => [label, last === 0 ? 0 : Math.round((rank / last) * (count - 1))]));
}

/** Mean energy of all sections with a label; a drop counts as louder, a chorus somewhat. */
function energyOf(sections: readonly Section[], label: string): number {
  const own = sections.filter((section) => section.label === label);
  return own.reduce((sum, { energy, kind }) => sum + energy + (kind === 'drop' ? 1 : kind === 'chorus' ? 0.6 : 0), 0) / own.length;
}
