import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRows } from "#support/xlsx/read.ts";
import { csv, freshDesk, HEADER, createDeskWithPeople } from "#support/cli/import-desk.ts";
import { FIXTURES } from "#support/cli/home.ts";

describe("the console bridge", () => {
  test("with --dry-run, writes the file and discards the plan, and creates no tenant", async () => {
    const line = "users import people.csv --create-orgs --emit-csv console.csv --dry-run";
    for (const [desk, states, isThere] of [
      [await freshDesk(), [], true],
      // without rows to upload there is none
      [await createDeskWithPeople(), ["committed", "discarded"], false],
    ] as const) {
      expect((await desk.run(line)).code).toBe(0);
      expect(existsSync(desk.path("console.csv"))).toBe(isThere);
      expect((await desk.states()).toSorted()).toEqual(states);
    }
  });

  test("a character that Shift_JIS lacks leaves no file", async () => {
    const desk = await freshDesk([HEADER, "𠮷田,yoshida@example.com,,"]);
    const { code, stderr } = await desk.run("users import people.csv --emit-csv console.csv --yes");
    expect(code).toBe(3);
    expect(stderr).toContain("people.csv:2:氏名: U+20BB7");
    await expect(stat(desk.path("console.csv"))).rejects.toThrow("ENOENT");
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("users that a replacing file lacks are listed for manual deletion if the tenant is a mirror", async () => {
    const desk = await createDeskWithPeople();
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,S01,課長"]));
    const line = "users import one.csv --mode replace --emit-csv console.csv --dry-run --lang ja";
    const refused = await desk.run(line);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("clomoctl console sync EXPORT.csv");
    expect((await desk.run("console sync people.csv --yes")).code).toBe(0);
    const unsaid = await desk.run(line);
    expect(unsaid.code).toBe(3);
    expect(unsaid.stderr).toContain("clomoctl users administrators add");
    expect((await desk.run("users administrators add --none")).code).toBe(0);
    const outcome = await desk.run(line);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("必ず「追加更新」にして");
    const lines = new TextDecoder("shift_jis").decode(await readFile(desk.path("console.csv"))).split("\r\n");
    expect(lines).toEqual([HEADER, "山田 太郎,taro@example.com,S01,課長", ""]);
    expect(await readRows(await readFile(desk.path("console-delete.xlsx")))).toEqual([
      ["氏名", "メールアドレス", "組織", "役職", "社員コード", "CLOMOアカウント名", "管理者"],
      ["佐藤 花子", "hanako@example.com", "S02", "", "", "", "いいえ"],
    ]);
  });

  test("warns about what a file for 全件更新 cannot contain", async () => {
    const desk = await freshDesk();
    await desk.write("docs.csv", await readFile(join(FIXTURES, "secured", "docs", "users.utf-8.lf.csv")));
    const replace =
      "secured users import docs.csv --app docs --create-groups --mode replace --emit-csv c.csv --dry-run";
    expect((await desk.run(replace)).stderr).toContain("console sync EXPORT.csv --app docs");
    await desk.write("export.csv", csv(["表示名,ユーザーID,説明", "髙橋,taro99,"]));
    expect((await desk.run("console sync export.csv --app docs --yes")).code).toBe(0);
    expect((await desk.run("secured administrators add --none --app docs")).code).toBe(0);
    const short = await desk.run(replace.replace("docs.csv", "export.csv"));
    expect(short.code).toBe(3);
    expect(short.stderr).toContain("no export of the console has shown these columns: グループ名, ファイル管理者権限;");
    const outcome = await desk.run(replace);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("warning: the manual does not say whether 全件更新 deletes users");
  });
});
