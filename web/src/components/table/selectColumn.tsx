import { Checkbox } from "@mantine/core";
import type { Selection } from "../../lib/useSelection";
import type { Column } from "./DataTable";

interface Options<Row> {
  selection: Selection;
  /** The ids of the rows that can be chosen. */
  selectable: string[];
  labelOf: (row: Row) => string;
}

/** The column of boxes that choose rows, with one in its head for all that are on the screen. */
export function selectColumn<Row extends { id: string }>(options: Options<Row>): Column<Row> {
  const { selection, selectable, labelOf } = options;
  const all = selection.ids.size > 0 && selection.ids.size === selectable.length;
  return {
    label: "Select",
    role: "select",
    width: 40,
    head: (
      <Checkbox
        aria-label="Select all on this page"
        checked={all}
        indeterminate={selection.ids.size > 0 && !all}
        disabled={selectable.length === 0}
        onChange={() => selection.set(selectable, !all)}
      />
    ),
    cell: (row) =>
      selectable.includes(row.id) && (
        <Checkbox
          aria-label={labelOf(row)}
          checked={selection.ids.has(row.id)}
          onChange={(event) => selection.set([row.id], event.currentTarget.checked)}
        />
      ),
  };
}
