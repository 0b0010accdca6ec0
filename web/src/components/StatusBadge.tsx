// A state as a word in a color; the word alone says it all.
import { Badge } from "@mantine/core";

const colors: Record<string, string> = {
  ok: "green",
  active: "green",
  connected: "green",
  error: "red",
  failing: "red",
  denied: "red",
  revoked: "red",
  deleted: "red",
  rate_limited: "orange",
  pending: "yellow",
  refused: "yellow",
  "connect again": "yellow",
  "more access needed": "yellow",
};

export function StatusBadge({ status }: { status: string }) {
  return <Badge color={colors[status] ?? "gray"}>{status.replace("_", " ")}</Badge>;
}
