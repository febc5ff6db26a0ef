import { expect, test } from "vitest";
import type { Ade, AdeDeviceRecord } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const ade = example<Ade>("ade");
const [device] = example<{ items: readonly [AdeDeviceRecord] }>("findAdeDevices").items;
const page = (next: string | null, ...items: readonly AdeDeviceRecord[]) => ({ items, next });

test("fetches all pages and reports the endpoint, in both languages", async () => {
  const other = { ...device, serialNumber: "SERIAL000002" };
  const line = "ade devices list --fields serialNumber,state,profileStatus";
  const { exit, stdout, stderr } = await run(line, {
    tenant: { ade, adeDevices: inTurn(page("7", device), page(null, other)) },
  });
  expect(exit).toBe(0);
  expect(stdout).toBe(
    "serialNumber\tstate\tprofileStatus\nSERIAL000001\tpresent\tassigned\nSERIAL000002\tpresent\tassigned\n",
  );
  expect(stderr).toContain("127.0.0.1:8080");
  const tenant = { ade, adeDevices: page(null, device) };
  const { en, ja } = await runInBoth(line, { tenant, terminal: { columns: 100 } });
  expect(en.stdout).toContain("ADE profile state");
  expect(ja.stdout).toContain("ADE プロファイル状態");
});

test("at 80 columns, no header or serial number is cut, and the next step is shown", async () => {
  const model = { ...device, profileStatus: "assigned", model: "iPad Pro 13-inch (M5), nano-texture" };
  const waiting = { ...ade, counts: { ...ade.counts, notReady: 2 } };
  const { en, ja } = await runInBoth("ade devices list --format table", {
    tenant: { ade: waiting, adeDevices: page(null, model) },
    terminal: { columns: 80 },
  });
  expect(ja.stdout).toMatch(
    /^シリアルナンバー  Apple 側の状態  ADE プロファイル状態  種類    モデル\nSERIAL000001      あり            assigned              iPhone  iPad Pro 13-inc…\n$/,
  );
  expect(en.stdout).toMatch(/^serial number  state at Apple  ADE profile state  device family  model\nSERIAL000001 /);
  expect(en.stderr).toContain("not ready: 2 devices");
  expect(ja.stderr).toContain("対応を確認するには: clomoctl ade status");
  const released = await run("ade devices list --state released", {
    tenant: { ade: waiting, adeDevices: page(null, { ...model, state: "released" }) },
    terminal: { columns: 80 },
  });
  expect(released.stderr).not.toContain("clomoctl ade status");
});

test("on a terminal, says what to do if nothing has been fetched yet", async () => {
  const counts = { present: 0, missing: 0, released: 0, notReady: 0, unreadable: 0 };
  const none = { ...ade, sync: null, lastSyncAt: null, lastFullAt: null, counts };
  const { en, ja } = await runInBoth("ade devices list", {
    tenant: { ade: { ...none, mirror: true, endpoint: null }, adeDevices: page(null) },
    terminal: { columns: 80 },
  });
  expect(en.stderr).toContain("and the console syncs its devices");
  expect(ja.stderr).toContain("clomoctl ade guide purchased\n");
});

test.each([
  ["--not-ready", { notReady: "true" }],
  ["--state missing --search SIM", { state: "missing", search: "SIM" }],
])("%s narrows the list", async (words, query) => {
  const { requests } = await run(`ade devices list ${words}`, { tenant: { ade, adeDevices: page(null) } });
  expect(requests).toContainEqual({ operation: "adeDevices", query });
});
