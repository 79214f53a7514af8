/**
 * The top line: beat lamps, tempo, who gives the clock and how surely, how far light is from sound, time, and how the machine fares: buffer in seconds,
 * pictures a second, late ones, what the flash limiter leaves. What is worse than it should be lights up.
 */

import type { Milliseconds } from '../base/units.ts';
import type { Telemetry, TransportState } from '../protocol/messages.ts';
import type { BeatPlace } from '../timeline/timeline.ts';
import { clockText, h } from '../stage/page/dom.ts';
import { setAttribute, setText } from './tile-list.ts';

/** Buffers below these (s) are a worry, or a lack; the gauge is full at the last. */
const WORRY = 1.5;
const LACK = 0.4;
const FULL = 6;
/** Of what may flash, less left than this is a worry, or a lack. */
const HEADROOM_WORRY = 0.34;
const HEADROOM_LACK = 0.05;
/** Light farther from the sound than this is over the aim after calibration, or can be seen (ms; ITU-R BT.1359). */
const LIGHT_WORRY: Milliseconds = 20;
const LIGHT_LACK: Milliseconds = 45;

interface Gauge {
  readonly element: HTMLElement;
  readonly value: HTMLElement;
  readonly bar: HTMLElement | null;
}

export class TopLine {
  readonly element: HTMLElement;
  readonly #lamps = Array.from({ length: 4 }, () => h('i', { class: 'lamp' }));
  readonly #lampBox = h('div', { class: 'lamps', role: 'img', 'aria-label': 'Beat in the bar', title: 'Beat in the bar' }, ...this.#lamps);
  readonly #tempo = gauge('Tempo', 'BPM now');
  readonly #clock = gauge('Clock', 'Who gives the beat, and how surely', true);
  readonly #light = gauge('Beat to light', 'How far the light of a beat is from its sound on the worst stage: of the last 64 beats, 95 in 100 are nearer');
  readonly #bar = gauge('Bar', 'Bar and beat');
  readonly #time = gauge('Time', 'Show time');
  readonly #buffer = gauge('Buffer', 'Seconds of pictures ahead of the music', true);
  readonly #rate = gauge('Pictures/s', 'Generated pictures a second');
  readonly #late = gauge('Late', 'Pictures that were not there when they were due');
  readonly #flash = gauge('Flash room', 'How much the flash limiter still lets through before it dims', true);
  readonly #line = h('span', { class: 'line-state', role: 'status' }, '');
  readonly #guest = h('span', { class: 'guest-mark', hidden: true, title: 'This address only looks. The operator has the other one.' }, 'Guest: looking only');
  #glow = -1;
  #glowing = -1;

  constructor(openHelp: () => void) {
    const music = h('div', { class: 'top-group' }, this.#tempo.element, this.#clock.element, this.#light.element, this.#bar.element, this.#time.element);
    const machine = h('div', { class: 'top-group machine' }, this.#buffer.element, this.#rate.element, this.#late.element, this.#flash.element);
    this.element = h('header', { class: 'top-line' },
      h('span', { class: 'panel-mark' }, 'latent', h('b', {}, 'beat')), this.#lampBox, music, machine,
      h('div', { class: 'top-end' }, this.#line, this.#guest, h('button', { class: 'help-button', 'aria-label': 'Keyboard shortcuts', title: 'Keyboard shortcuts (?)', onclick: openHelp }, '?')));
    this.#flash.element.hidden = true;
    this.#light.element.hidden = true;
  }

  setLine(connected: boolean): void {
    setText(this.#line, connected ? '' : 'Line lost, trying again');
  }

  setGuest(isGuest: boolean): void {
    this.#guest.hidden = !isGuest;
  }

  setTransport(transport: TransportState): void {
    setText(this.#tempo.value, transport.tempo > 0 ? transport.tempo.toFixed(1) : '–');
    setText(this.#clock.value, transport.clockSource);
    fill(this.#clock, transport.confidence);
    setAttribute(this.#clock.element, 'title', `The beat comes from: ${transport.clockSource}, ${Math.round(transport.confidence * 100)} % sure`);
    judge(this.#clock, transport.confidence < 0.5, transport.confidence < 0.2);
  }

  setTelemetry(telemetry: Telemetry): void {
    const { bufferSeconds, picturesPerSecond, lateFrames } = telemetry;
    setText(this.#buffer.value, `${bufferSeconds.toFixed(1)} s`);
    fill(this.#buffer, bufferSeconds / FULL);
    judge(this.#buffer, bufferSeconds < WORRY, bufferSeconds < LACK);
    setText(this.#rate.value, picturesPerSecond.toFixed(1));
    setText(this.#late.value, String(lateFrames));
    judge(this.#late, lateFrames > 0, false);
    this.#setFlash(telemetry.flashHeadroom ?? null);
    this.#setLight(telemetry.beatToLightMs ?? null);
  }

  /** Once per display frame: the beat's lamp flashes on it and stays dimly lit until the next. */
  setBeat(time: number, duration: number, place: BeatPlace | null, playing: boolean): void {
    setText(this.#time.value, duration > 0 ? `${clockText(time)} / ${clockText(duration)}` : clockText(time));
    setText(this.#bar.value, place === null ? '–' : `${place.bar + 1}.${place.positionInBar}`);
    const lit = place !== null && playing ? (place.positionInBar - 1) % 4 : -1;
    const glow = lit < 0 || place === null ? 0 : Math.round((0.2 + 0.8 * (1 - place.phase) ** 1.6) * 50) / 50;
    if (lit === this.#glowing && glow === this.#glow) return;
    if (lit !== this.#glowing) this.#lamps[this.#glowing]?.style.setProperty('--glow', '0');
    this.#lamps[lit]?.style.setProperty('--glow', String(glow));
    this.#glowing = lit;
    this.#glow = glow;
  }

  /** Null: no stage has seen enough beats. */
  #setLight(error: Milliseconds | null): void {
    this.#light.element.hidden = error === null;
    if (error === null) return;
    setText(this.#light.value, `${Math.round(error)} ms`);
    judge(this.#light, error > LIGHT_WORRY, error > LIGHT_LACK);
  }

  /** Null: the stage has not said. */
  #setFlash(headroom: number | null): void {
    this.#flash.element.hidden = headroom === null;
    if (headroom === null) return;
    setText(this.#flash.value, `${Math.round(headroom * 100)} %`);
    fill(this.#flash, headroom);
    judge(this.#flash, headroom < HEADROOM_WORRY, headroom < HEADROOM_LACK);
  }
}

function gauge(label: string, title: string, withBar = false): Gauge {
  const value = h('b', {}, '–');
  const bar = withBar ? h('i', {}) : null;
  const element = h('div', { class: `gauge gauge-${label.toLowerCase().replaceAll(/\W/g, '')}`, title }, h('span', {}, label), value, bar === null ? null : h('div', { class: 'meter' }, bar));
  return { element, value, bar };
}

function fill({ bar }: Gauge, share: number): void {
  bar?.style.setProperty('--share', Math.min(1, Math.max(0, share)).toFixed(3));
}

function judge({ element }: Gauge, isWorry: boolean, isLack: boolean): void {
  element.classList.toggle('worry', isWorry);
  element.classList.toggle('lack', isLack);
}
