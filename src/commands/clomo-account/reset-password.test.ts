import { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Account, MailedResetCode, Whoami, WrittenAccount } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const LINE = "clomo-account reset-password hanako01";
const [before] = example<{ items: readonly [Account] }>("findAccounts").items;
const { id } = before;
const findAccounts = { items: [before] };
const tenant = example("tenant", { mirroredAt: null });
const reset: WrittenAccount = {
  before,
  after: { ...before, passwordSetAt: "2026-11-20T01:00:00.000Z" },
  consoleTask: null,
  dryRun: false,
};
const sent: MailedResetCode = {
  id,
  name: "hanako01",
  address: "hanako@example.co.jp",
  expiresAt: "2026-11-20T01:15:00.000Z",
  tries: 5,
};
const whoami = example<Whoami>("whoami", { account: "hanako01", role: "operator" });

/** A folder with a file that has the password. */
const withPassword = (): string => {
  const folder = freshFolder();
  writeFileSync(join(folder, "password"), "Invented1\n", { mode: 0o600 });
  return folder;
};

describe("by an administrator", () => {
  test("sets the password with which an account signs in to the server of a mirror", async () => {
    const more = { tenant: { findAccounts, resetPassword: reset }, folder: withPassword() };
    const { exit, requests } = await run(`${LINE} --for-sign-in --password-file password`, more);
    expect(exit).toBe(0);
    expect(requests.at(-1)).toMatchObject({ json: { password: "Invented1", forSignIn: true } });
  });

  test("reads the password from a file and shows it nowhere", async () => {
    const { en, ja } = await runInBoth(`${LINE} --password-file password`, {
      folder: withPassword(),
      tenant: { findAccounts, resetPassword: reset },
    });
    expect(en.requests.at(-1)).toEqual({
      operation: "resetPassword",
      params: { id },
      json: { password: "Invented1", dryRun: false },
    });
    expect(en.stderr).toBe("password set at: (blank) → 2026-11-20 10:00\n");
    expect(ja.stderr).toBe("パスワード設定日時: (空) → 2026-11-20 10:00\n");
    expect(en.stdout).not.toContain("Invented1");
  });

  test("refuses a file that is not UTF-8, because it would set another password", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "password"), Buffer.from("Aa1bcd\u00ff", "latin1"), { mode: 0o600 });
    const { en, ja } = await runInBoth(`${LINE} --password-file password`, { folder, tenant: { findAccounts } });
    expect(en.exit).toBe(3);
    expect(en.stderr).toContain("not UTF-8 text, so the secret cannot be read correctly");
    expect(ja.stderr).toContain("UTF-8 のテキストではない");
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

  test("cannot ask for the password without a terminal", async () => {
    const { exit, stderr, requests } = await run(`${LINE} --no-input`, { tenant: { findAccounts, tenant } });
    expect([exit, stderr]).toEqual([2, expect.stringContaining("--password-file FILE")]);
    expect(requests.map(({ operation }) => operation)).toEqual(["findAccounts", "tenant"]);
  });

  test("only records the change in a mirror", async () => {
    const mirrored = { findAccounts, resetPassword: { ...reset, consoleTask: 4 } };
    const { requests, stderr } = await run(`${LINE} --password-in-console`, { tenant: mirrored });
    expect(requests.at(-1)).toMatchObject({ json: { passwordInConsole: true, dryRun: false } });
    expect(stderr).toContain("make the same change in the console: clomoctl console show 4\n");
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

describe("by mail", () => {
  test("sends a code to the given address and says what to do with it", async () => {
    const { en, ja } = await runInBoth(`${LINE} --by-mail --to hanako@example.co.jp`, {
      tenant: { findAccounts, sendResetCode: sent },
    });
    expect(en.requests.at(-1)).toEqual({
      operation: "sendResetCode",
      params: { id },
      json: { address: "hanako@example.co.jp" },
    });
    expect(en.stderr).toBe(
      [
        "a code was sent to hanako@example.co.jp; it is valid until 2026-11-20 10:15, can be used once, and allows at most 5 tries",
        "to set the new password with the code: clomoctl clomo-account reset-password hanako01 --code CODE",
        "",
      ].join("\n"),
    );
    expect(ja.stderr).toContain("コードを hanako@example.co.jp に送信しました。有効期限は 2026-11-20 10:15、");
  });

  test("gives the response to programs, too", async () => {
    const { stdout } = await run(`${LINE} --by-mail --to x@example.jp --format json`, {
      tenant: { findAccounts, sendResetCode: sent },
    });
    expect(JSON.parse(stdout)).toEqual(sent);
  });

  test.each([
    [undefined, "a code may have been sent", "コードが送信されている可能性があります"],
    [sent, "the code was sent, but the output may be incomplete", "コードは送信済みです"],
  ])("on a signal, reports that a code may have been sent, until the tenant responds", async (answer, en, ja) => {
    const signals = new EventEmitter();
    const sendResetCode = () => {
      signals.emit("SIGTERM");
      return answer ?? new Failure("unavailable", { what: text("cut off", "切断") });
    };
    const ended = await runInBoth(`${LINE} --by-mail --to hanako@example.co.jp`, {
      signals,
      tenant: { findAccounts, sendResetCode },
    });
    expect(ended.en.exit).toBe(143);
    expect(ended.en.stderr).toContain(`error: interrupted: ${en}\n`);
    expect(ended.ja.stderr).toContain(ja);
  });

  test("asks for the address on a terminal, and requires it without a terminal", async () => {
    const answers = { findAccounts, sendResetCode: sent };
    const typed = await run(`${LINE} --by-mail`, {
      tenant: answers,
      terminal: { typing: [["Email address of the account to send the code to", "hanako@example.co.jp\r"]] },
      environment: { LANG: "en_US.UTF-8" },
    });
    expect(typed.requests.at(-1)).toMatchObject({ json: { address: "hanako@example.co.jp" } });
    const { exit, stderr } = await run(`${LINE} --by-mail`, { tenant: { findAccounts } });
    expect([exit, stderr]).toEqual([2, expect.stringContaining("--to ADDRESS")]);
  });

  test("does not look up an account that acts for itself", async () => {
    for (const name of ["hanako01", "Hanako@example.co.jp", whoami.user?.id ?? ""]) {
      const { requests } = await run(`clomo-account reset-password ${name} --by-mail --to x@example.jp --as hanako01`, {
        tenant: { whoami, sendResetCode: sent },
      });
      expect(requests.at(-1)).toMatchObject({ operation: "sendResetCode", params: { id: whoami.user?.id } });
    }
    const other = await run(`${LINE} --by-mail --to x@example.jp --as taro01`, {
      tenant: {
        whoami: {
          ...whoami,
          account: "taro01",
          user: { ...whoami.user, email: "t@x.jp", id: before.org.id },
          operations: [{ operation: "accounts.write", reach: "inside" }],
        },
        findAccounts,
        sendResetCode: sent,
      },
    });
    expect(other.requests.at(-1)).toMatchObject({ params: { id } });
  });
});

describe("for the acting account itself", () => {
  const answers = (mirroredAt: string | null) => ({
    whoami: { ...whoami, role: "division", operations: [{ operation: "accounts.write", reach: "inside" }] },
    tenant: example("tenant", { mirroredAt }),
  });
  const LINES = ["--password-file password", "--password-in-console", "--dry-run"].map((given) => `${LINE} ${given}`);

  test.each(LINES)(
    "proposes a code by mail unless it is a system administrator, in both languages: %s",
    async (line) => {
      const { en, ja } = await runInBoth(`${line} --as hanako01`, { folder: withPassword(), tenant: answers(null) });
      expect(en).toMatchObject({ exit: 4, stdout: "" });
      expect(en.stderr.split("\n")).toEqual([
        "error: hanako01 is not permitted to set their own password without a code: a division administrator does not have this right",
        "  to receive a code by email: clomoctl clomo-account reset-password hanako01 --by-mail --as hanako01 ; or ask a system administrator",
        "",
      ]);
      expect(ja.stderr).toContain("(コードによらない本人のパスワードの再設定): 部門管理者にはこの権限がありません\n");
      expect(ja.stderr).toContain(
        "reset-password hanako01 --by-mail --as hanako01 。または、システム管理者に依頼してください\n",
      );
    },
  );

  test("in a mirror, which mails no code, names the link on the console's login page", async () => {
    const { en, ja } = await runInBoth(`${LINE} --password-in-console --as hanako01`, {
      tenant: answers("2026-11-01T00:00:00.000Z"),
    });
    expect([en.exit, en.stderr]).toEqual([
      4,
      expect.stringContaining(
        "to receive a link by email, use 「パスワードを忘れた場合はこちら」 on the console's login page",
      ),
    ]);
    expect(ja.stderr).toContain("「パスワードを忘れた場合はこちら」からメールで");
    for (const { stderr } of [en, ja]) expect(stderr).not.toContain("--by-mail");
  });

  test("sets the password like any other if it is a system administrator", async () => {
    const system = { ...whoami, role: "system", operations: [{ operation: "accounts.roles", reach: "all" }] };
    const { exit } = await run(`${LINE} --password-file password --as hanako01`, {
      folder: withPassword(),
      tenant: { whoami: system, findAccounts, resetPassword: reset },
    });
    expect(exit).toBe(0);
  });
});

test("a dry run does not ask for a password", async () => {
  const resetPassword = { before, after: before, consoleTask: null, dryRun: true };
  const { exit, requests, stderr } = await run(`${LINE} --dry-run`, {
    tenant: { findAccounts, tenant, resetPassword },
  });
  expect(exit).toBe(0);
  expect(requests.at(-1)).toMatchObject({ operation: "resetPassword", json: { dryRun: true } });
  expect(stderr).toContain("(--password-file FILE)\n");
});

describe("with a code", () => {
  test("sets the password from a file or a prompt", async () => {
    const answers = { findAccounts, resetWithCode: reset };
    const { requests, stderr } = await run(`${LINE} --code 7K2M-04QX-9TRB --password-file password`, {
      folder: withPassword(),
      tenant: answers,
    });
    expect(requests.at(-1)).toEqual({
      operation: "resetWithCode",
      params: { id },
      json: { code: "7K2M-04QX-9TRB", password: "Invented1" },
    });
    expect(stderr).toBe("password set at: (blank) → 2026-11-20 10:00\n");
    const asked = await run(`${LINE} --code 7K2M-04QX-9TRB`, {
      tenant: answers,
      terminal: {
        typing: [
          ["at least 6", "Invented1\r"],
          ["again", "Invented1\r"],
        ],
      },
      environment: { LANG: "en_US.UTF-8" },
    });
    expect(asked.requests.at(-1)).toMatchObject({ json: { password: "Invented1" } });
  });

  test("refuses a wrong code and reports the remaining tries", async () => {
    const wrong = new Failure("input-rejected", { what: text("4 tries left", "あと 4 回"), where: "--code" });
    const { exit, stderr } = await run(`${LINE} --code x --password-file password`, {
      folder: withPassword(),
      tenant: { findAccounts, resetWithCode: wrong },
    });
    expect([exit, stderr]).toEqual([3, expect.stringContaining("4 tries left")]);
  });
});
