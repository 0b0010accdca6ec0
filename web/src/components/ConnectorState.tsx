import { Tooltip } from "@mantine/core";
import type { Schema } from "../api/client";
import { relativeTime } from "../lib/format";
import { StatusBadge } from "./StatusBadge";

type Stateful = Pick<Schema<"ConnectorSummary">, "disabled" | "health" | "health_since">;

/** Whether it can be called now; since when, on hover. Nothing is said before its first call. */
export function ConnectorState({ connector }: { connector: Stateful }) {
  if (connector.disabled) return <StatusBadge status="disabled" />;
  if (connector.health === "unknown") return null;
  const since = connector.health_since;
  return (
    <Tooltip label={since && `Since ${relativeTime(since)}`} disabled={!since}>
      <span>
        <StatusBadge status={connector.health} />
      </span>
    </Tooltip>
  );
}
