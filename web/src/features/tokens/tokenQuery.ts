// The list of all tokens as the address bar describes it.
import { parseSorting } from "../../lib/sorting";
import type { useUrlFilters } from "../../lib/useUrlFilters";

export type UrlFilters = ReturnType<typeof useUrlFilters>;

const sorts = ["created_at", "name", "owner", "last_used_at"] as const;
const statuses = ["active", "inactive", "all"] as const;

export function parseTokenQuery(get: UrlFilters["get"]) {
  return {
    query: get("query"),
    owner: get("owner"),
    status: statuses.find((status) => status === get("status")) ?? "active",
    never_used: get("never_used") === "true" || undefined,
    unused_days: parseDays(get("unused_days")),
    expiring_days: parseDays(get("expiring_days")),
    ...parseSorting(get, sorts),
  };
}

/** As many as the server takes. */
const maxDays = 36_500;

function parseDays(text: string | undefined): number | undefined {
  const days = Number(text);
  return Number.isInteger(days) && days > 0 && days <= maxDays ? days : undefined;
}
