import { useEffect, useEffectEvent } from "react";
import type { useUrlFilters } from "./useUrlFilters";

interface Page {
  items: unknown[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

/** Leads from a page past the end, as a link or a deletion leaves it, to the last one that has something. */
export function useLastPage(
  page: Page | undefined,
  { cursor, goTo }: Pick<ReturnType<typeof useUrlFilters>, "cursor" | "goTo">,
) {
  const isPastEnd =
    page !== undefined && cursor !== undefined && page.items.length === 0 && !page.next_cursor;
  const previous = page?.previous_cursor ?? null;
  const leave = useEffectEvent((to: string | null) => goTo(to, { replace: true }));
  useEffect(() => {
    if (isPastEnd) leave(previous);
  }, [isPastEnd, previous]);
}
