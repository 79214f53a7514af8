/** The render bar: shape of the video, an honest estimate, draft, render, progress and the way to the file. */

import type { ClientMessage, RenderProgress } from '../../protocol/messages.ts';
import { durationText, h, icon } from './dom.ts';

const ASPECTS = ['16:9', '9:16', '1:1'] as const;
type Aspect = (typeof ASPECTS)[number];

export class RenderBar {
  readonly element: HTMLElement;
  readonly #send: (message: ClientMessage) => void;
  readonly #estimate = h('span', { class: 'render-text' }, '');
  readonly #bar = h('div', { class: 'render-fill' });
  readonly #cancel = h('button', { class: 'quiet', hidden: true, onclick: () => this.#ask('cancel') }, 'Cancel');
  readonly #starters: HTMLButtonElement[];
  readonly #shapes: HTMLButtonElement[];
  #aspect: Aspect = '16:9';

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
    this.#shapes = ASPECTS.map((aspect) => h('button', { class: 'shape', onclick: () => this.#choose(aspect) }, h('i', { class: `shape-${aspect.replace(':', '-')}` }), aspect));
    this.#starters = [
      h('button', { class: 'quiet', title: '20 s around the drop, small and soon', onclick: () => this.#ask('draft') }, 'Draft 20 s'),
      h('button', { class: 'primary', onclick: () => this.#ask('start') }, icon('film'), 'Render video'),
    ];
    this.element = h('div', { class: 'render-bar' }, h('div', { class: 'shapes' }, ...this.#shapes), h('div', { class: 'render-state' }, this.#estimate, h('div', { class: 'render-track' }, this.#bar)), this.#cancel, ...this.#starters);
    this.#mark();
  }

  askEstimate(): void {
    this.#estimate.textContent = 'Estimating …';
    this.#ask('estimate');
  }

  showProgress(progress: RenderProgress): void {
    const running = progress.state === 'running';
    this.element.dataset['state'] = progress.state;
    this.#bar.style.width = `${progress.framesTotal > 0 ? (100 * progress.framesDone) / progress.framesTotal : 0}%`;
    this.#cancel.hidden = !running;
    for (const button of this.#starters) button.disabled = running;
    this.#estimate.replaceChildren(...describe(progress));
  }

  #ask(action: 'estimate' | 'start' | 'draft' | 'cancel'): void {
    this.#send({ type: 'render', action, aspect: this.#aspect });
  }

  #choose(aspect: Aspect): void {
    this.#aspect = aspect;
    this.#mark();
    this.askEstimate();
  }

  #mark(): void {
    ASPECTS.forEach((aspect, index) => this.#shapes[index]?.setAttribute('aria-pressed', String(aspect === this.#aspect)));
  }
}

function describe(progress: RenderProgress): (Node | string)[] {
  switch (progress.state) {
    case 'estimating':
      return [progress.message !== '' ? progress.message : progress.secondsLeft > 0 ? `A whole render takes about ${durationText(progress.secondsLeft)} here.` : 'Estimating …'];
    case 'running':
      return [`${progress.framesDone} of ${progress.framesTotal} pictures · ${progress.framesPerSecond.toFixed(1)} a second · ${durationText(progress.secondsLeft)} left`];
    case 'done':
      return progress.url === '' ? [progress.message] : [h('a', { href: progress.url, class: 'download', 'data-done': '1' }, 'Download the video')];
    case 'failed':
      return [progress.message !== '' ? progress.message : 'The render stopped.'];
    case 'cancelled':
      return ['Cancelled; what is done is kept for the next render.'];
  }
}
