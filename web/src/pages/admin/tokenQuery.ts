// The list of all tokens as the address bar describes it.
import type { Column } from "../../components/DataTable";
import type { useUrlFilters } from "../../lib/useUrlFilters";

export type UrlFilters = ReturnType<typeof useUrlFilters>;

export const sorts = ["name", "owner", "created_at", "last_used_at"] as const;
export type Sort = (typeof sorts)[number];
const statuses = ["active", "inactive", "all"] as const;

export function readTokenQuery(get: UrlFilters["get"]) {
  return {
    query: get("query"),
    owner: get("owner"),
    status: statuses.find((status) => status === get("status")) ?? "active",
    never_used: get("never_used") === "true" || undefined,
    unused_days: readDays(get("unused_days")),
    expiring_days: readDays(get("expiring_days")),
    sort: readSort(get),
    order: readOrder(get),
  };
}

/** As many as the server takes. */
const mostDays = 36_500;

function readDays(text: string | undefined): number | undefined {
  const days = Number(text);
  return Number.isInteger(days) && days > 0 && days <= mostDays ? days : undefined;
}

export function readSort(get: UrlFilters["get"]): Sort {
  return sorts.find((sort) => sort === get("sort")) ?? "created_at";
}

export function readOrder(get: UrlFilters["get"]): "asc" | "desc" {
  const asked = get("order");
  if (asked === "asc" || asked === "desc") return asked;
  return firstOrder(readSort(get));
}

/** Names from A, times from the newest. */
export function firstOrder(sort: Sort): "asc" | "desc" {
  return sort === "name" || sort === "owner" ? "asc" : "desc";
}

/** For the head of a column; pressed again, it sorts the other way. */
export function sortBy({ get, setAll }: UrlFilters, sort: Sort): Column<unknown>["sort"] {
  const sorted = readSort(get) === sort;
  const order = readOrder(get);
  const next = sorted ? (order === "asc" ? "desc" : "asc") : firstOrder(sort);
  return {
    order: sorted ? (order === "asc" ? "ascending" : "descending") : "none",
    onSort: () => setAll({ sort, order: next }),
  };
}
