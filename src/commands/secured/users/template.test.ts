import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const BROWSER = "表示名,ユーザーID,パスワード,説明\r\n";
const DOCS = "表示名,ユーザーID,パスワード,シークレットキー,グループ名,ファイル管理者権限,説明\r\n";

test("the app's header row, secrets included; the tenant is not asked", async () => {
  const { en, ja } = await inBoth("secured users template --app browser");
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(BROWSER);
  expect(en.stderr).toContain("Japanese");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("the context decides language and map", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns: {Login: ユーザーID}\n");
  await run("context add osaka --embedded --language en --map browser=map.yaml", { home, folder });
  const browser = await run("secured users template --app browser --context osaka", { home });
  expect(browser.stdout).toBe(BROWSER.replace("ユーザーID", "Login"));
  expect(browser.stderr).toContain("English");
  expect((await run("secured users template --app docs --context osaka", { home })).stdout).toBe(DOCS);
});

test("goes to a file, as it is asked for", async () => {
  const folder = freshFolder();
  const line = "secured users template --app docs -o new.csv --encoding utf-8 --bom --newline lf";
  expect(await run(line, { folder })).toMatchObject({ exit: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`\ufeff${DOCS.replace("\r\n", "\n")}`);
});

test.each([
  ["secured users template", 2, "--app"],
  ["secured users template --app dcos", 2, "docs"],
  ["secured users template --app docs --context kinki", 6, "kinki"],
  ["secured users template --app docs --map nowhere.yaml", 6, "nowhere.yaml"],
])("%s ends with %i", async (line, exit, told) => {
  const { en, ja } = await inBoth(line);
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});
