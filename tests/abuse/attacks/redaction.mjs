// What the audit leaves out is found in one pass, however often it occurs.
export const what = "calls a tool with arguments of 4 MB that are nothing but secrets and near secrets";

const bytes = 4_100_000;
const filled = (piece) => piece.repeat(Math.floor(bytes / piece.length));
const inputs = {
  tokens: filled("wick_pat_00000000 "),
  "tokens without a space": filled("wick_pat_00000000"),
  prefixes: filled("wick_pat_"),
  "bearer headers": filled("Authorization: Bearer abcdefgh "),
  "pairs in text": filled("password=abc&token=def&"),
  "quoted members": filled('\\"password\\":\\"abc\\",').slice(0, bytes / 2),
  quotes: '\\"'.repeat(bytes / 2),
  backslashes: "\\\\".repeat(bytes / 2),
  "a name behind backslashes": `token${"\\\\".repeat(bytes / 2 - 10)}\\":1`,
  "names behind backslashes": filled(`token${"\\\\".repeat(500)}\\":`),
  "nested text": filled('{\\"token\\":'),
};

export async function run(target, { end }) {
  const callWith = async (text, name) => {
    const began = performance.now();
    const response = await target.send({
      method: "POST",
      path: "/mcp",
      timeout: 60_000,
      headers: { "content-type": "application/json", authorization: `Bearer ${target.member.token}` },
      body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":{"x":"${text}"}}}`,
    });
    target.check(response.status !== 0, `no answer: ${response.error}`);
    return performance.now() - began;
  };
  const plain = await callWith("x".repeat(bytes), "no__such");
  let worst = { time: 0 };
  for (const tool of ["no__such", "notes__create"]) {
    for (const [name, text] of Object.entries(inputs)) {
      if (tool === "notes__create" && Date.now() > end) break;
      const time = await callWith(text, tool);
      if (time > worst.time) worst = { time, name };
      target.check(time < 1500 + 20 * plain, `${name} took ${time.toFixed(0)} ms, plain text ${plain.toFixed(0)} ms`);
    }
  }
  target.note(`plain ${plain.toFixed(0)} ms, worst ${worst.time.toFixed(0)} ms (${worst.name})`);
}
