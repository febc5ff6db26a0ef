import process from "node:process";
import { TestTenant } from "./tenant.ts";

/** Commits a plan: `node commit-process.ts FOLDER ID`. Prints `ready`, waits for a line, prints the outcome. */
const [, , folder = "", id = ""] = process.argv;
const tenant = new TestTenant(folder);
const plan = await tenant.client.imports.show(id);
process.stdout.write("ready\n");
process.stdin.once("data", () => {
  void tenant.client.imports
    .commit(plan)
    .then(
      ({ state }) => state,
      (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)),
    )
    .then(async (outcome) => {
      process.stdout.write(`${outcome}\n`);
      await tenant.close();
      process.stdin.destroy();
    });
});
