/**
 * The buttons that are always in reach, on every tab and every screen: play, tap, keep, go, undo, and freeze, blackout,
 * panic. Toggles light up while they are on; the rest fires on press, since a tap must be in time.
 */

import { h, icon, type Child } from '../stage/page/dom.ts';
import type { Board } from './board.ts';

export function createSafetyBar(board: Board): HTMLElement {
  const play = toggle(board, '/transport/play', 'pad-play', 'Play or pause (Space)');
  board.watch('/transport/play', (value) => play.replaceChildren(icon(value === true ? 'pause' : 'play'), value === true ? 'Pause' : 'Play'));
  return h('footer', { class: 'safety', role: 'toolbar', 'aria-label': 'Always in reach' },
    h('div', { class: 'safety-group' },
      play,
      trigger(board, '/tempo/tap', 'pad-tap', 'Tap four beats (T)', 'Tap'),
      trigger(board, '/tempo/downbeat', 'pad-more', 'Now is beat 1 of bar 1 (R)', 'Beat 1'),
      trigger(board, '/keep', 'pad-keep', 'Keep the place on screen (K)', icon('keep'), 'Keep'),
      trigger(board, '/cue/go', 'pad-go', 'Go to the next place or cue (G)', 'Go'),
      trigger(board, '/undo', 'pad-more', 'Take back the last change (Z)', 'Undo')),
    h('div', { class: 'safety-group safety-end' },
      toggle(board, '/stage/freeze', 'pad-freeze', 'Hold the picture (F)', 'Freeze'),
      toggle(board, '/stage/blackout', 'pad-dark', 'Black in one frame (B)', 'Blackout'),
      trigger(board, '/panic', 'pad-panic', 'Dissolve to the safe place in one beat (P)', 'Panic')));
}

function toggle(board: Board, path: string, look: string, title: string, ...children: Child[]): HTMLButtonElement {
  const button = h('button', { class: `pad ${look}`, title, 'data-path': path, onclick: () => board.set(path, board.get(path) !== true) }, ...children);
  board.watch(path, (value) => button.setAttribute('aria-pressed', String(value === true)));
  return button;
}

/** Fires on press, not on release. */
export function trigger(board: Board, path: string, look: string, title: string, ...children: Child[]): HTMLButtonElement {
  const button = h('button', { class: `pad ${look}`, title, 'data-path': path }, ...children);
  const fire = (): void => {
    board.trigger(path);
    flash(button);
  };
  button.addEventListener('pointerdown', (event) => event.button === 0 && fire());
  button.addEventListener('keydown', (event) => (event.key === 'Enter' || event.key === ' ') && !event.repeat && fire());
  return button;
}

/** Lights a button for a moment; by the animation's own clock, so no layout is forced. */
export function flash(button: HTMLElement): void {
  button.animate([{ backgroundColor: 'var(--accent)', color: 'var(--accent-ink)' }, {}], { duration: 350, easing: 'ease-out' });
}
