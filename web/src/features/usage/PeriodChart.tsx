// Calls with their errors, and below them the p95 latency, as bars by hour or day. The plot is a slider that chooses a
// period: by arrow keys, by pointer; what it holds is said below and to screen readers.
import { Group, Text } from "@mantine/core";
import { useState, type KeyboardEvent, type PointerEvent } from "react";
import { count } from "../../lib/format";
import classes from "./PeriodChart.module.css";
import { latencyText, periodName, periodText, type Grain, type Period } from "./periods";

const barWidth = 10;
const callsHeight = 110;
const latencyHeight = 60;

interface Props {
  label: string;
  periods: Period[];
  grain: Grain;
}

export function PeriodChart({ label, periods, grain }: Props) {
  const last = periods.length - 1;
  const [asked, setChosen] = useState(last);
  const chosen = Math.min(asked, last);
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: chosen - 1,
      ArrowDown: chosen - 1,
      ArrowRight: chosen + 1,
      ArrowUp: chosen + 1,
      Home: 0,
      End: last,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(last, next)));
  };
  const onPointer = ({ currentTarget, clientX }: PointerEvent) => {
    const box = currentTarget.getBoundingClientRect();
    const at = Math.floor(((clientX - box.left) / box.width) * periods.length);
    setChosen(Math.max(0, Math.min(last, at)));
  };
  const mostCalls = Math.max(1, ...periods.map(({ calls }) => calls));
  const mostLatency = Math.max(1, ...periods.map(({ p95_ms }) => p95_ms ?? 0));
  const first = periods[0];
  const end = periods[last];
  const shown = periods[chosen];
  if (!first || !end || !shown) return null;
  return (
    <div>
      <div
        className={classes.plot}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={chosen}
        aria-valuetext={periodText(shown, grain)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
      >
        <Bars height={callsHeight} periods={periods} chosen={chosen}>
          {({ calls, errors }) => [
            [classes.calls, calls / mostCalls],
            [classes.errors, errors / mostCalls],
          ]}
        </Bars>
        <Bars height={latencyHeight} periods={periods} chosen={chosen}>
          {({ p95_ms }) => [
            // 0 ms was measured too: the least bar.
            [classes.latency, p95_ms === null ? 0 : Math.max(p95_ms, 0.001) / mostLatency],
          ]}
        </Bars>
      </div>
      <Group justify="space-between" gap="xs" mt={4}>
        <Text size="xs" c="dimmed">
          {periodName(first.start, grain)}
        </Text>
        <Text size="xs" c="dimmed">
          {periodName(end.start, grain)}
        </Text>
      </Group>
      <Text size="sm" mt="xs" data-testid="period">
        {periodText(shown, grain)}
      </Text>
      <Text size="xs" c="dimmed" component="div" mt="xs" className={classes.legend}>
        <Key className={classes.calls}>Calls, at most {count(mostCalls)}</Key>
        <Key className={classes.errors}>Errors</Key>
        <Key className={classes.latency}>p95 latency, at most {latencyText(mostLatency)}</Key>
      </Text>
    </div>
  );
}

interface BarsProps {
  height: number;
  periods: Period[];
  chosen: number;
  /** The bars of a period, the later in front, each a part of the height. */
  children: (period: Period) => [className: string | undefined, part: number][];
}

function Bars({ height, periods, chosen, children }: BarsProps) {
  return (
    <svg
      className={classes.bars}
      height={height}
      viewBox={`0 0 ${periods.length * barWidth} ${height}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      {periods.map((period, index) => (
        <g key={period.start} transform={`translate(${index * barWidth} 0)`}>
          <rect
            className={classes.slot}
            data-chosen={index === chosen || undefined}
            width={barWidth}
            height={height}
          />
          {children(period)
            .filter(([, part]) => part > 0)
            .map(([className, part]) => {
              const tall = Math.max(2, part * (height - 6));
              return (
                <rect
                  key={className}
                  className={className}
                  x={1}
                  width={barWidth - 2}
                  y={height - tall}
                  height={tall}
                />
              );
            })}
        </g>
      ))}
    </svg>
  );
}

function Key({ className, children }: { className?: string; children: React.ReactNode }) {
  return (
    <span>
      <svg width="10" height="10" aria-hidden>
        <rect className={className} width="10" height="10" rx="2" />
      </svg>
      {children}
    </span>
  );
}
