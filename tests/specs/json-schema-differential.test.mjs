// Wick's JSON Schema validator and Ajv hold the same values against the same schemas. Where they do not agree, a difference
// below says why.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";
import { random } from "../lib/http-requests.mjs";
import { Generator } from "../lib/json-schemas.mjs";
import { binary } from "../lib/wick.mjs";

const seed = Number(process.env.WICK_SEED ?? 2020);
const schemas = Number(process.env.WICK_CASES ?? 2000);
const valuesEach = 8;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const tool = [
  path.resolve(path.dirname(binary), "../json_schema/json_schema_check"),
  path.join(root, "build/release/src/json_schema/json_schema_check"),
].find((file) => fs.existsSync(file));

/** What Wick says of `{ schema, values }`, each. */
function judge(cases) {
  const input = cases.map((one) => JSON.stringify(one) + "\n").join("");
  const { status, stdout, stderr } = spawnSync(tool, { input, maxBuffer: 1 << 30, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

// `ownProperties`: else a property called "toString" is always there.
const ajv = () => new Ajv2020({ strict: false, validateFormats: false, ownProperties: true, logger: false });

// Each says which schemas and values it is about, and has an example in which the two differ.
const differences = [
  {
    reason:
      "core §11.2, §11.3: a branch that fails evaluates nothing. Ajv counts what `if`, `anyOf`, `oneOf` and their branches could evaluate.",
    applies: (schema) => /"unevaluated/.test(schema) && /"(anyOf|oneOf|if)"/.test(schema),
    example: {
      schema: { if: { type: "boolean" }, then: { prefixItems: [{}] }, unevaluatedItems: false },
      value: ["a"],
      wick: false,
    },
  },
  {
    reason:
      "core §11.2: `contains`, `items` and `unevaluatedItems` evaluate what they apply to. Ajv forgets it where their schema is always valid.",
    applies: (schema) => /"unevaluatedItems"/.test(schema) && /"(contains|items|unevaluatedItems)":true/.test(schema),
    example: { schema: { contains: true, unevaluatedItems: false }, value: [1], wick: true },
  },
  {
    reason:
      "core §10.3.1.3: an empty list contains nothing. Ajv takes it where `contains` has other keywords for items next to it.",
    applies: (schema, value) => /"contains"/.test(schema) && /\[\]/.test(value),
    example: { schema: { prefixItems: [{ type: "string" }], contains: true }, value: [], wick: false },
  },
  {
    reason: "Ajv divides doubles; Wick divides decimals.",
    applies: (schema) => /"multipleOf":0\.01/.test(schema),
    example: { schema: { multipleOf: 0.01 }, value: 19.99, wick: true },
  },
  {
    reason: "Ajv reads the quotient 5e+299 as 5.",
    applies: (schema, value) => /"multipleOf"/.test(schema) && /e\+/.test(value),
    example: { schema: { multipleOf: 2 }, value: 1e300, wick: true },
  },
  {
    reason: "RE2 has no look-ahead; such a pattern never refuses a value.",
    applies: (schema) => /\(\?[=!]/.test(schema),
    example: { schema: { pattern: "^(?=a)" }, value: "b", wick: true },
  },
];
// More would hide a mistake.
const maxExplained = 0.002;

test(`both say the same of ${schemas * valuesEach} generated values (seed ${seed})`, (t) => {
  const generator = new Generator(random(seed));
  const cases = [];
  while (cases.length < schemas)
    cases.push({ schema: generator.document(), values: Array.from({ length: valuesEach }, () => generator.value(3)) });
  const answers = judge(cases);
  const count = { valid: 0, invalid: 0, explained: 0, thrown: 0 };
  cases.forEach(({ schema, values }, index) => {
    const { valid, error } = answers[index];
    assert.equal(error, undefined, JSON.stringify(schema));
    const validate = ajv().compile(schema);
    values.forEach((value, i) => {
      let theirs;
      try {
        theirs = validate(value);
      } catch (thrown) {
        // code that Ajv generates for unevaluated… sometimes ends so
        assert.ok(thrown instanceof TypeError && /"unevaluated/.test(JSON.stringify(schema)), thrown);
        count.thrown++;
        return;
      }
      count[theirs ? "valid" : "invalid"]++;
      if (valid[i] === theirs) return;
      const [schemaText, valueText] = [JSON.stringify(schema), JSON.stringify(value)];
      assert.ok(
        differences.some(({ applies }) => applies(schemaText, valueText)),
        `Ajv says ${theirs}, Wick ${valid[i]}\n${schemaText}\n${valueText}`,
      );
      count.explained++;
    });
  });
  t.diagnostic(JSON.stringify(count));
  assert.ok(Math.min(count.valid, count.invalid) > (schemas * valuesEach) / 5, "the values are of both sorts");
  assert.ok(
    count.explained + count.thrown <= schemas * valuesEach * maxExplained,
    "hardly any difference has to be explained",
  );
});

test("each known difference is one", () => {
  for (const {
    reason,
    applies,
    example: { schema, value, wick },
  } of differences) {
    assert.ok(applies(JSON.stringify(schema), JSON.stringify(value)));
    assert.deepEqual(judge([{ schema, values: [value] }])[0].valid, [wick], reason);
    assert.equal(ajv().compile(schema)(value), !wick, `${reason}: Ajv does as Wick now`);
  }
});
