import { Text } from "@mantine/core";
import type { Schema } from "../api/client";
import { TruncatedText } from "./table/TruncatedText";
import { Time } from "./Time";

/** When, and by which client from where. */
export function LastUsed({ used }: { used: Schema<"LastUsed"> | null }) {
  if (!used) {
    return (
      <Text size="sm" c="dimmed" component="span">
        Never
      </Text>
    );
  }
  return (
    <>
      <Time value={used.at} />
      <TruncatedText size="xs" c="dimmed">
        {[used.client, used.ip].filter(Boolean).join(", ")}
      </TruncatedText>
    </>
  );
}
