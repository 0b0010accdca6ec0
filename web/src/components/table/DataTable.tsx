// The table of every list. It never grows wider than its place: columns without a width share what is left, text is cut
// and shown whole on demand, and where the place is too narrow for columns each row becomes a card.
import { VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { Fragment, useEffect, useLayoutEffect, useRef, type ReactNode } from "react";
import { isCut } from "../../lib/tooltips";
import classes from "./DataTable.module.css";
import { TruncatedText } from "./TruncatedText";

type Order = "ascending" | "descending" | "none";

export interface Column<Row> {
  label: string;
  /** Pixels; without it the column shares the rest of the width. */
  width?: number;
  /** Plain text is cut where it is too long. */
  cell: (row: Row) => ReactNode;
  /** The name stands on top of a card, actions stand at its end; neither has its label there. */
  role?: "name" | "actions" | "select";
  /** In place of the label in the head of the table. */
  head?: ReactNode;
  sort?: { order: Order; onSort: () => void };
}

interface Props<Row> {
  /** Names the table for screen readers. */
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  /** The content of an open row; null while the row is closed. */
  details?: (row: Row) => ReactNode;
}

/** The least width at which columns can be read. */
const minSharedWidth = 120;

export function DataTable<Row>({ caption, columns, rows, rowKey, details }: Props<Row>) {
  const frame = useFit(columns.reduce((sum, { width = minSharedWidth }) => sum + width, 0));
  return (
    <div ref={frame} className={classes.frame}>
      {/* The roles stay when CSS makes cards of the rows. */}
      <table className={classes.table} role="table" aria-label={caption}>
        <colgroup>
          {columns.map(({ label, width }) => (
            <col key={label} style={{ width }} />
          ))}
        </colgroup>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <Heading key={column.label} column={column} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => {
            const opened = details?.(row);
            return (
              <Fragment key={rowKey(row)}>
                <tr role="row" data-row>
                  {columns.map(({ label, role, cell }) => (
                    <td key={label} role="cell" data-role={role} data-label={label}>
                      <Content>{cell(row)}</Content>
                    </td>
                  ))}
                </tr>
                {opened && (
                  <tr role="row" className={classes.details}>
                    <td role="cell" colSpan={columns.length}>
                      {opened}
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Content({ children }: { children: ReactNode }) {
  return typeof children === "string" || typeof children === "number" ? (
    <TruncatedText>{children}</TruncatedText>
  ) : (
    <div className={classes.content}>{children}</div>
  );
}

function Heading<Row>({ column: { label, head, role, sort } }: { column: Column<Row> }) {
  if (!sort) {
    return (
      <th scope="col" role="columnheader" data-role={role} data-plain={head ? undefined : true}>
        {head ?? (role === "select" ? <VisuallyHidden>{label}</VisuallyHidden> : label)}
      </th>
    );
  }
  const Arrow = { ascending: IconArrowUp, descending: IconArrowDown, none: IconArrowsSort };
  const Icon = Arrow[sort.order];
  return (
    <th scope="col" role="columnheader" aria-sort={sort.order}>
      <button type="button" className={classes.sort} onClick={sort.onSort}>
        {label}
        <Icon size={14} aria-hidden className={sort.order === "none" ? classes.idle : undefined} />
      </button>
    </th>
  );
}

/** Cards where the table is narrower than `needed`; text that is cut, and only that, can be reached by keyboard. */
function useFit(needed: number) {
  const frame = useRef<HTMLDivElement>(null);
  const fit = () => {
    if (!frame.current) return;
    frame.current.toggleAttribute("data-cards", frame.current.clientWidth < needed);
    const texts = [...frame.current.querySelectorAll<HTMLElement>("[data-cut]:not(a)")];
    const cut = texts.map(isCut);
    texts.forEach((text, index) => {
      if (cut[index]) text.tabIndex = 0;
      else text.removeAttribute("tabindex");
    });
  };
  useLayoutEffect(fit);
  const latest = useRef(fit);
  useEffect(() => {
    latest.current = fit;
  });
  useEffect(() => {
    const observer = new ResizeObserver(() => latest.current());
    if (frame.current) observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return frame;
}
