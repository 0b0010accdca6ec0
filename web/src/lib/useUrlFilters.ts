// Filters and the page of a list, kept in the address bar: a link or a reload shows the same page.
import { useSearchParams } from "react-router";

export function useUrlFilters() {
  const [search, setSearch] = useSearchParams();

  /** Sets, or for null takes away, filters; the list starts again at its first page. */
  const setAll = (values: Record<string, string | null>) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        after.delete("cursor");
        for (const [name, value] of Object.entries(values)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true },
    );

  return {
    get: (name: string) => search.get(name) ?? undefined,
    set: (name: string, value: string | null) => setAll({ [name]: value }),
    setAll,
    /** Where the page begins; without one it is the first. */
    cursor: search.get("cursor") ?? undefined,
    /** Null is the first page. */
    goTo: (cursor: string | null, options?: { replace: boolean }) =>
      setSearch((before) => {
        const after = new URLSearchParams(before);
        if (cursor) after.set("cursor", cursor);
        else after.delete("cursor");
        return after;
      }, options),
  };
}
