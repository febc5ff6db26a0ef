import { describe, expect, test } from "vitest";
import type { Ade, Device } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const ADE = example<Ade>("ade");
const APPLE: Ade = { ...ADE, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" }, server: null };
const NO_DEVICES = { items: [], next: null };

/** That simulated devices were looked for. */
const LEFT = { operation: "devices", query: { filterId: "SIM", status: "事前登録" } };

test.each([
  ["--apple", { kind: "apple" }],
  ["--simulator http://127.0.0.1:8080", { kind: "simulator", url: "http://127.0.0.1:8080" }],
  ["https://mdm.example.jp", { kind: "other", url: "https://mdm.example.jp" }],
  ["--apple --start-over", { kind: "apple", startOver: true }],
])("%s", async (words, json) => {
  const isSame = words.startsWith("--simulator");
  const asks = words.includes("--start-over");
  const tenant = { ...(asks && { ade: ADE }), setAdeEndpoint: ADE, ...(!isSame && { devices: NO_DEVICES }) };
  const { exit, requests } = await run(`ade endpoint set ${words}`, { tenant });
  expect(exit).toBe(0);
  const before = asks ? [{ operation: "ade" }] : [];
  expect(requests).toEqual([...before, { operation: "setAdeEndpoint", json }, ...(isSame ? [] : [LEFT])]);
});

describe("data of a real server is forgotten only after confirmation", () => {
  const used: Ade = { ...ADE, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" } };
  const line = "ade endpoint set https://mdm.example.jp --start-over";

  test("requires --yes without a terminal", async () => {
    const { en, ja } = await runInBoth(line, { tenant: { ade: used } });
    expect(en).toMatchObject({ exit: 2, requests: [{ operation: "ade" }] });
    expect(en.stderr).toContain("--yes");
    expect(ja.stderr).toContain("--yes");
  });

  test("--yes is enough", async () => {
    const tenant = { ade: used, setAdeEndpoint: ADE, devices: NO_DEVICES };
    expect(await run(`${line} --yes`, { tenant })).toMatchObject({ exit: 0 });
  });

  test("the answer no changes nothing", async () => {
    const told = await run(`${line} --lang en`, {
      tenant: { ade: used },
      terminal: { typing: [["Forget the key", "n\r"]] },
    });
    expect(told).toMatchObject({ exit: 0, requests: [{ operation: "ade" }] });
    expect(told.stderr).toContain("nothing was changed");
  });
});

test("with Apple, warns against uploading the public key; with a simulator, does not", async () => {
  const { en, ja } = await runInBoth("ade endpoint set --apple", {
    tenant: { setAdeEndpoint: APPLE, devices: NO_DEVICES },
  });
  expect(en.stderr).toContain("warning: never upload this public key");
  expect(ja.stderr).toContain("アップロードしないでください");
  const { stderr } = await run("ade endpoint set --simulator http://x", { tenant: { setAdeEndpoint: ADE } });
  expect(stderr).not.toContain("never upload");
});

describe("counts devices that are left from a rehearsal and proposes to delete them", () => {
  const [device] = example<{ items: readonly [Device] }>("findDevices").items;
  const devices = (...serials: readonly string[]) => ({
    items: serials.map((serialNumber) => ({ ...device, serialNumber })),
    next: null,
  });

  test("with a filter that matches only these devices", async () => {
    const tenant = { setAdeEndpoint: APPLE, devices: devices("SIM3I2KDHJCA", "SIM8KLDH34CG") };
    const { en, ja } = await runInBoth("ade endpoint set --apple", { tenant });
    expect(en.stderr).toContain("warning: Devices still contains 2 devices of the simulator (SIM…) from a rehearsal\n");
    expect(en.stderr).toContain("clomoctl devices delete --filter-id SIM --status 事前登録\n");
    expect(ja.stderr).toContain("「Devices」に 2 台残っています");
  });

  test("but not with a filter that also matches other devices", async () => {
    const tenant = { setAdeEndpoint: APPLE, devices: devices("SIM3I2KDHJCA", "F2LSIM000001") };
    const { en, ja } = await runInBoth("ade endpoint set --apple", { tenant });
    expect(en.stderr).toContain(
      "the same filter also matches 1 other device that the rehearsal did not add. Remove them from the list before you run",
    );
    expect(en.stderr).not.toContain("clomoctl devices delete --filter-id");
    expect(ja.stderr).toContain("clomoctl devices list --filter-id SIM --status 事前登録\n");
  });
});
