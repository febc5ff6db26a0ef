import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Organisation } from "#support/apple/business/organisation.ts";
import { freshFolder, run, runInBoth } from "#support/commands/program.ts";

const CLOMO = "CLOMO MDM";

function folderWith(pem: string, mode = 0o600): string {
  const folder = freshFolder();
  writeFileSync(join(folder, "key.pem"), pem);
  chmodSync(join(folder, "key.pem"), mode);
  return folder;
}

describe("ade business-key set", () => {
  const IDS = "--client-id BUSINESSAPI.1 --key-id k1";

  test("sets the key in a mirror, shows what to do next, and never the key", async () => {
    await using organisation = await new Organisation().setUp();
    const { tenant, simulator } = organisation;
    tenant.database.run("delete from ade_server");
    const folder = folderWith(simulator.privateKey);
    const line = `ade business-key set key.pem ${IDS} --verbose`;
    const { exit, stdout, stderr } = await run(line, { tenant: tenant.fetch, folder });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringContaining("clomoctl ade sync") });
    expect(stdout).toContain("k1");
    // before the first sync, nothing is known, which is not the same as 0 devices
    const status = await run("ade status --format json", { tenant: tenant.fetch });
    expect(JSON.parse(status.stdout)).toMatchObject({ organisationDevices: null, notInClomo: null, released: null });
    expect(stdout + stderr).not.toContain(simulator.privateKey.split("\n")[1]);
  });

  test("asks for the IDs at a terminal, and needs them without one", async () => {
    await using organisation = await new Organisation().setUp();
    const { tenant, simulator } = organisation;
    const folder = folderWith(simulator.privateKey);
    const missing = await run("ade business-key set key.pem", { tenant: tenant.fetch, folder });
    expect(missing).toMatchObject({ exit: 2, stdout: "", stderr: expect.stringContaining("--client-id") });
    const terminal = {
      typing: [
        ["client ID of the API account", "BUSINESSAPI.2\r"],
        ["key ID of the API account", "k2\r"],
      ],
    } as const;
    const asked = await run("ade business-key set key.pem --lang en", { tenant: tenant.fetch, folder, terminal });
    expect(asked.exit).toBe(0);
    expect((await organisation.ade.show()).business?.key).toMatchObject({ client: "BUSINESSAPI.2", id: "k2" });
  });

  const toPem = (namedCurve: string): string =>
    generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  test.each([
    ["without a file or server", "", 0o600, "", 2, ""],
    ["with a part of the account", "", 0o600, "--server A --client-id 1", 2, "--client-id"],
    ["for another kind of key", toPem("P-384"), 0o600, `key.pem ${IDS}`, 3, "EC P-256"],
    ["for a key that others can read", toPem("P-256"), 0o644, `key.pem ${IDS}`, 3, "run: chmod 600"],
    ["for a file that is too long", "x".repeat(20_000), 0o600, `key.pem ${IDS}`, 3, "key.pem"],
  ])("is refused %s, and shows no key", async (_, content, mode, words, exit, told) => {
    await using organisation = await new Organisation().setUp();
    const at = { tenant: organisation.tenant.fetch, folder: folderWith(content, mode) };
    const { en } = await runInBoth(`ade business-key set ${words}`, at);
    expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(told) });
    expect(en.stderr).not.toContain(content.split("\n")[1] ?? "-----");
  });
});

test("ade sync in a mirror fetches the organisation, and says what it cannot know", async () => {
  await using organisation = await new Organisation().setUp();
  const { tenant, simulator } = organisation;
  simulator.buy(["A1", "A2"], CLOMO);
  const { en } = await runInBoth("ade sync", { tenant: tenant.fetch });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain("Check them in the console (ADE プロファイル状態)");
  simulator.buy(
    Array.from({ length: 8 }, (_, at) => `B${at}`),
    CLOMO,
  );
  await run("ade sync --business", { tenant: tenant.fetch });
  simulator.release([...simulator.devices.keys()].slice(0, 6));
  const { exit, stderr } = await run("ade sync --lang en", { tenant: tenant.fetch });
  expect([exit, stderr]).toEqual([10, expect.stringContaining("ade sync --business --confirm-deletions 6")]);
  expect((await run("ade sync --confirm-deletions 6", { tenant: tenant.fetch })).exit).toBe(0);
});

