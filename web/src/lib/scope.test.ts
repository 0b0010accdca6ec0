import { expect, test } from "vitest";
import { describeScope, isWhole, scopeProblem } from "./scope";

test("a scope of all connectors and operations leaves nothing out", () => {
  expect(isWhole({})).toBe(true);
  expect(isWhole({ operations: "all" })).toBe(true);
  expect(isWhole({ operations: "read_only" })).toBe(false);
  expect(isWhole({ connectors: ["a"] })).toBe(false);
});

test("an empty choice cannot be used, and says which one is missing", () => {
  expect(scopeProblem({ connectors: [] })).toBe("Choose at least one connector.");
  expect(scopeProblem({ operations: [] })).toBe("Choose at least one operation.");
  expect(scopeProblem({ connectors: ["a"], operations: ["a/b"] })).toBeNull();
});

test("a choice of more operations than the server keeps is refused before it is sent", () => {
  const many = Array.from({ length: 1001 }, (_, i) => `a/${i}`);
  expect(scopeProblem({ operations: many })).toMatch(/At most 1,000 operations/);
  expect(scopeProblem({ operations: many.slice(1) })).toBeNull();
});

test("a scope is described by what it allows", () => {
  expect(describeScope({})).toBe("All operations · all connectors");
  expect(describeScope({ operations: "read_only", connectors: ["a", "b"] })).toBe(
    "Read-only operations · 2 connectors",
  );
  expect(describeScope({ operations: ["a/b"], connectors: ["a"] })).toBe(
    "1 chosen operation · 1 connector",
  );
});
