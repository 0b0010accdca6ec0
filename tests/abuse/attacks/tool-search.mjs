import zlib from "node:zlib";
import { inParallel, parsed } from "../target.mjs";

export const what =
  "searches a catalogue of 1,000 tools with 180 words, with typing errors, and too long, 16 at once in a loop";

/** A REST connector of 1,000 operations whose descriptions share their words. */
async function prepare(target) {
  const verbs = ["list", "create", "update", "archive", "approve", "search", "export", "assign", "restore", "compare"];
  const nouns = [
    "invoice",
    "customer",
    "shipment",
    "project",
    "ticket",
    "contract",
    "employee",
    "payment",
    "warehouse",
    "campaign",
  ];
  const words = (i, count) =>
    Array.from(
      { length: count },
      (_, k) => `${nouns[(i + k) % 10]} ${verbs[(i * k) % 10]} code${(i * 7 + k * 13) % 400}`,
    ).join(" ");
  const paths = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [
      `/${nouns[i % 10]}s/${i}`,
      {
        get: {
          operationId: `${verbs[((i / 10) | 0) % 10]}_${nouns[i % 10]}_${i}`,
          summary: words(i, 3),
          description: words(i, 12),
          responses: { 200: { description: "Done" } },
        },
      },
    ]),
  );
  const document_deflated = zlib
    .deflateRawSync(JSON.stringify({ openapi: "3.0.3", info: { title: "Large", version: "1" }, paths }))
    .toString("base64url");
  const admin = async (route, body) => parsed(await target.api("POST", route, body, target.admin));
  const { id } = await admin("/admin/connectors", {
    kind: "rest",
    label: "Large",
    config: { base_url: target.hostile, allow_private_addresses: true },
  });
  const { operations } = await admin("/admin/connectors/import/openapi", { document_deflated, connector: id });
  await admin(`/admin/connectors/${id}/import/openapi`, {
    document_deflated,
    operations: operations.map(({ operation }) => operation),
  });
}

export async function run(target, { duration }) {
  await prepare(target);
  const filled = (piece) => piece.repeat(Math.floor(1990 / piece.length));
  const queries = [
    Array.from({ length: 180 }, (_, i) => `${"bcdfgh"[i % 6]}nvoi${i}`).join(" "),
    filled("invoce cusotmer shipmnet projcet "),
    filled("invoice customer shipment project "),
    "i".repeat(2000),
    "x".repeat(200_000),
  ];
  const took = queries.map(() => 0);
  const asked = await inParallel(duration, 16, Date.now() + duration, async (i) => {
    const began = performance.now();
    await target.call("wick_search", { query: queries[i % queries.length] }, { timeout: 30_000 });
    took[i % queries.length] = Math.max(took[i % queries.length], performance.now() - began);
  });
  target.note(`${asked} searches, worst of each ${took.map((time) => time.toFixed(0)).join(", ")} ms`);
}
