// The short form of script/abuse: each attack from outside, while a well-behaved client of another user makes calls.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Campaign, attacks } from "../abuse/attacks.mjs";

describe("another user notices nothing while somebody", () => {
  const campaign = new Campaign();
  after(() => campaign.close());
  for (const attack of attacks) {
    test(attack.what, async (context) => {
      const { skipped, faults, calls, p99, ratio, megabytes } = await campaign.next(attack);
      if (skipped) return context.skip(skipped);
      context.diagnostic(
        `${calls} calls, p99 ${p99.toFixed(1)} ms, ${ratio.toFixed(1)} times the quiet one, peak ${megabytes?.toFixed(0)} MB`,
      );
      assert.deepEqual(faults, []);
    });
  }
});
