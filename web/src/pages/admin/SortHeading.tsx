// A column heading that sorts; pressed again, it sorts the other way.
import { Table } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import classes from "./SortHeading.module.css";
import { firstOrder, readOrder, readSort, type Sort, type UrlFilters } from "./tokenQuery";

interface Props {
  filters: UrlFilters;
  sort: Sort;
  label: string;
}

export function SortHeading({ filters: { get, setAll }, sort, label }: Props) {
  const sorted = readSort(get) === sort;
  const order = readOrder(get);
  const next = sorted ? (order === "asc" ? "desc" : "asc") : firstOrder(sort);
  const Arrow = sorted ? (order === "asc" ? IconArrowUp : IconArrowDown) : IconArrowsSort;
  return (
    <Table.Th
      scope="col"
      aria-sort={sorted ? (order === "asc" ? "ascending" : "descending") : "none"}
    >
      <button
        type="button"
        className={classes.button}
        onClick={() => setAll({ sort, order: next })}
      >
        {label}
        <Arrow size={14} aria-hidden className={sorted ? undefined : classes.idle} />
      </button>
    </Table.Th>
  );
}
