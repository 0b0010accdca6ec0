// Which calls to list. The filters are in the address bar, under the names the API has for them.
import type { paths } from "../../api/schema";

type Query = NonNullable<paths["/runs"]["get"]["parameters"]["query"]>;
export type RunFilters = Omit<Query, "cursor" | "limit">;

export const statuses = ["ok", "error", "denied", "rate_limited", "cancelled"] as const;
export const sources = ["mcp", "test", "retry", "api"] as const;

const textNames = ["connector", "operation", "user", "token", "from", "to"] as const;
export const filterNames = [...textNames, "status", "source"] as const;

export function readFilters(search: URLSearchParams): RunFilters {
  const filters: RunFilters = {};
  for (const name of textNames) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  filters.status = statuses.find((status) => status === search.get("status"));
  filters.source = sources.find((source) => source === search.get("source"));
  return filters;
}
