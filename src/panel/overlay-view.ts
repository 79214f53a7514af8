/** The overlay and the test cards: text, logo (PNG or SVG, sent with the page's token), on and off; place and size are on Mix. */

import { TEST_CARDS } from '../stage/geometry/test-cards.ts';
import { addressOf } from '../stage/page/address.ts';
import { h } from '../stage/page/dom.ts';
import type { Board } from './board.ts';

const LARGEST_BYTES = 4 * 1024 * 1024;

export function createOverlayView(board: Board, tokenOf: () => string, tell: (text: string) => void): HTMLElement {
  const text = h('input', { type: 'text', placeholder: 'Text: lines apart by \\n (empty: the title)', maxLength: 300, spellcheck: false, 'aria-label': 'Text of the overlay' });
  text.addEventListener('change', () => board.set('/overlay/text', text.value));
  board.watch('/overlay/text', (value) => {
    if (document.activeElement !== text) text.value = String(value);
  });
  const file = h('input', { type: 'file', accept: '.png,.svg,image/png,image/svg+xml', hidden: true, 'aria-label': 'Logo file' });
  file.addEventListener('change', () => {
    const [logo] = file.files ?? [];
    if (logo !== undefined) void sendLogo(logo, tokenOf()).then((id) => board.set('/overlay/logo', id), (fault: Error) => tell(fault.message));
    file.value = '';
  });
  const forget = h('button', { class: 'quiet', onclick: () => board.set('/overlay/logo', '') }, 'Text instead of the logo');
  board.watch('/overlay/logo', (value) => (forget.hidden = value === ''));
  return h('section', { class: 'card overlay-card' }, h('h2', {}, 'Overlay'),
    h('div', { class: 'row' }, text, h('button', { class: 'quiet', onclick: () => file.click() }, 'Logo …'), file, forget),
    h('h2', {}, 'Test card'),
    h('div', { class: 'row' }, ...TEST_CARDS.map((card) => {
      const button = h('button', { class: 'quiet', onclick: () => board.set('/stage/test', card) }, card);
      board.watch('/stage/test', (value) => button.setAttribute('aria-pressed', String(value === card)));
      return button;
    })),
    h('p', { class: 'hint' }, 'O on the stage shows and hides the overlay; its place and size are under Mix, Stage. W on the stage opens corners, mesh and masks of that output.'));
}

/** Resolves to the logo's id. */
async function sendLogo(logo: File, token: string): Promise<string> {
  if (logo.size > LARGEST_BYTES) throw new Error(`${logo.name} is larger than 4 MB: make it smaller.`);
  const id = crypto.randomUUID();
  const response = await fetch(addressOf(`/api/overlays/${id}`), { method: 'PUT', headers: { 'x-latentbeat-token': token, 'content-type': 'application/octet-stream' }, body: logo });
  if (response.ok) return id;
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: string };
  throw new Error(error ?? `${logo.name} was not taken (HTTP ${response.status}).`);
}
