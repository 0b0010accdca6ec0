import { Tooltip } from "@mantine/core";
import type { Schema } from "../api/client";
import { StatusBadge } from "./StatusBadge";

type Stateful = Pick<Schema<"ConnectorSummary">, "disabled" | "health" | "health_message">;

/** Whether it can be called now; why not, on hover. Nothing is said before its first call. */
export function ConnectorState({ connector }: { connector: Stateful }) {
  if (connector.disabled) return <StatusBadge status="disabled" />;
  if (connector.health === "unknown") return null;
  return (
    <Tooltip
      label={connector.health_message}
      disabled={!connector.health_message}
      multiline
      maw={320}
    >
      <span>
        <StatusBadge status={connector.health} />
      </span>
    </Tooltip>
  );
}
