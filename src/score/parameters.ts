/**
 * The parameter table: the only place a parameter is declared. OSC addresses, panel widgets, preset checks, shader
 * uniforms and the reference page derive from it. The table of a show = CORE_PARAMETERS + one entry per input of each
 * shaders/*.frag header (`/look/<effect>/<uniform>`), see effect-header.ts.
 */

import type { Seconds } from '../base/units.ts';
import { QUANTISES } from './quantise.ts';
import { SAFETY_PROFILES } from '../safety/rules.ts';

export type ParameterKind = 'number' | 'boolean' | 'text' | 'trigger';
/** Who acts on it: the planned walk, the stage at once, the tempo clock, the transport, or the show. */
export type ParameterGroup = 'walk' | 'stage' | 'look' | 'tempo' | 'transport' | 'show';

export interface Parameter {
  /** Path and OSC address, e.g. `/walk/speed`. */
  readonly path: string;
  readonly kind: ParameterKind;
  readonly group: ParameterGroup;
  readonly label: string;
  readonly help: string;
  /** Unit as shown: '', 's', 'BPM', 'deg' … */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly default: number | boolean | string;
  /** Time constant (s) with which a value turns to its target; 0 = at once. */
  readonly smoothing: Seconds;
  /** Waits for the boundary that `/cue/quantise` says. */
  readonly quantisable: boolean;
  /** The texts that a text parameter takes; left out: any. */
  readonly choices?: readonly string[];
  /** One of the eight faders that the panel shows first, by place 1..8. */
  readonly fader?: number;
}

type Spec = Partial<Omit<Parameter, 'path' | 'group' | 'kind' | 'label' | 'help'>>;

function declare(kind: ParameterKind, path: string, label: string, help: string, spec: Spec = {}): Parameter {
  const group = path.startsWith('/walk/') ? 'walk'
    : path.startsWith('/stage/') || path.startsWith('/overlay/') ? 'stage'
    : path.startsWith('/look/') ? 'look'
    : path.startsWith('/tempo/') ? 'tempo'
    : path.startsWith('/transport/') ? 'transport' : 'show';
  const fallback = kind === 'boolean' ? false : kind === 'text' ? '' : 0;
  return { kind, path, group, label, help, unit: '', min: 0, max: 1, default: fallback, smoothing: 0, quantisable: false, ...spec };
}

const number = (path: string, label: string, help: string, spec: Spec): Parameter => declare('number', path, label, help, spec);
const trigger = (path: string, label: string, help: string, spec: Spec = {}): Parameter => declare('trigger', path, label, help, spec);

/** Prompt weights that can be ridden by hand: `/walk/prompt/1` … */
export const PROMPT_FADERS = 8;

