import { expect, test } from "vitest";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { MAX_SUPPORT_OPTIONS } from "../../nouns/account.ts";
import { describeBlockedRecord } from "../../derived/undo.ts";
import type { PanelKind } from "../../nouns/index.ts";
import { RECORD_RULES } from "./rules.ts";

// Each rule by each writer: what it refuses, or why nothing that breaks it can come by that way.

/** Does something that a rule refuses. Refusals that a plan tells are returned, as English; others are thrown. */
type Attempt = (tenant: Filled) => Promise<readonly string[]>;

interface Breach {
  readonly told: RegExp;
  /** a command, and so the tenant API */
  readonly hand: Attempt | string;
  /** an import */
  readonly file: Attempt | string;
  readonly undo: Attempt | string;
}

const PASSWORD = "Canary42Canary";

class Filled extends TestTenant {
  east = "";
  system = "";
  division = "";
  operator = "";
  person = "";
  scheme = "";

  static async make(): Promise<Filled> {
    const tenant = new Filled();
    await tenant.#fill();
    return tenant;
  }

  async #fill(): Promise<void> {
    const { client } = this;
    this.east = (await client.orgs.create({ name: "東日本", code: "EAST" })).after.id;
    this.scheme = (await client.roles.createScheme({ name: "受付", operations: ["users.write"] })).after.id;
    this.person = await this.user("person", { org: this.east });
    this.system = await this.account("system", { role: "system" });
    this.division = await this.account("division", { role: "division", managedOrgs: [this.east] });
    this.operator = await this.account("operator", { role: "operator" }, { org: this.east });
    await client.devices.create({ serialNumber: "A", platform: "Android", owner: this.person, androidMode: "comp" });
    await client.devices.create({ serialNumber: "B", platform: "iOS" });
    await client.secured.create("browser", { userId: "u01", displayName: "佐藤", password: "secret1A" });
    await client.users.addField({ name: "座席" });
    await client.renewals.add({ kind: "custom", name: "証明書" });
    await client.answers.set({ answers: [{ question: "contact.confirmed", value: "2026-01-01" }] });
  }

  async user(name: string, more: object = {}): Promise<string> {
    return (await this.client.users.create({ name, emails: [`${name}@example.jp`], ...more })).after.id;
  }

  async account(name: string, given: object, more: object = {}): Promise<string> {
    const user = await this.user(name, more);
    await this.client.accounts.create({ user, name, password: PASSWORD, ...given });
    return user;
  }

  /** What is told of the undo of a change. */
  async undoing(number: number): Promise<readonly string[]> {
    const { blocked } = await this.client.imports.undo(number);
    return (blocked?.first ?? []).map((one) => describeBlockedRecord(one).en);
  }

  get lastChange(): number {
    return this.database.count("select max(number) from change");
  }

  /** As many support options as there may be. */
  async supported(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let at = 0; at < MAX_SUPPORT_OPTIONS; at += 1)
      ids.push(await this.account(`s${at}`, { role: "system", supportOption: true }));
    return ids;
  }
}

const file =
  (kind: PanelKind, cells: Cells): Attempt =>
  async (tenant) =>
    (await tenant.reasons(await tenant.plan({ kind }, cells))).map(({ en }) => en);

const hand =
  (work: (tenant: Filled) => Promise<unknown>): Attempt =>
  async (tenant) => {
    const failure = await failureOf(work(tenant));
    return failure === undefined ? [] : [failure.what.en];
  };

const NO_FILE = "no file has it";
const AS_IT_WAS = "what comes back was allowed by itself";

const DEVICE_HEADER = [
  "シリアルナンバー",
  "プラットフォーム",
  "ステータス",
  "Androidモード",
  "所有者メールアドレス",
  "所有組織コード",
];
const PERSON = "person@example.jp";

