import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TestTenant } from "#support/tenant/tenant.ts";
import type { Command } from "./kit/command.ts";
import { CHANGING_COMMANDS, createMirrorWithTask, createPopulatedTenant } from "#support/commands/populated.ts";
import { freshFolder, run } from "#support/commands/program.ts";
import { folderForAllTests } from "#support/folder.ts";

const declares = ({ options }: Command, ...names: readonly string[]): boolean =>
  names.some((name) => Object.hasOwn(options, name));

/** They ask before they change anything, and `--yes` or a typed name answers. */
const ASKING = ["renewals remove", "layouts remove", "context remove", "ade endpoint set"];

/** They neither ask nor rehearse, and why they need not. */
const NEITHER: Readonly<Record<string, string>> = {
  api: "sends what its user composed; only the tenant knows what the request does",
  "access-tokens revoke": "ends a token of the own account; access-tokens create makes another",
  "users fields add": "adds a name; fields remove takes it back",
  "console confirm": "records what somebody says; no record of the tenant changes",
  "context add": "a setting of this machine; context remove takes it back",
  "context set": "a setting of this machine, shown; context set takes it back",
  "context use": "a setting of this machine, said; context use takes it back",
  "ade keypair create": "creates a key; an existing one stays unless --replace says otherwise",
  "ade token set": "what another administrator or server gave is refused unless an option says so",
  "ade business-key set": "sets a key of which Apple hands out more; devices stay as they are",
  "renewals add": "an entry of a calendar; renewals remove takes it back",
  "renewals edit": "shows what it is by now; renewals edit takes it back",
  "renewals renew": "records what somebody says; the item stays",
  "layouts learn": "records how a list is read; layouts remove takes it back",
  "imports discard": "no record of the tenant changes; the file can be imported again",
};

test("every changing command has a dry run, asks for a number, asks for yes, or is a listed exception", () => {
  const without = CHANGING_COMMANDS.filter(([, command]) => !declares(command, "dryRun", "confirmDeletions"));
  expect(without.map(([path]) => path).toSorted()).toEqual([...ASKING, ...Object.keys(NEITHER)].toSorted());
});

test("every delete command asks for the number and has a dry run", () => {
  const deleting = CHANGING_COMMANDS.filter(([path]) => path.endsWith(" delete"));
  expect(deleting.length).toBeGreaterThan(3);
  for (const [path, command] of deleting) {
    expect(declares(command, "dryRun") && declares(command, "confirmDeletions", "confirmDevices"), path).toBe(true);
  }
});

const folder = folderForAllTests();
const scene = createPopulatedTenant(folder);
const mirrored = createMirrorWithTask();
afterAll(async () => {
  for (const one of [scene, mirrored]) await (await one)[Symbol.asyncDispose]();
});

/** A line for each verb with `--dry-run`. Lines about tasks run in the tenant of `mirror`, all others in the one of `populated`. */
const REHEARSED: readonly string[] = [
  "orgs create 人事部",
  "orgs edit S1 --name 営業本部",
  "orgs move S1 --parent S2",
  "orgs delete S2",
  "orgs import orgs.csv",
  "users create --name x --email x@example.jp",
  "users edit E1 --title y",
  "users move E1 --to S2",
  "users delete E1",
  "users leave E1",
  "users import users.csv",
  "users fields remove 入社年",
  "devices create C03Y",
  "devices edit C02X --memo y",
  "devices set-owner C02X --user E1",
  "devices tag C02X --add 貸出用",
  "devices delete C02X",
  "devices import devices.csv",
  "devices action lost-mode C02X --message 返却してください",
  "devices action end-lost-mode C02X",
  "devices action message C02X --message 更新してください",
  "devices action rename C02X --device-name 営業部-01",
  "devices action wallpaper C02X --picture logo.png --screen lock",
  "config-profiles create P2 --kind vpn --org 全社",
  "config-profiles edit P1 --org 全社",
  "config-profiles delete P1",
  "config-profiles import profiles.csv",
  "apps create A2 --kind Enterprise",
  "apps edit A1 --licences 10",
  "apps delete A1",
  "apps import apps.csv",
  "secured users create jiro --app docs --name 次郎 --password-file password",
  "secured users edit hanako --app docs --name 華子",
  "secured groups create 総務 --app docs",
  "secured groups delete 営業 --app docs",
  "secured users delete hanako --app docs",
  "secured users import docs.csv --app docs",
  "roles schemes create 組織担当 --item orgs.write",
  "roles schemes edit 登録係 --item orgs.write",
  "roles schemes delete 登録係",
  "clomo-account create E1 --account taro01",
  "clomo-account edit jiro01 --memo y",
  "clomo-account revoke jiro01",
  "clomo-account reset-password jiro01 --password-file password",
  "clomo-account settings set --composition employee-code",
  "tenant set --ios yes",
  "handover answer --file answers.csv",
  "handover transfer --from taro@example.jp --to jiro@example.jp",
  "handover receive bundle --context other",
  "undo 4",
  "console drop 2",
  "console sync users.csv --part",
];

