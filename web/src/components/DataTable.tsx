// A bordered table that scrolls sideways on narrow screens instead of breaking the page.
import { Table, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

interface Props {
  /** Names the table for screen readers. */
  caption: string;
  head: ReactNode;
  minWidth?: number;
  children: ReactNode;
}

export function DataTable({ caption, head, minWidth = 720, children }: Props) {
  return (
    <div className={classes.frame} tabIndex={0} role="group" aria-label={caption}>
      <Table miw={minWidth} highlightOnHover captionSide="top">
        <caption className={classes.caption}>
          <VisuallyHidden>{caption}</VisuallyHidden>
        </caption>
        <Table.Thead>
          <Table.Tr>{head}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}

/** Plain column headings. */
export function Columns({ names }: { names: string[] }) {
  return names.map((name) => (
    <Table.Th key={name} scope="col">
      {name}
    </Table.Th>
  ));
}
