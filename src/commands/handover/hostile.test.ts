import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, expect, test } from "vitest";
import { renderHashes, HASHES_FILE } from "../../lib/handover/bundle/contents.ts";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { hostileArchives, packZip } from "#support/handover/archives.ts";
import { filesBelow, SPOILERS, writeSpoiledCopy } from "#support/handover/spoiling.ts";
import { fillAtRandom } from "#support/tenant/random-tenant.ts";
import { openForAllTests, TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, run, type RunResult } from "#support/commands/program.ts";

const from = openForAllTests();
beforeAll(async () => {
  await fillAtRandom(from, 7, 4);
  // some versions and audit records to forge
  const { users } = from.client;
  const { id } = (await users.create({ name: "山田 花子", emails: ["hanako.yamada@example.jp"] })).after;
  for (const title of ["係長", "課長"]) await users.edit(id, { title });
});

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Computes all hashes of a bundle anew, as a skilled forger does. @returns the new fingerprint */
const hashAnew = (bundle: string): string => {
  const files = [...filesBelow(bundle)].filter(([path]) => path !== HASHES_FILE);
  const sums = renderHashes(files.map(([path, content]) => ({ path, sha256: sha256(content) })));
  writeFileSync(join(bundle, HASHES_FILE), sums);
  return sha256(Buffer.from(sums));
};

const withoutTriggers = (database: DatabaseSync, sql: string): void => {
  const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
  database.exec(sql);
  for (const trigger of triggers) database.exec(String(trigger["sql"]));
};

/** What a forger does to the tenant in a bundle, before he computes all hashes anew and tells the new fingerprint. */
const FORGERIES: Readonly<Record<string, string>> = {
  "a trigger": "create trigger t after update on user begin delete from audit; end",
  "a view": "create view v as select 1",
  "a view instead of a table": "drop table answer; create view answer as select 1 as pk",
  "a table": "create table t (x)",
  "an index": "create index i on user (name)",
  "a column": "alter table user add column x",
  "a virtual table": "create virtual table f using fts5 (x)",
  "no audit trigger": "drop trigger audit_update",
  "an unknown version": "pragma user_version = 105",
  "a newer version": "pragma user_version = 9999",
  "another program": "pragma application_id = 1",
  "a row that refers to nothing": "pragma foreign_keys = off; update user set org = 99",
  "an altered version": "update user_version set title = '社長'",
  "a name with ESC": "update user set name = char(27) || '[2J山田'",
  "a name with C1 control characters": "update org set name = name || char(155) where pk > 1",
};

const AUDIT_FORGERIES: Readonly<Record<string, string>> = {
  "the second audit record removed": "delete from audit where seq = 2",
  "the first audit record removed": "delete from audit where seq = 1",
  "an audit record changed": `update audit set record = replace(record, '"actor":"', '"actor":"x') where seq = 2`,
  "an audit record with another hash": "update audit set hash = (select hash from audit where seq = 1) where seq = 2",
  "two audit records exchanged":
    "update audit set seq = -seq where seq in (1, 2); update audit set seq = 3 + seq where seq < 0",
};

const damageTenant: Readonly<Record<string, (content: Buffer) => Uint8Array>> = {
  "a zeroed page": (content) => Buffer.from(content).fill(0, 8192, 16_384),
  "a truncated tenant": (content) => content.subarray(0, 8192),
  "an empty tenant": () => Buffer.of(),
  "no database": () => Buffer.from("氏名,メールアドレス\n"),
};

const LINKS: Readonly<Record<string, (path: string, folder: string) => void>> = {
  "a link to a file outside": (path, folder) => symlinkSync(join(folder, "outside"), path),
  "a link to another file of the bundle": (path) => symlinkSync("orgs.ndjson", path),
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a folder of the same name": (path) => mkdirSync(path),
};

const writeFiles = (bundle: string, paths: readonly string[]): void => {
  for (const path of paths) {
    mkdirSync(join(bundle, path, ".."), { recursive: true });
    writeFileSync(join(bundle, path), "\0\0\0\u0001Bud1");
  }
};

const forgeTenant = (bundle: string, sql: string): void => {
  const database = new DatabaseSync(join(bundle, "tenant.db"));
  database.exec(sql);
  database.close();
};

