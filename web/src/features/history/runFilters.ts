// Which calls to list. The filters are in the address bar, under the names the API has for them.
import type { paths } from "../../api/schema.d.ts";

type Query = NonNullable<paths["/runs"]["get"]["parameters"]["query"]>;
export type RunFilters = Omit<Query, "cursor" | "limit">;

/** "failed" is every one but "ok". */
export const statuses = ["ok", "failed", "error", "denied", "rate_limited", "cancelled"] as const;
export const sources = ["mcp", "test", "retry", "api"] as const;

const textNames = ["connector", "operation", "user", "token"] as const;
const timeNames = ["from", "to"] as const;
export const filterNames = [...textNames, ...timeNames, "status", "source"] as const;

export function parseRunFilters(search: URLSearchParams): RunFilters {
  const filters: RunFilters = {};
  for (const name of textNames) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  // A text that is not a time is no filter, and its box is empty.
  for (const name of timeNames) {
    const value = search.get(name);
    if (value && !Number.isNaN(Date.parse(value))) filters[name] = value;
  }
  filters.status = statuses.find((status) => status === search.get("status"));
  filters.source = sources.find((source) => source === search.get("source"));
  return filters;
}
