import { expect, test } from "vitest";
import type { SecuredUser, WrittenSecuredUser } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after: user } = example<WrittenSecuredUser>("editSecuredUser");
const finding = { findSecuredUsers: { items: [user] } };
const written = (change: Partial<SecuredUser>, more: Partial<WrittenSecuredUser> = {}): WrittenSecuredUser =>
  toWritten(user, { ...user, ...change }, more);

test("sends the changes, and shows old and new values", async () => {
  const change = { device: "iPad 12", licenceException: true, groups: ["総務"], role: "user", settings: [] } as const;
  const tenant = { ...finding, editSecuredUser: written({ ...change, groups: ["総務"], settings: [] }) };
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
  const tenant = { ...finding, editSecuredUser: written({ secretsSet: [{ field: "password", at }] }) };
  const { exit, stdout, stderr, requests } = await run("secured users edit hanako01 --app docs --password-stdin", {
    tenant,
    stdin: "Canary42Canary\n",
  });
  expect(exit).toBe(0);
  expect(requests[1]?.json).toEqual({ password: "Canary42Canary", dryRun: false });
  expect(stderr).toContain("→ パスワード (2026-11-20 11:00)\n");
  expect(stdout + stderr).not.toContain("Canary");
});
