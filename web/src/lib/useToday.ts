import { useSyncExternalStore } from "react";
import { today } from "./time";

const checkEvery = 20_000;

function subscribe(onChange: () => void) {
  const timer = window.setInterval(onChange, checkEvery);
  document.addEventListener("visibilitychange", onChange);
  return () => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", onChange);
  };
}

/** Draws the component anew when the calendar day changes: "today" of a page left open is not for ever. */
export const useToday = () => useSyncExternalStore(subscribe, () => today(Date.now()));
