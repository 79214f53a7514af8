/** A set of routes as one text value (`/patch/routes`): JSON of what a preset file calls `routes`. Checked where it enters. */

import { z } from 'zod';
import { parseJson } from './check.ts';
import { routeSchema } from './preset-schema.ts';
import type { RouteSpec } from './route-types.ts';

/** Routes a set holds at most. */
export const MOST_ROUTES = 64;

const SCHEMA = z.array(routeSchema).max(MOST_ROUTES, { error: `a list of at most ${MOST_ROUTES} routes` });

/** Throws UserError('input') in one sentence. The empty text stands for the preset's own routes and answers null. */
export function parseRoutes(text: string): readonly RouteSpec[] | null {
  return text.trim() === '' ? null : parseJson<RouteSpec[]>(SCHEMA as z.ZodType<RouteSpec[]>, text, 'The routes');
}
