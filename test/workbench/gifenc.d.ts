/** What is used of gifenc, which carries no types. */
declare module 'gifenc' {
  const gifenc: { readonly GIFEncoder: () => gifenc.Encoder };
  namespace gifenc {
    interface FrameOptions {
      /** Colours as red, green and blue; given with the first frame, all frames share it. */
      readonly palette?: readonly (readonly [number, number, number])[];
      /** Milliseconds until the next frame. */
      readonly delay?: number;
      readonly transparent?: boolean;
      readonly transparentIndex?: number;
      /** What becomes of the frame before the next is drawn: 1 leaves it. */
      readonly dispose?: number;
    }
    interface Encoder {
      writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
      finish(): void;
      bytes(): Uint8Array;
    }
  }
  export = gifenc;
}
