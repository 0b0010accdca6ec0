// An authenticator app (RFC 6238), computed apart from Wick's own code.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { Session, password, remember, until } from "./wick.mjs";

const period = 30_000;
export const currentStep = () => Math.floor(Date.now() / period);

function fromBase32(text) {
  const bits = [...text]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

export class Authenticator {
  constructor(base32) {
    remember("secrets", base32);
    this.key = fromBase32(base32);
    this.used = 0;
  }

  codeAt(step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = crypto.createHmac("sha1", this.key).update(counter).digest();
    const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
    return String(number % 1e6).padStart(6, "0");
  }

  /** A code that is wrong now and in the next steps. */
  wrong() {
    const near = [-3, -2, -1, 0, 1, 2, 3, 4].map((drift) => this.codeAt(currentStep() + drift));
    return ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777", "888888"].find(
      (code) => !near.includes(code),
    );
  }

  /**
   * Gives `send` a code that was not used yet, and remembers it when that was answered well. The server takes the step
   * before and after the current one too, so three in a row need no waiting.
   */
  async spend(send) {
    for (;;) {
      const now = currentStep();
      const step = Math.max(this.used + 1, now - 1);
      if (step > now + 1) await until(() => currentStep() + 1 >= step, 60, "the clock stands still");
      const answer = await send(this.codeAt(step));
      if (answer.status < 300) this.used = step;
      // The oldest step may have gone out of the window on the way.
      else if (step < currentStep() - 1) continue;
      return answer;
    }
  }
}

/** Turns a second factor on for a signed-in session. */
export async function enrol(session, secret = password) {
  const begun = await session.post("/me/second-factor/enrolment", { password: secret });
  assert.equal(begun.status, 201, begun.text);
  const app = new Authenticator(begun.body.secret);
  const confirmed = await app.spend((code) => session.post("/me/second-factor", { code }));
  assert.equal(confirmed.status, 201, confirmed.text);
  confirmed.body.recovery_codes.forEach((code) => remember("secrets", code));
  return { app, recovery: confirmed.body.recovery_codes, uri: begun.body.uri };
}

/** The first step: the browser after the right password. */
export async function firstStep(wick, email, secret = password) {
  const session = new Session(wick);
  const answer = await session.post("/session", { email, password: secret });
  assert.equal(answer.status, 202, answer.text);
  return session;
}
