import { beforeAll, expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { getTestActor } from "#support/tenant/administrator.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { folderForAllTests } from "#support/folder.ts";

const tenant = openForAllTests();
const home = folderForAllTests();

const typed = async (line: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { exit, stdout, stderr } = await run(`${line} --format ndjson --no-input`, {
    home,
    folder: home,
    tenant: tenant.fetch,
  });
  expect(exit, stderr).toBe(0);
  return stdout
    .split("\n")
    .filter((one) => one !== "")
    .map((one) => JSON.parse(one) as Readonly<Record<string, unknown>>);
};

const CHANGES = {
  "orgs history S01": [
    [1, "orgs.create"],
    [4, "orgs.edit"],
    [9, "undo"],
    [11, "orgs.delete"],
  ],
  "users history taro@x.jp": [
    [2, "imports.commit"],
    [5, "users.edit"],
    [7, "accounts.create"],
    [11, "orgs.delete"],
  ],
  "devices history SN1": [
    [3, "imports.commit"],
    [6, "devices.edit"],
    [10, "devices.delete"],
  ],
  "clomo-account history taro01": [
    [7, "accounts.create"],
    [8, "accounts.edit"],
  ],
} as const;

beforeAll(async () => {
  await typed("orgs create 営業部 --code S01");
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "組織コード"],
    ["太郎", "taro@x.jp", "S01"],
  ]);
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "所有者メールアドレス"],
    ["SN1", "taro@x.jp"],
  ]);
  await typed("orgs edit S01 --name 販売部");
  await typed("users edit taro@x.jp --title 課長");
  await typed("devices edit SN1 --memo 予備");
  await typed("clomo-account create taro@x.jp --account taro01");
  await typed("clomo-account edit taro01 --memo 受付");
  await typed("undo 4 --yes");
  await typed("devices delete SN1 --confirm-deletions 1");
  await typed("orgs delete S01 --recursive --confirm-deletions 2");
});

test.each(Object.entries(CHANGES))("%s lists each version of a deleted record", async (line, changes) => {
  const versions = await typed(line);
  expect(versions.map(({ number, command }) => [number, command])).toEqual(changes);
  for (const version of versions) {
    expect(version).toMatchObject({
      at: expect.stringMatching(/^2026-04-01T00:00:00\.\d{3}Z$/),
      actor: getTestActor(),
    });
    const fields = version["changes"] as readonly object[];
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) expect(Object.keys(field).toSorted()).toEqual(["field", "new", "old"]);
  }
});
