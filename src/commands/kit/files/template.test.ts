import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";

const TEMPLATES: readonly (readonly [verb: string, header: string, tenant: Answers | undefined])[] = [
  [
    "users template",
    "氏名,フリガナ,メールアドレス,組織コード,役職,社員コード,UPN,住所の区分,郵便番号,住所,TEL,内線,FAX,CLOMOアカウント名,CLOMOアカウントパスワード,入社年",
    { fields: example("fields") },
  ],
  ["orgs template", "組織名,組織コード,上位組織コード,上位組織パス", undefined],
  [
    "devices template",
    "シリアルナンバー,プラットフォーム,ステータス,端末識別名,IMEI番号,電話番号,Wi-Fi MACアドレス,Android ID,所有者メールアドレス,メモ,Androidモード,所有組織コード,タグ",
    undefined,
  ],
  ["secured users template --app browser", "表示名,ユーザーID,パスワード,説明", undefined],
  [
    "secured users template --app docs",
    "表示名,ユーザーID,パスワード,シークレットキー,グループ名,ファイル管理者権限,説明",
    undefined,
  ],
];

describe.each(TEMPLATES)("%s", (verb, header, tenant) => {
  const note = verb.startsWith("secured") ? /^$/ : /not confirmed/;
  const at = tenant === undefined ? {} : { tenant };

  test("writes the header row in the encoding for the account's language", async () => {
    const { en, ja } = await runInBoth(verb, at);
    const requests = Object.keys(tenant ?? {}).map((operation) => ({ operation }));
    expect(en).toMatchObject({ exit: 0, requests });
    expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(`${header}\r\n`);
    expect(ja.bytes).toEqual(en.bytes);
  });

  test.each([
    ["lf", "\n"],
    ["cr", "\r"],
  ])("writes a file with the newline %s", async (name, newline) => {
    const folder = freshFolder();
    const line = `${verb} -o new.csv --encoding utf-8 --newline ${name}`;
    const ran = await run(line, { folder, ...at });
    expect(ran).toMatchObject({ exit: 0, stdout: "", stderr: expect.stringMatching(note) });
    expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`${header}${newline}`);
  });
});
