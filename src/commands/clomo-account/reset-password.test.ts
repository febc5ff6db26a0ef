import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const LINE = "clomo-account reset-password hanako01";
const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const { id } = before;
const findAccounts = { items: [before] };
const tenant = example("tenant", { mirroredAt: null });
const reset: WrittenAccount = toWritten(before, { ...before, passwordSetAt: "2026-11-20T01:00:00.000Z" });

const withPassword = (): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, "password"), "Invented1\n", { mode: 0o600 });
  return folder;
};

describe("by an administrator", () => {
  test("sets the password with which an account signs in to the server of a mirror", async () => {
    const more = { tenant: { findAccounts, resetPassword: reset }, folder: withPassword() };
    const { exit, requests, stderr } = await run(`${LINE} --for-sign-in --password-file password`, more);
    expect(exit).toBe(0);
    expect(stderr).toBe("the password was set\n");
    expect(requests.at(-1)).toMatchObject({ json: { password: "Invented1", forSignIn: true } });
  });

  test("reads the password from a file and shows it nowhere", async () => {
    const { en } = await runInBoth(`${LINE} --password-file password`, {
      folder: withPassword(),
      tenant: { findAccounts, resetPassword: reset },
    });
    expect(en.requests.at(-1)).toEqual({
      operation: "resetPassword",
      params: { id },
      json: { password: "Invented1", dryRun: false },
    });
    expect(en.stderr).toBe("password: set\n");
    expect(en.stdout).not.toContain("Invented1");
  });

  test("refuses a file that is not UTF-8, because it would set another password", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "password"), Buffer.from("Aa1bcd\u00ff", "latin1"), { mode: 0o600 });
    const { en } = await runInBoth(`${LINE} --password-file password`, { folder, tenant: { findAccounts } });
    expect(en.exit).toBe(3);
    expect(en.stderr).toContain("not UTF-8 text, so the secret cannot be read correctly");
  });

  test("without a file, asks for the password twice", async () => {
    const { requests, stderr } = await run(LINE, {
      tenant: { findAccounts, tenant, resetPassword: reset },
      terminal: {
        typing: [
          ["upper-case", "weak\r"],
          ["at least 6", "\u0015Invented1\r"],
          ["again", "Invented1\r"],
        ],
      },
      environment: { LANG: "en_US.UTF-8" },
    });
    expect(requests.at(-1)).toMatchObject({ json: { password: "Invented1" } });
    expect(stderr).not.toContain("Invented1");
  });

  test("only records the change in a mirror", async () => {
    const mirrored = { findAccounts, resetPassword: { ...reset, consoleTask: 4 } };
    const { requests } = await run(`${LINE} --password-in-console`, { tenant: mirrored });
    expect(requests.at(-1)).toMatchObject({ json: { passwordInConsole: true, dryRun: false } });
    const missing = new Failure("input-rejected", { what: text("missing", "不足") });
    const asked = await run(LINE, {
      tenant: {
        findAccounts,
        tenant: example("tenant", { mirroredAt: "2026-11-01T00:00:00.000Z" }),
        resetPassword: missing,
      },
    });
    expect([asked.exit, asked.requests.at(-1)]).toMatchObject([3, { json: { dryRun: false } }]);
  });
});
