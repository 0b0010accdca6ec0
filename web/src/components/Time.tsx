import { Tooltip } from "@mantine/core";
import { exactTime, relativeTime } from "../lib/format";
import classes from "./Time.module.css";

interface Props {
  value: string;
  /** Spell out the exact time too, where there is room for it. */
  exact?: boolean;
}

/** "3 hours ago"; the exact time on hover. */
export function Time({ value, exact = false }: Props) {
  return (
    <Tooltip label={exactTime(value)} disabled={exact}>
      <time dateTime={value} className={exact ? undefined : classes.time}>
        {relativeTime(value)}
        {exact && ` (${exactTime(value)})`}
      </time>
    </Tooltip>
  );
}
