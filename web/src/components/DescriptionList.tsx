// Names and values as a <dl>. An item without a value is left out.
import type { ReactNode } from "react";
import classes from "./DescriptionList.module.css";

export function DescriptionList({ items }: { items: Record<string, ReactNode> }) {
  return (
    <dl className={classes.list}>
      {Object.entries(items).map(
        ([name, value]) =>
          value !== null &&
          value !== false &&
          value !== undefined &&
          value !== "" && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
