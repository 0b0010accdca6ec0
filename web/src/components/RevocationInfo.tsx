import { Group, Text } from "@mantine/core";
import type { Schema } from "../api/client";
import { Time } from "./Time";

interface Props {
  ended: Schema<"Revoked">;
}

/** When a token or a connection ended, by whom, and why. */
export function RevocationInfo({ ended }: Props) {
  return (
    <Group gap={4}>
      <Time value={ended.at} />
      {ended.by && <Text size="sm">by {ended.by.name}</Text>}
      {ended.reason && <Text size="sm">· {ended.reason}</Text>}
    </Group>
  );
}
