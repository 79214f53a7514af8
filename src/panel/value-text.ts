/** Values as hands read and type them: 0.5 ↔ '50 %', 0.1 turns ↔ '36°', 124 ↔ '124 BPM'. */

import { clamp } from '../base/math.ts';
import type { Parameter } from '../score/parameters.ts';

type Range = Pick<Parameter, 'unit' | 'min' | 'max'>;

/** 0.5 → '50 %', 1.25 → '1.25', 0.1 turns → '36°'. */
export function valueText(parameter: Range, value: number): string {
  if (parameter.unit === 'turns') return `${Math.round(value * 360)}°`;
  if (parameter.unit !== '') return `${Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${parameter.unit}`;
  return isShare(parameter) ? `${Math.round(value * 100)} %` : value.toFixed(2);
}

/** What was typed, in the unit that is shown, held within the range; null for what is no number. */
export function parseValue(parameter: Range, text: string): number | null {
  const match = /-?\d+(?:[.,]\d+)?|-?[.,]\d+/.exec(text.replace('−', '-'));
  if (match === null) return null;
  const typed = Number(match[0].replace(',', '.'));
  const value = parameter.unit === 'turns' ? typed / 360 : isShare(parameter) ? typed / 100 : typed;
  return clamp(value, parameter.min, parameter.max);
}

/** Shown in per cent. */
function isShare({ unit, min, max }: Range): boolean {
  return unit === '' && min === 0 && max === 1;
}