const CONFIRMED: readonly string[] = [
  ...REHEARSED.filter((line) => {
    const [, command] = CHANGING_COMMANDS.find(([path]) => line.startsWith(path)) ?? [];
    return command !== undefined && declares(command, "confirmDeletions", "confirmWipes");
  }),
  "imports commit last",
  "renewals remove 本社",
];

test.each(CONFIRMED)("%s names the option that the context lacks", async (line) => {
  const tenant = await (line.startsWith("console") ? mirrored : scene);
  const home = freshFolder();
  await run("context add kanto --embedded --use --protected", { home });
  await run("context add osaka --embedded", { home });
  const before = stateOf(tenant);
  for (const [named, lacking] of [
    ["", "--context kanto"],
    [" --context kanto", "--confirm-context kanto"],
  ]) {
    const { exit, stderr } = await run(`${line} --no-input${named}`, { folder, home, tenant: tenant.fetch });
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`${lacking}`)]);
  }
  expect(stateOf(tenant)).toEqual(before);
});

test("a line below exists for every command with a dry run", () => {
  const rehearsing = CHANGING_COMMANDS.filter(([, command]) => declares(command, "dryRun")).map(([path]) => path);
  expect(rehearsing.filter((path) => !REHEARSED.some((line) => line.startsWith(path)))).toEqual([]);
  expect(rehearsing).toHaveLength(REHEARSED.length);
});

const stateOf = (tenant: TestTenant): unknown => ({
  tenant: tenant.sql("select * from tenant"),
  ...tenant.dump(),
  renewals: tenant.sql("select * from renewal_item"),
  answers: tenant.sql("select * from answer"),
  schemes: tenant.sql("select * from scheme"),
  accounts: tenant.sql("select * from account"),
  ade: ["ade_server", "ade_device", "business_device"].map((table) => tenant.sql(`select * from ${table}`)),
  settings: tenant.sql("select * from account_settings"),
  notices: tenant.sql("select * from renewal_notice"),
  audit: tenant.sql("select * from audit order by seq"),
  console: tenant
    .sql("select name from sqlite_schema where type = 'table' and name glob '*_observed' order by name")
    .map(({ name }) => tenant.sql(`select * from ${String(name)}`)),
  done: tenant.sql("select pk, state from import where state = 'committed'"),
});

/** The first digits of the fingerprint, without which nobody receives a bundle. */
const withFingerprint = (line: string): string =>
  line.startsWith("handover receive")
    ? `${line} --fingerprint ${hash("sha256", readFileSync(join(folder, "bundle", "SHA256SUMS"))).slice(0, 16)}`
    : line;

test.each(REHEARSED)("%s --dry-run changes nothing and ends like the real command", async (line) => {
  const tenant = await (line.startsWith("console") ? mirrored : scene);
  const before = stateOf(tenant);
  expect(
    await run(`${withFingerprint(line)} --dry-run --no-input`, { folder, home: folder, tenant: tenant.fetch }),
  ).toMatchObject({
    exit: 0,
  });
  expect(stateOf(tenant)).toEqual(before);
});

test.each([
  "users fields remove 入社年",
  "renewals remove 本社",
  ...REHEARSED.filter((line) => line.includes(" delete ")),
])("%s changes nothing if it cannot ask anybody", async (line) => {
  const tenant = await scene;
  const before = stateOf(tenant);
  const { exit } = await run(`${line} --no-input`, { folder, home: folder, tenant: tenant.fetch });
  expect([2, 3]).toContain(exit);
  expect(stateOf(tenant)).toEqual(before);
});
