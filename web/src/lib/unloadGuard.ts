// Makes the browser ask before the tab is closed or reloaded, while something would be lost with it.
const holds = new Set<object>();

function ask(event: BeforeUnloadEvent) {
  event.preventDefault();
}

/** Until the returned function is called, the browser asks. */
export function guardUnload(): () => void {
  const hold = {};
  if (holds.size === 0) window.addEventListener("beforeunload", ask);
  holds.add(hold);
  return () => {
    holds.delete(hold);
    if (holds.size === 0) window.removeEventListener("beforeunload", ask);
  };
}
