import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, start } from "#support/process/program.ts";
import { filesOf, stateOf, TENANT } from "#support/process/tenant-state.ts";
import { until } from "#support/process/watching.ts";

const USERS = 3_000;

describe("kill -9 in handover apply", () => {
  // the last ones lie somewhere in the transaction, or behind it: either is right
  test("whole or not at all at any moment, nothing is left, and it can be done now", async () => {
    const home = await freshHome();
    const [file, bundle] = [join(home, "people.csv"), join(home, "bundle.zip")];
    const importing = async (title = ""): Promise<string> => {
      await writePeople(file, { to: USERS, ...(title !== "" && { title }) });
      await run(["users", "import", file, "--create-orgs", "--yes"], { home });
      return stateOf(home);
    };
    await importing("主任");
    expect(await run(["handover", "export", "-o", bundle, "--encoding", "utf-8"], { home })).toMatchObject({ code: 0 });
    const usersOf = (state: string): boolean => state.includes("主任");
    for (const [step, wait] of [
      ["verify", 0],
      ["compare", 0],
      ["commit", 0],
      ["commit", 60],
      ["commit", 250],
    ] as const) {
      const before = await importing();
      expect(usersOf(before)).toBe(false);
      const running = start(["handover", "apply", bundle, "--yes", "--progress", "json"], { home });
      await until(running, home, ({ stderr }) => stderr.includes(`"step":"${step}"`));
      await sleep(wait);
      running.process.kill("SIGKILL");
      await running.ended;
      const state = await stateOf(home);
      expect(await filesOf(home)).toEqual(["bundle.zip", "people.csv", join(TENANT, "tenant.db")]);
      expect(await run(["handover", "apply", bundle, "--yes"], { home })).toMatchObject({ code: 0 });
      const after = await stateOf(home);
      expect(usersOf(after)).toBe(true);
      expect([before, after].includes(state)).toBe(true);
    }
  });
});
