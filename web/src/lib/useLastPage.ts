import { useEffect } from "react";
import { ApiError } from "../api/client";
import type { useUrlFilters } from "./useUrlFilters";

interface Page {
  items: unknown[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

interface PageQuery {
  data: Page | undefined;
  error: Error | null;
  isPlaceholderData: boolean;
}

/**
 * Leads from a page past the end, as a link or a deletion leaves it, to the last one that has something; and from a page
 * of another list or order, which the server refuses, to the first.
 */
export function useLastPage(
  query: PageQuery,
  { cursor, goTo }: Pick<ReturnType<typeof useUrlFilters>, "cursor" | "goTo">,
) {
  const page = query.isPlaceholderData ? undefined : query.data;
  const isRefused = query.error instanceof ApiError && query.error.status === 400;
  const isNone = page !== undefined && page.items.length === 0 && !page.next_cursor;
  const leave = cursor !== undefined && (isRefused || isNone);
  const previous = isRefused ? null : (page?.previous_cursor ?? null);
  useEffect(() => {
    if (leave) goTo(previous, { replace: true });
    // `goTo` is another function with each drawing.
  }, [leave, previous]);
}
