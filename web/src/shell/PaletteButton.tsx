// Opens the command palette, which Ctrl+K or ⌘K opens too, and the help that "?" opens. Their code is fetched then.
import { ActionIcon } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { lazyComponent } from "../components/lazyComponent";

const Palette = lazyComponent(async () => (await import("./palette/Palette")).Palette);
const ShortcutHelp = lazyComponent(
  async () => (await import("./palette/ShortcutHelp")).ShortcutHelp,
);

type Opened = "palette" | "help" | null;

/** Keys that are typed into a field or a dialog do not open the palette. */
const isTaken = ({ target, defaultPrevented, isComposing }: KeyboardEvent) =>
  defaultPrevented ||
  isComposing ||
  (target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable]") !== null) ||
  document.querySelector("[role=dialog]") !== null;

function shortcutOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): Opened {
  if (altKey) return null;
  if (ctrlKey !== metaKey && key.toLowerCase() === "k") return "palette";
  return key === "?" && !ctrlKey && !metaKey ? "help" : null;
}

export function PaletteButton() {
  const [opened, setOpened] = useState<Opened>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const asked = shortcutOf(event);
      if (!asked || isTaken(event)) return;
      event.preventDefault();
      setOpened(asked);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  const close = () => setOpened(null);
  return (
    <>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label="Go to a page"
        aria-keyshortcuts="Control+K Meta+K"
        data-tip="Go to a page (Ctrl+K or ⌘K)"
        onClick={() => setOpened("palette")}
      >
        <IconSearch size={18} aria-hidden />
      </ActionIcon>
      {opened === "palette" && <Palette onClose={close} />}
      {opened === "help" && <ShortcutHelp onClose={close} />}
    </>
  );
}
