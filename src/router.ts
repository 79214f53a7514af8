/** latentbeat inside someone else's Express app: the whole of `play` as a router with its pages, API and socket (docs/component.md). */

import type { Server } from 'node:http';

import { UserError } from './base/errors.ts';
import { startPlaying, type Playing, type PlayRequest } from './play.ts';
import type { mountServer } from './server/web/server.ts';

export interface RouterOptions extends Omit<PlayRequest, 'port' | 'open' | 'display' | 'lan' | 'mount'> {
  /** The app's HTTP server, whose socket upgrades under `path` are taken. */
  readonly server: Server;
  /** Where the router will be: the same path as in `app.use(path, router)`, such as `/visuals`. */
  readonly path: string;
}

export interface LatentbeatRouter {
  /** For `app.use(path, router)`. */
  readonly router: ReturnType<typeof mountServer>['router'];
  /** The running show: controls, state. */
  readonly session: Playing['session'];
  /** Resolves when the show is on stage; rejects where it cannot be opened. */
  readonly opened: Promise<void>;
  /** Ends the show and its sockets; the app's server goes on. */
  close(): Promise<void>;
}

/** Starts a show for the app. Throws a UserError for a path that is none, or where OSC's ports cannot be opened. */
export async function createLatentbeatRouter({ server, path, ...request }: RouterOptions): Promise<LatentbeatRouter> {
  if (!/^(\/[\w.~-]+)+$/.test(path)) throw new UserError('usage', `path is where the router will be mounted, such as "/visuals", and "${path}" came.`);
  const playing = await startPlaying({ ...request, open: false, mount: { server, path } });
  const { router } = playing.server as ReturnType<typeof mountServer>;
  return { router, session: playing.session, opened: playing.opened, close: () => playing.close() };
}
