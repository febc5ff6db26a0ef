import { expect, test } from "vitest";
import type { NotReadyDevice, Tenant } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [one] = example<{ items: [NotReadyDevice] }>("devicesNotReady").items;
const known = example<Tenant>("tenant");
const lacking = (...lacks: string[]): NotReadyDevice => ({ ...one, androidMode: "fully-managed", lacks });
const answering = (tenant: Tenant, ...items: readonly NotReadyDevice[]) => ({
  devicesNotReady: { items, next: null },
  tenant,
});

test("shows what each device lacks and the command that fixes it", async () => {
  const all = [lacking("owner"), lacking("account"), lacking("workspace-address"), lacking("own-account")];
  const line = "devices list --not-ready --format json --fields serialNumber,lacks,mend";
  const { exit, stdout, stderr, requests } = await run(line, { tenant: answering(known, ...all) });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  expect(requests.map(({ operation }) => operation)).toEqual(["tenant", "devicesNotReady"]);
  const told = JSON.parse(stdout) as { lacks: string[]; mend: string[] }[];
  expect(told.map(({ lacks, mend }) => [...lacks, ...mend])).toEqual([
    ["owner", "clomoctl devices set-owner SERIAL000001 --user USER"],
    ["account", "clomoctl users edit hanako@example.co.jp --account-name NAME"],
    ["workspace-address", "clomoctl users edit hanako@example.co.jp --google-workspace-email ADDRESS"],
    ["own-account", "clomoctl devices set-owner SERIAL000001 --user USER"],
  ]);
});

test("shows a table in the chosen language", async () => {
  const circumstances = { tenant: answering(known, lacking("account")), terminal: { columns: 200 } };
  const { en, ja } = await runInBoth("devices list --not-ready", circumstances);
  expect(en.stdout).toMatch(/^serial number +owner +Android mode +missing +how to fix it\n/);
  expect(en.stdout).toMatch(/ Fully Managed +the owner's CLOMO account +clomoctl users edit /);
  expect(ja.stdout).toMatch(/^シリアルナンバー +所有者 +Androidモード +不足 +対処\n/);
  expect(ja.stdout).toContain("所有者の CLOMO アカウント");
});

test("if the accounts are not recorded, says so with the command that records them", async () => {
  const unknown: Tenant = { ...known, profile: undefined };
  const { en, ja } = await runInBoth("devices list --not-ready --search S", { tenant: answering(unknown) });
  expect(en.requests[1]).toEqual({ operation: "devicesNotReady", query: { search: "S" } });
  expect(en.stderr).toContain("clomoctl tenant set --android-accounts google-play (or workspace, or none)\n");
  expect(ja.stderr).toContain("Android のアカウントの種類が登録されていないため");
});
