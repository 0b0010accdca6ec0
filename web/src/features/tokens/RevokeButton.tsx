// One click, no question: a token one doubts must die at once, and a new one is quickly made.
import { ActionIcon } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";

interface RevokeProps {
  /** "Revoke <name>": what the button says to screen readers and tests. */
  label: string;
  pending: boolean;
  onRevoke: () => void;
}

export function RevokeButton({ label, pending, onRevoke }: RevokeProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="red"
      aria-label={label}
      data-tip="Revoke: the token stops working immediately"
      data-destructive
      loading={pending}
      onClick={onRevoke}
    >
      <IconTrash size={18} aria-hidden />
    </ActionIcon>
  );
}
