/**
 * Errors a person reads. One sentence: which thing, what was expected, what came, what to do.
 * `main.ts` prints the message without a stack and leaves with the exit code.
 */

export const EXIT_CODES = { usage: 2, input: 3, device: 4, again: 75 } as const;
export type Fault = keyof typeof EXIT_CODES;

/** A fault of the input, the command line or the machine, never of the program. */
export class UserError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.fault = fault;
  }

  get exitCode(): number {
    return EXIT_CODES[this.fault];
  }
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
