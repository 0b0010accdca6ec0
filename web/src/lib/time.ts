// Times as people say them: by calendar day in the viewer's zone, followed by the clock time. Nothing is rounded:
// "yesterday" is the day before today, however many hours that is.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const maxCountedDays = 30;

interface LocalTime {
  year: number;
  month: number;
  day: number;
  clock: string;
  seconds: string;
  zone: string;
}

export interface TimeWords {
  /** "today 14:03", "in 7 days", "12 Nov 2026" */
  text: string;
  /** The part that the text leaves out: the date, the clock time, or both. May be empty. */
  detail: string;
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "short",
    });
    formats.set(timeZone, format);
  }
  return format;
}

function localTime(milliseconds: number, timeZone: string | undefined): LocalTime {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(milliseconds)) parts[type] = value;
  return {
    year: Number(parts.year),
    month: Number(parts.month),
    day: Number(parts.day),
    clock: `${parts.hour}:${parts.minute}`,
    seconds: parts.second ?? "",
    zone: parts.timeZoneName ?? "",
  };
}

/** Counts calendar days, so that one of 23 or 25 hours counts as one. */
const dayNumber = ({ year, month, day }: LocalTime) => Date.UTC(year, month - 1, day) / 86_400_000;

const dateOf = ({ year, month, day }: LocalTime) => `${day} ${months[month - 1]} ${year}`;

/** "12 Nov 2026" */
export const dateText = (iso: string, timeZone?: string) =>
  dateOf(localTime(Date.parse(iso), timeZone));

/** The calendar day of `now`, as a number that changes at midnight. */
export const today = (now: number, timeZone?: string) => dayNumber(localTime(now, timeZone));

/** `day` is the calendar day of now, as today() gives it. */
export function timeWords(iso: string, day: number, timeZone?: string): TimeWords {
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) return { text: iso, detail: "" };
  const time = localTime(milliseconds, timeZone);
  const days = dayNumber(time) - day;
  switch (days) {
    case -1:
      return { text: `yesterday ${time.clock}`, detail: "" };
    case 0:
      return { text: `today ${time.clock}`, detail: "" };
    case 1:
      return { text: `tomorrow ${time.clock}`, detail: "" };
    default:
      return days > 1 && days <= maxCountedDays
        ? { text: `in ${days} days`, detail: `${dateOf(time)} ${time.clock}` }
        : { text: dateOf(time), detail: time.clock };
  }
}

/** "12 Nov 2026, 14:03:05 CET" */
export function exactTime(iso: string, timeZone?: string): string {
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) return iso;
  const time = localTime(milliseconds, timeZone);
  return `${dateOf(time)}, ${time.clock}:${time.seconds} ${time.zone}`;
}
