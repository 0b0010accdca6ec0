import type { ReactNode } from "react";
import classes from "./FilterBar.module.css";

/** Filters side by side, as many as fit in a row. */
export function FilterBar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="search" aria-label={label} className={classes.bar}>
      {children}
    </div>
  );
}
