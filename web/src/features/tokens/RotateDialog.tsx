// A new token in place of an old one; the old one may live on while the client is changed over.
import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, unwrap, type Schema } from "../../api/client";
import { useAction } from "../../api/useAction";
import { useIdempotencyKey } from "../../api/useIdempotencyKey";
import { Dialog } from "../../components/Dialog";
import { ErrorAlert } from "../../components/ErrorAlert";

interface Props {
  token: Schema<"Token">;
  onRotated: (minted: Schema<"MintedToken">) => void;
  onClose: () => void;
}

export function RotateDialog({ token, onRotated, onClose }: Props) {
  const [hours, setHours] = useState("0");
  const key = useIdempotencyKey();
  const rotate = useAction(
    () =>
      unwrap(
        api.POST("/tokens/{id}/rotate", {
          params: { path: { id: token.id }, header: key },
          body: { overlap_hours: Number(hours) },
        }),
      ),
    {
      showsError: true,
      refresh: [["tokens"]],
      onDone: (minted) => {
        onClose();
        onRotated(minted);
      },
    },
  );
  return (
    <Dialog onClose={onClose} title={`Rotate “${token.name}”`}>
      <Stack>
        <Text size="sm">You get a new token with the same name and settings.</Text>
        <Radio.Group label="The old token stops working" value={hours} onChange={setHours}>
          <Stack gap="xs" mt="xs">
            <Radio value="0" label="now" />
            <Radio value="1" label="in 1 hour" />
            <Radio value="24" label="in 24 hours" />
            <Radio value="72" label="in 72 hours" />
          </Stack>
        </Radio.Group>
        <ErrorAlert error={rotate.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => rotate.mutate()} loading={rotate.isPending}>
            Rotate
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
