import { EventEmitter } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CustomField } from "../../lib/client/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const tenant = { fields: example<{ items: readonly CustomField[] }>("fields") };

test("a map sets other headers and another dialect, and constant fields are omitted", async () => {
  const home = freshFolder();
  const folder = freshFolder();
  const map = [
    "columns: {Name: 氏名, Mail: メールアドレス, Mail 2: メールアドレス, Joined: 入社年}",
    "constants: {フリガナ: ア, 役職: 課長, UPN: u, 住所の区分: x, 郵便番号: '1', 住所: x, TEL: '1', 内線: '1', FAX: '1'}",
    "dialect: {delimiter: tab}",
  ];
  writeFileSync(join(folder, "map.yaml"), map.join("\n"));
  const expected =
    "Name\tMail\tMail 2\t組織コード\t社員コード\tCLOMOアカウント名\tCLOMOアカウントパスワード\tJoined\r\n";
  const line = "users template --encoding utf-8";
  expect((await run(`${line} --map map.yaml`, { folder, tenant })).stdout).toBe(expected);
  await run("context add kanto --embedded --map users=map.yaml", { home, folder });
  expect((await run(`${line} --context kanto`, { home, tenant })).stdout).toBe(expected);
});

test("reports a field whose name the encoding lacks, and leaves no file", async () => {
  const folder = freshFolder();
  const unheld = { fields: { items: tenant.fields.items.map((field) => ({ ...field, name: "café" })) } };
  const { en, ja } = await runInBoth("users template -o new.csv", { folder, tenant: unheld });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain("new.csv:1:16: ");
  expect(ja.exit).toBe(3);
  expect(() => readFileSync(join(folder, "new.csv"))).toThrow("ENOENT");
});

test("a signal stops it, and no file is written", async () => {
  const folder = freshFolder();
  const signals = new EventEmitter();
  const interrupting = {
    fields: () => {
      signals.emit("SIGINT");
      return tenant.fields;
    },
  };
  const { en, ja } = await runInBoth("users template --encoding utf-8 -o new.csv", {
    folder,
    signals,
    tenant: interrupting,
  });
  expect(en).toMatchObject({ exit: 130, stdout: "", stderr: "error: interrupted: nothing was changed\n" });
  expect(ja.exit).toBe(130);
  expect(ja.stderr).toContain("何も変更していません");
  expect(readdirSync(folder)).toEqual([]);
});
