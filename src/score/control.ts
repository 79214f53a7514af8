/**
 * What hands do to the show. Values are states (last one wins, may be coalesced); triggers are events (never coalesced,
 * snapshotted or interpolated). `appliesFromTick` is the first score tick made with the change: replay uses it.
 */

import type { Milliseconds, Tick } from '../base/units.ts';

export type ControlValue = number | boolean | string;
/** 'panel', 'osc', 'midi', 'key', 'file', 'governor', 'live' … */
export type ControlSource = string;

export interface ValueChange {
  readonly kind: 'value';
  readonly path: string;
  readonly value: ControlValue;
  readonly source: ControlSource;
  /** Monotonic instant of arrival. */
  readonly arrival: Milliseconds;
  readonly appliesFromTick: Tick;
}

export interface TriggerChange {
  readonly kind: 'trigger';
  readonly path: string;
  readonly args: readonly ControlValue[];
  readonly source: ControlSource;
  readonly arrival: Milliseconds;
  readonly appliesFromTick: Tick;
}

export type ControlChange = ValueChange | TriggerChange;

/** Current values by path, defaults filled. */
export type ControlValues = Readonly<Record<string, ControlValue>>;
