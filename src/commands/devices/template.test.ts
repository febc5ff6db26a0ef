import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const HEADER =
  "シリアルナンバー,プラットフォーム,ステータス,端末識別名,IMEI番号,電話番号,Wi-Fi MACアドレス,Android ID,所有者メールアドレス,メモ,Androidモード,所有組織コード,タグ\r\n";

test("the header row, in the encoding of the account's language; the tenant is not asked", async () => {
  const { en, ja } = await inBoth("devices template");
  expect(en).toMatchObject({ exit: 0, requests: [] });
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(HEADER);
  expect(en.stderr).toContain("Japanese");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("the context decides language and map", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns:\n  Serial: シリアルナンバー\n");
  await run("context add osaka --embedded --language en --map devices=map.yaml", { home, folder });
  const { stdout, stderr } = await run("devices template --context osaka", { home });
  expect(stdout).toBe(HEADER.replace("シリアルナンバー", "Serial"));
  expect(stderr).toContain("English");
});

test("goes to a file, as it is asked for", async () => {
  const folder = freshFolder();
  const line = "devices template -o new.csv --encoding utf-8 --bom --newline lf";
  expect(await run(line, { folder })).toMatchObject({
    exit: 0,
    stdout: "",
    stderr: expect.stringContaining("not confirmed"),
  });
  expect(readFileSync(join(folder, "new.csv"), "utf8")).toBe(`\ufeff${HEADER.replace("\r\n", "\n")}`);
});

test.each([
  ["devices template --context kinki", 6, "kinki"],
  ["devices template --map nowhere.yaml", 6, "nowhere.yaml"],
  ["devices template --bom", 2, "--bom"],
  ["devices template new.csv", 2, "new.csv"],
])("%s ends with %i", async (line, exit, told) => {
  const { en, ja } = await inBoth(line);
  expect(en).toMatchObject({ exit, stdout: "" });
  expect(en.stderr).toContain(told);
  expect(ja).toMatchObject({ exit, stdout: "" });
  expect(ja.stderr).toContain(told);
});
