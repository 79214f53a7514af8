/**
 * What a page must hold to be used by everyone, asked in the page itself: controls with names, text with contrast (WCAG 2.x:
 * 4.5 to 1), controls large enough for a finger, nothing wider than the screen. Runs in the browser; returns what is wrong.
 */

import type { Page } from 'playwright-core';

export interface Fault {
  readonly kind: 'name' | 'contrast' | 'size' | 'overflow';
  readonly what: string;
}

/** All faults of what is visible now. `least`: smallest side of a control in CSS pixels. */
export async function auditPage(page: Page, least: number): Promise<readonly Fault[]> {
  return await page.evaluate((least) => {
    const faults: { kind: 'name' | 'contrast' | 'size' | 'overflow'; what: string }[] = [];
    const visible = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
    const describe = (element: Element): string => `${element.tagName.toLowerCase()}.${element.className.toString().split(' ').join('.')} "${(element.textContent ?? '').trim().slice(0, 30)}"`;
    const nameOf = (element: Element): string => element.getAttribute('aria-label') ?? (((element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent ?? '').trim() || element.getAttribute('title') || '');
    for (const control of document.querySelectorAll('button, input, select, textarea, a[href], [role="slider"]')) {
      if (!visible(control)) continue;
      if (nameOf(control).trim() === '') faults.push({ kind: 'name', what: describe(control) });
      const box = control.getBoundingClientRect();
      if (Math.min(box.width, box.height) < least) faults.push({ kind: 'size', what: `${describe(control)} ${Math.round(box.width)}x${Math.round(box.height)}` });
      if (box.right > innerWidth + 1 && control.closest('.keepers') === null) faults.push({ kind: 'overflow', what: describe(control) });
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push({ kind: 'overflow', what: `page ${document.documentElement.scrollWidth}` });

    type Colour = [number, number, number, number];
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    const known = new Map<string, Colour>();
    const parse = (text: string): Colour => {
      const found = known.get(text);
      if (found !== undefined) return found;
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = text;
      context.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data;
      const colour: Colour = [r, g, b, a / 255];
      known.set(text, colour);
      return colour;
    };
    const over = (top: Colour, below: Colour): Colour => [0, 1, 2].map((i) => (top[i] as number) * top[3] + (below[i] as number) * (1 - top[3])).concat(1) as Colour;
    const luminance = (colour: Colour): number => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
      const share = (colour[i] as number) / 255;
      return sum + weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    }, 0);
    /** Null over a picture or gradient, whose colour is not known here. */
    const groundOf = (element: Element): Colour | null => {
      const layers: Colour[] = [];
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (style.backgroundImage !== 'none') return null;
        layers.push(parse(style.backgroundColor));
      }
      return layers.reduceRight((below, layer) => over(layer, below), [8, 8, 11, 1] as Colour);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set<Element>();
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (element === null || seen.has(element) || (node.textContent ?? '').trim() === '' || !visible(element) || element.closest(':disabled, option, script, style') !== null) continue;
      seen.add(element);
      const ground = groundOf(element);
      if (ground === null) continue;
      const [a, b] = [luminance(over(parse(getComputedStyle(element).color), ground)), luminance(ground)];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) faults.push({ kind: 'contrast', what: `${describe(element)} ${contrast.toFixed(2)}` });
    }
    return faults;
  }, least);
}
