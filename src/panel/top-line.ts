/** The top line: beat lamp, tempo, who gives the clock and how surely, buffer, pictures a second, late frames, OSC. */

import type { Telemetry, TransportState } from '../protocol/messages.ts';
import type { BeatPlace } from '../timeline/timeline.ts';
import { clockText, h } from '../stage/dom.ts';

/** Buffers below these (s) are a worry, or a lack. */
const WORRY = 1.5;
const LACK = 0.4;

interface Gauge {
  readonly element: HTMLElement;
  readonly value: HTMLElement;
}

export class TopLine {
  readonly element: HTMLElement;
  readonly #lamps = Array.from({ length: 4 }, () => h('i', { class: 'lamp' }));
  readonly #lampBox = h('div', { class: 'lamps', title: 'Beat in the bar' }, ...this.#lamps);
  readonly #tempo = gauge('Tempo', 'BPM now');
  readonly #clock = gauge('Clock', 'Who gives the beat, and how surely');
  readonly #buffer = gauge('Buffer', 'Seconds of pictures ahead of the music');
  readonly #rate = gauge('Pictures/s', 'Generated pictures a second');
  readonly #late = gauge('Late', 'Pictures that were not there when they were due');
  readonly #osc = gauge('OSC', 'Messages received (and refused)');
  readonly #time = gauge('Time', 'Show time');
  readonly #line = h('span', { class: 'line-state' }, '');

  constructor() {
    const gauges = [this.#tempo, this.#clock, this.#time, this.#buffer, this.#rate, this.#late, this.#osc];
    this.element = h('header', { class: 'top-line' }, h('span', { class: 'panel-mark' }, 'latent', h('b', {}, 'beat')), this.#lampBox, ...gauges.map((one) => one.element), this.#line);
  }

  setLine(connected: boolean): void {
    this.#line.textContent = connected ? '' : 'line lost, trying again';
  }

  setTransport(transport: TransportState): void {
    this.#tempo.value.textContent = transport.tempo > 0 ? transport.tempo.toFixed(1) : '–';
    this.#clock.value.textContent = `${transport.clockSource} ${Math.round(transport.confidence * 100)} %`;
    this.#clock.element.classList.toggle('worry', transport.confidence < 0.5);
  }

  setTelemetry(telemetry: Telemetry): void {
    this.#buffer.value.textContent = `${telemetry.bufferSeconds.toFixed(1)} s`;
    this.#buffer.element.classList.toggle('worry', telemetry.bufferSeconds < WORRY);
    this.#buffer.element.classList.toggle('lack', telemetry.bufferSeconds < LACK);
    this.#rate.value.textContent = telemetry.picturesPerSecond.toFixed(1);
    this.#late.value.textContent = String(telemetry.lateFrames);
    this.#late.element.classList.toggle('worry', telemetry.lateFrames > 0);
    this.#osc.value.textContent = telemetry.oscBad > 0 ? `${telemetry.oscReceived} (${telemetry.oscBad})` : String(telemetry.oscReceived);
  }

  /** Once per display frame: the beat's lamp flashes on it and stays dimly lit until the next. */
  setBeat(time: number, duration: number, place: BeatPlace | null, playing: boolean): void {
    this.#time.value.textContent = duration > 0 ? `${clockText(time)} / ${clockText(duration)}` : clockText(time);
    this.#lamps.forEach((lamp, index) => {
      const isNow = place !== null && playing && (place.positionInBar - 1) % 4 === index;
      lamp.style.setProperty('--glow', isNow ? String(0.2 + 0.8 * (1 - place.phase) ** 1.6) : '0');
    });
  }
}

function gauge(label: string, title: string): Gauge {
  const value = h('b', {}, '–');
  return { element: h('div', { class: `gauge gauge-${label.toLowerCase().replace(/\W/g, '')}`, title }, h('span', {}, label), value), value };
}
