// The requests that imported operations make, compared with those that another implementation makes of the same document and the
// same arguments (@readme/oas-to-har). Both are sent to one server on loopback, which sees what arrives.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import zlib from "node:zlib";
import Ajv2020 from "ajv/dist/2020.js";
import oasToHar from "@readme/oas-to-har";
import Oas from "oas";
import YAML from "yaml";
import { requestOf, sameRequest } from "../lib/har.mjs";
import { randomArguments } from "../lib/random-arguments.mjs";
import { startRecorder } from "../lib/recorder.mjs";
import { Wick } from "../lib/wick.mjs";

const require = createRequire(import.meta.url);
const folder = (name) => path.dirname(require.resolve(`${name}/package.json`));
const readme = folder("@readme/oas-examples");
const documents = {
  figma: path.join(folder("@figma/rest-api-spec"), "openapi/openapi.yaml"),
  blockfrost: path.join(folder("@blockfrost/openapi"), "openapi.yaml"),
  rclone: path.join(path.dirname(require.resolve("rclone-openapi/openapi.json")), "openapi.json"),
  shipengine: path.join(path.dirname(require.resolve("shipengine-openapi/openapi.json")), "openapi.json"),
  readme: path.join(readme, "3.1/yaml/readme.yaml"),
  trains: path.join(readme, "3.1/yaml/train-travel.yaml"),
  "star trek": path.join(readme, "3.0/json/star-trek.json"),
  petstore: path.join(readme, "3.1/json/petstore.json"),
  "file uploads": path.join(readme, "3.0/json/file-uploads.json"),
  forms: path.join(readme, "3.0/json/form-data.json"),
  uspto: path.join(readme, "3.0/json/uspto.json"),
  wick: path.resolve(import.meta.dirname, "../../src/api/openapi.json"),
};
const seed = Number(process.env.WICK_SEED ?? 13);
const rounds = 3; // of arguments for each operation

let wick, admin, upstream, base, seen;
before(async () => {
  upstream = await startRecorder();
  ({ origin: base, seen } = upstream);
  wick = await Wick.start();
  admin = await wick.signIn();
});
after(async () => {
  upstream.close();
  await wick.stop();
});

// What is generated is not always what the schema allows: Ajv has the last word.
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
function fitting(schema, seed) {
  const fits = ajv.compile(schema);
  for (let i = 0; i < 20; ++i) {
    const args = randomArguments(schema, `${seed} ${i}`);
    if (fits(args)) return args;
  }
  return undefined;
}

const totals = { operations: 0, importable: 0, compared: 0, requests: 0 };
for (const [name, file] of Object.entries(documents)) {
  test(`the document of ${name}: what is sent is what another implementation sends`, async (t) => {
    const text = fs.readFileSync(file, "utf8");
    const document = YAML.parse(text, { maxAliasCount: -1 });
    const packed = { document_deflated: zlib.deflateRawSync(text).toString("base64url") };
    const { body } = await admin.post("/admin/connectors/import/openapi", packed);
    const importable = body.operations.filter((each) => each.importable && !each.server);
    const made = await admin.post("/admin/connectors", {
      kind: "rest",
      label: `Compared ${name}`,
      config: { base_url: base, allow_private_addresses: true },
    });
    const taken = await admin.post(`/admin/connectors/${made.body.id}/import/openapi`, {
      ...packed,
      operations: importable.map((each) => each.operation),
    });
    assert.equal(taken.status, 200, taken.text);
    const operations = (await admin.get(`/admin/connectors/${made.body.id}`)).body.operations;
    const oas = Oas.init(structuredClone({ ...document, servers: [{ url: base }], security: [] }));
    const differences = {};
    let compared = 0,
      requests = 0;
    for (const offered of importable) {
      const operation = operations.find((each) => each.key === offered.key);
      if (!operation.enabled)
        await admin.patch(`/admin/connectors/${made.body.id}/operations/${offered.key}`, { enabled: true });
      const theirs = oas.operation(offered.path, offered.method.toLowerCase());
      let told;
      for (let round = 0; round < rounds; ++round) {
        const args = fitting(operation.input_schema, `${seed} ${name} ${offered.operation} ${round}`);
        if (!args) {
          told = { kind: "no arguments were found that fit", what: "" };
          break;
        }
        const run = await admin.post(`/connectors/${made.body.id}/operations/${offered.key}/run`, { arguments: args });
        if (/it is part of the address/.test(run.text)) continue; // an empty list or object in the path
        assert.equal(run.body.status, "ok", `${offered.operation} ${JSON.stringify(args)}: ${run.text}`);
        const ours = seen.pop();
        const values = requestOf(operation, theirs, args);
        if (values.unlike) {
          told = values.unlike;
          break;
        }
        const har = oasToHar(oas, theirs, values, {}).log.entries[0].request;
        const unlike = await sameRequest(ours, har, seen, base);
        if (unlike) {
          told = unlike;
          if (process.env.WICK_SHOW) console.log(name, offered.operation, JSON.stringify(args), unlike);
        } else {
          ++requests;
        }
      }
      if (told) (differences[told.kind] ??= []).push(`${offered.operation}: ${told.what}`);
      else ++compared;
    }
    totals.operations += body.operations.length;
    totals.importable += importable.length;
    totals.compared += compared;
    totals.requests += requests;
    t.diagnostic(
      `${name}: ${body.operations.length} operations, ${importable.length} called, ${compared} the same in each of ${rounds} requests; ${JSON.stringify(Object.fromEntries(Object.entries(differences).map(([kind, all]) => [kind, all.length])))}`,
    );
    assert.deepEqual(differences.other ?? [], []);
    assert.equal((await admin.delete(`/admin/connectors/${made.body.id}`)).status, 204);
  });
}

test("most operations were compared", (t) => {
  t.diagnostic(JSON.stringify(totals));
  assert.ok(totals.compared > 0.8 * totals.importable, JSON.stringify(totals));
});
