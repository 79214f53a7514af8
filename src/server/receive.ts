/** Which desk takes which message of a page. */

import type { ClientMessage } from '../protocol/messages.ts';
import type { Desks } from './desks/desks.ts';
import type { ClientInfo } from './web/host.ts';

type Receivers = { readonly [Type in ClientMessage['type']]: (desks: Desks, message: Extract<ClientMessage, { type: Type }>, client: ClientInfo) => void };

const nothing = (): void => undefined;

const RECEIVERS: Receivers = {
  clock: ({ clock, options }, message, client) => clock.hear(client, message, options.now()),
  value: ({ controls }, message, { id }) => controls.apply([{ ...message, kind: 'value' }], id),
  trigger: ({ controls }, message, { id }) => controls.apply([{ ...message, kind: 'trigger' }], id),
  live: ({ live }, { on, sampleRate }, { id }) => (on ? live.listen(id, sampleRate) : live.stop()),
  openTrack: ({ staging }, { uploadId, name }) => staging.openUpload(uploadId, name),
  scene: ({ editor }, message) => editor.editScene(message),
  keeper: ({ editor, pages }, message) => (message.action === 'preset' ? pages.inBackground(editor.exportKeeper(message.id, message.sceneId)) : editor.editKeeper(message)),
  queue: ({ queue }, message) => queue.receive(message),
  cue: ({ perform }, message) => perform.receive(message),
  cueAdd: ({ perform }, message) => perform.receive(message),
  cueEdit: ({ perform }, message) => perform.receive(message),
  grid: ({ editor, pages }, message) => pages.inBackground(editor.correctGrid(message)),
  savePreset: ({ editor, controls, pages }, { name }) => pages.inBackground(editor.savePreset(name, controls.values)),
  saveShow: ({ editor, pages }, { name }) => pages.inBackground(editor.saveShow(name)),
  render: ({ renders, slot }, message) => renders.take(slot.get(), message),
  midi: ({ controllers }, message, { id }) => controllers.receive(id, message),
  midiDevices: ({ controllers }, message, { id }) => controllers.receive(id, message),
  learn: ({ controllers }, message, { id }) => controllers.receive(id, message),
  output: ({ outputs, pages }, { name, settings }) => pages.inBackground(outputs.save(name, settings).then(() => pages.broadcast(outputs.message()))),
  drawn: ({ reports, options }, message, { id }) => reports.hear(id, message, options.now()),
  effectFault: ({ effects, options }, message) => effects.hear(message, options.now()),
  hello: nothing,
  ping: nothing,
};

/** A checked message. Throws what its desk throws. */
export function receive<Type extends ClientMessage['type']>(desks: Desks, client: ClientInfo, message: Extract<ClientMessage, { type: Type }>): void {
  const receiver: (desks: Desks, message: Extract<ClientMessage, { type: Type }>, client: ClientInfo) => void = RECEIVERS[message.type as Type];
  receiver(desks, message, client);
}
