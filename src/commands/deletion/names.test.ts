import { afterAll, beforeAll, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** Names beside the one that is asked: too few for one pass over all records, and enough. */
const FEW = 1;
const MANY = 120;

beforeAll(async () => {
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "メールアドレス", "社員コード", "CLOMOアカウント名"],
    ["山田", "Yamada@Example.jp", "y2@example.jp", "E1", "yamada"],
    ["髙橋", "takahashi@example.jp", "", "e2", "taka"],
    ["鈴木", "suzuki@example.jp", "", "E3", "e1"],
    ["佐藤", "sato@example.jp", "", "E3", ""],
  ]);
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "IMEI番号"],
    ["SN-1", "00 1"],
    ["sn-2", "00 2"],
    ["SN3", "SN-1"],
  ]);
  // found, he is held back by this
  tenant.makeAdministrator("takahashi@example.jp");
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["太郎", "Taro", "secret1"],
    ["花子", "taro", "secret1"],
  ]);
});

/** What is told of a name, and how many would go: among names that find nothing, as many as are given. */
const told = async (line: string, name: string, others: number): Promise<readonly string[]> => {
  const stdin = [name, ...Array.from({ length: others }, (_, at) => `nobody-${at}`)].join("\n");
  const { stderr } = await run(`${line} --file - --dry-run`, { tenant: tenant.fetch, stdin });
  return stderr.split("\n").filter((one) => one.startsWith("stdin:1:"));
};

test.each([
  ["users delete", "YAMADA@example.JP"],
  ["users delete", "y2@example.jp"],
  ["users delete", "y3@example.jp"],
  ["users delete", "E1"],
  ["users delete", "E2"],
  ["users delete", "E3"],
  ["users delete", "yamada"],
  ["users delete", "Taka"],
  ["devices delete", "SN-1"],
  ["devices delete", "SN-2"],
  ["devices delete", "00 2"],
  ["devices delete", "002"],
  ["secured users delete --app docs", "taro"],
  ["secured users delete --app docs", "TARO"],
])("%s finds %s the same among many names as among few", async (line, name) => {
  expect(await told(line, name, MANY)).toEqual(await told(line, name, FEW));
});

test("reports names with several matches among many names, too", async () => {
  const [line = ""] = await told("users delete", "E3", MANY);
  expect(line).toMatch(/^stdin:1: E3: matches 2 records: 鈴木 <suzuki@example.jp> .*; 佐藤 /);
});

test("programs get each name with the reason", async () => {
  const { stderr, exit } = await run("users delete --file - --dry-run --format json", {
    tenant: tenant.fetch,
    stdin: "nobody\nE3\nyamada",
  });
  expect(exit).toBe(6);
  const line = stderr.split("\n").find((one) => one.startsWith("{")) ?? "";
  expect(JSON.parse(line)).toMatchObject({
    type: expect.stringContaining("not-found"),
    problems: [
      { name: "nobody", where: "stdin:1", reason: expect.stringContaining("no user has this name") },
      { name: "E3", where: "stdin:2", reason: expect.stringContaining("matches 2 records") },
    ],
  });
});

test("reports unknown users, administrators and device owners together", async () => {
  await tenant.import({ kind: "devices", mode: "append" }, [
    ["シリアルナンバー", "所有者メールアドレス"],
    ["SN-9", "suzuki@example.jp"],
  ]);
  const line = "users delete nobody suzuki@example.jp takahashi@example.jp";
  const { en } = await runInBoth(line, { tenant: tenant.fetch });
  expect(en.exit).toBe(6);
  expect(en.stderr).toContain(
    "error: 1 of 3 names matches no user, or more than one; 1 administrator cannot be deleted: 髙橋 <takahashi@example.jp>; 1 user cannot be deleted, because other records depend on it: 鈴木 <suzuki@example.jp> (1 device: SN-9); nothing was changed\n",
  );
  const only = await runInBoth("users delete nobody", { tenant: tenant.fetch });
  expect(only.en.stderr).toContain('error: no user matches "nobody"; nothing was changed\n');
  expect(only.ja.stderr).toContain("「nobody」に当てはまるユーザーはありません。何も変更していません\n");
  // those who could go stay, too
  const unknown = await run("users delete nobody sato@example.jp", { tenant: tenant.fetch });
  expect(unknown.stderr).toContain("error: 1 of 2 names matches no user, or more than one; nothing was changed\n");
  expect((await tenant.client.imports.list()).filter(({ state }) => state === "planned")).toEqual([]);
});

test.each(["髙橋 <takahashi@example.jp>", "1. takahashi@example.jp", "To: takahashi@example.jp", "髙橋", "[ ] e2"])(
  "a line has to be one name: %j names nobody",
  async (stdin) => {
    const { exit, stderr } = await run("users delete --file - --dry-run", { tenant: tenant.fetch, stdin });
    expect(exit).toBe(6);
    expect(stderr).toContain(`stdin:1: ${stdin}: no user has this name`);
  },
);

test("spaces around a name are ignored, and a name that occurs twice counts once", async () => {
  const stdin = "\u00a0sato@example.jp \r\n\r\nsato@example.jp\r\n";
  const { exit, stdout } = await run("users delete --file - --dry-run --format json", { tenant: tenant.fetch, stdin });
  expect({ exit, ...(JSON.parse(stdout) as object) }).toMatchObject({ exit: 0, delete: 1 });
});
