import { useSyncExternalStore } from "react";

function subscribe(onChange: () => void) {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}

/** Whether the browser has a network. It may be wrong either way; requests are sent regardless. */
export const useOnline = () => useSyncExternalStore(subscribe, () => navigator.onLine);
