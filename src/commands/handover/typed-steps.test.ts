import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { splitWords } from "#support/cli/home.ts";
import { freshFolder, run, type Reading } from "#support/commands/program.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { openTenant } from "../../cli/tenant.ts";
import { folderForAllTests } from "#support/folder.ts";

/** What the reader of a step types for a placeholder. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  APP: "docs",
  CODE: "S1",
  DATE: "2027-05-31",
  "--last-login DATE": "2026-11-01",
  DOMAIN: "minato",
  "EXPORT.csv": "export.csv",
  "FILE.xlsx": "leave.xlsx",
  KIND: "custom",
  MAIL: "jiro@accounts.example",
  NAME: "saburo",
  NUMBER: "03-0000-0001",
  PERSON: "jiro",
  PROFILE: "vpn.mobileconfig",
  URL: "https://minato.panel.example.jp",
  USER: "saburo@example.jp",
  USERID: "jiro",
};

const ANSWERS = [
  ["the context minato", "minato"],
  ["the context local", "local"],
  ["eplace", "y"],
  ["assword", "Himitsu-2027-x"],
  ["Apply", "y"],
] as const;

/** Answers each question once, and those that are not in {@link ANSWERS} with Enter. */
const answerQuestions = (): Reading => {
  let answered = 0;
  return (screen) => {
    const parts = screen.split(/✔.*\n/);
    const question = /^\? [^]*/m.exec(parts.at(-1) ?? "")?.[0].replaceAll("\n", "");
    if (question === undefined || question.includes("✔") || parts.length === answered) return undefined;
    answered = parts.length;
    return `${ANSWERS.find(([part]) => question.includes(part))?.[1] ?? ""}\r`;
  };
};

const type = (home: string, words: readonly string[]) =>
  run(words, { home, folder: home, outside: { openTenant }, terminal: { columns: 200, typing: answerQuestions() } });

const MOBILECONFIG = '<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>\n';

const decodeHtml = (code: string): string =>
  code.replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)));

interface Situation {
  readonly context: string;
  readonly devices: number;
  readonly isMirror: boolean;
}

async function populate(home: string, { context, devices, isMirror }: Situation): Promise<void> {
  const tenant = new TestTenant(join(home, "tenants", context));
  const { client } = tenant;
  tenant.addAdministrator("hanako");
  await addTestAccount(tenant, { name: "jiro", role: "division", org: "全社" });
  await client.users.create({ name: "三郎", emails: ["saburo@example.jp"] });
  await client.orgs.create({ name: "営業部", code: "S1" });
  await client.tenant.set({
    contactName: "hanako",
    ios: true,
    ade: true,
    vpp: true,
    android: true,
    androidAccounts: "google-play",
  });
  const account = "hanako@accounts.example";
  const expiresAt = "2027-03-05T00:00:00.000Z";
  const { add } = client.renewals;
  await add({ kind: "vpp-token", name: "VPP", organisation: "本社", account, expiresAt });
  await add({ kind: "push-certificate", name: "プッシュ 証明書", account, owner: account, expiresAt });
  // a contract has its name, and transfer does not move its owner
  await add({ kind: "certificate", name: "本社", owner: `${account}, jiro`, expiresAt: "2026-11-25T00:00:00.000Z" });
  await client.tenant.set({ contracts: [{ name: "本社", until: "2027-04-01" }] });
  await client["config-profiles"].create({ name: "-VPN", kind: "custom" });
  await client.apps.create({ name: "受付 アプリ", kind: "MarketPlace" });
  const [user] = await client.users.find({ name: account });
  for (let number = 1; number <= devices; number += 1) {
    const serialNumber = `C02X${number}`;
    const { after } = await client.devices.create({ serialNumber });
    await client.devices.setOwner({ ids: [after.id], owner: user?.id ?? "", ownerOrg: null });
  }
  const secured = [
    ["表示名", "ユーザーID", "パスワード"],
    ["花子", "hanako", "Hidden4711"],
    ["次郎", "jiro", "Hidden4711"],
  ];
  if (!isMirror) await tenant.import({ kind: "docs", createGroups: true }, secured);
  await tenant.close();
}

/** Returns each command in a text with the words that the reader types for the placeholders. */
const readCommands = (written: string): readonly (readonly string[])[] =>
  [...written.matchAll(/clomoctl (.*)/g)].map(([, line = ""]) => {
    const words = splitWords(line);
    return words.map((word, at) => PLACEHOLDERS[`${words[at - 1]} ${word}`] ?? PLACEHOLDERS[word] ?? word);
  });

const LEAVER = ["--leaver", "hanako", "--leaves", "2027-03-31"];

describe.each<Situation>([
  { context: "minato", devices: 2, isMirror: false },
  { context: "local", devices: 12, isMirror: true },
])("$context with $devices devices, mirror: $isMirror", (situation) => {
  const { context, isMirror } = situation;
  const home = folderForAllTests();
  beforeAll(async () => {
    writeFileSync(join(home, "vpn.mobileconfig"), MOBILECONFIG);
    writeFileSync(join(home, "orgs.csv"), "組織名,組織コード\n経理部,K1\n");
    writeFileSync(join(home, "export.csv"), "表示名,ユーザーID\n花子,hanako\n");
    const added = ["context add minato --embedded", "context use minato"];
    for (const line of context === "local" ? [] : added) await run(line, { home });
    if (isMirror) await type(home, ["console", "sync", "orgs.csv", "--yes"]);
    await populate(home, situation);
    if (!isMirror) await type(home, ["secured", "users", "edit", "hanako", "--app", "docs", "--administrator", "yes"]);
    const list = ["devices", "list", "--owner", "hanako", "--format", "xlsx", "-o", "devices.xlsx", "--overwrite"];
    await type(home, list);
  });

  test.each([
    ["the checklist", ["handover", "checklist", "--format", "json"], 20],
    ["the leaver's list", ["handover", "checklist", "--format", "json", ...LEAVER], 12],
    ["the report", ["handover", "report", ...LEAVER], 28],
  ])("every step of %s can be typed", async (_, words, most) => {
    const { stdout, exit, stderr } = await run(words, { home, outside: { openTenant } });
    expect(exit, stderr).toBe(0);
    const printed = stdout.startsWith("<")
      ? [...stdout.matchAll(/<code>(.*?)<\/code>/g)].map(([, code = ""]) => decodeHtml(code))
      : (JSON.parse(stdout) as { next: string | null }[]).flatMap(({ next }) => next ?? []);
    const commands = [...new Set(printed)].flatMap(readCommands);
    expect(commands.length).toBeGreaterThanOrEqual(most);
    for (const command of commands) {
      const copy = freshFolder();
      cpSync(home, copy, { recursive: true });
      const typed = await type(copy, command);
      expect(typed.exit, `${command.join(" ")}\n${typed.screen}`).toBe(0);
    }
  });
});
