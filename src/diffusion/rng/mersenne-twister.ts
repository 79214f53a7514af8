/** MT19937 (Matsumoto and Nishimura 1998), seeded by one 32-bit word: the engine of torch's CPU generator and of numpy's RandomState. */

const SIZE = 624;
const SHIFT = 397;

export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** `seed`: an unsigned 32-bit word. */
  constructor(seed: number) {
    this.#state[0] = seed;
    for (let j = 1; j < SIZE; j++) {
      const before = this.#state[j - 1] as number;
      this.#state[j] = Math.imul(1812433253, before ^ (before >>> 30)) + j;
    }
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    if (this.#next === SIZE) this.#twist();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let k = 0; k < SIZE; k++) {
      const mixed = ((state[k] as number) & 0x80000000) | ((state[(k + 1) % SIZE] as number) & 0x7fffffff);
      state[k] = (state[(k + SHIFT) % SIZE] as number) ^ (mixed >>> 1) ^ ((mixed & 1) === 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