export const CORE_PARAMETERS: readonly Parameter[] = [
  number('/walk/speed', 'Speed', 'How fast the walk goes; 1 is the preset, 0 stays here.', { max: 4, default: 1, smoothing: 0.25, fader: 1 }),
  number('/walk/pulse', 'Pulse', 'How far each beat pushes the picture; 1 is the preset.', { max: 2, default: 1, smoothing: 0.1, fader: 2 }),
  number('/walk/noise', 'Noise', 'How fast the noise turns under the prompt; 1 is the preset.', { max: 4, default: 1, smoothing: 0.25, fader: 3 }),
  number('/walk/sister', 'Sister', 'Leans toward the sister prompt, on top of the voice.', { max: 1, default: 0, smoothing: 0.25 }),
  number('/walk/guidance', 'Guidance', 'Multiplies the preset\'s guidance (models with guidance only).', { max: 3, default: 1, smoothing: 0.5 }),
  ...Array.from({ length: PROMPT_FADERS }, (_, i) =>
    number(`/walk/prompt/${i + 1}`, `Prompt ${i + 1}`, `Pulls toward prompt ${i + 1} of the preset by hand; 0 leaves it to the music.`, { smoothing: 0.3 })),
  trigger('/walk/to', 'Walk to', 'Walks to a prompt: arguments prompt (or a place as JSON), beats, and cut, dissolve or morph.', { quantisable: true }),
  number('/look/hue', 'Palette', 'Turns all hues.', { unit: 'turns', min: -0.5, max: 0.5, default: 0, smoothing: 0.2, fader: 4 }),
  number('/look/amount', 'Looks', 'Depth of all look effects together.', { max: 2, default: 1, smoothing: 0.1, fader: 5 }),
  number('/look/zoom', 'Zoom', 'How much the kick zooms the picture; 1 is the preset.', { max: 3, default: 1, smoothing: 0.1, fader: 6 }),
  number('/look/motion', 'In-betweens', 'Between two generated pictures: 1 moves along their motion, 0 cross-fades.', { default: 1, smoothing: 0.1 }),
  number('/look/sharpness', 'Sharpness', 'Sharpens the enlarged picture where it has edges; 0 leaves it soft.', { default: 0.4, smoothing: 0.1 }),
  number('/look/film', 'Film grain', 'A fine grain over the whole picture; 0 is off.', { default: 0.1, smoothing: 0.1 }),
  number('/stage/master', 'Master', 'Brightness of the whole stage.', { default: 1, smoothing: 0.05, fader: 7 }),
  number('/stage/fade', 'Fade', 'Fades to black over two seconds and back.', { default: 0, smoothing: 0.7, fader: 8 }),
  declare('boolean', '/stage/blackout', 'Blackout', 'Black in one frame, back in 80 ms.'),
  declare('boolean', '/stage/freeze', 'Freeze', 'Holds the picture; controls go on underneath.'),
  declare('text', '/stage/safety', 'Flash safety', 'What the flash limiter holds to: strict (no ten degrees of the view flash more than three times a second), broadcast (not the screen as a whole), off (sent twice within ten seconds, and logged).', { default: 'strict', choices: SAFETY_PROFILES }),
  declare('text', '/stage/test', 'Test card', 'A card instead of the picture: grid, circles, ramp, bars, id (the output\'s name), sync (a bar that crosses the middle on a beep).', { default: 'off', choices: ['off', 'grid', 'circles', 'ramp', 'bars', 'id', 'sync'] }),
  declare('boolean', '/overlay/show', 'Overlay', 'Shows the logo or the text over the looks.'),
  declare('text', '/overlay/text', 'Text', 'What the overlay says, lines apart by \\n, the first large; empty: the title of the track.'),
  declare('text', '/overlay/logo', 'Logo', 'The id of an uploaded PNG or SVG, shown instead of the text; empty: none.'),
  number('/overlay/x', 'Across', 'Centre of the overlay: 0 is the left edge, 1 the right.', { default: 0.5, smoothing: 0.15 }),
  number('/overlay/y', 'Down', 'Centre of the overlay: 0 is the top edge, 1 the bottom.', { default: 0.82, smoothing: 0.15 }),
  number('/overlay/size', 'Size', 'Height of the overlay as a share of the picture.', { min: 0.02, default: 0.16, smoothing: 0.15 }),
  number('/overlay/opacity', 'Opacity', 'How solid the overlay is.', { default: 1, smoothing: 0.1 }),
  number('/overlay/fade', 'Fade', 'How long the overlay takes to come and go.', { unit: 's', max: 5, default: 1 }),
  number('/overlay/hold', 'Hold', 'The overlay goes by itself after this; 0: it stays.', { unit: 's', max: 600, default: 0 }),
  number('/overlay/beat', 'Beat', 'The overlay grows by this on each beat.', { max: 0.02, default: 0 }),
  number('/tempo/bpm', 'Tempo', 'Tempo while no track gives one.', { unit: 'BPM', min: 20, max: 999, default: 120 }),
  trigger('/tempo/tap', 'Tap', 'Tap four beats.'),
  number('/tempo/nudge', 'Nudge', 'Moves the beat earlier or later.', { unit: 'ms', min: -500, max: 500, default: 0 }),
  trigger('/tempo/downbeat', 'Downbeat', 'Now is beat 1 of bar 1 of the phrase.'),
  trigger('/tempo/beat', 'Beat', 'Another program beats now: arguments position in the bar (1 = downbeat) and BPM, both optional.'),
  trigger('/tempo/earlier', 'Earlier', 'Moves the beat 10 ms earlier.'),
  trigger('/tempo/later', 'Later', 'Moves the beat 10 ms later.'),
  number('/tempo/push', 'Push', 'While held, beats run ahead (above 0) or are pulled back (below 0), by 4 % of the tempo at most.', { min: -1, max: 1, default: 0 }),
  trigger('/tempo/double', 'x2', 'Twice the tempo.'),
  trigger('/tempo/halve', '÷2', 'Half the tempo.'),
  trigger('/tempo/round', 'Round', 'The nearest whole BPM.'),
  declare('boolean', '/tempo/send', 'Send clock', 'MIDI clock goes out to all devices.'),
  declare('boolean', '/transport/play', 'Play', 'Plays or pauses the track.'),
  number('/transport/position', 'Position', 'Show time.', { unit: 's', max: 86_400, default: 0 }),
  declare('boolean', '/transport/loop', 'Loop', 'Plays from Loop in to Loop out over and over; what has passed Loop out plays on.'),
  number('/transport/loop/in', 'Loop in', 'Where the loop begins.', { unit: 's', max: 86_400, default: 0 }),
  number('/transport/loop/out', 'Loop out', 'Where the loop ends; at most as far as Loop in, there is no loop.', { unit: 's', max: 86_400, default: 0 }),
  trigger('/transport/loop/bars', 'Loop bars', 'Loops whole bars: arguments how many (1), and the first (1 is the first of the track; left out: the one that plays).'),
  declare('boolean', '/transport/timecode', 'Follow timecode', 'MIDI time code moves the track.'),
  declare('text', '/patch/routes', 'Routes', 'What moves what: the routes as JSON, as in a preset file; empty for the preset\'s own.'),
  declare('text', '/preset/load', 'Preset', 'Loads a preset by name at the next boundary (/cue/quantise).', { quantisable: true }),
  trigger('/queue/next', 'Next track', 'Crosses over to the next track of the queue on the next bar.'),
  trigger('/cue/go', 'Go', 'Fires the next cue of the set list, or the one whose id is the argument; without a list the walk goes to its next waypoint at the next beat.', { quantisable: true }),
  declare('text', '/cue/quantise', 'Quantise', 'What fired cues, presets, prompts and pads wait for.', { default: 'bar', choices: QUANTISES }),
  trigger('/keep', 'Keep', 'Keeps the place on screen.'),
  trigger('/keep/go', 'Go to keeper', 'Walks to keeper n in b beats: arguments n, b.'),
  trigger('/pad/type', 'Type', 'Puts a prompt on a pad, which draws four pictures of it: arguments pad 1 to 4, prompt.'),
  trigger('/pad/arm', 'Arm', 'The walk lands on a picture of a pad at the next boundary: arguments pad, picture 1 to 4.', { quantisable: true }),
  trigger('/pad/disarm', 'Disarm', 'Takes back what is armed while the walk has not set out: argument pad.'),
  trigger('/pad/reroll', 'Re-roll', 'Four other pictures: argument pad.'),
  ...Array.from({ length: 4 }, (_, i) => trigger(`/pad/${i + 1}`, `Pad ${i + 1}`, `Arms the first picture of pad ${i + 1}, or takes that back.`, { quantisable: true })),
  trigger('/snapshot/store', 'Store', 'Keeps all faders and switches of walk, look and stage as they stand: argument slot 1 to 8.'),
  trigger('/snapshot/recall', 'Recall', 'Sets what a snapshot holds: argument slot 1 to 8.'),
  ...Array.from({ length: 8 }, (_, i) => trigger(`/snapshot/${i + 1}`, `Snapshot ${i + 1}`, `Recalls snapshot ${i + 1}.`)),
  number('/snapshot/from', 'Fade from', 'Snapshot at the lower end of the crossfade.', { min: 1, max: 8, default: 1 }),
  number('/snapshot/to', 'Fade to', 'Snapshot at the upper end of the crossfade.', { min: 1, max: 8, default: 2 }),
  number('/snapshot/mix', 'Crossfade', 'Between two snapshots: each value moves as by hand, switches turn at the middle.', { default: 0 }),
  trigger('/keep/orbit', 'Stay at keeper', 'Walks to keeper n in b beats and stays there, turning in its orbit, until something else sends it on; without arguments it goes on: arguments n, b.'),
  trigger('/undo', 'Undo', 'Takes back the last change of a value; a whole ride of a fader is one.'),
  trigger('/panic', 'Panic', 'Dissolves in one beat to the safe keeper or the last good pictures.'),
];

/** All parameters of a show by path. */
export type ParameterTable = ReadonlyMap<string, Parameter>;

/** The core table joined with the look effects' parameters. */
export function buildParameterTable(effects: readonly Parameter[] = []): ParameterTable {
  return new Map([...CORE_PARAMETERS, ...effects].map((parameter) => [parameter.path, parameter]));
}