const ASSIGNMENT_HEADER = ["種類", "自動適用する組織コード", "個別適用するシリアルナンバー"];
const PROFILE_HEADER = ["プロファイル名", ...ASSIGNMENT_HEADER];
const APP_HEADER = ["アプリ名", ...ASSIGNMENT_HEADER];
const ASSIGNED_BEFORE = "`assignments.test.ts` brings an assignment back after the organisation is deleted";
const IN_OTHER_TEST = "`assignments.test.ts` deletes organisations and devices of assignments";
const ASSIGNED_TO = { told: /is assigned to/, hand: IN_OTHER_TEST, file: IN_OTHER_TEST, undo: IN_OTHER_TEST };

const BREACHES: Readonly<Record<string, Breach>> = {
  "reserved-names": {
    told: /全社 is reserved for the root organisation/,
    hand: hand(({ client }) => client.orgs.create({ name: "全社" })),
    file: file("orgs", [
      ["組織名", "組織コード"],
      ["全社", "ALL"],
    ]),
    undo: AS_IT_WAS,
  },
  "root-stays": {
    told: /全社 represents the whole tenant/,
    hand: hand(({ client }) => client.orgs.edit(ROOT_ORG_ID, { name: "本社" })),
    file: "no row means 全社",
    undo: AS_IT_WAS,
  },
  "scheme-items": {
    told: /a scheme needs at least one check item/,
    hand: hand(({ client }) => client.roles.createScheme({ name: "空", operations: [] })),
    file: NO_FILE,
    undo: AS_IT_WAS,
  },
  "account-name-stays": {
    told: / can be changed, but not cleared/,
    hand: hand(({ client, system }) => client.users.edit(system, { accountName: "" })),
    file: "a blank cell keeps it, which is told: clearable of the field",
    undo: "an undo brings back who had none yet",
  },
  "last-system-administrator": {
    told: /no system administrator would be left/,
    hand: hand(({ client, system }) => client.accounts.revoke(system, {})),
    file: "no import deletes an administrator, or changes a role",
    undo: async (tenant) => {
      await tenant.account("next", { role: "system" });
      const number = tenant.lastChange;
      await tenant.client.accounts.revoke(tenant.system, {});
      return tenant.undoing(number);
    },
  },
  "administrator-name": {
    told: /an administrator needs an account name/,
    hand: "a name is never cleared",
    file: "a blank cell keeps it",
    undo: "the console may have it otherwise",
  },
  "operator-organisation": {
    told: /cannot be an operator in 全社/,
    hand: hand(({ client, operator }) => client.users.move({ ids: [operator], org: ROOT_ORG_ID })),
    file: "no cell means 全社",
    undo: "the console may have it otherwise",
  },
  "account-scheme": {
    told: /only a custom administrator can have a scheme/,
    hand: hand(({ client, system, scheme }) => client.accounts.edit(system, { scheme })),
    file: NO_FILE,
    undo: AS_IT_WAS,
  },
  "managed-organisations": {
    told: /only division administrators and custom administrators can have managed organisations/,
    hand: hand(({ client, system, east }) => client.accounts.edit(system, { managedOrgs: [east] })),
    file: NO_FILE,
    undo: AS_IT_WAS,
  },
  "managed-root": {
    told: /cannot be a managed organisation/,
    hand: hand(({ client, division }) => client.accounts.edit(division, { managedOrgs: [ROOT_ORG_ID] })),
    file: NO_FILE,
    undo: AS_IT_WAS,
  },
  "managed-nothing": {
    told: /needs at least one managed organisation/,
    hand: hand(({ client, division }) => client.accounts.edit(division, { managedOrgs: [] })),
    file: NO_FILE,
    undo: AS_IT_WAS,
  },
  "support-option-role": {
    told: /only system administrators can have the support option/,
    hand: hand(({ client, division }) => client.accounts.edit(division, { supportOption: true })),
    file: NO_FILE,
    undo: async (tenant) => {
      const id = await tenant.account("next", { role: "division", managedOrgs: [tenant.east] });
      await tenant.client.accounts.edit(id, { role: "system" });
      const number = tenant.lastChange;
      await tenant.client.accounts.edit(id, { supportOption: true });
      return tenant.undoing(number);
    },
  },
  "notice-mail": {
    told: /only a system administrator with the support option can receive notice emails/,
    hand: hand(({ client, system }) => client.accounts.edit(system, { noticeMail: true })),
    file: NO_FILE,
    undo: async (tenant) => {
      await tenant.client.accounts.edit(tenant.system, { supportOption: true });
      const number = tenant.lastChange;
      await tenant.client.accounts.edit(tenant.system, { noticeMail: true });
      return tenant.undoing(number);
    },
  },
  "support-options": {
    told: /at most 5 accounts can have the support option, and these already have it: .*s4 \(s4\)/,
    hand: async (tenant) => {
      await tenant.supported();
      return hand(({ client, system }) => client.accounts.edit(system, { supportOption: true }))(tenant);
    },
    file: NO_FILE,
    undo: async (tenant) => {
      const [first = ""] = await tenant.supported();
      await tenant.client.accounts.edit(first, { supportOption: false });
      const number = tenant.lastChange;
      await tenant.client.accounts.edit(tenant.system, { supportOption: true });
      return tenant.undoing(number);
    },
  },
  "device-owner": {
    told: /a device can have only one owner|the device would belong to a user and to an organisation/,
    hand: hand(({ client, person, east }) =>
      client.devices.create({ serialNumber: "C", owner: person, ownerOrg: east }),
    ),
    file: file("devices", [DEVICE_HEADER, ["C", "iOS", "", "", PERSON, "EAST"]]),
    undo: AS_IT_WAS,
  },
  "android-mode": {
    told: /Android/,
    hand: hand(({ client }) => client.devices.create({ serialNumber: "C", platform: "iOS", androidMode: "comp" })),
    file: file("devices", [DEVICE_HEADER, ["C", "iOS", "", "comp", "", ""]]),
    undo: AS_IT_WAS,
  },
  "owner-not-managed": {
    told: /only devices with the status/,
    hand: hand(({ client, person }) => client.devices.create({ serialNumber: "C", status: "管理外", owner: person })),
    file: file("devices", [DEVICE_HEADER, ["C", "iOS", "管理外", "", PERSON, ""]]),
    undo: "a device that left management keeps its owner",
  },
  "device-account": {
    told: /also owns the Android device A; in Fully Managed mode, an account can be used for only one device/,
    hand: hand(({ client, person }) =>
      client.devices.create({ serialNumber: "C", platform: "Android", androidMode: "fully-managed", owner: person }),
    ),
    file: file("devices", [DEVICE_HEADER, ["C", "Android", "", "fully-managed", PERSON, ""]]),
    undo: "two that are in each other's way since the change are told as such: `account` of the reasons",
  },
  "action-carried-out": {
    told: /carried out, so it cannot be undone; record another action instead: `clomoctl devices action end-lost-mode A`/,
    hand: "no command deletes an action",
    file: "no file contains actions",
    undo: async (tenant) => {
      const { client } = tenant;
      await tenant.import({ kind: "devices", fromConsole: true }, [["シリアルナンバー"], ["A"]]);
      const [device] = await client.devices.find({ name: "A" });
      const [written] = await client["device-actions"].create({ kind: "lost-mode", ids: [device?.id ?? ""] });
      await client.console.confirm({ numbers: [written?.consoleTask ?? 0] });
      return tenant.undoing(written?.consoleTask ?? 0);
    },
  },
  "ade-settings": {
    told: /only an ADE profile can have ADE settings/,
    hand: hand(({ client }) =>
      client["config-profiles"].create({ name: "C", kind: "vpn", adeSettings: ["監視対象モード:設定する"] }),
    ),
    file: file("config-profiles", [
      ["プロファイル名", "種類", "ADE の設定項目"],
      ["C", "vpn", "監視対象モード:設定する"],
    ]),
    undo: AS_IT_WAS,
  },
  "ade-profile-removal": {
    told: /also requires 監視対象モード:設定する/,
    hand: hand(({ client }) =>
      client["config-profiles"].create({
        name: "C",
        kind: "ade",
        adeSettings: ["MDM 構成プロファイル削除:許可しない", "監視対象モード:設定しない"],
      }),
    ),
    file: file("config-profiles", [
      ["プロファイル名", "種類", "ADE の設定項目"],
      ["C", "ade", "MDM 構成プロファイル削除:許可しない"],
    ]),
    undo: AS_IT_WAS,
  },
  "config_profile-orgs": {
    told: /organisation not found: NONE/,
    hand: hand(({ client }) => client["config-profiles"].create({ name: "C", kind: "vpn", orgs: ["NONE"] })),
    file: file("config-profiles", [PROFILE_HEADER, ["C", "vpn", "NONE", ""]]),
    undo: ASSIGNED_BEFORE,
  },
  "org-of-config_profile": ASSIGNED_TO,
  "config_profile-devices": {
    told: /device not found: NONE/,
    hand: hand(({ client }) => client["config-profiles"].create({ name: "C", kind: "vpn", devices: ["NONE"] })),
    file: file("config-profiles", [PROFILE_HEADER, ["C", "vpn", "", "NONE"]]),
    undo: ASSIGNED_BEFORE,
  },
  "device-of-config_profile": ASSIGNED_TO,
  "app-orgs": {
    told: /organisation not found: NONE/,
    hand: hand(({ client }) => client.apps.create({ name: "C", kind: "Enterprise", orgs: ["NONE"] })),
    file: file("apps", [APP_HEADER, ["C", "Enterprise", "NONE", ""]]),
    undo: ASSIGNED_BEFORE,
  },
  "org-of-app": ASSIGNED_TO,
  "app-devices": {
    told: /device not found: NONE/,
    hand: hand(({ client }) => client.apps.create({ name: "C", kind: "Enterprise", devices: ["NONE"] })),
    file: file("apps", [APP_HEADER, ["C", "Enterprise", "", "NONE"]]),
    undo: ASSIGNED_BEFORE,
  },
  "device-of-app": ASSIGNED_TO,
};

