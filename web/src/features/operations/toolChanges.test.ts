import { expect, test } from "vitest";
import { differences, kindOf } from "./toolChanges";

const change = (accepted: object | null, offered: object | null) =>
  ({ key: "t", accepted, offered }) as unknown as Parameters<typeof kindOf>[0];

test("a tool is new, changed or gone", () => {
  expect(kindOf(change(null, { a: 1 }))).toBe("New");
  expect(kindOf(change({ a: 1 }, { a: 2 }))).toBe("Changed");
  expect(kindOf(change({ a: 1 }, null))).toBe("Gone");
});

test("only members that differ are shown", () => {
  const all = differences(
    change({ title: "A", same: [1] }, { title: "B", same: [1], added: true }),
  );
  expect(all).toEqual([
    { field: "title", accepted: "A", offered: "B" },
    { field: "added", accepted: undefined, offered: "true" },
  ]);
});

test("characters that people cannot see are shown by their number", () => {
  const [one] = differences(change(null, { description: "Read\u202e\u200b all\nlines" }));
  expect(one?.offered).toBe("Read⟨U+202E⟩⟨U+200B⟩ all\nlines");
});

test("nothing of a tool that is gone is shown as a difference", () => {
  expect(differences(change({ a: 1 }, null))).toEqual([]);
});
