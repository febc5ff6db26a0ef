import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { freshHome, run, splitWords } from "#support/cli/home.ts";

/** A home with two tenants, to which each call of `at` adds a minute. */
function openHome() {
  const home = freshHome();
  let minutes = 0;
  const at = (line: string, cwd = home) =>
    run(splitWords(`${line} --lang en`), { home, cwd, now: new Date(Date.UTC(2026, 10, 20, 0, (minutes += 1))) });
  return { home, at };
}

async function openTwo() {
  const opened = openHome();
  for (const name of ["kanto", "osaka"]) {
    await opened.at(`context add ${name} --embedded`);
    await opened.at(`orgs create ${name}本社 --context ${name}`);
  }
  return opened;
}

const list = (home: string): readonly string[] => readdirSync(join(home, "out")).toSorted();

const change = (path: string, sql: string): void => {
  using database = new DatabaseSync(path);
  database.exec(sql);
};

const FORGED_RECORD = "update audit set record = replace(record, 'create', 'change') where seq = 1";

const forgeRecord = (path: string): void => {
  using database = new DatabaseSync(path);
  const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
  for (const sql of [FORGED_RECORD, ...triggers.map((trigger) => String(trigger["sql"]))]) database.exec(sql);
};

const nameAt = (context: string, minute: number): string =>
  `clomoctl-${context}-20261120T00${String(minute).padStart(2, "0")}00000Z.db`;

test("--keep deletes only earlier states of the tenant that this command wrote", async () => {
  const { home, at } = await openTwo();
  const out = join(home, "out");
  for (const _ of [1, 2, 3]) await at("tenant backup -o out --context kanto");
  await at("tenant backup -o out --context osaka");
  const others = [
    "clomoctl-kanto-2026.db",
    "clomoctl-kanto-20261120T000000000Z.db.bak",
    "clomoctl-kanto-b-20261120T000000000Z.db",
    "clomoctl-kanto-20251120T000000000Z.db",
    "kanto.db",
  ];
  for (const name of others) writeFileSync(join(out, name), "mine");
  // of a clock that was ahead, and of the tenant of another computer
  copyFileSync(join(out, nameAt("kanto", 5)), join(out, "clomoctl-kanto-20991120T000000000Z.db"));
  copyFileSync(join(out, nameAt("osaka", 8)), join(out, "clomoctl-kanto-20261120T000730000Z.db"));
  mkdirSync(join(out, "clomoctl-kanto-20251122T000000000Z.db"));
  using copy = new DatabaseSync(join(out, nameAt("osaka", 8)), { readOnly: true });
  expect(copy.prepare("pragma journal_mode").get()).toEqual({ journal_mode: "delete" });
  const before = list(home);
  const { code, stderr } = await at("tenant backup -o out --context kanto --keep 2");
  expect([code, stderr]).toEqual([0, expect.stringContaining("verified), deleted 2 older\n")]);
  const gone = [nameAt("kanto", 5), nameAt("kanto", 6)];
  expect(list(home)).toEqual([...before.filter((name) => !gone.includes(name)), nameAt("kanto", 9)].toSorted());
});

test("a copy with a fault gets no name, and deletes no earlier one", async () => {
  const { home, at } = await openTwo();
  for (const _ of [1, 2]) await at("tenant backup -o out --context kanto");
  const before = list(home);
  forgeRecord(join(home, "tenants", "kanto", "tenant.db"));
  const { code, stderr } = await at("tenant backup -o out --context kanto --keep 1");
  expect([code, list(home)]).toEqual([3, before]);
  expect(stderr).toContain("the audit log is broken at record 1");
  expect(readdirSync(join(home, "tmp"))).toEqual([]);
});

test("--all-contexts backs up the others, names those that it cannot, and each is a job of its tenant", async () => {
  const { home, at } = await openTwo();
  await at("context add far --url https://far.example.jp");
  await at("context add new --embedded");
  const whole = await at("tenant backup -o out --all-contexts");
  expect([whole.code, whole.stderr]).toEqual([0, expect.stringContaining("or there is none: far, new\n")]);
  expect(list(home)).toEqual([nameAt("kanto", 7), nameAt("osaka", 7)]);
  expect(existsSync(join(home, "tenants", "new"))).toBe(false);
  change(join(home, "tenants", "osaka", "tenant.db"), "create view v as select 1");
  const part = await at("tenant backup -o out --all-contexts --keep 1");
  expect([part.code, part.stderr]).toEqual([8, expect.stringContaining("error: osaka: the tenant's file contains")]);
  expect(list(home)).toEqual([nameAt("osaka", 7), nameAt("kanto", 8)].toSorted());
  const { text } = await at("status --jobs --format json");
  expect(JSON.parse(text)).toMatchObject([
    { tenant: "kanto", job: "tenant backup out", state: "good", exit: 0 },
    { tenant: "osaka", job: "tenant backup out", state: "failed", exit: 8 },
  ]);
  const verified = await at("audit verify --all-contexts --format json --context osaka");
  expect(verified.code).toBe(2);
  const all = await at("audit verify --all-contexts --format json");
  expect(all.code).toBe(8);
  expect(all.stderr).toContain("error: osaka: the tenant's file has tables or other database objects");
  expect(JSON.parse(all.text)).toMatchObject([
    { context: "kanto", schema: true, records: 1, broken: null },
    { context: "osaka", schema: false },
    { context: "new", records: 0 },
  ]);
});

