/** A song dropped anywhere on the page. */

import { h } from './dom.ts';

/** Shows where to let go while a file is over the page, and hands it over. */
export function listenForDrops(onFile: (file: File) => void): void {
  const veil = h('div', { class: 'drop-veil', hidden: true }, h('div', { class: 'drop-ring' }, h('b', {}, 'Let go'), h('span', {}, 'and this song becomes a show')));
  document.body.append(veil);
  let depth = 0;
  const show = (on: boolean): void => {
    veil.hidden = !on;
  };
  window.addEventListener('dragenter', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    depth++;
    show(true);
  });
  window.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  window.addEventListener('dragover', (event) => event.preventDefault());
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    depth = 0;
    show(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) onFile(file);
  });
}
