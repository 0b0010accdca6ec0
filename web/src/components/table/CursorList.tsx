// A page of a list that goes on by cursors, with the pager below it.
import type { ReactNode } from "react";
import { plural } from "../../lib/format";
import { EmptyState } from "../layout/EmptyState";
import { CursorPager } from "./CursorPager";

interface Props<Row> {
  page: {
    items: Row[];
    total: number | null;
    next_cursor: string | null;
    previous_cursor: string | null;
  };
  /** The singular of what the list holds. */
  noun: string;
  onGo: (cursor: string) => void;
  children: (items: Row[]) => ReactNode;
}

export function CursorList<Row>({ page, noun, onGo, children }: Props<Row>) {
  const { items, total, next_cursor: next, previous_cursor: previous } = page;
  const none = `No ${plural(0, noun).slice(2)} match`;
  return (
    <>
      {items.length > 0 && children(items)}
      {items.length === 0 && next === null && <EmptyState title={none} />}
      {items.length === 0 && next !== null && (
        <EmptyState title={`${none} so far`}>
          Many entries were searched without a match. Press Next to continue the search.
        </EmptyState>
      )}
      <CursorPager
        noun={noun}
        total={items.length > 0 ? total : null}
        next={next}
        previous={previous}
        onGo={onGo}
      />
    </>
  );
}
