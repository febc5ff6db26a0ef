import { expect, test } from "vitest";
import type { User } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("unmarks an administrator by key or id", async () => {
  const tenant = { administrators: example("administrators"), markAdministrators: example("markAdministrators") };
  const { exit, requests } = await run("users administrators remove hanako@example.co.jp", { tenant });
  expect(exit).toBe(0);
  const { administrators } = example<{ administrators: readonly { id: string }[] }>("administrators");
  expect(requests.at(-1)).toMatchObject({
    params: { kind: "users" },
    json: { remove: administrators.map(({ id }) => id) },
  });
});

test("unmarks an administrator by account name", async () => {
  const { administrators } = example<{ administrators: readonly { id: string }[] }>("administrators");
  const [user] = example<{ items: readonly [User] }>("findUsers").items;
  const tenant = {
    administrators: example("administrators"),
    findUsers: { items: administrators.map(({ id }) => ({ ...user, id })) },
    markAdministrators: example("markAdministrators"),
  };
  const { exit, requests } = await run("users administrators remove hanako01", { tenant });
  expect(exit).toBe(0);
  expect(requests).toContainEqual({ operation: "findUsers", query: { name: "hanako01" } });
  expect(requests.at(-1)).toMatchObject({ json: { remove: administrators.map(({ id }) => id) } });
});
