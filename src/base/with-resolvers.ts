/** Promise.withResolvers for Node 20, which node-av's demuxer needs; Node has it from 22 on. */
export function polyfillWithResolvers(): void {
  const holder = Promise as unknown as { withResolvers?: () => unknown };
  holder.withResolvers ??= () => {
    let resolve: (value: unknown) => void = () => {};
    let reject: (reason: unknown) => void = () => {};
    const promise = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    return { promise, resolve, reject };
  };
}
