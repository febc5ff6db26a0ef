import { expect, test } from "vitest";
import type { SecuredUser } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [SecuredUser] }>("findSecuredUsers").items;

const finding = (...items: readonly SecuredUser[]) => ({ findSecuredUsers: { items } });

test("sends the typed name to the app, and shows the only match without secrets", async () => {
  const { exit, stdout, requests } = await run("secured users show hanako01 --app docs --format json", {
    tenant: finding(hanako),
  });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findSecuredUsers", params: { app: "docs" }, query: { name: "hanako01" } }]);
  const { settings, ...fields } = hanako;
  expect(JSON.parse(stdout)).toEqual({ ...fields, fileManager: settings[0]?.value });
});

test("an app's settings have their own columns, blank if a setting is not set", async () => {
  const settings = [{ field: "imapDomain", value: "example.jp" }];
  const calendar: SecuredUser = { ...hanako, app: "calendar", settings };
  const { stdout } = await run("secured users show hanako01 --app calendar --format json", {
    tenant: finding(calendar),
  });
  const shown = JSON.parse(stdout) as Record<string, unknown>;
  expect(shown).toMatchObject({ imapDomain: "example.jp", imapAccount: null });
  for (const own of ["password", "imapPassphrase", "fileManager"]) expect(shown).not.toHaveProperty(own);
});
