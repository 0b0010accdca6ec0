// Short messages about what was done or failed, shown in a corner by components/Notices.tsx.
import { useSyncExternalStore } from "react";

export interface Notice {
  id: number;
  kind: "done" | "failed";
  message: string;
}

/** Good news may go by itself; a failure stays until it is closed. */
const shownFor = 8_000;
const maxShown = 5;

let notices: readonly Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notice[]) {
  notices = next;
  for (const listener of listeners) listener();
}

export function notify(kind: Notice["kind"], message: string) {
  const id = ++lastId;
  // The same message once more is the same message.
  const others = notices.filter((one) => one.message !== message);
  set([...others, { id, kind, message }].slice(-maxShown));
  if (kind === "done") setTimeout(() => dismiss(id), shownFor);
}

export const dismiss = (id: number) => set(notices.filter((one) => one.id !== id));

export const useNotices = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
