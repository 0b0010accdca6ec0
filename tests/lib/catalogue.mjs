// Real OpenAPI documents as the operations of a Wick, questions about them, and how often the right
// operation is among the first answers: by wick_search, and by plain substring search for comparison.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import zlib from "node:zlib";
import { callTool } from "./wick.mjs";

const require = createRequire(import.meta.url);
const inside = (name, file) => path.join(path.dirname(require.resolve(name)), file);
const readme = path.dirname(require.resolve("@readme/oas-examples/package.json"));

export const documents = {
  figma: {
    label: "Figma",
    tags: ["design"],
    file: inside("@figma/rest-api-spec/package.json", "openapi/openapi.yaml"),
  },
  blockfrost: {
    label: "Blockfrost",
    tags: ["crypto"],
    file: inside("@blockfrost/openapi/package.json", "openapi.yaml"),
  },
  rclone: { label: "rclone", tags: ["cloud storage"], file: inside("rclone-openapi", "openapi.json") },
  shipengine: {
    label: "ShipEngine",
    tags: ["logistics"],
    file: inside("shipengine-openapi/package.json", "openapi.yaml"),
  },
  readme: { label: "ReadMe", tags: ["documentation"], file: path.join(readme, "3.1/json/readme.json") },
  trains: { label: "Train travel", tags: [], file: path.join(readme, "3.1/json/train-travel.json") },
  petstore: { label: "Petstore", tags: [], file: path.join(readme, "3.1/json/petstore.json") },
  "star trek": { label: "Star Trek", tags: [], file: path.join(readme, "3.0/json/star-trek.json") },
};

// The questions were written before the ranking. After a miss, only questions that are not held out led to a change.
export const questions = JSON.parse(fs.readFileSync(new URL("../data/questions.json", import.meta.url)));

const must = (answer, status) => {
  if (answer.status !== status) throw new Error(`${answer.status}: ${answer.text}`);
  return answer.body;
};

/**
 * Imports everything that can be, and turns on what is destructive: a map of tool_id to { connector, operation, name,
 * description }. More of the same, without tags, when `more` is put behind every label.
 */
export async function importCatalogue(admin, more = "") {
  const catalogue = new Map();
  for (const [connector, { label, tags, file }] of Object.entries(documents)) {
    const ids = [];
    for (const name of more ? [] : tags)
      ids.push(must(await admin.post("/admin/tags", { name, filter: false }), 201).id);
    const document_deflated = zlib.deflateRawSync(fs.readFileSync(file)).toString("base64url");
    const { id } = must(
      await admin.post("/admin/connectors", {
        kind: "rest",
        label: label + more,
        tags: ids,
        config: { base_url: "https://catalogue.test" },
      }),
      201,
    );
    const { operations } = must(
      await admin.post("/admin/connectors/import/openapi", { document_deflated, connector: id }),
      200,
    );
    const chosen = operations.filter(({ importable }) => importable);
    must(
      await admin.post(`/admin/connectors/${id}/import/openapi`, {
        document_deflated,
        operations: chosen.map(({ operation }) => operation),
      }),
      200,
    );
    for (const { key, operation, name, description, destructive } of chosen) {
      if (destructive) must(await admin.patch(`/admin/connectors/${id}/operations/${key}`, { enabled: true }), 200);
      catalogue.set(`conn:${id}/${key}`, { connector, operation, name, description });
    }
  }
  return catalogue;
}

/** The tool_ids in the order of wick_search. */
export async function ranked(wick, token, question) {
  const { body, text } = await callTool(wick, token, "wick_search", { query: question });
  if (!body?.result?.structuredContent) throw new Error(text);
  return body.result.structuredContent.operations.map(({ tool_id }) => tool_id);
}

/** The tool_ids by the number of words of the question that occur anywhere in name and description. */
export function bySubstring(catalogue, question) {
  const words = [...new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu))];
  const points = ([, { name, description }]) => {
    const text = `${name} ${description}`.toLowerCase();
    return words.filter((word) => text.includes(word)).length;
  };
  return [...catalogue]
    .map((each) => [points(each), each[0]])
    .filter(([count]) => count > 0)
    .sort((a, b) => b[0] - a[0])
    .map(([, id]) => id);
}

/** The share of questions for which a right operation is among the first `count` results of `search(question)`. */
export async function recall(catalogue, asked, search, count = 5) {
  const missed = [];
  for (const each of asked) {
    const first = (await search(each.question)).slice(0, count).map((id) => catalogue.get(id));
    if (!first.some((one) => one && one.connector === each.connector && each.expect.includes(one.operation)))
      missed.push(each);
  }
  return { share: 1 - missed.length / asked.length, missed };
}
