import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const VERBS = ["users export", "orgs export", "devices export", "secured users export --app docs"];
const DATABASE = "SQLite format 3\0";

describe.each(VERBS)("%s", (verb) => {
  test.each(["tenant.db", "missing/out.csv", "folder.csv"])(
    "does not ask for an export, which would be recorded, if -o %s is refused",
    async (output) => {
      const folder = freshFolder();
      mkdirSync(join(folder, "folder.csv"));
      writeFileSync(join(folder, "tenant.db"), DATABASE);
      expect(await run(`${verb} -o ${output}`, { folder, tenant: {} })).toMatchObject({ exit: 2, requests: [] });
      expect(readFileSync(join(folder, "tenant.db"), "utf8")).toBe(DATABASE);
    },
  );
});

const EXPORTS = [
  ["users export", "exportUsers", "氏名,役職,社員コード\r\n髙橋,課長,E1\r\n"],
  ["orgs export", "exportOrgs", "組織名,組織コード,上位組織パス\r\n営業部,S01,\r\n"],
  ["devices export", "exportDevices", "シリアルナンバー,IMEI番号,所有者メールアドレス\r\nSERIAL000001,,\r\n"],
  ["secured users export --app docs", "exportSecuredUsers", "表示名,ユーザーID,説明\r\n髙橋,hanako01,\r\n"],
] as const;

describe.each(EXPORTS)("%s", (verb, operation, csv) => {
  const tenant = { [operation]: csv };
  const isApp = operation === "exportSecuredUsers";
  const request = { operation, ...(isApp && { params: { app: "docs" } }) };
  const query = isApp ? { layout: "console" } : {};

  test("uses the encoding for the account's language", async () => {
    const { en, ja } = await runInBoth(verb, { tenant });
    expect(en).toMatchObject({ exit: 0, requests: [{ ...request, query: { newline: "crlf", ...query } }] });
    expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(csv);
    expect(ja.bytes).toEqual(en.bytes);
  });

  test.each(["lf", "cr"])("passes filters and the newline %s to the tenant", async (newline) => {
    const line = `${verb} --encoding utf-8 --newline ${newline} --filter-name 髙橋 --filter-id S0`;
    const { requests, stdout, stderr } = await run(line, { tenant });
    expect(requests).toEqual([{ ...request, query: { newline, filterName: "髙橋", filterId: "S0", ...query } }]);
    expect({ stdout, stderr }).toEqual({ stdout: csv, stderr: "" });
  });
});
