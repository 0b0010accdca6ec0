import type { Schema } from "../../api/client";
import { StatusBadge } from "../../components/StatusBadge";
import { exactTime } from "../../lib/time";

type Stateful = Pick<Schema<"ConnectorSummary">, "disabled" | "health" | "health_since">;

/** Whether it can be called now; since when, on hover. Nothing is said before its first call. */
export function ConnectorState({ connector }: { connector: Stateful }) {
  if (connector.disabled) return <StatusBadge status="disabled" />;
  if (connector.health === "unknown") return null;
  const since = connector.health_since;
  return (
    <span data-tip={since ? `Since ${exactTime(since)}` : undefined}>
      <StatusBadge status={connector.health} />
    </span>
  );
}