/** What happens to honest bundles: the change, exit code of `receive`, and what it says and does not say. */
const HONEST: readonly (readonly [what: string, (bundle: string) => unknown, number, RegExp, RegExp])[] = [
  ["Finder", (a) => writeFiles(a, [".DS_Store", "resources/.DS_Store"]), 0, /ignored.*: \.DS_Store, res/, /error/],
  ["Explorer", (a) => writeFiles(a, ["Thumbs.db", "desktop.ini"]), 0, /ignored.*: desktop\.ini, Thumbs\.db/, /error/],
  ["macOS", (a) => writeFiles(a, ["__MACOSX/resources/._users.ndjson", "._report.html"]), 0, /ignored.*\._/, /error/],
  ["a note", (a) => writeFiles(a, ["note.txt"]), 3, /note\.txt: .*\n.*not listed|not listed.*\n.*note\.txt/, /ignored/],
  ["a newer clomoctl", (a) => forgeTenant(a, "pragma user_version = 9999"), 3, /update clomoctl/, /another copy/],
  ["a folder above", (a) => rmSync(join(a, HASHES_FILE)), 3, /not a bundle: SHA256SUMS is missing/, /ndjson/],
  ["ESC", (a) => forgeTenant(a, FORGERIES["a name with ESC"] ?? ""), 3, /control characters/, /\u001b|another copy/],
];

test.each(HONEST)("%s: one sentence and one advice", LONG_TIMEOUT, async (what, change, exit, said, unsaid) => {
  const folder = freshFolder();
  const type = (line: string) => run(`handover ${line} --lang en`, { home: folder, folder, tenant: from.fetch });
  await type("export -o a");
  change(join(folder, "a"));
  const sums = join(folder, "a", HASHES_FILE);
  const isForged = ["a newer clomoctl", "ESC"].includes(what);
  const fingerprint = isForged
    ? hashAnew(join(folder, "a"))
    : sha256(existsSync(sums) ? readFileSync(sums) : Buffer.of());
  const result = await type(`receive a --context new --fingerprint ${fingerprint}`);
  expect(result).toMatchObject({ exit, stderr: expect.stringMatching(said) });
  expect(result.stderr).not.toMatch(unsaid);
});

test("an archive that another tool packed again has one advice", async () => {
  const folder = freshFolder();
  await run("handover export -o a", { home: folder, folder, tenant: from.fetch });
  const files = [...filesBelow(join(folder, "a"))].map(([path, content]) => ({ path: `a/${path}`, content }));
  writeFileSync(join(folder, "again.zip"), await packZip(files, { mode: 0o100644 }));
  const { exit, stderr } = await run("handover verify again.zip --lang en", { home: folder, folder });
  expect({ exit, stderr }).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining("unpack it, and specify the folder"),
  });
  expect(stderr).not.toContain("another copy");
});

