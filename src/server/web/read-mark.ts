/**
 * How far a page has read. What waits in the sockets of both machines is not seen from here: with small pictures that is ten
 * seconds of frames, and what hands do would wait behind them. So each frame is followed by a ping with its number, whose pong
 * comes back once everything before it has been read.
 */

/** A page that has so many frames yet to read gets no more: at 16 a second its controls are half a second late at the most. */
const UNREAD_FRAMES = 8;

export class ReadMark {
  #sent = 0;
  #read = 0;
  /** Last frame that was sent regardless (a welcome, a refill); those are bounded and do not count. */
  #free = 0;

  /** The next frame goes out. Answers what its ping carries. */
  send(regardless: boolean): Uint8Array {
    this.#sent++;
    if (regardless) this.#free = this.#sent;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, this.#sent);
    return bytes;
  }

  /** A pong came; one that answers something else is passed over. */
  hear(bytes: Uint8Array): void {
    if (bytes.length !== 8) return;
    const read = new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
    if (read > this.#read && read <= this.#sent) this.#read = read;
  }

  get isBehind(): boolean {
    return this.#sent - Math.max(this.#read, this.#free) >= UNREAD_FRAMES;
  }
}
