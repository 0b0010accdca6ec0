// A dialog that exists only while it is open. Mantine gives the focus back when a dialog closes, but not when it is
// gone at once; this one does, unless what replaces it has taken the focus.
import type { ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { lazyComponent } from "./lazyComponent";

const load = async () => (await import("./DialogWindow")).DialogWindow;
const DialogWindow = lazyComponent<ModalProps>(load);

// Fetched once the page is there, so that a dialog opens at once, and without a network too. A failure is met again, and
// said, when one is opened.
const prefetch = () => void load().catch(() => undefined);
// Safari has no requestIdleCallback.
if ("requestIdleCallback" in window) window.requestIdleCallback(prefetch);
else setTimeout(prefetch, 1000);

export function Dialog(props: Omit<ModalProps, "opened">) {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    },
    [opener],
  );
  return <DialogWindow opened {...props} />;
}
