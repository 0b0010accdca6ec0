import { Kbd } from "@mantine/core";
import { DescriptionList } from "../../components/DescriptionList";
import { Dialog } from "../../components/Dialog";

export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Keyboard shortcuts">
      <DescriptionList
        items={{
          "Go to a page, a connector or a user": (
            <>
              <Kbd>Ctrl</Kbd> + <Kbd>K</Kbd> or <Kbd>⌘</Kbd> + <Kbd>K</Kbd>
            </>
          ),
          "Show this help": <Kbd>?</Kbd>,
          "Choose a period in a chart": (
            <>
              <Kbd>←</Kbd> <Kbd>→</Kbd> <Kbd>Home</Kbd> <Kbd>End</Kbd>
            </>
          ),
          "Close a dialog, a menu or a tip": <Kbd>Esc</Kbd>,
        }}
      />
    </Dialog>
  );
}
