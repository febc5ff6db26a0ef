import { afterEach, beforeEach, expect, test } from "vitest";
import type { User } from "../../contract/index.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let bare: User;
let account: User;
let workspace: User;
beforeEach(async () => {
  tenant = new TestTenant();
  const user = async (name: string, more: Readonly<Record<string, string>> = {}): Promise<User> =>
    (await tenant.client.users.create({ name, emails: [`${name}@example.jp`], ...more })).after;
  bare = await user("bare");
  account = await user("account", { accountName: "account" });
  workspace = await user("workspace", { googleWorkspaceEmail: "w@example.com" });
});
afterEach(() => tenant[Symbol.asyncDispose]());

type Values = Readonly<Record<string, string | readonly string[] | null>>;
const device = (serialNumber: string, values: Values) =>
  tenant.client.devices.create({ serialNumber, platform: "Android", status: "事前登録", ...values });
const setting = (androidAccounts: "google-play" | "workspace" | "none" | null) =>
  tenant.client.tenant.set({ androidAccounts });
const found = async (query: Parameters<typeof tenant.client.devices.notReady>[0] = {}) =>
  (await Array.fromAsync(tenant.client.devices.notReady(query))).map(
    ({ serialNumber, lacks }) => `${serialNumber}: ${lacks.join(" ")}`,
  );

/** One of each: without an owner, with each kind of owner, an organisation's. */
const seed = async (values: Values = { androidMode: "comp" }): Promise<void> => {
  const org = (await tenant.client.orgs.create({ name: "営業部" })).after;
  await device("S1", values);
  await device("S2", { ...values, owner: bare.id });
  await device("S3", { ...values, owner: account.id });
  await device("S4", { ...values, owner: workspace.id });
  await device("S5", { ...values, ownerOrg: org.id });
};

test.each(["fully-managed", "comp", "work-profile", "legacy", "unknown", null])(
  "facts 2.4: mode %s needs an owner with a CLOMO account (Google Play) or address (Google Workspace)",
  async (androidMode) => {
    await seed({ androidMode });
    await setting("google-play");
    expect(await found()).toEqual(["S1: owner", "S2: account", "S4: account", "S5: owner"]);
    await setting("workspace");
    expect(await found()).toEqual(["S1: owner", "S2: workspace-address", "S3: workspace-address", "S5: owner"]);
    await setting("none");
    expect(await found()).toEqual([]);
    await setting(null);
    expect(await found()).toEqual([]);
  },
);

test("facts 2.4: Dedicated, iOS and Windows need no account; macOS and set-up devices are a clomoctl rule", async () => {
  await seed({ androidMode: "dedicated" });
  for (const [at, platform] of ["iOS", "Windows", "macOS"].entries()) await device(`P${at}`, { platform });
  await device("M1", { status: "管理中", androidMode: "comp" });
  await setting("google-play");
  expect(await found()).toEqual([]);
});

test("facts 1.3: each Fully Managed device needs its own account, even if no account type is set", async () => {
  // no write lets it come to this, an export of the console does
  await tenant.import({ kind: "devices", fromConsole: true }, [
    ["シリアルナンバー", "プラットフォーム", "ステータス", "Androidモード", "所有者メールアドレス"],
    ["F1", "Android", "事前登録", "fully-managed", "account@example.jp"],
    ["F2", "Android", "事前登録", "comp", "account@example.jp"],
    ["F3", "Android", "管理外", "comp", "account@example.jp"],
    ["D1", "Android", "事前登録", "dedicated", "account@example.jp"],
    ["C1", "Android", "事前登録", "comp", "bare@example.jp"],
    ["C2", "Android", "管理中", "comp", "bare@example.jp"],
  ]);
  expect(await found()).toEqual(["F1: own-account", "F2: own-account"]);
  await setting("google-play");
  expect(await found()).toEqual(["F1: own-account", "F2: own-account", "C1: account"]);
  await setting("none");
  expect(await found()).toEqual([]);
});

test("devices that are not ready can be filtered, paged and streamed like other devices", async () => {
  await seed();
  await setting("google-play");
  expect(await found({ limit: 1 })).toHaveLength(4);
  expect(await found({ search: "S4" })).toEqual(["S4: account"]);
  const [org] = await tenant.client.orgs.find({ name: "営業部" });
  expect(await found({ org: org?.id })).toEqual(["S5: owner"]);
  expect(await found({ owner: bare.id })).toEqual(["S2: account"]);
  const lines = Buffer.concat(await Array.fromAsync(tenant.client.devices.notReady({ owner: bare.id }).ndjson()));
  expect(JSON.parse(lines.toString())).toMatchObject({ serialNumber: "S2", lacks: ["account"], owner: "bare" });
});
