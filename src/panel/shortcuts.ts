/** The panel's keys: one list that acts, and that the `?` sheet shows. */

import type { KeyAction } from '../stage/page/keyboard.ts';
import type { Board } from './board.ts';
import { TABS, type Tabs } from './tabs.ts';

export function shortcutsOf(board: Board, tabs: Tabs, toggleHelp: () => void): KeyAction[] {
  const fire = (key: string, path: string, text: string): KeyAction => ({ keys: [key.toLowerCase()], shown: key, text, act: (event) => event.repeat || board.trigger(path) });
  const toggle = (keys: readonly string[], shown: string, path: string, text: string): KeyAction => ({ keys, shown, text, act: (event) => event.repeat || board.set(path, board.get(path) !== true) });
  const nudge = (keys: readonly string[], shown: string, path: string, text: string): KeyAction => ({ keys, shown, text, act: () => board.trigger(path) });
  const tabKeys = [...new Set(TABS.map(({ key }) => key))];
  return [
    toggle([' '], 'Space', '/transport/play', 'Play or pause'),
    toggle(['b'], 'B', '/stage/blackout', 'Blackout: black in one frame'),
    toggle(['f'], 'F', '/stage/freeze', 'Freeze: hold the picture'),
    fire('P', '/panic', 'Panic: dissolve to the safe place'),
    fire('T', '/tempo/tap', 'Tap the tempo, four times'),
    fire('R', '/tempo/downbeat', 'Now is beat 1 of bar 1'),
    nudge([',', '<'], ', .', '/tempo/earlier', 'The beat 10 ms earlier, later'),
    { ...nudge(['.', '>'], '', '/tempo/later', ''), shown: '' },
    { keys: ['l'], shown: 'L', text: 'Loop: on or off, the first time four bars from here', act: (event) => event.repeat || toggleLoop(board) },
    fire('K', '/keep', 'Keep the place on screen'),
    fire('G', '/cue/go', 'Go to the next cue or place'),
    fire('Z', '/undo', 'Take back the last change'),
    ...tabKeys.map((key): KeyAction => ({ keys: [key], shown: key === '1' ? `1 – ${tabKeys.at(-1)}` : '', text: 'The views', act: () => tabs.open(tabOf(key)) })),
    { keys: ['?'], shown: '?', text: 'This sheet', act: toggleHelp },
  ];
}

/** Where nothing was looped yet there are no edges to turn at. */
function toggleLoop(board: Board): void {
  const edge = (name: string): number => Number(board.get(`/transport/loop/${name}`) ?? 0);
  if (board.get('/transport/loop') !== true && edge('out') <= edge('in')) board.trigger('/transport/loop/bars', 4);
  else board.set('/transport/loop', board.get('/transport/loop') !== true);
}

/** Space and Enter stay with a button that the keyboard has chosen; after a click or touch they are the panel's own. */
export function leaveKeysToFocus(): void {
  window.addEventListener('keydown', (event) => {
    const isPress = event.key === ' ' || event.key === 'Enter';
    if (isPress && event.target instanceof Element && event.target.matches('button:focus-visible, a:focus-visible, [role="slider"]:focus-visible')) event.stopImmediatePropagation();
  });
}

/** Of two tabs with one key the one that is on this screen. */
function tabOf(key: string): string {
  const found = TABS.filter((tab) => tab.key === key);
  return (found.find(({ on }) => on !== 'narrow') ?? found[0])?.id ?? 'play';
}
