import { expect, test } from "vitest";
import type { AccountRenamings, AccountSettings, WrittenAccountSettings } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const free = example<AccountSettings>("accountSettings", { composition: "free-text" });
const set = (change: Partial<AccountSettings>, more: Partial<WrittenAccountSettings> = {}): WrittenAccountSettings => ({
  before: free,
  after: { ...free, ...change },
  consoleTask: null,
  dryRun: false,
  ...more,
});
const [renaming] = example<{ first: readonly [AccountRenamings["first"][number]] }>("accountRenamings").first;
const renamings: AccountRenamings = {
  accounts: 30,
  same: 2,
  lacking: 1,
  clashing: 1,
  first: [
    { ...renaming, name: "taro", user: "太郎", proposed: null, obstacle: "lacking" },
    { ...renaming, name: "jiro", user: "次郎", proposed: "A1", obstacle: "clash" },
    { ...renaming, name: "hana 01", user: "花子", proposed: "-A2", obstacle: "none" },
  ],
};
const tenant = {
  accountSettings: free,
  accountRenamings: renamings,
  setAccountSettings: set({ composition: "employee-code" }, { consoleTask: 5 }),
};
const LINE = "clomo-account settings set --composition employee-code";

test("shows names that would clash or lack a value and how to rename accounts, then sets it", async () => {
  const { en, ja } = await runInBoth(`${LINE} --yes`, { tenant });
  expect(en.requests).toEqual([
    { operation: "accountSettings" },
    { operation: "accountRenamings", query: { composition: "employee-code" } },
    { operation: "setAccountSettings", json: { composition: "employee-code", dryRun: false } },
  ]);
  expect(en.stderr).toBe(
    [
      "28 of 30 accounts would have a different name (missing values: 1, clashes: 1)",
      "taro (太郎): missing value: clomoctl users edit taro --employee-code VALUE",
      "jiro (次郎): duplicate name, A1",
      "hana 01 (花子) → -A2: clomoctl clomo-account edit 'hana 01' --account='-A2'",
      "and 25 more",
      "account names are built from: free text → employee code of the user",
      "make the same change in the console: clomoctl console show 5",
      "",
    ].join("\n"),
  );
  expect(ja.stderr).toContain("既存の 30 アカウントのうち 28 件の名前が異なります: 値なし 1 件、重複 1 件\n");
  expect(ja.stderr).toContain("任意の文字列 → ユーザーに付与された社員コード\n");
});

test.each([
  ["google-workspace", "Google Workspace(旧 G Suite)メールアドレス"],
  ["salesforce", "Salesforce アカウント"],
] as const)("%s is selected and shown by the console's label", async (composition, called) => {
  const answers = { ...tenant, setAccountSettings: set({ composition }) };
  const { ja } = await runInBoth(["clomo-account", "settings", "set", "--composition", called, "--yes"], {
    tenant: answers,
  });
  expect(ja.requests.at(-1)).toMatchObject({ json: { composition } });
  expect(ja.stderr).toContain(`任意の文字列 → ${called}\n`);
});

test("asks, applies to what was shown, and changes nothing if the answer is no", async () => {
  const asked = { ...tenant, tenantRevision: { revision: 9 } };
  const typing = (keys: string) => ({
    typing: [["Change the setting and keep the existing account names?", keys]] as const,
  });
  const yes = await run(LINE, { tenant: asked, terminal: typing("y\r") });
  expect(yes.requests.at(-1)).toMatchObject({ json: { composition: "employee-code", seen: 9 } });
  const { setAccountSettings: _, ...unset } = asked;
  const no = await run(LINE, { tenant: unset, terminal: typing("n\r") });
  expect(no.exit).toBe(0);
  expect(no.stderr).toContain("nothing was changed\n");
  const { en, ja } = await runInBoth(LINE, { tenant: { accountSettings: free, accountRenamings: renamings } });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(ja.stderr).toContain("--yes");
});

test("sends an authentication type unchanged, and a dry run asks nothing", async () => {
  const setAccountSettings = set({ authentication: "LDAP 認証" }, { dryRun: true });
  const line = ["clomo-account", "settings", "set", "--authentication", "LDAP 認証", "--dry-run"];
  const { exit, stderr, requests } = await run(line, { tenant: { accountSettings: free, setAccountSettings } });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ json: { authentication: "LDAP 認証", dryRun: true } });
  expect(stderr).toContain("authentication type: (blank) → LDAP 認証\ndry run: nothing was changed\n");
});

test.each([
  ["mail-address", "email ADDRESS"],
  ["mail-local-part", "email ADDRESS"],
  ["google-workspace", "google-workspace-email ADDRESS"],
  ["salesforce", "salesforce-account VALUE"],
] as const)("names users who lack the value for account names, and what sets it: %s", async (composition, option) => {
  const [first] = renamings.first;
  const accountRenamings = { ...renamings, accounts: 1, same: 0, clashing: 0, first: first ? [first] : [] };
  const { en, ja } = await runInBoth(`clomo-account settings set --composition ${composition} --dry-run`, {
    tenant: { accountSettings: free, accountRenamings, setAccountSettings: set({ composition }, { dryRun: true }) },
  });
  expect(en.stderr).toContain(`taro (太郎): missing value: clomoctl users edit taro --${option}\n`);
  expect(ja.stderr).toContain(`taro(太郎): 値なし。設定するには: clomoctl users edit taro --${option}\n`);
});

test("reports settings that are already set as a whole, whichever option was given", async () => {
  const tenant = { accountSettings: free, setAccountSettings: set({}) };
  const { en, ja } = await runInBoth(["clomo-account", "settings", "set", "--authentication", ""], { tenant });
  expect(en.stderr).toBe("CLOMO アカウント設定 already has these values, so there is nothing to change\n");
  expect(ja.stderr).toBe("CLOMO アカウント設定 はすでに指定どおりです。変更はありません\n");
});
