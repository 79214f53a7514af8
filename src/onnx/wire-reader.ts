/**
 * Walks a protobuf file without loading it: fields are visited in order and large ones skipped by seeking. Only what
 * graph-file.ts needs of the wire format (varint, length-delimited, fixed 32 and 64 bit).
 * Source: protobuf.dev/programming-guides/encoding.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK = 8192;

export interface WireField {
  readonly id: number;
  /** Value of a varint or fixed field; 0 for a length-delimited one. */
  readonly value: number;
  /** Body of a length-delimited field, as file offsets; equal for others. */
  readonly from: number;
  readonly to: number;
}

/** What a reader throws for a file that ends early or is no protobuf. */
export class WireError extends Error {}

export class WireReader {
  readonly #descriptor: number;
  readonly size: number;
  readonly #chunk = Buffer.alloc(CHUNK);
  #chunkAt = 0;
  #chunkLength = 0;

  constructor(file: string) {
    this.#descriptor = openSync(file, 'r');
    this.size = fstatSync(this.#descriptor).size;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The fields of the message between two offsets. Throws a WireError where it does not end with its last field. */
  *fields(from: number, to: number): Generator<WireField> {
    let at = from;
    while (at < to) {
      const key = this.#varint(at, to);
      const id = Math.floor(key.value / 8);
      const field = this.#field(id, key.value % 8, key.next, to);
      yield field.field;
      at = field.next;
    }
  }

  text(from: number, to: number): string {
    const bytes = Buffer.alloc(to - from);
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#byte(from + i);
    return bytes.toString('utf8');
  }

  #field(id: number, wire: number, at: number, end: number): { readonly field: WireField; readonly next: number } {
    switch (wire) {
      case 0: {
        const { value, next } = this.#varint(at, end);
        return { field: { id, value, from: next, to: next }, next };
      }
      case 2: {
        const { value, next } = this.#varint(at, end);
        if (next + value > end) throw new WireError(`it ends ${next + value - end} bytes too early`);
        return { field: { id, value: 0, from: next, to: next + value }, next: next + value };
      }
      case 1:
      case 5: {
        const next = at + (wire === 1 ? 8 : 4);
        if (next > end) throw new WireError('it ends in the middle of a number');
        return { field: { id, value: 0, from: next, to: next }, next };
      }
      default:
        throw new WireError('its bytes are not protobuf');
    }
  }

  /** Up to 53 bits; larger ones (negative numbers) lose precision, which no length or key has. */
  #varint(at: number, end: number): { readonly value: number; readonly next: number } {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) throw new WireError('it ends in the middle of a number');
      const byte = this.#byte(at + i);
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return { value, next: at + i + 1 };
    }
    throw new WireError('its bytes are not protobuf');
  }

  #byte(at: number): number {
    if (at < this.#chunkAt || at >= this.#chunkAt + this.#chunkLength) {
      this.#chunkLength = readSync(this.#descriptor, this.#chunk, 0, CHUNK, at);
      this.#chunkAt = at;
      if (this.#chunkLength === 0) throw new WireError('it ends too early');
    }
    return this.#chunk[at - this.#chunkAt] as number;
  }
}
