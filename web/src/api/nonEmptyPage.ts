// A page may hold nothing and yet not be the last, when few of many rows match: the server bounds what one
// request reads. This goes on until there is something to show. A cursor that the server refuses, of another list or
// order, begins nowhere: the first page is shown.
import { ApiError } from "./client";

const maxPages = 50;

interface Page {
  items: unknown[];
  next_cursor: string | null;
}

export async function nonEmptyPage<P extends Page>(
  load: (cursor: string | undefined) => Promise<P>,
  cursor: string | undefined,
): Promise<P> {
  let page = await load(cursor).catch((error: unknown) => {
    const isRefused = error instanceof ApiError && error.status === 400;
    if (cursor === undefined || !isRefused) throw error;
    return load(undefined);
  });
  for (let pages = 1; pages < maxPages && page.items.length === 0 && page.next_cursor; ++pages)
    page = await load(page.next_cursor);
  return page;
}
