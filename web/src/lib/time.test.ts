import { expect, test } from "vitest";
import { dateText, exactTime, timeWords, today } from "./time";

const zone = "Europe/Berlin";
const now = Date.parse("2026-11-30T08:00:00Z");
const wordsAt = (now: number, iso: string, timeZone: string) =>
  timeWords(iso, today(now, timeZone), timeZone);
const words = (iso: string) => wordsAt(now, iso, zone);

test("the day before is yesterday, however few hours ago it was", () => {
  expect(words("2026-11-29T22:59:00Z")).toEqual({ text: "yesterday 23:59", detail: "" });
  expect(words("2026-11-29T00:01:00Z").text).toBe("yesterday 01:01");
});

test("two days before is a date, not yesterday", () => {
  expect(words("2026-11-28T22:59:00Z")).toEqual({ text: "28 Nov 2026", detail: "23:59" });
});

test("a moment after midnight is today", () => {
  expect(words("2026-11-29T23:00:00Z").text).toBe("today 00:00");
});

test("an expiry in seven days says seven days, followed by the date", () => {
  expect(words("2026-12-07T07:59:00Z")).toEqual({ text: "in 7 days", detail: "7 Dec 2026 08:59" });
  expect(words("2026-12-01T00:00:00Z").text).toBe("tomorrow 01:00");
});

test("an expiry after thirty days is a date", () => {
  expect(words("2026-12-30T12:00:00Z").text).toBe("in 30 days");
  expect(words("2026-12-31T12:00:00Z")).toEqual({ text: "31 Dec 2026", detail: "13:00" });
});

test("days of 23 and 25 hours count as one day", () => {
  const afterSpring = Date.parse("2026-03-30T10:00:00Z");
  expect(wordsAt(afterSpring, "2026-03-29T00:30:00Z", zone).text).toBe("yesterday 01:30");
  const afterAutumn = Date.parse("2026-10-26T10:00:00Z");
  expect(wordsAt(afterAutumn, "2026-10-24T22:30:00Z", zone).text).toBe("yesterday 00:30");
});

test("the day is the viewer's, not that of UTC", () => {
  const late = Date.parse("2026-11-30T12:00:00Z");
  expect(wordsAt(late, "2026-11-30T01:00:00Z", "America/New_York").text).toBe("yesterday 20:00");
  expect(wordsAt(late, "2026-11-30T01:00:00Z", "Asia/Tokyo").text).toBe("today 10:00");
  expect(today(late, "Asia/Tokyo")).toBe(today(late, "America/New_York"));
});

test("the exact time has seconds and zone", () => {
  expect(exactTime("2026-11-12T13:03:05Z", zone)).toMatch(/^12 Nov 2026, 14:03:05 (CET|GMT\+1)$/);
  expect(dateText("2026-11-12T23:30:00Z", zone)).toBe("13 Nov 2026");
});

test("a text that is no time is shown as it is", () => {
  expect(words("soon")).toEqual({ text: "soon", detail: "" });
  expect(exactTime("soon", zone)).toBe("soon");
});
