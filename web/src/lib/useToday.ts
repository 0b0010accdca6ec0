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

/** The calendar day, as a number. The component renders again when the day changes, so that "today" stays true. */
export const useToday = () => useSyncExternalStore(subscribe, () => today(Date.now()));
