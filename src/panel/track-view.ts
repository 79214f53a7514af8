/**
 * The track on the panel: ruler with sections and the loop, waveform with beats and playhead, the walk's speed drawn over
 * it, and the tools that correct its beats by tap and drag. A tap or drag on the waveform seeks.
 */

import type { Loop } from '../base/loop.ts';
import type { Seconds } from '../base/units.ts';
import type { ClientMessage, ShowInfo, TransportState } from '../protocol/messages.ts';
import type { RouteSpec } from '../score/route-types.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { h } from '../stage/page/dom.ts';
import { Waveform } from '../stage/page/waveform.ts';
import { SPEED_RATE, SpeedCurve } from './speed-curve.ts';
import { TrackRuler } from './track-ruler.ts';

type Send = (message: ClientMessage) => void;

/** Top of the speed scale: the largest factor of a drop. */
const FASTEST = 4;

export class TrackView {
  readonly element: HTMLElement;
  /** Correcting the beats; lives on the Track tab. */
  readonly gridTools: HTMLElement;
  readonly #send: Send;
  readonly #waveform: Waveform;
  readonly #ruler: TrackRuler;
  readonly #overlay = h('canvas', { class: 'speed-overlay', 'aria-hidden': 'true' });
  readonly #bpm = h('input', { class: 'bpm', type: 'number', min: '20', max: '999', step: '0.01', 'aria-label': 'Tempo of the track in BPM' });
  readonly #toggle = h('button', { class: 'quiet', title: 'Correct the beats: tap sets the downbeat, drag moves all beats', 'aria-pressed': false, onclick: () => this.#setGridMode(!this.#gridMode) }, 'Correct beats');
  readonly #tools: HTMLElement;
  #gridMode = false;
  #timeline: Timeline | null = null;
  #curve: SpeedCurve | null = null;
  #drawn = '';
  #handSpeed = 1;
  #time: Seconds = -1;
  #transport: TransportState | null = null;

  constructor(send: Send) {
    this.#send = send;
    this.#ruler = new TrackRuler((loop) => this.#askFor(loop));
    this.#waveform = new Waveform({
      onSeek: (time) => send({ type: 'value', path: '/transport/position', value: time, source: 'panel' }),
      onDownbeat: (time) => send({ type: 'grid', action: 'downbeat', value: time }),
      onShift: (by) => send({ type: 'grid', action: 'shift', value: by }),
    });
    this.#waveform.canvas.setAttribute('aria-label', 'Track: tap or drag to seek');
    this.#waveform.canvas.setAttribute('role', 'img');
    this.#bpm.addEventListener('change', () => this.#sendTempo(Number(this.#bpm.value)));
    this.#tools = h('div', { class: 'row grid-tools', hidden: true },
      h('span', { class: 'hint' }, 'Above: tap where a bar starts; drag to move all beats.'), this.#bpm,
      h('button', { class: 'quiet', title: 'Twice as fast', onclick: () => this.#scaleTempo(2) }, '×2'),
      h('button', { class: 'quiet', title: 'Half as fast', onclick: () => this.#scaleTempo(0.5) }, '÷2'),
      h('button', { class: 'quiet', onclick: () => send({ type: 'grid', action: 'reset', value: 0 }) }, 'Back to the analysis'));
    this.gridTools = h('div', { class: 'row' }, this.#toggle, this.#tools);
    this.element = h('section', { class: 'track', 'aria-label': 'Track' }, this.#ruler.canvas,
      h('div', { class: 'wave-box' }, this.#waveform.canvas, this.#overlay, h('span', { class: 'speed-legend' }, 'walk speed')));
  }

  setTimeline(timeline: Timeline | null, show: ShowInfo | null): void {
    if (timeline !== this.#timeline) {
      this.#waveform.setTimeline(timeline);
      this.#ruler.setTimeline(timeline);
      this.#bpm.value = timeline === null ? '' : String(Math.round((timeline.grid.tempo[0] ?? 0) * 100) / 100);
    }
    this.#timeline = timeline;
    this.#curve = timeline === null || show === null ? null : new SpeedCurve(timeline, show.routes as readonly RouteSpec[], show.walkSpeed);
    this.element.classList.toggle('live', timeline === null);
  }

  setHandSpeed(speed: number): void {
    this.#handSpeed = speed;
  }

  /** Once per display frame. */
  paint(transport: TransportState, time: Seconds): void {
    if (transport.duration <= 0) return;
    if (transport !== this.#transport) this.#ruler.setLoop(transport.loop);
    this.#transport = transport;
    // A playhead that moved less than half a pixel need not be drawn.
    const step = transport.duration / Math.max(1, this.#waveform.canvas.clientWidth) / 2;
    if (Math.abs(time - this.#time) >= step || this.#gridMode) this.#waveform.setTime(time);
    if (Math.abs(time - this.#time) >= step) this.#time = time;
    this.#ruler.paint();
    this.#curve?.goOn();
    this.#paintOverlay(transport.duration);
  }

  #paintOverlay(duration: Seconds): void {
    const ratio = Math.min(2, devicePixelRatio);
    const width = Math.round(this.#overlay.clientWidth * ratio);
    const height = Math.round(this.#overlay.clientHeight * ratio);
    const loop = this.#ruler.loop;
    const state = `${width} ${height} ${this.#curve?.known ?? 0} ${this.#handSpeed} ${loop?.start} ${loop?.end} ${this.#gridMode}`;
    if (state === this.#drawn || width === 0) return;
    this.#drawn = state;
    this.#overlay.width = width;
    this.#overlay.height = height;
    const context = this.#overlay.getContext('2d') as CanvasRenderingContext2D;
    if (this.#gridMode) return;
    if (loop !== null) {
      context.fillStyle = 'rgb(255 179 71 / 16%)';
      context.fillRect((loop.start / duration) * width, 0, ((loop.end - loop.start) / duration) * width, height);
    }
    if (this.#curve !== null) drawSpeed(context, this.#curve, this.#handSpeed, duration, width, height, ratio);
  }

  #askFor(loop: Loop | null): void {
    const set = (path: string, value: number | boolean): void => this.#send({ type: 'value', path: `/transport/loop${path}`, value, source: 'panel' });
    if (loop === null) return set('', false);
    set('/in', loop.start);
    set('/out', loop.end);
    set('', true);
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

function drawSpeed(context: CanvasRenderingContext2D, curve: SpeedCurve, handSpeed: number, duration: Seconds, width: number, height: number, ratio: number): void {
  context.beginPath();
  for (let i = 0; i < curve.known; i++) {
    const speed = Math.min(FASTEST, (curve.points[i] as number) * handSpeed);
    const y = height - ratio - (speed / FASTEST) ** 0.6 * (height - 4 * ratio);
    context.lineTo((i / SPEED_RATE / duration) * width, y);
  }
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / 55%)';
  context.lineWidth = 4 * ratio;
  context.stroke();
  context.strokeStyle = '#fff3df';
  context.lineWidth = 1.6 * ratio;
  context.stroke();
}
