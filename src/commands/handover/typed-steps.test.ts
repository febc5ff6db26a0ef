import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { splitWords } from "#support/cli/home.ts";
import { freshFolder, run, type Reading } from "#support/commands/program.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { openTenant } from "../../cli/tenant.ts";

/** What the reader of a step types for a placeholder. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
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
  ["type the name of the context", "minato"],
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

let home = "";

async function populate(): Promise<void> {
  const tenant = new TestTenant(join(home, "tenants", "minato"));
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
  for (const serialNumber of ["C02X", "C02Y"]) {
    const { after } = await client.devices.create({ serialNumber });
    await client.devices.setOwner({ ids: [after.id], owner: user?.id ?? "", ownerOrg: null });
  }
  await tenant.import({ kind: "docs", createGroups: true }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["花子", "hanako", "Hidden4711"],
    ["次郎", "jiro", "Hidden4711"],
  ]);
  await tenant.close();
}

/** Returns each command in a text with the words that the reader types for the placeholders. */
const readCommands = (written: string): readonly (readonly string[])[] =>
  [...written.matchAll(/clomoctl (.*)/g)].map(([, line = ""]) => {
    const words = splitWords(line);
    return words.map((word, at) => PLACEHOLDERS[`${words[at - 1]} ${word}`] ?? PLACEHOLDERS[word] ?? word);
  });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "steps-"));
  for (const line of ["context add minato --embedded", "context use minato"]) await run(line, { home });
  await populate();
  await type(home, ["secured", "users", "edit", "hanako", "--app", "docs", "--administrator", "yes"]);
  writeFileSync(join(home, "vpn.mobileconfig"), MOBILECONFIG);
});
afterAll(() => rmSync(home, { recursive: true }));

const LEAVER = ["--leaver", "hanako", "--leaves", "2027-03-31"];

test.each([
  ["the checklist", ["handover", "checklist", "--format", "json"], 20],
  ["the leaver's list", ["handover", "checklist", "--format", "json", ...LEAVER], 15],
  ["the report", ["handover", "report", ...LEAVER], 30],
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
