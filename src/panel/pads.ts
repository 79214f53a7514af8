/** The buttons of a show: play, blackout, freeze, keep, go, tap, downbeat, panic. Toggles light up while they are on. */

import { h, icon, type Child } from '../stage/dom.ts';
import type { Board } from './board.ts';

export function createPads(board: Board): HTMLElement {
  const play = toggle(board, '/transport/play', 'pad-play', 'Play or pause');
  board.watch('/transport/play', (value) => play.replaceChildren(icon(value === true ? 'pause' : 'play'), value === true ? 'Pause' : 'Play'));
  return h('div', { class: 'pads' },
    play,
    trigger(board, '/keep', 'pad-keep', 'Keep the place on screen', icon('keep'), 'Keep'),
    trigger(board, '/cue/go', '', 'Go to the next place at the next beat', 'Go'),
    trigger(board, '/tempo/tap', '', 'Tap four beats', 'Tap'),
    trigger(board, '/tempo/downbeat', '', 'Now is beat 1 of bar 1', 'Downbeat'),
    toggle(board, '/stage/freeze', '', 'Hold the picture', 'Freeze'),
    toggle(board, '/stage/blackout', 'pad-dark', 'Black in one frame', 'Blackout'),
    trigger(board, '/panic', 'pad-panic', 'Dissolve to the safe place in one beat', 'Panic'));
}

function toggle(board: Board, path: string, look: string, title: string, ...children: Child[]): HTMLButtonElement {
  const button = h('button', { class: `pad ${look}`, title, 'data-path': path, onclick: () => board.set(path, board.get(path) !== true) }, ...children);
  board.watch(path, (value) => button.setAttribute('aria-pressed', String(value === true)));
  return button;
}

/** Fires on press, not on release: a tap must be in time. */
function trigger(board: Board, path: string, look: string, title: string, ...children: Child[]): HTMLButtonElement {
  const button = h('button', { class: `pad ${look}`, title, 'data-path': path }, ...children);
  const fire = (): void => {
    board.trigger(path);
    button.classList.remove('fired');
    void button.offsetWidth;
    button.classList.add('fired');
  };
  button.addEventListener('pointerdown', fire);
  button.addEventListener('keydown', (event) => (event.key === 'Enter' || event.key === ' ') && !event.repeat && fire());
  return button;
}
