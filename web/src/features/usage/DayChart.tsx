// Calls per day as plain SVG bars, the failed part in red; a table of the same for screen readers.
import { Group, Text, VisuallyHidden } from "@mantine/core";
import type { Schema } from "../../api/client";
import { count } from "../../lib/format";
import { dateText } from "../../lib/time";
import classes from "./DayChart.module.css";

const barWidth = 10;
const height = 96;

/** Days are of UTC, whatever the viewer's zone. */
const dayName = (day: string) => dateText(`${day}T00:00:00Z`, "UTC");

export function DayChart({ days }: { days: Schema<"DayCount">[] }) {
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last) return <Text c="dimmed">No calls yet.</Text>;
  const most = Math.max(1, ...days.map((day) => day.calls));
  const scale = (calls: number) => (calls === 0 ? 0 : Math.max(2, (calls / most) * height));

  return (
    <figure className={classes.figure}>
      <svg
        className={classes.chart}
        viewBox={`0 0 ${days.length * barWidth} ${height}`}
        preserveAspectRatio="none"
        aria-hidden
      >
        {days.map((day, index) => {
          const calls = scale(day.calls);
          const errors = (day.errors / Math.max(1, day.calls)) * calls;
          return (
            <g key={day.day} transform={`translate(${index * barWidth} 0)`}>
              <title>{`${dayName(day.day)}: ${count(day.calls)} calls, ${count(day.errors)} errors`}</title>
              <rect className={classes.slot} width={barWidth} height={height} />
              <rect
                className={classes.calls}
                x="1"
                width={barWidth - 2}
                y={height - calls}
                height={calls}
              />
              <rect
                className={classes.errors}
                x="1"
                width={barWidth - 2}
                y={height - errors}
                height={errors}
              />
            </g>
          );
        })}
      </svg>
      <Group justify="space-between" component="figcaption" gap="xs">
        <Text size="xs" c="dimmed">
          {dayName(first.day)}
        </Text>
        <Text size="xs" c="dimmed">
          Maximum per day (UTC): {count(most)}
        </Text>
        <Text size="xs" c="dimmed">
          {dayName(last.day)}
        </Text>
      </Group>
      <VisuallyHidden>
        <table>
          <caption>Calls per day</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Calls</th>
              <th scope="col">Errors</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <tr key={day.day}>
                <th scope="row">{day.day}</th>
                <td>{day.calls}</td>
                <td>{day.errors}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}
