import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { ProgramEnvironment } from "../cli/environment.ts";
import { openTenant as openSocketTenant } from "../cli/tenant.ts";
import { Failure } from "../lib/errors/index.ts";
import { same } from "../lib/text/index.ts";
import { freshFolder, run, runInBoth, type Circumstances, type RunResult } from "#support/commands/program.ts";
import { listenForTest } from "#support/listening.ts";

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
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([
    `https://far.example.jp ${SECRET}\n`,
    0o600,
  ]);
});

const startServer = async () => {
  const received: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    received.push(headers.authorization);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(createSession));
  });
  return { url: `http://${await listenForTest(server)}`, received };
};

const credentialOf = (context: string): string => join(home, "credentials", context);

test.each<[string, (other: string) => unknown, sends: boolean]>([
  ["a context that does not change", () => undefined, true],
  [
    "a new context with the same name",
    async (other) => {
      await run("context remove near", { home });
      expect(existsSync(credentialOf("near"))).toBe(false);
      await run(`context add near --url ${other}`, { home });
    },
    false,
  ],
  [
    "an address that was edited",
    (other) => {
      const file = join(home, "contexts.json");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll(/http:\/\/127[^"]*/g, other));
    },
    false,
  ],
  [
    "a secret stored without its origin",
    () => writeFileSync(credentialOf("near"), `${SECRET}\n`, { mode: 0o600 }),
    false,
  ],
])("a stored secret is sent only to the server that issued it: %s", async (_, change, sends) => {
  const outside = { openTenant: openSocketTenant };
  const [own, other] = [await startServer(), await startServer()];
  await run(`context add near --url ${own.url}`, { home });
  await run("login --account taro01 --password-file password.txt --context near", { home, folder, outside });
  await change(other.url);
  await run("orgs list --context near", { home, outside });
  expect([...own.received, ...other.received]).toEqual([undefined, sends ? `Bearer ${SECRET}` : undefined]);
});

test.each([
  ["login", "pass --account NAME --password-file FILE"],
  ["login --password-file password.txt", "pass --account NAME\n"],
  ["login --account taro01", "pass --password-file FILE\n"],
  ["serve init", "pass --account NAME --password-file FILE\n"],
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
  expect(secrets).toEqual(
    Array.from({ length: 2 }, () => ({ secret: SECRET, origin: "https://far.example.jp", source: "stdin" })),
  );
});

test.each([
  `users list --token-file ${SECRET}`,
  `users list --token-file ${SECRET} --format json --verbose`,
  `users list --token-file ./${SECRET}.txt`,
  `users list --token-file ${SECRET.slice(0, -1)}`,
  `${SECRET} list`,
  `context add ${SECRET}/ --embedded`,
])("no error repeats a secret that was typed by mistake: %s", async (line) => {
  const { exit, screen } = await run(line, { home, outside: { openTenant: openSocketTenant } });
  expect([exit, screen]).toEqual([expect.toBeOneOf([2, 6]), expect.stringContaining("clomo_…")]);
  expect(screen).not.toContain(SECRET.slice(0, -1));
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
