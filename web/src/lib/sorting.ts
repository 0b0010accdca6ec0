// The order of a list as the address bar has it, and the heads of columns that change it.
import type { Column } from "../components/table/DataTable";
import type { useUrlFilters } from "./useUrlFilters";

type UrlFilters = ReturnType<typeof useUrlFilters>;
type Order = "asc" | "desc";

export interface Sorting<Sort extends string> {
  sort: Sort;
  order: Order;
}

/** Where the address says nothing known: the first of `sorts`, in its own order. */
export function parseSorting<Sort extends string>(
  get: UrlFilters["get"],
  sorts: readonly [Sort, ...Sort[]],
): Sorting<Sort> {
  const sort = sorts.find((one) => one === get("sort")) ?? sorts[0];
  const order = get("order");
  return { sort, order: order === "asc" || order === "desc" ? order : firstOrder(sort) };
}

/** Names from A, times from the newest. */
const firstOrder = (sort: string): Order => (sort.endsWith("_at") ? "desc" : "asc");

/** For the head of a column; pressed again, it sorts the other way. */
export function sortBy<Sort extends string>(
  { setAll }: UrlFilters,
  now: Sorting<Sort>,
  sort: Sort,
): Column<unknown>["sort"] {
  const sorted = now.sort === sort;
  const next = sorted ? (now.order === "asc" ? "desc" : "asc") : firstOrder(sort);
  return {
    order: sorted ? (now.order === "asc" ? "ascending" : "descending") : "none",
    onSort: () => setAll({ sort, order: next }),
  };
}
