// Asks before an action that cannot be undone, and names the consequence.
import { Button, Group, type MantineSize, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Dialog } from "./Dialog";

interface Props {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** The verb on the red button. */
  confirm: string;
  pending?: boolean;
  size?: MantineSize;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog(props: Props) {
  const { opened, title, children, confirm, pending = false, size, onConfirm, onClose } = props;
  if (!opened) return null;
  return (
    <Dialog onClose={onClose} title={title} size={size}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red" onClick={onConfirm} loading={pending}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
