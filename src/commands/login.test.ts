import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { ProgramEnvironment } from "../cli/outside.ts";
import { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { freshFolder, run, runInBoth, type Circumstances, type RunResult } from "#support/commands/program.ts";

const SECRET = `clomo_${"A".repeat(43)}`;
const createSession = { secret: SECRET, expiresAt: "2026-11-20T14:00:00.000Z", account: "taro01" };
const tenant = { createSession };

let home: string;
let folder: string;
beforeEach(async () => {
  [home, folder] = [freshFolder(), freshFolder()];
  await run("context add far --url https://far.example.jp", { home });
  writeFileSync(join(folder, "password.txt"), "Invented1\n", { mode: 0o600 });
});

const login = (line: string, more: Circumstances = {}): Promise<RunResult> =>
  run(`login ${line}`.trim(), { home, folder, tenant, ...more });

test("stores the secret of the session in a file that only the user can read", async () => {
  const { exit, requests } = await login("--account taro01 --password-file password.txt");
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "createSession", json: { account: "taro01", password: "Invented1" } }]);
  const file = join(home, "credentials", "far");
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${SECRET}\n`, 0o600]);
});

test("sends the code of an authenticator app", async () => {
  const { requests } = await login("--account taro01 --password-file password.txt --code 123456");
  expect(requests[0]).toMatchObject({ json: { account: "taro01", password: "Invented1", code: "123456" } });
});

test.each([
  ["123456\r", { code: "123456" }],
  ["\r", {}],
])("asks for the code at a terminal: %j", async (keys, sent) => {
  const typing = [
    ["Account:", "taro01\r"],
    ["Password:", "Invented1\r"],
    ["Code of the authenticator app", keys],
  ] as const;
  const { exit, requests } = await login("", { terminal: { typing } });
  expect(exit).toBe(0);
  expect(requests).toEqual([
    { operation: "createSession", json: { account: "taro01", password: "Invented1", ...sent } },
  ]);
});

test.each([
  ["login", "pass --account NAME --password-file FILE"],
  ["login --password-file password.txt", "pass --account NAME\n"],
  ["login --account taro01", "pass --password-file FILE\n"],
  ["serve init", "pass --account NAME --password-file FILE\n"],
  ["serve init --account taro01", "pass --email ADDRESS --password-file FILE\n"],
])("without a terminal, %s names all missing options at once", async (line, hint) => {
  const { exit, stderr, requests } = await run(line, { home, folder, tenant: {} });
  expect([exit, requests]).toEqual([2, []]);
  expect(stderr).toContain(hint);
});

test("--token-file - reads the token from stdin", async () => {
  const secrets: unknown[] = [];
  const openTenant: ProgramEnvironment["openTenant"] = async ({ secretFor }, { context }) => {
    if (context.kind === "remote") secrets.push(await secretFor?.(context), await secretFor?.(context));
    throw new Failure("unavailable", { what: same("seen") });
  };
  const { stderr } = await run("users list --token-file -", { home, stdin: `${SECRET}\n`, outside: { openTenant } });
  expect(stderr).toBe("error: seen\n");
  expect(secrets).toEqual(Array.from({ length: 2 }, () => ({ secret: SECRET, source: "stdin" })));
});

test.each(["users list --token-file -", "login --account taro01 --password-file -"])(
  "%s refuses to read a secret that a terminal would show",
  async (line) => {
    const openTenant: ProgramEnvironment["openTenant"] = async ({ secretFor }, { context }) => {
      if (context.kind === "remote") await secretFor?.(context);
      return Promise.reject(new Error("the secret was read"));
    };
    const opened = line.startsWith("login") ? { tenant: {} } : { outside: { openTenant } };
    const { exit, stderr } = await run(line, { home, folder, terminal: {}, ...opened });
    expect(exit).toBe(2);
    expect(stderr).toContain("stdin is a terminal, which would show the secret");
  },
);

test("errors in Japanese name stdin in Japanese", async () => {
  const { stderr } = await run("login --account taro01 --password-file - --lang ja", {
    home,
    folder,
    tenant: {},
    stdin: Buffer.from([0xff]),
  });
  expect(stderr).toContain("\n  標準入力\n");
});

test("--forgot asks for a code by email, and names the next command", async () => {
  const { en, ja } = await runInBoth("login --forgot taro01", {
    home,
    folder,
    tenant: { requestResetCode: { requested: true } },
  });
  expect(en.requests).toEqual([{ operation: "requestResetCode", json: { account: "taro01" } }]);
  expect(en.stderr).toContain("clomoctl login --account taro01 --reset-code CODE");
  expect(ja.stderr).toContain("このアカウントが存在し");
});

test("--reset-code sets the new password, and signs in with it", async () => {
  const line = "--account taro01 --reset-code 7K2M-04QX-9TRB --password-file password.txt";
  const { exit, requests } = await login(line, {
    tenant: { createSession, resetForgottenPassword: { account: "taro01" } },
  });
  expect(exit).toBe(0);
  expect(requests).toEqual([
    {
      operation: "resetForgottenPassword",
      json: { account: "taro01", code: "7K2M-04QX-9TRB", password: "Invented1" },
    },
    { operation: "createSession", json: { account: "taro01", password: "Invented1" } },
  ]);
});

test("names the file of a new password that is refused", async () => {
  const resetForgottenPassword = new Failure("input-rejected", { what: same("too short"), where: "json.password" });
  const { stderr } = await login("--account taro01 --reset-code X --password-file password.txt", {
    tenant: { resetForgottenPassword },
  });
  expect(stderr).toContain("too short\n  --password-file\n");
});

test("--forgot signs nobody in, so it excludes what signs in", async () => {
  expect((await login("--forgot taro01 --account taro01", { tenant: {} })).exit).toBe(2);
});
