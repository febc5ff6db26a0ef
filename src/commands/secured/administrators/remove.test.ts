import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("unmarks an administrator by key or id", async () => {
  const tenant = { administrators: example("administrators"), markAdministrators: example("markAdministrators") };
  const { exit, requests } = await run("secured administrators remove hanako@example.co.jp --app docs", { tenant });
  expect(exit).toBe(0);
  const { administrators } = example<{ administrators: readonly { id: string }[] }>("administrators");
  expect(requests.at(-1)).toMatchObject({
    params: { kind: "docs" },
    json: { remove: administrators.map(({ id }) => id) },
  });
});
