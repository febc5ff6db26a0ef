import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPopulatedTenant } from "#support/commands/populated.ts";
import { run, type Circumstances } from "#support/commands/program.ts";
import { COMMANDS } from "#support/commands/verbs.ts";
import type { TestTenant } from "#support/tenant/tenant.ts";
import { looksLikePassword } from "../../lib/model/rules.ts";
import { getCommandNoun, isFreeText, type RecordType } from "../../lib/model/thing.ts";
import { NOUNS } from "../../lib/nouns/index.ts";
import { toFlagName } from "./field.ts";
import { folderForAllTests } from "#support/folder.ts";

test.each([
  ["APSP:0322a1c4-9f0e-4c1b-8d7a-2b1c3d4e5f60", false],
  ["Minato2026!", true],
  ["P@ssw0rd", true],
  ["Xk3mP9qRz2", true],
  ["password: minato", true],
  ["パスワードは minato", true],
  ["情報システム部の金庫", false],
  ["3 階の金庫", false],
  ["hanako@example.jp", false],
  ["https://vault.example.jp/a?b=1", false],
  ["090-0000-0000", false],
  ["MDM-Server01", false],
  ["パスワードは金庫にあります", false],
  ["password in the vault", false],
])("%s is taken for a password: %s", (typed, expected) => {
  expect(looksLikePassword(typed)).toBe(expected);
});

/** The command lines that write fields of a noun, without options. */
const WRITING_LINES: Readonly<Record<string, readonly string[]>> = {
  "apps create": ["A9", "--kind", "Enterprise"],
  "apps edit": ["A1"],
  "clomo-account create": ["taro@example.jp", "--account", "taro01"],
  "clomo-account edit": ["jiro01"],
  "clomo-account settings set": [],
  "config-profiles create": ["P9", "--kind", "vpn"],
  "config-profiles edit": ["P1"],
  "devices create": ["C09X"],
  "devices edit": ["C02X"],
  "devices action lost-mode": ["C02X", "--phone-number", "03-0000-0000"],
  "renewals add": ["契約", "--kind", "custom"],
  "renewals edit": ["本社"],
  "secured users create": ["u9", "--name", "花", "--app", "docs", "--password-file", "password"],
  "secured users edit": ["hanako", "--app", "docs"],
  "tenant set": [],
  "users create": ["--name", "花子", "--email", "hana@example.jp"],
  "users edit": ["E1"],
};

const findCommandNoun = (noun: RecordType): string =>
  ({ account: "clomo-account", device_action: "devices action" })[noun.name] ?? getCommandNoun(noun);

/** Each option of a create, edit or set command for a field of free text, from the definitions of the nouns. */
const FREE_TEXT_OPTIONS = NOUNS.flatMap((noun: RecordType) =>
  COMMANDS.filter(([line]) =>
    ["create", "edit", "add", "set", "lost-mode"].some((verb) => line === `${findCommandNoun(noun)} ${verb}`),
  ).flatMap(([line, { options }]) =>
    Object.entries(noun.fields)
      .filter(([name, field]) => isFreeText(field) && options[name]?.kind === "string" && name !== "version")
      .map(([name]) => [line, `--${toFlagName(name)}`] as const),
  ),
);

describe("an option of free text", () => {
  const folder = folderForAllTests();
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await createPopulatedTenant(folder);
  });
  afterAll(() => tenant[Symbol.asyncDispose]());

  const typeInto = (line: string, option: string, terminal?: Circumstances["terminal"]) => {
    const value = option === "--custom" ? "入社年=Minato2026!" : "Minato2026!";
    const words = [...line.split(" "), ...(WRITING_LINES[line] ?? []), option, value, "--lang", "en"];
    return run(words, { folder, home: folder, tenant: tenant.fetch, ...(terminal && { terminal }) });
  };

  test.each(FREE_TEXT_OPTIONS)(
    "%s %s: a password is questioned, and a warning without a terminal",
    async (line, option) => {
      expect(WRITING_LINES[line], line).toBeDefined();
      const asked = await typeInto(line, option, {
        columns: 200,
        typing: [[`${option} looks like a password`, "n\r"]],
      });
      expect(asked.exit).toBe(3);
      const warned = await typeInto(line, option);
      expect(warned.stderr).toContain(`warning: ${option} looks like a password`);
      await run("undo last --yes", { folder, home: folder, tenant: tenant.fetch });
    },
  );

  test("is known for every memo and note", () => {
    const found = FREE_TEXT_OPTIONS.map((words) => words.join(" "));
    for (const noun of ["apps", "config-profiles", "devices", "clomo-account"])
      expect(found).toContain(`${noun} edit --memo`);
    for (const words of ["renewals edit --notes", "tenant set --contact-name", "users edit --custom"])
      expect(found).toContain(words);
  });

  test("in a file is one warning for each column, and one question at a terminal", async () => {
    const content = "シリアルナンバー,メモ\r\nC04,PSK=Canary#1\r\nC05,pass: CanaryApp#1\r\nC06,貸出中\r\n";
    writeFileSync(join(folder, "memos.csv"), content);
    const line = ["devices", "import", "memos.csv", "--lang", "en"];
    const warned = await run([...line, "--dry-run"], { folder, home: folder, tenant: tenant.fetch });
    expect(warned.stderr).toMatch(/memos.csv:2:\S+ .*looks like a password \(2 rows\)/);
    expect(warned.stderr).not.toContain("Canary");
    const typing = [["memos.csv looks like a password", "n\r"]] as const;
    const asked = await run(line, { folder, home: folder, tenant: tenant.fetch, terminal: { columns: 200, typing } });
    expect(asked.stderr).toContain("nothing was changed");
    expect(await tenant.client.devices.find({ name: "C04" })).toEqual([]);
  });
});
