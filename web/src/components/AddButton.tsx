import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

/** Adds something to the list that the page shows. */
export function AddButton({ children, onClick }: { children: string; onClick: () => void }) {
  return (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onClick}>
      {children}
    </Button>
  );
}
