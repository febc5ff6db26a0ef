import { expect, test } from "vitest";
import { freshHome, run, start } from "#support/process/program.ts";
import { startSimulator } from "#support/process/simulator.ts";

interface Listed {
  readonly devices: readonly { readonly serial: string; readonly profileStatus: string }[];
  readonly next: number | null;
}

/** The devices that the simulator has, with the states of their profiles. */
async function simulated(url: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let from: number | null = 0; from !== null;) {
    const answer = await fetch(`${url}/_simulator/devices?from=${from}&limit=10000`);
    const page = (await answer.json()) as Listed;
    for (const { serial, profileStatus } of page.devices) found.set(serial, profileStatus);
    from = page.next;
  }
  return found;
}

test("a sync that is killed again and again is gone on with, and the tenant's devices are Apple's", async () => {
  const home = await freshHome();
  const { url } = await startSimulator(home, "--devices", "12000", "--seed", "killed");
  const type = (line: string) => run([...line.split(" "), "--lang", "en"], { home, cwd: home });
  const steps = [
    `ade endpoint set --simulator ${url}`,
    "ade keypair create -o key.pem",
    `ade simulator token --public-key key.pem -o SIMULATOR_Token.p7m --url ${url}`,
    "ade token set SIMULATOR_Token.p7m",
  ];
  for (const step of steps) expect(await type(step)).toMatchObject({ code: 0 });

  const ends: (string | null)[] = [];
  for (let killed = 0; killed < 6; killed += 1) {
    const { process, ended } = start(["ade", "sync", "--progress", "json"], { home, cwd: home });
    // events come as pages are stored; which one it is depends on the machine, and must not matter
    let events = 0;
    process.stderr?.on("data", (chunk: Buffer) => {
      events += chunk.toString().split("\n").length - 1;
      if (events > killed) process.kill("SIGKILL");
    });
    ends.push((await ended).signal);
  }
  expect(ends).toContain("SIGKILL");

  const last = await type("ade sync --full --format json");
  expect(last.code).toBe(0);
  const { text } = await type("ade devices list --format ndjson");
  const lines = text.split("\n").filter((line) => line !== "");
  const devices = lines.map((line) => JSON.parse(line) as { serialNumber: string; profileStatus: string });
  const here = new Map(devices.map(({ serialNumber, profileStatus }) => [serialNumber, profileStatus]));
  expect(here.size).toBe(12_000);
  expect(here).toEqual(await simulated(url));
  const registered = (await type("devices list --format ndjson")).text.split("\n").filter((line) => line !== "");
  expect(registered).toHaveLength(12_000);
  expect((await type(`audit verify`)).code).toBe(0);
}, 180_000);