test("each rule has its breaches, and there are no others", () => {
  expect(Object.keys(BREACHES)).toEqual(RECORD_RULES.map(({ name }) => name));
});

const ATTEMPTS = Object.entries(BREACHES).flatMap(([rule, { told, ...writers }]) =>
  Object.entries(writers).flatMap(([writer, attempt]) =>
    typeof attempt === "string" ? [] : [{ rule, writer, told, attempt }],
  ),
);

test.each(ATTEMPTS)("$rule: refused by $writer", async ({ told, attempt }) => {
  await using tenant = await Filled.make();
  expect(await attempt(tenant)).toEqual(expect.arrayContaining([expect.stringMatching(told)]));
});

test.each([
  [/ends .* before it begins/, { contracts: [{ name: "CLOMO MDM", from: "2026-02-01", until: "2026-01-01" }] }],
  [/both iOS\/iPadOS and macOS are recorded as not used/, { ios: false, macos: false, ade: true }],
  [/Android is recorded as not used/, { android: false, androidAccounts: "google-play" }],
  [/must begin with http:\/\/ or https:\/\//, { loginUrl: "ftp://panel.example.jp" }],
  [/unknown time zone/, { consoleTimezone: "Nowhere/Land" }],
] as const)("a tenant's profile: %s", async (told, values) => {
  await using tenant = new TestTenant();
  expect((await failureOf(tenant.client.tenant.set(values as never)))?.what.en).toMatch(told);
});

test("a list of users creates no organisation that a rule refuses", async () => {
  await using tenant = new TestTenant();
  const list = "氏名,メールアドレス,組織コード\n山田,a@b.jp,全社";
  expect(await failureOf(tenant.import({ kind: "users", createOrgs: true }, list))).toMatchObject({
    what: { en: "全社 is reserved for the root organisation" },
  });
});

test("an item's phone is a telephone number", async () => {
  await using tenant = new TestTenant();
  const added = tenant.client.renewals.add({ kind: "custom", name: "トークン", phone: "机の上" });
  expect((await failureOf(added))?.what.en).toMatch(/is not a telephone number/);
});
