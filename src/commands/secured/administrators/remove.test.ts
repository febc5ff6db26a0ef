import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { testWrongLines } from "#support/commands/refusals.ts";
import { example } from "#support/commands/tenant.ts";

test("unmarks one by key or id", async () => {
  const tenant = { administrators: example("administrators"), markAdministrators: example("markAdministrators") };
  const { exit, requests } = await run("secured administrators remove hanako@example.co.jp --app docs", { tenant });
  expect(exit).toBe(0);
  const { administrators } = example<{ administrators: readonly { id: string }[] }>("administrators");
  expect(requests.at(-1)).toMatchObject({
    params: { kind: "docs" },
    json: { remove: administrators.map(({ id }) => id) },
  });
});

test("who is not marked is told, in both languages", async () => {
  const { en, ja } = await inBoth("secured administrators remove nobody --app docs", {
    tenant: { administrators: example("administrators") },
  });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toContain("see clomoctl secured administrators list --app docs\n");
  expect(ja.stderr).toContain("「nobody」という管理者はありません");
});

testWrongLines(["secured administrators remove --app docs", "USER"]);
