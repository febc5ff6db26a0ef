import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";

interface Template {
  readonly verb: string;
  readonly format: string;
  /** the headers, of which a map renames the first */
  readonly header: string;
  /** what the tenant is asked, if it is asked anything */
  readonly tenant?: Answers;
  /** what it says of the format */
  readonly note?: RegExp;
}

const TEMPLATES: readonly Template[] = [
  {
    verb: "users template",
    format: "users",
    header:
      "氏名,フリガナ,メールアドレス,組織コード,役職,社員コード,UPN,住所の区分,郵便番号,住所,TEL,内線,FAX,CLOMOアカウント名,CLOMOアカウントパスワード,入社年",
    tenant: { fields: example("fields") },
    note: /not confirmed/,
  },
  {
    verb: "orgs template",
    format: "orgs",
    header: "組織名,組織コード,上位組織コード,上位組織パス",
    note: /not confirmed/,
  },
  {
    verb: "devices template",
    format: "devices",
    header:
      "シリアルナンバー,プラットフォーム,ステータス,端末識別名,IMEI番号,電話番号,Wi-Fi MACアドレス,Android ID,所有者メールアドレス,メモ,Androidモード,所有組織コード,タグ",
    note: /not confirmed/,
  },
  {
    verb: "secured users template --app browser",
    format: "browser",
    header: "表示名,ユーザーID,パスワード,説明",
  },
  {
    verb: "secured users template --app docs",
    format: "docs",
    header: "表示名,ユーザーID,パスワード,シークレットキー,グループ名,ファイル管理者権限,説明",
  },
];

describe.each(TEMPLATES)("$verb", ({ verb, header, tenant, note = /^$/ }) => {
  const at = tenant === undefined ? {} : { tenant };

  test("writes the header row in the encoding for the account's language and says so", async () => {
    const { en, ja } = await runInBoth(verb, at);
    const requests = Object.keys(tenant ?? {}).map((operation) => ({ operation }));
    expect(en).toMatchObject({ exit: 0, requests });
    expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(`${header}\r\n`);
    expect(en.stderr).toContain("Japanese");
    expect(ja.bytes).toEqual(en.bytes);
  });

  test("takes the language from the context", async () => {
    const home = freshFolder();
    await run("context add osaka --embedded --language en", { home });
    const { stdout, stderr } = await run(`${verb} --context osaka`, { home, ...at });
    expect(stdout).toBe(`${header}\r\n`);
    expect(stderr).toContain("English");
    const environment = { CLOMOCTL_CONTEXT: "osaka" };
    const piped = await run(`${verb} --newline lf -o -`, { home, environment, ...at });
    expect(piped.stdout).toBe(`${header}\n`);
  });

  test.each([
    ["lf", "\n"],
    ["cr", "\r"],
  ])("writes a file with a byte order mark and the newline %s", async (name, newline) => {
    const folder = freshFolder();
    const line = `${verb} -o new.csv --encoding utf-8 --bom --newline ${name}`;
    const ran = await run(line, { folder, ...at });
    expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringMatching(note) });
    expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`\ufeff${header}${newline}`);
  });

  test.each([
    ["--context kinki", 6, "kinki", false],
    ["--bom", 2, "--bom", true],
    ["--newline none", 2, "--newline", false],
    ["-o nowhere/new.csv --encoding utf-8", 2, "nowhere", true],
    ["new.csv", 2, "new.csv", false],
  ] as const)("with %s exits with %i", async (words, exit, message, isOpened) => {
    const { en, ja } = await runInBoth(`${verb} ${words}`, isOpened ? at : {});
    for (const ran of [en, ja])
      expect(ran).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining(message) });
  });
});
