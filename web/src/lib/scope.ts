// The scope of a credential: connectors and operations.
import type { Schema } from "../api/client";
import { count, plural } from "./format";

export type Scope = Schema<"Scope">;

/** Nothing of what the user may call is left out. */
export const isWhole = (scope: Scope) =>
  !Array.isArray(scope.connectors) && (scope.operations ?? "all") === "all";

/** As many as the server keeps of one scope. */
const maxEntries = 1000;

/** Why the choice cannot be used yet; null when it can. */
export function scopeProblem(scope: Scope): string | null {
  if (Array.isArray(scope.connectors) && scope.connectors.length === 0)
    return "Choose at least one connector.";
  if (Array.isArray(scope.operations) && scope.operations.length === 0)
    return "Choose at least one operation.";
  if (Array.isArray(scope.operations) && scope.operations.length > maxEntries)
    return `At most ${count(maxEntries)} operations can be chosen one by one: choose whole connectors instead.`;
  return null;
}

/** In words: “Read-only operations · 2 connectors”. */
export function describeScope(scope: Scope): string {
  const counted = (list: string[], noun: string) => plural(list.length, noun);
  const operations = Array.isArray(scope.operations)
    ? counted(scope.operations, "chosen operation")
    : scope.operations === "read_only"
      ? "Read-only operations"
      : "All operations";
  const connectors = Array.isArray(scope.connectors)
    ? counted(scope.connectors, "connector")
    : "all connectors";
  return `${operations} · ${connectors}`;
}
