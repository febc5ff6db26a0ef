import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readRows } from "#support/xlsx/read.ts";
import { csv, freshDesk, HEADER, type Desk } from "#support/cli/import-desk.ts";
import { FIXTURES } from "#support/cli/home.ts";

describe("--emit-csv, the short form of console upload", () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await freshDesk([HEADER, "山田 太郎,taro@example.com,,課長", "佐藤 花子,hanako@example.com,,"]);
  });
  const done = async (line: string, code = 0): Promise<string> => {
    const outcome = await desk.run(line);
    expect(outcome.code, outcome.stderr).toBe(code);
    return outcome.stderr;
  };
  const sync = () => done("console sync people.csv --yes");

  test("needs an export of the console", async () => {
    expect(await done("users import people.csv --emit-csv up.csv --yes", 3)).toContain("console sync EXPORT.csv");
    expect(await desk.states()).toEqual(["discarded"]);
  });

  test("a character that the file's encoding lacks changes nothing", async () => {
    await desk.write("docs.csv", csv(["表示名,ユーザーID,説明", "髙橋,taro99,"]));
    await done("console sync docs.csv --app docs --yes");
    await desk.write("in.csv", csv(["表示名,ユーザーID", "𠮷田,taro99"]));
    const told = await done("secured users import in.csv --app docs --emit-csv up.csv --yes", 3);
    expect(told).toContain("in.csv:2:表示名: U+20BB7");
    expect(told).toContain("for example 〓");
    expect(existsSync(desk.path("up.csv"))).toBe(false);
    expect(await desk.states()).toEqual(expect.arrayContaining(["committed", "discarded"]));
  });

  test("a dry run writes nothing; the commit also lists what to delete by hand", async () => {
    await sync();
    await done("tenant set --administrators-complete users");
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,,部長"]));
    const line = "users import one.csv --mode replace --emit-csv up.csv --confirm-deletions 1 --lang ja";
    await done(`${line} --dry-run`);
    expect(existsSync(desk.path("up.csv"))).toBe(false);
    expect(await done(line)).toContain("必ず「追加更新」にしてアップロードしてください(「全件更新」は不可)");
    expect(readFileSync(desk.path("up.csv"), "utf8")).toBe(
      csv(["氏名,メールアドレス,役職", "山田 太郎,taro@example.com,部長"]),
    );
    expect(await readRows(readFileSync(desk.path("up-delete.xlsx")))).toEqual([
      ["氏名", "メールアドレス"],
      ["佐藤 花子", "hanako@example.com"],
    ]);
    expect(await done(line.replace("1 --", "0 --").replace("up.csv", "n.csv"))).toContain(
      "n.csv は書き出していません。未完了の変更を書き出すには: clomoctl console upload -o n.csv",
    );
  });

  test("an import that only takes back an open change writes nothing of the others", async () => {
    await sync();
    for (const key of ["hanako", "taro"]) await done(`users edit ${key}@example.com --title 部長`);
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,,課長"]));
    expect(await done("users import one.csv --emit-csv up.csv --yes")).toContain(
      "up.csv was not written; to write the open changes: clomoctl console upload -o up.csv",
    );
  });

  test("a file that cannot be written after the commit names the change's upload", async () => {
    await sync();
    await desk.write("one.csv", csv([HEADER, "山田 太郎,taro@example.com,,部長"]));
    const told = await done("users import one.csv --emit-csv /dev/full --yes", 1);
    expect(told).toMatch(
      /the change was made.*\n.*\n  \/dev\/full\n  \/dev\/full was not written; to write the open changes: clomoctl console upload 2 -o/,
    );
  });

  test("a file for 全件更新 has every user with a password, or is refused", async () => {
    await desk.write("docs.csv", readFileSync(join(FIXTURES, "secured", "docs", "users.utf-8.lf.csv")));
    const replace = "secured users import docs.csv --app docs --create-groups --mode replace --emit-csv c.csv --yes";
    await desk.write("export.csv", csv(["表示名,ユーザーID,説明", "髙橋,taro99,"]));
    await done("console sync export.csv --app docs --yes");
    await done("tenant set --administrators-complete docs");
    expect(await done(`${replace.replace("docs.csv", "export.csv")} --confirm-deletions 0`, 3)).toContain(
      "could delete values that are in no imported console export: グループ名, ファイル管理者権限",
    );
    const told = await done(`${replace} --confirm-deletions 1`);
    expect(told).toContain("全件更新");
    expect(existsSync(desk.path("c.csv"))).toBe(true);
    expect(existsSync(desk.path("c-delete.xlsx"))).toBe(false);
  });
});
