// Rows chosen by their boxes: always some of those on the screen. Another page, filter or order starts with none.
import { useState } from "react";

export interface Selection {
  ids: ReadonlySet<string>;
  set: (ids: Iterable<string>, on: boolean) => void;
  clear: () => void;
}

/** `list` names what is shown (filters, order and page); `shown` are the rows that can be chosen there. */
export function useSelection(list: string, shown: string[]): Selection {
  const [chosen, setChosen] = useState<{ list: string; ids: ReadonlySet<string> }>();
  const before = chosen?.list === list ? chosen.ids : undefined;
  const ids = new Set(shown.filter((id) => before?.has(id)));
  return {
    ids,
    set: (changed, on) => {
      const after = new Set(ids);
      for (const id of changed) {
        if (on) after.add(id);
        else after.delete(id);
      }
      setChosen({ list, ids: after });
    },
    clear: () => setChosen(undefined),
  };
}
