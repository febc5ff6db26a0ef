import { expect, test } from "vitest";
import type { SecuredUser, WrittenSecuredUser } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after: user } = example<WrittenSecuredUser>("editSecuredUser");
const [hanako] = example<{ items: readonly [SecuredUser] }>("findSecuredUsers").items;
const finding = (item: SecuredUser) => ({ findSecuredUsers: { items: [item] } });
const written = (change: Partial<SecuredUser>, more: Partial<WrittenSecuredUser> = {}): WrittenSecuredUser =>
  toWritten(user, { ...user, ...change }, more);

test("sends the changes, and shows old and new values", async () => {
  const change = { device: "iPad 12", licenceException: true, groups: ["総務"], role: "user", settings: [] } as const;
  const tenant = { ...finding(user), editSecuredUser: written({ ...change, groups: ["総務"], settings: [] }) };
  const words = ["secured", "users", "edit", "hanako01", "--app", "docs", "--device", "iPad 12", "--group", "総務"];
  const more = ["--create-groups", "--licence-exception", "yes", "--role", "user"];
  const { en } = await runInBoth([...words, ...more], { tenant });
  expect(en.requests).toEqual([
    { operation: "findSecuredUsers", params: { app: "docs" }, query: { name: "hanako01" } },
    {
      operation: "editSecuredUser",
      params: { app: "docs", id: user.id },
      json: {
        device: "iPad 12",
        licenceException: true,
        groups: ["総務"],
        createGroups: true,
        role: "user",
        dryRun: false,
      },
    },
  ]);
  expect(en.stderr).toContain("groups: 営業 → 総務\n");
  expect(en.stderr).toContain("device: (blank) → iPad 12\n");
  expect(en.stderr).toContain("licence limit exception: no → yes\n");
});

test("reads a new password from stdin, and shows only the time when it was set", async () => {
  const at = "2026-11-20T02:00:00.000Z";
  const tenant = { ...finding(user), editSecuredUser: written({ secretsSet: [{ field: "password", at }] }) };
  const { exit, stdout, stderr, requests } = await run("secured users edit hanako01 --app docs --password-stdin", {
    tenant,
    stdin: "Canary42Canary\n",
  });
  expect(exit).toBe(0);
  expect(requests[1]?.json).toEqual({ password: "Canary42Canary", dryRun: false });
  expect(stderr).toContain("→ パスワード (2026-11-20 11:00)\n");
  expect(stdout + stderr).not.toContain("Canary");
});

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

test("passes order, filters and limit to the tenant", async () => {
  const tenant = { securedUsers: [{ ...hanako, userId: "taro", settings: [] }] };
  const line =
    "secured users list --app mailer --sort name --desc --filter-name 山 --filter-id ta --limit 1 --fields userId";
  const { stdout, requests } = await run(line, { tenant });
  expect(stdout).toBe("userId\ntaro\n");
  const query = { sort: "name", desc: "true", filterName: "山", filterId: "ta", limit: "1" };
  expect(requests).toEqual([{ operation: "securedUsers", params: { app: "mailer" }, query }]);
});

test("a table shows an app's own settings if they are requested", async () => {
  const at = { tenant: { securedUsers: [hanako] }, terminal: { columns: 200 } };
  const own = await run("secured users list --app docs --fields fileManager,userId", at);
  expect(own.stdout).toMatch(/^ファイル管理者権限 +user ID\nTRUE +hanako01\n$/);
});
