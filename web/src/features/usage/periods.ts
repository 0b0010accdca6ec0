// Words for the periods of usage, which begin at whole hours and days of UTC.
import type { Schema } from "../../api/client";
import { count, duration, plural } from "../../lib/format";

export type Period = Schema<"UsagePeriod">;
export type Grain = Schema<"UsageSeries">["grain"];

const dayFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const hourFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

export const periodName = (start: string, grain: Grain) =>
  grain === "day" ? dayFormat.format(new Date(start)) : `${hourFormat.format(new Date(start))} UTC`;

/** "–" where no call has ended. */
export function latencyText(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  return milliseconds === 0 ? "under 1 ms" : duration(milliseconds);
}

export function periodText(period: Period, grain: Grain): string {
  const words = [plural(period.calls, "call"), plural(period.errors, "error")];
  if (period.p95_ms !== null) words.push(`p95 ${latencyText(period.p95_ms)}`);
  return `${periodName(period.start, grain)}: ${words.join(", ")}`;
}

export const errorText = ({ calls, errors }: { calls: number; errors: number }) =>
  errors === 0 ? "0" : `${count(errors)} (${((errors / calls) * 100).toFixed(1)} %)`;