test("100 hostile bundles are refused, and nothing is written", LONG_TIMEOUT, async () => {
  const root = freshFolder();
  const [folder, home] = [join(root, "work", "here"), join(root, "home")];
  mkdirSync(folder, { recursive: true });
  const type = (line: string, of = from): Promise<RunResult> =>
    run(`handover ${line}`, { home, folder, tenant: of.fetch });
  const good = join(folder, "good");
  for (const name of ["good", "good.zip", "later"]) expect((await type(`export -o ${name}`)).exit).toBe(0);
  await using stranger = new TestTenant();
  expect((await type("export -o other", stranger)).exit).toBe(0);
  const fingerprint = sha256(readFileSync(join(good, HASHES_FILE)));
  expect((await type(`receive later --context mine --fingerprint ${hashAnew(join(folder, "later"))}`)).exit).toBe(0);
  const files = filesBelow(good);
  const left = (): readonly string[] =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => !/^work.here.(?:evil|outside)|^home.tmp$|-shm$|-wal$/.test(path))
      .toSorted();
  const [tenantFile, were] = [join(home, "tenants", "mine", "tenant.db"), left()];
  const tenant = readFileSync(tenantFile);
  const passed: object[] = [];
  let count = 0;
  const tried = async (what: string, { name = "evil", told = fingerprint, context = "new", wanted = 3 } = {}) => {
    const { exit } = await type(`receive ${name} --context ${context} --fingerprint ${told}`);
    const written = left().filter((path) => !were.includes(path));
    if (exit !== wanted || written.length > 0) passed.push({ what, exit, written });
    rmSync(join(home, "tenants", "new"), { recursive: true, force: true });
    count += 1;
    if (name.startsWith("evil")) rmSync(join(folder, name), { recursive: true });
  };
  const copy = (): string => {
    cpSync(good, join(folder, "evil"), { recursive: true });
    return join(folder, "evil");
  };

  // damaged, as a folder and as an archive
  for (const how of SPOILERS)
    for (const [which, place] of [
      [0, 0.1],
      [0.3, 0.5],
      [0.6, 0.9],
      [0.99, 0.7],
    ] as const)
      for (const name of which === 0.99 ? ["evil", "evil.zip"] : ["evil"]) {
        await writeSpoiledCopy(files, join(folder, name), { how, which, place });
        await tried(`${how} ${which}`, { name });
      }
  // edited with new hashes: the fingerprint is another one
  for (const path of [...files.keys()].filter((one) => one !== HASHES_FILE)) {
    const content = join(copy(), path);
    writeFileSync(content, Buffer.concat([readFileSync(content), Buffer.from(" ")]));
    hashAnew(join(folder, "evil"));
    await tried(`${path} with new hashes`);
  }
  // forged with new hashes by whoever tells the new fingerprint
  const forge = async (what: string, change: (path: string) => void): Promise<void> => {
    change(join(copy(), "tenant.db"));
    await tried(what, { told: hashAnew(join(folder, "evil")) });
  };
  for (const [what, sql] of Object.entries({ ...FORGERIES, ...AUDIT_FORGERIES }))
    await forge(what, (path) => {
      const database = new DatabaseSync(path);
      if (what in AUDIT_FORGERIES) withoutTriggers(database, sql);
      else database.exec(sql);
      database.close();
    });
  for (const [what, damage] of Object.entries(damageTenant))
    await forge(what, (path) => writeFileSync(path, damage(readFileSync(path))));
  await forge("a newer format", (path) => {
    const manifest = join(path, "..", "manifest.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"schema": 103', '"schema": 104'));
  });
  // packed by a skilled forger
  for await (const [what, name, content] of hostileArchives()) {
    writeFileSync(join(folder, name), content);
    await tried(what, { name });
  }
  expect(existsSync("/evil")).toBe(false);
  // truncated, or no bundle at all
  const whole = readFileSync(join(folder, "good.zip"));
  for (const part of [0, 0.001, 0.2, 0.5, 0.9, 0.999]) {
    writeFileSync(join(folder, "evil.zip"), whole.subarray(0, Math.floor(part * whole.length)));
    await tried(`an archive of which ${part} is left`, { name: "evil.zip" });
  }
  writeFileSync(join(folder, "evil"), "root:x:0:0:root:/root:/bin/bash\n");
  await tried("another file");
  mkdirSync(join(folder, "evil"));
  await tried("an empty folder");
  for (const path of ["../outside", "/outside"]) {
    const sums = join(copy(), HASHES_FILE);
    writeFileSync(sums, readFileSync(sums, "utf8").replace("report.html", path));
    await tried(`a list of hashes that names ${path}`);
  }
  for (const [what, put] of Object.entries(LINKS)) {
    const path = join(copy(), "resources", "users.ndjson");
    renameSync(path, join(folder, "outside"));
    put(path, folder);
    await tried(what);
    rmSync(join(folder, "outside"));
  }
  // sound, but not for this tenant
  await tried("an older one", { name: "good", context: "mine", wanted: 5 });
  await tried("another tenant", { name: "other", told: hashAnew(join(folder, "other")), context: "mine", wanted: 5 });

  expect(passed).toEqual([]);
  expect(count).toBeGreaterThanOrEqual(100);
  expect(readFileSync(tenantFile).equals(tenant)).toBe(true);
  // the control: the honest bundle is received, and a hard link next to it does not matter
  linkSync(join(good, "resources", "users.ndjson"), join(folder, "linked"));
  expect((await type(`receive good --context new --fingerprint ${fingerprint}`)).exit).toBe(0);
});
