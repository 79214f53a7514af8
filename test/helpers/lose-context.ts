/** Runs in a stage page: takes its GL context away and gives it back; resolves once it has been restored. */
export async function loseContext(): Promise<void> {
  const canvas = document.querySelector<HTMLCanvasElement>('#stage') as HTMLCanvasElement;
  const extension = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
  const heard = (event: string): Promise<void> => new Promise((resolve) => canvas.addEventListener(event, () => resolve(), { once: true }));
  const lost = heard('webglcontextlost');
  extension?.loseContext();
  await lost;
  const restored = heard('webglcontextrestored');
  // The browser takes a restore only after its own handling of the loss.
  setTimeout(() => extension?.restoreContext(), 20);
  await restored;
}
