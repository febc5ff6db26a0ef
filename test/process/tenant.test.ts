import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, run, start } from "#support/process/program.ts";

const recorded = async (home: string): Promise<unknown> => {
  const shown = await runHere(["tenant", "show", "--format", "json", "--fields", "ios,android,contracts"], { home });
  expect(shown.code, shown.stderr).toBe(0);
  return JSON.parse(shown.text);
};

test("if killed at any moment, the stored values are as before or after, and complete", async () => {
  const home = await freshHome();
  const set = (to: "yes" | "no"): readonly string[] => [
    "tenant",
    "set",
    "--ios",
    to,
    "--android",
    to,
    "--contract",
    to,
  ];
  const began = performance.now();
  await run(set("no"), { home });
  const tookMs = performance.now() - began;
  const contract = (name: string) => ({ name, licences: null, from: null, until: null });
  const before = { ios: false, android: false, contracts: [contract("no")] };
  const after = { ios: true, android: true, contracts: [contract("no"), contract("yes")] };
  for (let part = 1; part <= 10; part += 1) {
    const running = start(set("yes"), { home });
    await sleep((tookMs * part) / 8);
    running.process.kill("SIGKILL");
    await running.ended;
    const now = await recorded(home);
    expect([before, after]).toContainEqual(now);
    const examined = await runHere(["audit", "verify", "--changes"], { home });
    expect(examined.code, examined.text).toBe(0);
    expect((await runHere(["tenant", "set", "--remove-contract", "yes"], { home })).code).toBeOneOf([0, 6]);
    await runHere([...set("no"), "--licences", ""], { home });
    expect(await recorded(home)).toEqual(before);
  }
});
