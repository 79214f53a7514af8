/**
 * Says what the look does at a show time: hands (smoothed), music (fast routes at the audio clock), the stage's own
 * slow drift and the instant echo of walk controls. Pure; `elapsed` is in seconds of display time.
 */

import { clamp, decayOver } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';
import type { ControlValue } from '../score/control.ts';
import type { Parameter } from '../score/parameters.ts';
import type { RouteSpec } from '../score/route.ts';
import { StageRoutes } from '../score/stage-routes.ts';
import { curveAt, placeInGrid, type Timeline } from '../timeline/timeline.ts';
import type { MusicValues } from './isf.ts';
import { LookValues } from './look-values.ts';
import type { Moment } from './painter.ts';

/** The picture stands a little larger than the screen, so that shifts and turns show no edge. */
const MARGIN = 1.05;
/** One slow breath of the zoom (s) and its depth. */
const BREATH: Seconds = 23;
const BREATH_DEPTH = 0.014;
/** The drift's circle: radius as a fraction of the screen and time of a turn. Starved, it is wide and quick enough to be seen. */
const CALM = { radius: 0.006, turn: 29 } as const;
const STARVED = { radius: 0.024, turn: 5 } as const;
/** Return from blackout (s). */
const BLACKOUT_RETURN: Seconds = 0.08;
/** The echo of a touched walk control: depth of its zoom and time constant. */
const ECHO_DEPTH = 0.012;
const ECHO_TAU: Seconds = 0.16;
const SILENT: MusicValues = { BEAT: 0, BAR: 0, TEMPO: 120, KICK: 0, SNARE: 0, HATS: 0, BASS: 0, VOICE: 0, ENERGY: 0.4, BRIGHTNESS: 0.5 };

export type LookMoment = Omit<Moment, 'pick' | 'elapsed' | 'frame' | 'wall' | 'safety' | 'over'>;

export interface DirectorInput {
  readonly time: Seconds;
  readonly elapsed: Seconds;
  /** No fresh pictures: the drift carries the stage. */
  readonly starved: boolean;
}

export class Director {
  readonly values = new LookValues();
  #timeline: Timeline | null = null;
  #specs: readonly RouteSpec[] = [];
  #routes: StageRoutes | null = null;
  #live = false;
  #blackout: number = 1;
  #echo = 0;
  #drift = 0;
  #starving = 0;
  #effectTime: Seconds = 0;

  setTable(parameters: readonly Parameter[]): void {
    this.values.setTable(parameters);
  }

  /** The music that routes listen to; `live` timelines grow. */
  setMusic(timeline: Timeline | null, specs: readonly RouteSpec[], live: boolean): void {
    this.#timeline = timeline;
    this.#specs = specs;
    this.#live = live;
    this.#routes = timeline === null ? null : new StageRoutes(this.#specs, timeline, this.#live);
  }

  /** A control value; a walk control answers at once by a small push of the picture. */
  set(path: string, value: ControlValue, jump = false): void {
    if (!jump && path.startsWith('/walk/')) this.touch();
    this.values.set(path, value, jump);
  }

  /** The instant echo of a pad or a walk control. */
  touch(): void {
    this.#echo = Math.min(1, this.#echo + 0.5);
  }

  momentAt({ time, elapsed, starved }: DirectorInput): LookMoment {
    const { values } = this;
    const frozen = values.get('/stage/freeze') > 0.5;
    values.advance(elapsed);
    values.setRouted(this.#routes?.valuesAt(time) ?? {});
    this.#advance(frozen ? 0 : elapsed, starved, values.get('/walk/speed'));
    return {
      time: this.#effectTime,
      music: this.#musicAt(time),
      showTime: time,
      heard: (curve, at) => (this.#timeline === null ? 0 : curveAt(this.#timeline, curve, at)),
      valueOf: (path) => values.get(path),
      depth: values.get('/look/amount'),
      ...this.#placePicture(),
      motion: values.get('/look/motion'),
      // At sharpness 0 the music sharpens nothing either.
      sharpen: clamp(values.get('/look/sharpness') * (1 + 2 * values.routed('look.sharpen')), 0, 1),
      grain: values.get('/look/film'),
      hue: values.get('/look/hue') + values.routed('look.hue'),
      contrast: clamp(1 + values.routed('look.contrast'), 0.5, 1.6),
      saturation: clamp(1 + values.routed('look.saturation'), 0, 2),
      light: this.#lightAfter(elapsed),
      frozen,
    };
  }

  #advance(elapsed: Seconds, starved: boolean, speed: number): void {
    this.#effectTime += elapsed;
    this.#echo *= decayOver(elapsed, ECHO_TAU);
    this.#starving += ((starved ? 1 : 0) - this.#starving) * (1 - decayOver(elapsed, 0.6));
    const calm = (0.4 + 0.6 * Math.min(2, speed)) / CALM.turn;
    this.#drift += elapsed * (calm + (1 / STARVED.turn - calm) * this.#starving);
  }

  #placePicture(): Pick<Moment, 'zoom' | 'angle' | 'shift'> {
    const { values } = this;
    const breath = BREATH_DEPTH * Math.sin((this.#effectTime / BREATH) * 2 * Math.PI);
    const beat = values.routed('look.zoom') * (values.get('/look/zoom') || 0) + this.#echo * ECHO_DEPTH;
    const radius = CALM.radius + (STARVED.radius - CALM.radius) * this.#starving;
    const turn = this.#drift * 2 * Math.PI;
    return {
      zoom: (MARGIN + breath) * (1 + beat),
      angle: (values.routed('look.rotate') * Math.PI) / 180,
      shift: { x: radius * Math.cos(turn) + values.routed('look.shift'), y: radius * Math.sin(turn) },
    };
  }

  #lightAfter(elapsed: Seconds): number {
    const { values } = this;
    const dark = values.get('/stage/blackout') > 0.5;
    this.#blackout = dark ? 0 : Math.min(1, this.#blackout + elapsed / BLACKOUT_RETURN);
    return clamp(values.get('/stage/master') * (1 - values.get('/stage/fade')) * (1 + values.routed('look.light')) * this.#blackout, 0, 1);
  }

  #musicAt(time: Seconds): MusicValues {
    const timeline = this.#timeline;
    if (timeline === null) return SILENT;
    const place = placeInGrid(timeline.grid, time);
    const { metre } = timeline.grid;
    const at = (name: Parameters<typeof curveAt>[1]): number => curveAt(timeline, name, time);
    return {
      BEAT: place.phase, TEMPO: place.tempo, BAR: (place.positionInBar - 1 + place.phase) / metre, KICK: at('kick'), SNARE: at('snare'), HATS: at('hats'),
      BASS: at('bass'), VOICE: at('voice'), ENERGY: at('energy'), BRIGHTNESS: at('brightness'),
    };
  }
}
