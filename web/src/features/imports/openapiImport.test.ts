import { expect, test } from "vitest";
import {
  canChoose,
  findOperations,
  groupOf,
  suggested,
  type OfferedOperation,
  type Preview,
} from "./openapiImport";

const operation = (changes: Partial<OfferedOperation>): OfferedOperation =>
  ({
    operation: "GET /a",
    key: "a",
    name: "A",
    tags: [],
    status: "new",
    importable: true,
    read_only: true,
    deprecated: false,
    ...changes,
  }) as OfferedOperation;
const preview = (imported: boolean, operations: OfferedOperation[]) =>
  ({ imported_before: imported ? {} : null, operations }) as unknown as Preview;

test("a first import suggests what only reads and is not deprecated", () => {
  const all = [
    operation({ operation: "GET /a" }),
    operation({ operation: "POST /a", read_only: false }),
    operation({ operation: "GET /old", deprecated: true }),
    operation({ operation: "GET /no", importable: false }),
  ];
  expect([...suggested(preview(false, all))]).toEqual(["GET /a"]);
});

test("a later import suggests what the document changed, whether it reads or not", () => {
  const all = [
    operation({ operation: "GET /new" }),
    operation({ operation: "POST /changed", status: "changed", read_only: false }),
    operation({ operation: "GET /gone", status: "removed", importable: false }),
  ];
  expect([...suggested(preview(true, all))]).toEqual(["POST /changed"]);
});

test("operations that the document no longer has can be chosen, and stand in a group of their own", () => {
  const gone = operation({ status: "removed", importable: false, tags: ["pets"] });
  expect(canChoose(gone)).toBe(true);
  expect(groupOf(gone)).toBe("No longer in the document");
  expect(groupOf(operation({ tags: ["pets", "x"] }))).toBe("pets");
  expect(canChoose(operation({ importable: false }))).toBe(false);
});

test("a search finds all of its words, in names, keys, paths and tags, and keeps groups together", () => {
  const all = [
    operation({ operation: "GET /pets", name: "List pets", tags: ["pets"] }),
    operation({ operation: "GET /users", name: "List users", tags: ["users"] }),
    operation({ operation: "POST /pets", name: "Add a pet", tags: ["pets"], read_only: false }),
  ];
  expect(findOperations(all, "", "all").map((one) => one.operation)).toEqual([
    "GET /pets",
    "POST /pets",
    "GET /users",
  ]);
  expect(findOperations(all, "LIST pet", "all").map((one) => one.operation)).toEqual(["GET /pets"]);
  expect(findOperations(all, "", "reads")).toHaveLength(2);
  expect(findOperations(all, "", "changed")).toEqual([]);
});
