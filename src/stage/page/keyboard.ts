/** The stage's keys. Typing into a field is left alone. */

export interface KeyAction {
  readonly keys: readonly string[];
  /** As the help shows it. */
  readonly shown: string;
  readonly text: string;
  readonly act: (event: KeyboardEvent) => void;
}

/** Listens for the keys of the page. */
export function listenForKeys(actions: readonly KeyAction[]): void {
  window.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]') !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    const action = actions.find(({ keys }) => keys.includes(event.key) || keys.includes(event.key.toLowerCase()));
    if (action === undefined) return;
    event.preventDefault();
    action.act(event);
  });
}
