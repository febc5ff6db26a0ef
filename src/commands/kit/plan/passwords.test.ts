import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { SECURED_APPS } from "../../../lib/nouns/secured-user.ts";
import { satisfiesRule } from "../../../lib/model/rules.ts";
import { same } from "../../../lib/text/index.ts";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";
import { openForEachTest, TestTenant } from "#support/tenant/tenant.ts";
import { createPassword, findPasswordColumn } from "./plan-secrets.ts";

const HEADER = "表示名,ユーザーID,パスワード";
const OWN = "Typed4711pass";

let tenant: TestTenant;
let folder: string;
openForEachTest(async (opened) => {
  tenant = opened;
  folder = freshFolder();
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["既存 一", "kizon", "Before4711"],
  ]);
  writeFileSync(
    join(folder, "in.csv"),
    `${HEADER}\n既存 一改,kizon,\n新人 <二>,shinjin2,\n新人 三,shinjin3,${OWN}\n新人 四,shinjin4,\n`,
  );
});

const program = (options: string, fetch = tenant.fetch): Promise<RunResult> =>
  run(`--lang en secured users import in.csv --app docs ${options}`, { tenant: fetch, folder });

const readSheet = (name = "out.csv"): string => readFileSync(join(folder, name), "utf8");

const readRows = (): readonly (readonly string[])[] =>
  readSheet()
    .split("\r\n")
    .slice(1, -1)
    .map((row) => row.split(","));

const listUsers = async () => {
  const users = [];
  for await (const user of tenant.client.secured.list("docs")) users.push(user);
  return users;
};
const listUserIds = async (): Promise<readonly string[]> => (await listUsers()).map(({ userId }) => userId).toSorted();

test("only new users without a password get one, in a file that only its owner can read", async () => {
  const done = await program("--generate-passwords out.csv --yes");
  expect(done, done.stderr).toMatchObject({ exit: 0 });
  expect(readSheet()).toMatch(/^\ufeffユーザーID,表示名,グループ名,パスワード\r\n/);
  const rows = readRows();
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ["shinjin2", "新人 <二>", ""],
    ["shinjin4", "新人 四", ""],
  ]);
  expect(statSync(join(folder, "out.csv")).mode & 0o777).toBe(0o600);
  expect(readSheet()).not.toContain(OWN);
  for (const [, , , password] of rows) expect(done.stdout + done.stderr).not.toContain(password);
  expect(done.stderr).toContain("out.csv contains the passwords of 2 new users");
  const created = (await listUsers()).filter(({ userId }) => userId !== "kizon");
  expect(created.map(({ secretsSet }) => secretsSet.map(({ field }) => field))).toEqual([
    ["password"],
    ["password"],
    ["password"],
  ]);
});

test("passwords are set by a list without a column for them, but never of users who do not need one", async () => {
  const plan = await tenant.plan({ kind: "docs", generatePasswords: true }, "ユーザーID,表示名\nshinjin9,新人");
  expect(plan.secretsSet).toBe(1);
  await tenant.client.imports.commit(plan);
  const created = (await listUsers()).find(({ userId }) => userId === "shinjin9");
  expect(created?.secretsSet).toMatchObject([{ field: "password" }]);
  const people = await tenant.plan({ kind: "users", generatePasswords: true }, "氏名,メールアドレス\n新人,new@x.jp");
  expect(people.secretsSet).toBe(0);
});

test("in a mirror the upload file has the passwords of new users, and nobody else", async () => {
  await using mirror = new TestTenant();
  await mirror.import({ kind: "docs", fromConsole: true }, [
    ["表示名", "ユーザーID"],
    ["既存 一", "kizon"],
  ]);
  writeFileSync(join(folder, "in.csv"), "表示名,ユーザーID\n既存 一改,kizon\n新人 二,shinjin2\n");
  const alone = await program("--generate-passwords out.csv --yes", mirror.fetch);
  expect(alone.stderr).toContain("--generate-passwords needs --emit-csv");
  expect([alone.exit, readdirSync(folder)]).toEqual([2, ["in.csv"]]);
  const both = "--generate-passwords out.csv --yes --emit-csv";
  const refused = await program(`${both} up.csv`, mirror.fetch);
  expect([refused.exit, readdirSync(folder)]).toEqual([2, ["in.csv"]]);
  const done = await program(`${both} up`, mirror.fetch);
  expect(done, done.stderr).toMatchObject({ exit: 0 });
  expect(done.stderr).toContain("export the records in the console, then: clomoctl ");
  const [[, , , password] = []] = readRows();
  const read = (name: string) => new TextDecoder("shift_jis").decode(readFileSync(join(folder, "up", name)));
  expect(read("1-docs.csv")).toBe("表示名,ユーザーID\r\n既存 一改,kizon\r\n");
  expect(read("2-docs.csv")).toBe(`表示名,ユーザーID,パスワード\r\n新人 二,shinjin2,${password}\r\n`);
});

test("without the option, the message names it", async () => {
  const { exit, stderr } = await program("--yes");
  expect(exit).toBe(3);
  expect(stderr).toContain("to generate it: --generate-passwords FILE");
});

test("neither a dry run, a declined plan nor a failed commit leaves a sheet", async () => {
  expect(await program("--generate-passwords out.csv --dry-run")).toMatchObject({ exit: 0 });
  const declined = await run("secured users import in.csv --app docs --generate-passwords out.csv", {
    tenant: tenant.fetch,
    folder,
    terminal: { typing: [["Apply", "n\r"]] },
  });
  expect(declined.exit).toBe(0);
  const failing: typeof tenant.fetch = async (request) =>
    new URL(request.url).pathname.endsWith("/commit")
      ? Response.json({ error: { code: "conflict", message: { en: "changed", ja: "変更" } } }, { status: 409 })
      : tenant.fetch(request);
  expect((await program("--generate-passwords out.csv --yes", failing)).exit).not.toBe(0);
  expect(readdirSync(folder)).toEqual(["in.csv"]);
  expect(await listUserIds()).toEqual(["kizon"]);
});

test("a commit whose answer was lost leaves the only copy of its passwords", async () => {
  const unanswered: typeof tenant.fetch = async (request) => {
    const path = new URL(request.url).pathname;
    const answer = await tenant.fetch(request);
    if (!path.endsWith("/commit")) return answer;
    throw new Failure("unavailable", { what: same("the connection was lost") });
  };
  const done = await program("--generate-passwords out.csv --yes", unanswered);
  expect(done.exit, done.stderr).not.toBe(0);
  expect(done.stderr).toContain("the change was made");
  expect(await listUserIds()).toEqual(["kizon", "shinjin2", "shinjin3", "shinjin4"]);
  expect(readRows().map(([id, , , password]) => [id, password?.length])).toEqual([
    ["shinjin2", 12],
    ["shinjin4", 12],
  ]);
});

test.each(SECURED_APPS)("passwords of %s follow its rules, and are easy to read", (app) => {
  const passwords = Array.from({ length: 500 }, () => createPassword({ key: "", name: "", groups: "" }).password);
  expect(new Set(passwords).size).toBe(500);
  const rule = findPasswordColumn(app)?.value.rule;
  for (const password of passwords) {
    expect(rule !== undefined && satisfiesRule(rule, password)).toBe(true);
    expect(password).toMatch(/^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])[2-9A-HJ-NP-Za-km-np-z]{12}$/);
  }
});
