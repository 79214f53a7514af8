/**
 * This browser's MIDI, for machines whose server has none: bytes of every input go to the server, lights come back.
 * The browser asks for permission, so it begins with a click.
 */

import { messageOf } from '../base/errors.ts';
import type { ClientMessage } from '../protocol/messages.ts';

export class WebMidi {
  readonly #send: (message: ClientMessage) => void;
  #access: MIDIAccess | null = null;
  #told = '';

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
  }

  get isSupported(): boolean {
    return 'requestMIDIAccess' in navigator;
  }

  get isOn(): boolean {
    return this.#access !== null;
  }

  /** Answers what went wrong in one sentence, or null. */
  async start(): Promise<string | null> {
    if (!this.isSupported) return 'This browser has no Web MIDI: use Chrome, Edge or Firefox, on this machine or over https.';
    try {
      this.#access = await navigator.requestMIDIAccess();
    } catch (thrown) {
      return `The browser does not allow MIDI (${messageOf(thrown)}): allow it for this page.`;
    }
    this.#access.onstatechange = () => this.tell();
    this.tell();
    return null;
  }

  /** Names the inputs to the server and listens to them; also after a lost connection (`again`). */
  tell(again = false): void {
    const inputs = [...(this.#access?.inputs.values() ?? [])].filter(({ state }) => state === 'connected');
    for (const input of inputs) {
      input.onmidimessage = ({ data }) => {
        if (data !== null) this.#send({ type: 'midi', device: nameOf(input), bytes: [...data] });
      };
    }
    const devices = inputs.map(nameOf);
    if (this.#access === null || (!again && devices.join('\n') === this.#told)) return;
    this.#told = devices.join('\n');
    this.#send({ type: 'midiDevices', devices });
  }

  light(device: string, bytes: readonly number[]): void {
    for (const output of this.#access?.outputs.values() ?? []) if (nameOf(output) === device) output.send([...bytes]);
  }
}

function nameOf(port: MIDIPort): string {
  return (port.name ?? '').slice(0, 120) || 'MIDI';
}
