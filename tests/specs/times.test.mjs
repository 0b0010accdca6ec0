// Times as the web app says them: by calendar day in the viewer's zone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exactTime, timeWords, today } from "../../web/src/lib/time.ts";

const says = (time, now, zone = "UTC") => {
  const { text, detail } = timeWords(time, today(Date.parse(now), zone), zone);
  return detail ? `${text} | ${detail}` : text;
};

test("a day begins at midnight of the viewer, however few minutes ago that was", () => {
  assert.equal(says("2026-11-29T23:59:59Z", "2026-11-30T00:00:00Z"), "yesterday 23:59");
  assert.equal(says("2026-11-30T00:00:00Z", "2026-11-30T23:59:59Z"), "today 00:00");
  assert.equal(says("2026-11-30T23:30:00Z", "2026-11-30T00:10:00Z"), "today 23:30");
  assert.equal(says("2026-12-01T00:00:00Z", "2026-11-30T23:59:59Z"), "tomorrow 00:00");
  assert.equal(says("2026-11-29T23:30:00Z", "2026-11-30T12:00:00Z", "Europe/Berlin"), "today 00:30");
  assert.equal(says("2026-11-30T04:30:00Z", "2026-11-30T12:00:00Z", "America/New_York"), "yesterday 23:30");
});

test("yesterday is one day, and what is before has its date", () => {
  assert.equal(says("2026-11-29T00:00:00Z", "2026-11-30T23:59:59Z"), "yesterday 00:00");
  assert.equal(says("2026-11-28T23:59:59Z", "2026-11-30T00:00:00Z"), "28 Nov 2026 | 23:59");
  assert.equal(says("2026-10-31T14:03:00Z", "2026-11-30T12:00:00Z"), "31 Oct 2026 | 14:03");
  assert.equal(says("2025-12-31T23:00:00Z", "2026-01-01T01:00:00Z"), "yesterday 23:00");
});

test("days to come are counted as calendar days, and an invitation of seven days says seven", () => {
  for (const clock of ["00:00:00", "09:30:00", "23:59:59"])
    assert.match(says(`2026-12-07T${clock}Z`, `2026-11-30T${clock}Z`), /^in 7 days \| 7 Dec 2026 \d\d:\d\d$/);
  assert.equal(says("2026-12-02T00:00:00Z", "2026-11-30T23:59:59Z"), "in 2 days | 2 Dec 2026 00:00");
  assert.equal(says("2026-12-30T12:00:00Z", "2026-11-30T12:00:00Z"), "in 30 days | 30 Dec 2026 12:00");
  assert.equal(says("2026-12-31T12:00:00Z", "2026-11-30T12:00:00Z"), "31 Dec 2026 | 12:00");
});

test("a month and a leap day end as the calendar says", () => {
  assert.equal(says("2028-02-29T10:00:00Z", "2028-03-01T09:00:00Z"), "yesterday 10:00");
  assert.equal(says("2027-02-28T10:00:00Z", "2027-03-01T09:00:00Z"), "yesterday 10:00");
  assert.equal(says("2028-02-28T10:00:00Z", "2028-03-01T09:00:00Z"), "28 Feb 2028 | 10:00");
});

test("days of 23 and of 25 hours are days", () => {
  // In Berlin clocks went forward on 29 March 2026 and back on 25 October.
  assert.equal(says("2026-03-28T22:30:00Z", "2026-03-29T22:15:00Z", "Europe/Berlin"), "28 Mar 2026 | 23:30");
  assert.equal(says("2026-03-28T23:30:00Z", "2026-03-29T21:45:00Z", "Europe/Berlin"), "today 00:30");
  assert.equal(says("2026-10-24T22:30:00Z", "2026-10-25T22:30:00Z", "Europe/Berlin"), "today 00:30");
  assert.equal(says("2026-11-01T09:00:00Z", "2026-10-25T22:30:00Z", "Europe/Berlin"), "in 7 days | 1 Nov 2026 10:00");
  assert.equal(says("2026-04-05T09:00:00Z", "2026-03-28T23:30:00Z", "Europe/Berlin"), "in 7 days | 5 Apr 2026 11:00");
});

test("the exact time has seconds and the zone", () => {
  assert.equal(exactTime("2026-11-12T13:03:05Z", "Europe/Berlin"), "12 Nov 2026, 14:03:05 CET");
  assert.equal(exactTime("2026-07-12T00:00:00Z", "UTC"), "12 Jul 2026, 00:00:00 UTC");
});

test("the day changes at midnight, and text that is no time is shown as it is", () => {
  assert.equal(
    today(Date.parse("2026-11-29T23:00:00Z"), "Europe/Berlin") -
      today(Date.parse("2026-11-29T22:59:59Z"), "Europe/Berlin"),
    1,
  );
  assert.equal(says("soon", "2026-11-30T00:00:00Z"), "soon");
});
