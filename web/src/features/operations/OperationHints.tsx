import { Badge } from "@mantine/core";
import type { Schema } from "../../api/client";

/** The effects of a call, in words. */
export function OperationHints({ operation }: { operation: Schema<"Operation"> }) {
  return (
    <>
      {operation.read_only ? (
        <Badge color="green">read-only</Badge>
      ) : (
        <Badge color={operation.destructive ? "red" : "yellow"}>
          {operation.destructive ? "destructive" : "writes"}
        </Badge>
      )}
      {!operation.read_only && operation.idempotent && <Badge color="gray">idempotent</Badge>}
    </>
  );
}
