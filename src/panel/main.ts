/** The panel page: the operator's table. Builds itself from what the server says; the outermost driver reads the clock. */

import { messageOf } from '../base/errors.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { Connection } from '../stage/connection.ts';
import { PanelPage } from './panel-page.ts';
import { ShowModel } from './show-model.ts';

const connection: Connection = new Connection('panel', {
  onMessage: (message: ServerMessage) => {
    model.receive(message).then(
      () => page.receive(message),
      (thrown: unknown) => page.toasts.show('warn', messageOf(thrown)),
    );
  },
  onFrame: (bytes) => page.receiveFrame(bytes),
  onLine: (connected) => page.setLine(connected),
});
const model = new ShowModel(connection.clock);
const page = new PanelPage(model, (message) => connection.send(message));

document.body.append(page.element, page.help.element, page.toasts.element);
connection.start();

const tick = (instant: number): void => {
  page.tick(instant);
  requestAnimationFrame(tick);
};
requestAnimationFrame(tick);