describe("what differs", () => {
  async function differing(): Promise<Organisation> {
    const organisation = await new Organisation([CLOMO, "Jamf"]).setUp({ server: CLOMO });
    const { simulator, ade } = organisation;
    simulator.buy(["A1", "A2", "G1"], CLOMO);
    simulator.buy(["J1", "J2"], "Jamf");
    await ade.sync({});
    simulator.release(["G1"]);
    await ade.sync({});
    organisation.record(["A1", "G1"]);
    return organisation;
  }

  test.each([
    ["--not-in-clomo", "A2"],
    ["--other-server", "J1 J2"],
    ["--released", "G1"],
  ])("ade devices list %s", async (flag, serials) => {
    await using organisation = await differing();
    const { en } = await runInBoth(`ade devices list ${flag}`, { tenant: organisation.tenant.fetch });
    const [header, ...rows] = en.stdout.trim().split("\n");
    expect(header).toBe("serialNumber\tmodel\tserver\taddedAt\tdifference");
    expect(rows.map((row) => row.split("\t")[0]).join(" ")).toBe(serials);
  });

  test("options that conflict are refused, and so is an unknown server, by the names of the servers", async () => {
    await using organisation = await differing();
    const { tenant } = organisation;
    const conflict = await run("ade devices list --released --other-server", { tenant: tenant.fetch });
    expect(conflict).toMatchObject({ exit: 2, stdout: "" });
    tenant.database.run("update ade_server set clomoServer = null");
    const { en } = await runInBoth("ade devices list --not-in-clomo", { tenant: tenant.fetch });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("CLOMO MDM, Jamf") });
    expect(en.stderr).toContain("clomoctl ade business-key set --server NAME");
  });

  test("ade status and status find each difference, an overdue sync and a rejected key", async () => {
    await using organisation = await differing();
    const { tenant } = organisation;
    const now = (days = 0): Date => new Date(tenant.surroundings.time + days * 86_400_000);
    const home = freshFolder();
    await run("context add kanto --embedded", { home });
    mkdirSync(join(home, "tenants", "kanto"), { recursive: true });
    const look = async (days?: number): Promise<string> =>
      (await run("status --lang en", { home, tenants: { kanto: tenant.fetch }, now: now(days) })).stdout;
    const found = await look();
    for (const line of [
      "ADE: 1 device bought but not in CLOMO: clomoctl ade devices list --not-in-clomo",
      "ADE: 2 devices not on CLOMO's MDM server: clomoctl ade devices list --other-server",
      "ADE: 1 device in CLOMO, but released at Apple: clomoctl ade devices list --released",
    ])
      expect(found).toContain(line);
    const { en } = await runInBoth("ade status", { tenant: tenant.fetch, now: now() });
    expect(en.stderr).toContain("clomoctl ade devices list --not-in-clomo");
    expect(await look(3)).toContain("no sync has completed for 3 days: clomoctl ade sync --business");
    tenant.database.run("update ade_server set apiRejectedAt = '2026-04-01T00:00:00.000Z', clomoServer = null");
    const rejected = await look();
    expect(rejected).toContain("CRITICAL");
    expect(rejected).toContain("clomoctl ade business-key set FILE");
    expect(rejected).toContain("it is not known which of 2 MDM servers CLOMO uses");
    expect(rejected).not.toContain("not in CLOMO:");
  });

  test("ade devices show says that only the console knows the profile state", async () => {
    await using organisation = await differing();
    const { en } = await runInBoth("ade devices show A2", { tenant: organisation.tenant.fetch });
    expect(en.stderr).toContain("Check them in the console");
  });

  test("ade status of a mirror without a key names the one next step", async () => {
    await using organisation = await new Organisation().setUp();
    organisation.tenant.database.run("delete from ade_server");
    const { en } = await runInBoth("ade status", { tenant: organisation.tenant.fetch });
    expect(en.stderr.trim().split("\n")).toEqual([expect.stringContaining("clomoctl ade business-key set FILE")]);
  });
});
