import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

beforeAll(async () => {
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "メールアドレス", "社員コード", "CLOMOアカウント名"],
    ["山田", "Yamada@Example.jp", "y2@example.jp", "E1", "yamada"],
    ["髙橋", "takahashi@example.jp", "", "e2", "taka"],
    ["鈴木", "suzuki@example.jp", "", "E3", "e1"],
    ["佐藤", "sato@example.jp", "", "E3", ""],
  ]);
});

test("each name is reported with its line and the reason", async () => {
  const { stderr, exit } = await run("users delete --file - --dry-run", {
    tenant: tenant.fetch,
    stdin: "nobody\nE3\nyamada",
  });
  expect(exit).toBe(6);
  expect(stderr).toContain("stdin:1: nobody: no user has this name");
  expect(stderr).toContain("stdin:2: E3: matches 2 records");
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