test.each([
  ["-o b.db --keep 2", 2, "require a folder"],
  ["-o b.db --all-contexts", 2, "require a folder"],
  ["-o b.db --context far", 6, "run the backup on the server"],
  ["-o b.db --context new", 6, "or there is none: new"],
  ["-o b.db --context local --as taro", 2, "remove --as"],
  ["-o - --context local", 2, "pass a file name"],
  ["-o mine.db --context local --overwrite", 2, "this file is a database, which clomoctl does not overwrite"],
  ["-o tenants/b.db --context local", 2, "reserved for clomoctl's own files"],
])("tenant backup %s exits with %i", async (words, exit, told) => {
  const { home, at } = openHome();
  await at("orgs create 本社");
  await at("context add far --url https://far.example.jp");
  await at("context add new --embedded");
  change(join(home, "mine.db"), "create table t (a)");
  const { code, stderr } = await at(`tenant backup ${words}`);
  expect([code, stderr, existsSync(join(home, "b.db"))]).toEqual([exit, expect.stringContaining(told), false]);
});

test("sealed secrets come back with sealing.key, which backup and restore name", async () => {
  const { home, at } = openHome();
  await at("ade endpoint set --apple");
  await at("ade keypair create -o key.pem");
  const told = /decrypted only with the sealing\.key of its home: (.*)\n/;
  const made = await at("tenant backup -o b.db");
  expect([made.code, told.exec(made.stderr)?.[1]]).toEqual([0, join(home, "sealing.key")]);
  expect(statSync(join(home, "b.db")).mode & 0o777).toBe(0o600);
  const other = openHome();
  const restored = await other.at(`context add local --from ${join(home, "b.db")}`);
  expect([restored.code, told.exec(restored.stderr)?.[1]]).toEqual([0, join(other.home, "sealing.key")]);
  expect((await other.at("ade keypair create -o key.pem")).code).toBe(3);
  copyFileSync(join(home, "sealing.key"), join(other.home, "sealing.key"));
  expect(await other.at("ade keypair create -o key.pem")).toMatchObject({ code: 0 });
});

/** What somebody does to a backup, and what a restore says. */
const FAULTS: readonly (readonly [name: string, spoil: string | ((path: string) => void), told: string])[] = [
  ["a trigger", "create trigger t after update on user begin delete from audit; end", "that clomoctl did not create"],
  ["a view", "create view v as select 1", "that clomoctl did not create"],
  ["a table", "create table t (x)", "that clomoctl did not create"],
  ["a newer version", "pragma user_version = 99999", "written by a newer version of clomoctl"],
  ["a changed record", forgeRecord, "the audit log is broken at record 1"],
  ["other bytes", (path) => writeFileSync(path, "mine"), "the file of a tenant is damaged, or it is none"],
  ["no bytes", (path) => writeFileSync(path, ""), "not written by a released version"],
  ["a log beside it", (path) => writeFileSync(`${path}-wal`, "changes"), "its latest changes are in -wal"],
];

test.each(FAULTS)("context add --from refuses a backup with %s, and changes nothing", async (_, spoil, told) => {
  const { home, at } = openHome();
  await at("orgs create 本社");
  await at("tenant backup -o b.db");
  const path = join(home, "b.db");
  if (typeof spoil === "string") change(path, spoil);
  else spoil(path);
  const { code, stderr } = await at("context add back --from b.db");
  expect([code, stderr]).toEqual([3, expect.stringContaining(told)]);
  const { text } = await at("context list --format csv --fields name");
  expect([text, existsSync(join(home, "tenants", "back"))]).toEqual(["name\nlocal\n", false]);
});

test("context add --from restores into a new or an empty context, and never over a tenant", async () => {
  const { home, at } = await openTwo();
  await at("tenant backup -o b.db --context kanto");
  for (const [name, exit] of [
    ["kanto", 3],
    ["Back", 0],
    ["BACK", 3],
    ["local", 0],
    ["LOCAL", 3],
  ] as const)
    expect([name, (await at(`context add ${name} --from b.db --timezone UTC`)).code]).toEqual([name, exit]);
  const { text } = await at("context list --format csv --fields name,timezone,notify");
  expect(text).toBe(
    "name,timezone,notify\nlocal,UTC,false\nkanto,Asia/Tokyo,true\nosaka,Asia/Tokyo,true\nBack,UTC,false\n",
  );
  expect((await at("orgs list --context Back --format csv --fields name")).text).toContain("kanto本社");
  cpSync(join(home, "tenants", "Back"), join(home, "tenants", "old"), { recursive: true });
  expect((await at("context add old --from b.db")).code).toBe(3);
  expect((await at("context add x --from missing.db")).code).toBe(6);
});
