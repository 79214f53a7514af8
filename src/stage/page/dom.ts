/** Small helpers to build pages without a framework: elements, icons, times. */

export type Child = Node | string | null;
type Properties = Record<string, unknown>;
type Attribute = string | number | boolean;

/** `h('button', { class: 'big', onclick: go }, 'Play')`; names with a dash and `role` become attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Properties = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === 'class') element.className = value as string;
    else if (name.includes('-') || name === 'role' || name === 'list' || name === 'for') element.setAttribute(name, String(value as Attribute));
    else (element as unknown as Properties)[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Strokes of the icons on a 24 x 24 grid. */
const ICONS = {
  play: 'M8 5.5v13l11-6.5z',
  pause: 'M8 5v14M16 5v14',
  listen: 'M12 4a3 3 0 0 1 3 3v4a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v3',
  reroll: 'M19 8a7.5 7.5 0 1 0 .9 6M19.5 3.5V8.5H14.5',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z',
  unlock: 'M7 11V8a5 5 0 0 1 9.6-2M5.5 11h13v9h-13z',
  keep: 'M12 20s-7-4.6-7-10a4 4 0 0 1 7-2.5A4 4 0 0 1 19 10c0 5.4-7 10-7 10z',
  close: 'M6 6l12 12M18 6L6 18',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  shield: 'M12 4l7 2.5V12c0 4-3 6.5-7 8-4-1.500-7-4-7-8V6.500z',
  trash: 'M5 7h14M9 7V5h6v2M7 7l1 13h8l1-13',
  film: 'M4 6h16v12H4zM8 6v12M16 6v12M4 10h4M4 14h4M16 10h4M16 14h4',
} as const;
export type IconName = keyof typeof ICONS;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** 83.4 → '1:23'. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** An honest duration in words: '40 s', '3 min', '1 h 20 min'. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
