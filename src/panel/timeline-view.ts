/** The track on the panel: waveform with playhead, and the tools that correct its beats by tap and drag. */

import type { ClientMessage, TransportState } from '../protocol/messages.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { h } from '../stage/dom.ts';
import { Waveform } from '../stage/waveform.ts';

type Send = (message: ClientMessage) => void;

export class TimelineView {
  readonly element: HTMLElement;
  readonly #send: Send;
  readonly #waveform: Waveform;
  readonly #bpm = h('input', { class: 'bpm', type: 'number', min: '20', max: '999', step: '0.01', 'aria-label': 'Tempo of the track in BPM' });
  readonly #toggle = h('button', { class: 'quiet slim', title: 'Correct the beats: tap sets the downbeat, drag moves all beats', onclick: () => this.#setGridMode(!this.#gridMode) }, 'Correct beats');
  readonly #tools: HTMLElement;
  #gridMode = false;

  constructor(send: Send) {
    this.#send = send;
    this.#waveform = new Waveform({
      onSeek: (time) => send({ type: 'value', path: '/transport/position', value: time, source: 'panel' }),
      onDownbeat: (time) => send({ type: 'grid', action: 'downbeat', value: time }),
      onShift: (by) => send({ type: 'grid', action: 'shift', value: by }),
    });
    this.#bpm.addEventListener('change', () => this.#sendTempo(Number(this.#bpm.value)));
    this.#tools = h('div', { class: 'grid-tools', hidden: true },
      h('span', { class: 'hint' }, 'Tap: the bar starts here. Drag: move all beats.'), this.#bpm,
      h('button', { class: 'quiet slim', title: 'Twice as fast', onclick: () => this.#scaleTempo(2) }, '×2'),
      h('button', { class: 'quiet slim', title: 'Half as fast', onclick: () => this.#scaleTempo(0.5) }, '÷2'),
      h('button', { class: 'quiet slim', onclick: () => send({ type: 'grid', action: 'reset', value: 0 }) }, 'Back to the analysis'));
    this.element = h('section', { class: 'track' }, this.#waveform.canvas, h('div', { class: 'track-tools' }, this.#toggle, this.#tools));
  }

  setTimeline(timeline: Timeline | null): void {
    this.#waveform.setTimeline(timeline);
    this.#bpm.value = timeline === null ? '' : String(Math.round((timeline.grid.tempo[0] ?? 0) * 100) / 100);
    this.element.classList.toggle('live', timeline === null);
  }

  setTransport(transport: TransportState, time: number): void {
    if (transport.duration > 0) this.#waveform.setTime(time);
  }

  #setGridMode(on: boolean): void {
    this.#gridMode = on;
    this.#tools.hidden = !on;
    this.#toggle.setAttribute('aria-pressed', String(on));
    this.#waveform.setGridMode(on);
  }

  #scaleTempo(factor: number): void {
    this.#sendTempo(Number(this.#bpm.value) * factor);
  }

  #sendTempo(bpm: number): void {
    if (bpm >= 20 && bpm <= 999) this.#send({ type: 'grid', action: 'bpm', value: bpm });
  }
}
