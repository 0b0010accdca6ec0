// One attack in a process of its own, at a low priority: `node attacker.mjs NAME`, then a message {target, duration}.
import os from "node:os";
import { Target } from "./target.mjs";

os.setPriority(10); // what is measured is the server, and not how the attack takes the processor from it
process.on("message", async ({ name, described, duration }) => {
  const target = new Target(described);
  try {
    const { run } = await import(`./attacks/${name}.mjs`);
    await run(target, { duration, end: Date.now() + duration });
  } catch (error) {
    target.faults.push(`the attack itself failed: ${error.stack}`);
  }
  process.send({ faults: target.faults, notes: target.notes }, () => process.exit());
});
process.on("disconnect", () => process.exit());
