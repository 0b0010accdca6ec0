// As many equal columns as fit. Mantine's SimpleGrid would inject a <style> element.
import type { ReactNode } from "react";
import classes from "./CardGrid.module.css";

interface Props {
  /** A few cards share the whole width; many keep one size. */
  fill?: boolean;
  /** For lists of cards. */
  label?: string;
  children: ReactNode;
}

export function CardGrid({ fill = false, label, children }: Props) {
  return (
    <div
      className={classes.grid}
      data-fill={fill || undefined}
      role={label ? "group" : undefined}
      aria-label={label}
    >
      {children}
    </div>
  );
}
