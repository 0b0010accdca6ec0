import { exactTime, timeWords } from "../lib/time";
import { useToday } from "../lib/useToday";
import classes from "./Time.module.css";

/** "today 14:03", "12 Nov 2026 14:03"; seconds and zone on hover and tap. */
export function Time({ value }: { value: string }) {
  const { text, detail } = timeWords(value, useToday());
  return (
    <time dateTime={value} data-tip={exactTime(value)}>
      <span className={classes.part}>{text}</span>
      {detail && <span className={classes.detail}> {detail}</span>}
    </time>
  );
}
