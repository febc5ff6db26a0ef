import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freshHome, run, start } from "#support/process/program.ts";

const recorded = async (home: string): Promise<unknown> => {
  const shown = await run(["tenant", "show", "--format", "json", "--fields", "ios,android,contracts"], { home });
  expect(shown.code, shown.stderr).toBe(0);
  return JSON.parse(shown.text);
};

test("what is recorded of a tenant is kept, and told by the next command", async () => {
  const home = await freshHome();
  const words = ["--ios", "yes", "--ade", "no", "--vpp", "no", "--android", "no"];
  const set = await run(["tenant", "set", ...words], { home });
  expect(set).toMatchObject({ code: 0, signal: null });
  expect(set.stderr).toBe("to take it back: clomoctl tenant set --ios '' --android '' --ade '' --vpp ''\n");
  const { text } = await run(["status", "--format", "json", "--query", "[].problems[]"], { home });
  expect(JSON.parse(text)).toEqual(["not recorded: MDM push certificate"]);
  const taken = set.stderr.trim().split("clomoctl ")[1]?.split(" ") ?? [];
  expect(
    await run(
      taken.map((word) => (word === "''" ? "" : word)),
      { home },
    ),
  ).toMatchObject({ code: 0 });
  expect(await recorded(home)).toEqual({ ios: null, android: null, contracts: [] });
});

test("killed at any moment, what is recorded is as before or as after, and whole", async () => {
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
    const examined = await run(["doctor", "--format", "json"], { home, env: { PATH: "/nowhere" } });
    expect(examined.code, examined.text).toBe(0);
    expect((await run(["tenant", "set", "--remove-contract", "yes"], { home })).code).toBeOneOf([0, 6]);
    await run([...set("no"), "--licences", ""], { home });
    expect(await recorded(home)).toEqual(before);
  }
});
