import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { Mdm } from "#support/apple/simulator/mdm.ts";
import { freshHome, run } from "#support/process/program.ts";
import { sendByFetch, startSimulator } from "#support/process/simulator.ts";

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("the URL comes first; %s exits with %i, and the state is complete", async (signal, exit) => {
  const home = await freshHome();
  const state = join(home, "SIMULATOR.json");
  const { url, running } = await startSimulator(home, "--devices", "2000", "--seed", "s", "--state", state);
  const mdm = new Mdm(sendByFetch, url);
  mdm.now = Date.now();
  await mdm.signIn();
  const { devices } = await mdm.fetch(1000);
  expect(devices).toHaveLength(2000);
  await run(["ade", "simulator", "do", "devices", "add", "C02NEW000001", "--url", url], { home, cwd: home });
  running.process.kill(signal);
  const { code, text, stderr } = await running.ended;
  expect([code, text]).toEqual([exit, `${url}\n`]);
  expect(stderr).toContain("clomoctl ade endpoint set --simulator");
  expect((await stat(state)).mode & 0o777).toBe(0o600);

  const again = await startSimulator(home, "--state", state);
  const next = Object.assign(new Mdm(sendByFetch, again.url), { token: mdm.token, now: Date.now() });
  await next.signIn();
  const { devices: later } = await next.fetch(1000);
  expect(later.map((device) => device["serial_number"])).toEqual([
    ...devices.map((device) => device["serial_number"]),
    "C02NEW000001",
  ]);
});

test("kill -9 leaves a recent state", async () => {
  const home = await freshHome();
  const state = join(home, "SIMULATOR.json");
  const { url, running } = await startSimulator(home, "--state", state);
  await run(["ade", "simulator", "do", "devices", "add", "C02NEW000001", "--url", url], { home, cwd: home });
  await expect.poll(async () => readFile(state, "utf8")).toContain("C02NEW000001");
  running.process.kill("SIGKILL");
  await running.ended;
  const again = await startSimulator(home, "--state", state);
  expect(again.url).not.toBe("");
});

test("commands write files marked SIMULATOR, and a token for the given public key", async () => {
  const home = await freshHome();
  const { url } = await startSimulator(home);
  const { certificate } = createTestKey();
  const token = ["ade", "simulator", "do", "token", "--public-key", "-", "-o", "SIMULATOR-token.p7m", "--url", url];
  const made = await run(token, { home, cwd: home, stdin: certificate });
  expect(made).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^written: SIMULATOR-token\.p7m\nto set the token: /),
  });
  expect(await readFile(join(home, "SIMULATOR-token.p7m"), "utf8")).toContain("smime-type=enveloped-data");
  const vpp = await run(["ade", "simulator", "do", "vpp-token", "--org", "全社", "--url", url], { home, cwd: home });
  expect(vpp).toMatchObject({ code: 0, stderr: expect.stringContaining("SIMULATOR") });
});

test("a million devices need a few hundred MB", async () => {
  const home = await freshHome();
  const { url, running } = await startSimulator(home, "--devices", "1000000");
  const mdm = new Mdm(sendByFetch, url);
  mdm.now = Date.now();
  await mdm.signIn();
  const { devices } = await mdm.fetch(1000, undefined, 50);
  expect(devices).toHaveLength(50_000);
  const status = await readFile(`/proc/${running.process.pid}/status`, "utf8").catch(() => "VmHWM: 0 kB");
  expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(400_000);
});
