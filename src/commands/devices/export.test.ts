import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const CSV = "シリアルナンバー,IMEI番号,所有者メールアドレス\r\nSERIAL000001,00 000000 000000 0,\r\n";
const tenant = { exportDevices: CSV };

test("the file, in the encoding of the account's language, which is said", async () => {
  const { en, ja } = await inBoth("devices export", { tenant });
  expect(en.requests).toEqual([{ operation: "exportDevices", query: { newline: "crlf" } }]);
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(CSV);
  expect(en.stderr).toContain("Shift_JIS");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("what narrows it goes to the tenant", async () => {
  const line = "devices export --encoding utf-8 --newline lf --filter-name 営業 --filter-id SERIAL";
  const { requests, stdout, stderr } = await run(line, { tenant });
  const query = { newline: "lf", filterName: "営業", filterId: "SERIAL" };
  expect(requests).toEqual([{ operation: "exportDevices", query }]);
  expect({ stdout, stderr }).toEqual({ stdout: CSV, stderr: "" });
});

test("a map gives it other headers", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns:\n  Serial: シリアルナンバー\nconstants:\n  IMEI番号: none\n");
  const { exit } = await run("devices export -o out.csv --encoding utf-8 --map map.yaml", { folder, tenant });
  expect(exit).toBe(0);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("Serial,所有者メールアドレス\r\nSERIAL000001,\r\n");
});

test("a tenant that gives none leaves the old file, in both languages", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "out.csv"), "old");
  const refusing = { exportDevices: new Failure("not-permitted", { what: text("not yours", "権限がありません") }) };
  const { en, ja } = await inBoth("devices export -o out.csv --encoding utf-8 --overwrite", {
    folder,
    tenant: refusing,
  });
  expect(en).toMatchObject({ exit: 4, stdout: "", stderr: "error: not yours\n" });
  expect(ja).toMatchObject({ exit: 4, stdout: "", stderr: "エラー: 権限がありません\n" });
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("old");
});
