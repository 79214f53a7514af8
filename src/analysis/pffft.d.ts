/** What is used of the package, which brings no types: PFFFT (https://bitbucket.org/jpommier/pffft, pffft.h) compiled to WebAssembly. */
declare module '@echogarden/pffft-wasm/simd' {
  interface Pffft {
    /** The module's memory; another array after it has grown. */
    readonly HEAPF32: Float32Array;
    /** A plan for transforms of `length` samples, 0 for real input; the address 0 where the length does not suit. */
    _pffft_new_setup(length: number, transform: 0 | 1): number;
    /** Address of so many bytes. */
    _pffft_aligned_malloc(bytes: number): number;
    /** Real input of `length` floats → 0 and half the rate in the first two, then real and imaginary parts; direction 0 is forward. */
    _pffft_transform_ordered(setup: number, input: number, output: number, work: number, direction: 0 | 1): void;
  }
  export default function load(): Promise<Pffft>;
}
