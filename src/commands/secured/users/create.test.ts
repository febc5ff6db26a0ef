import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { WrittenSecuredUser } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after } = example<WrittenSecuredUser>("createSecuredUser");
const made = (change: Partial<WrittenSecuredUser> = {}): WrittenSecuredUser =>
  toWritten(null, { ...after, userId: "taro01", name: "山田", groups: ["営業"] }, change);

const CANARY = "Canary42Canary";

const withFiles = (mode = 0o600): string => {
  const folder = freshFolder();
  for (const name of ["password.txt", "key.txt"]) {
    writeFileSync(join(folder, name), `${name.slice(0, 3)}${CANARY}\n`);
    chmodSync(join(folder, name), mode);
  }
  return folder;
};

const LINE = "secured users create taro01 --name 山田 --app docs";

test("sends the given values, and secrets from files", async () => {
  const words = [...LINE.split(" "), "--group", "営業", "--group", "総務", "--create-groups", "--description", "出向"];
  const more = ["--device", "iPad 12", "--licence-exception", "yes", "--role", "manager"];
  const secrets = ["--password-file", "password.txt", "--secret-key-file", "key.txt"];
  const circumstances = { tenant: { createSecuredUser: made() }, folder: withFiles() };
  const { en, ja } = await runInBoth([...words, ...more, ...secrets], circumstances);
  expect(en.requests).toEqual([
    {
      operation: "createSecuredUser",
      params: { app: "docs" },
      json: {
        userId: "taro01",
        displayName: "山田",
        description: "出向",
        groups: ["営業", "総務"],
        createGroups: true,
        device: "iPad 12",
        licenceException: true,
        role: "manager",
        password: `pas${CANARY}`,
        secretKey: `key${CANARY}`,
        dryRun: false,
      },
    },
  ]);
  expect(en).toMatchObject({ exit: 0, stderr: "created: 山田 (taro01)\n" });
  expect(en.stdout + ja.stdout).not.toContain(CANARY);
});

test.each(["--password-stdin", "--password-file password.txt"])(
  "an editor's byte order mark is not part of a secret: %s",
  async (option) => {
    const folder = freshFolder();
    writeFileSync(join(folder, "password.txt"), `\ufeff${CANARY}\r\n`, { mode: 0o600 });
    const circumstances = { tenant: { createSecuredUser: made() }, stdin: `\ufeff${CANARY}\r\n`, folder };
    const { requests } = await run(`${LINE} ${option}`, circumstances);
    expect(requests[0]?.json).toMatchObject({ password: CANARY });
  },
);

test("a terminal asks for the password twice and never shows it", async () => {
  const typing = [
    ["パスワード (6 to 255", "short\r"],
    ["5 characters; the minimum is 6", `${CANARY}\r`],
    ["パスワード again:", "other1\r"],
    ["パスワード (6 to 255", `${CANARY}\r`],
    ["パスワード again:", `${CANARY}\r`],
  ] as const;
  const { exit, stdout, stderr, requests } = await run(LINE, {
    tenant: { createSecuredUser: made() },
    terminal: { typing },
  });
  expect(exit).toBe(0);
  expect(requests[0]?.json).toMatchObject({ password: CANARY });
  for (const secret of [CANARY, "other1"]) expect(stdout + stderr).not.toContain(secret);
});

test("in a mirror the password may be left to the console, and the task is named", async () => {
  const tenant = { createSecuredUser: made({ consoleTask: 7 }) };
  const { en } = await runInBoth(`${LINE} --password-in-console`, { tenant });
  expect(en.requests[0]?.json).toMatchObject({ passwordInConsole: true });
  expect(en.stderr).toContain("make the same change in the console: clomoctl console show 7\n");
});

test("refuses a secret file that others can read before sending anything", async () => {
  const open = await runInBoth(`${LINE} --password-file password.txt`, { tenant: {}, folder: withFiles(0o644) });
  expect(open.en).toMatchObject({ exit: 3, requests: [] });
  expect(open.en.stderr).toContain("other users can read the secret file");
  expect(open.en.stderr + open.ja.stderr).not.toContain(CANARY);
});

test("no verbose or JSON output contains a secret", async () => {
  const line = `${LINE} --password-stdin --verbose --format json`;
  const refused = new Failure("unavailable", { what: text("gone", "応答がありません") });
  for (const answer of [made(), refused]) {
    const { stdout, stderr } = await run(line, { tenant: { createSecuredUser: answer }, stdin: CANARY });
    expect(stdout + stderr).not.toContain(CANARY);
  }
});

test.each([["--password-stdin", CANARY], [`--password${CANARY}`], ["--password", CANARY], [`--password=${CANARY}`]])(
  "a password in the arguments %j is refused and not repeated",
  async (...words) => {
    const { en, ja } = await runInBoth([...LINE.split(" "), ...words], {});
    expect([en.exit, ja.exit]).toEqual([2, 2]);
    expect(en.stdout + en.stderr + ja.stdout + ja.stderr).not.toContain(CANARY);
    expect(en.requests).toEqual([]);
  },
);
