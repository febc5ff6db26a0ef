import { undoImport } from "#support/tenant/undo.ts";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../store/ids.ts";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { type AuditFindings, verifyOnConnection } from "./audit-verify.ts";
import { Database, type Row } from "../store/database.ts";
import { folderForAllTests } from "#support/folder.ts";

const SEED = 20_261_121;

const tenant = openForAllTests();
const scratch = folderForAllTests();
let copies = 0;
/** the hash of the last record, kept elsewhere */
let head: string;

const header = ["氏名", "メールアドレス", "組織コード", "CLOMOアカウントパスワード", "CLOMOアカウント名"];
const person = (n: number, name = `利用者${n}`) => [name, `p${n}@example.jp`, "S01", `secret-${n}`, `account${n}`];

beforeAll(async () => {
  const users = { kind: "users", createOrgs: true } as const;
  await tenant.import(users, [header, ...[1, 2, 3, 4].map((n) => person(n))]);
  const { id } = await tenant.client.users.addField({ name: "座席" });
  await tenant.import(users, [header, person(1, "改名"), person(2, "改姓"), person(5)]);
  const gone = await tenant.import({ ...users, mode: "replace" }, [header, person(1, "改名"), person(5)]);
  await tenant.client.imports.commit(await undoImport(tenant.client, gone.id));
  await tenant.client.users.removeField(id);
  for (let n = 0; n < 700; n += 1) await tenant.client.renewals.add({ kind: "custom", name: `契約${n}` });
  head = String(tenant.sql("select hash from audit order by seq desc limit 1")[0]?.["hash"]);
  tenant.database.foldLog();
});

/** What is found in a copy of the tenant that somebody with its file has changed. @param change false: the triggers do not come back */
const found = (change: (database: Database) => unknown, asked: { head?: string } = { head }): AuditFindings => {
  const path = join(scratch, `${(copies += 1)}.db`);
  cpSync(tenant.path, path);
  const database = new Database(path);
  try {
    const triggers = database.all(
      "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit' order by name",
    );
    for (const { name } of triggers) database.exec(`drop trigger ${String(name)}`);
    if (change(database) !== false) for (const { sql } of triggers) database.exec(String(sql));
    return verifyOnConnection(database, { ...asked, changes: true });
  } finally {
    database.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  }
};

const isSound = ({ schema, broken, headSeq, changes }: AuditFindings): boolean =>
  schema && broken === null && headSeq !== null && changes?.broken.length === 0;

const untouched = (): void => undefined;

test("an untouched log passes, and the result says how far it was verified", () => {
  const records = tenant.database.count("select count(*) from audit");
  expect(found(untouched)).toEqual({
    schema: true,
    records,
    last: { seq: records, hash: head },
    broken: null,
    headSeq: records,
    replaced: { records: 0, broken: null, head: null },
    changes: { verified: records, broken: [] },
  });
});

test.each([
  `create table audit2 (seq integer primary key, record text not null, hash text not null, at text, actor text, action text);
     insert into audit2 select seq, record, hash, at, actor, action from audit;
     drop table audit; alter table audit2 rename to audit`,
  "create trigger other before insert on AUDIT begin select 1; end",
  "create index other on AUDIT (at)",
  "drop table audit",
  "alter table audit rename column record to told",
  "drop table created_range",
  "alter table user_version add column another text",
])("a file with another schema is reported, and nothing of it is believed: %s", (statements) => {
  const { schema, ...findings } = found((database) => {
    database.exec(statements);
    return false;
  });
  expect(schema).toBe(false);
  expect(findings).toEqual({ records: 0, last: null, broken: null, headSeq: null, replaced: null, changes: null });
});

test("a head that was kept earlier is found in the chain", () => {
  for (const seq of [1, 3, 512, 513, 600]) {
    const [row] = tenant.sql("select hash from audit where seq = :seq", { seq });
    expect(found(untouched, { head: String(row?.["hash"]) }).headSeq).toBe(seq);
  }
  expect(found(untouched, { head: "0".repeat(64) })).toMatchObject({ broken: null, headSeq: null });
});

describe("a broken chain is reported at the first affected record", () => {
  const FORGED = `'{"version":2,"at":"2026-01-01T00:00:00.000Z","actor":"x","action":"users.edit","objects":[]}', 'x'`;
  const forge = (seq: string): string => `insert into audit (seq, record, hash) values (${seq}, ${FORGED})`;

  test.each([
    [20, "update audit set record = replace(record, 'custom', 'custon') where seq = 20"],
    [20, `update audit set hash = '${"0".repeat(64)}' where seq = 20`],
    [20, "update audit set record = cast(record as blob) where seq = 20"],
    [20, "update audit set hash = cast(hash as blob) where seq = 20"],
    [20, "update audit set hash = 'x' where seq = 20"],
    [20, "update audit set record = 'x' where seq = 20"],
    [20, "update audit set record = record || char(10) where seq = 20"],
    [1, "delete from audit where seq = 1"],
    [600, "delete from audit where seq between 600 and 602"],
    [20, "delete from audit where seq = 20; update audit set seq = seq - 1 where seq > 20"],
    // all are numbered anew
    [1, "update audit set seq = -seq; update audit set seq = 1 - seq"],
    // outside the chain
    [707, forge("0")],
    [707, forge("-9223372036854775807")],
    [707, forge("9223372036854775807")],
  ])("record %i: %s", (seq, statements) => {
    expect(found((database) => database.exec(statements))).toMatchObject({
      schema: true,
      records: seq - 1,
      broken: seq,
      changes: null,
    });
  });
});

test("a cut-off end is detected by a kept head, or by a change whose record is missing", () => {
  const cut = found((database) => database.exec("delete from audit where seq > 706"), { head: "0".repeat(64) });
  expect(cut).toMatchObject({ records: 706, broken: null, headSeq: null, changes: { broken: [] } });
  const all = found((database) => database.exec("delete from audit where seq > 3"), {});
  const unrecorded = Array.from({ length: 703 }, (_, at) => 4 + at);
  expect(all).toMatchObject({ broken: null, changes: { verified: 3, broken: unrecorded } });
  expect(found((database) => database.exec("delete from audit"))).toMatchObject({
    records: 0,
    last: null,
    headSeq: null,
  });
});

test("anyone with the file can rewrite the whole chain, which only a kept head reveals", () => {
  const rewrite = (database: Database): void => {
    let before = "";
    for (const { seq = 0, record } of database.all("select seq, record from audit order by seq")) {
      const text = String(record).replace('"actor":"owner"', '"actor":"nobody"');
      before = sha256(`${before}\n${text}`);
      database.run("update audit set record = :text, hash = :before where seq = :seq", { text, before, seq });
    }
  };
  expect(found(rewrite, {})).toMatchObject({ broken: null, changes: { broken: [] } });
  expect(found(rewrite)).toMatchObject({ broken: null, headSeq: null });
});

const KEPT = ["user_version", "custom_field_version", "created_range"] as const;

const revisionOf = (number: number): string => `(select revision from change where number = ${number})`;

describe("versions of a change", () => {
  test.each([
    [3, `update user_version set name = 'x' where revision = ${revisionOf(3)} and pk = 2`],
    // a blank value is filled
    [3, `update user_version set tel = '1' where revision = ${revisionOf(3)} and pk = 2`],
    [3, `update user_version set changed = 0 where revision = ${revisionOf(3)}`],
    [4, `update user_version set action = 'x' where revision = ${revisionOf(4)}`],
    [4, `delete from user_version where revision = ${revisionOf(4)} and pk = 3`],
    [4, `delete from user_version where revision = ${revisionOf(4)}`],
    // before all numbers, and to a change that has none
    [3, `insert into user_version (pk, revision, action) select -9007199254740991, ${revisionOf(3)}, 'update'`],
    [20, `insert into user_version (pk, revision, action) select 99, ${revisionOf(20)}, 'update'`],
    // one belongs to another change
    [4, `update user_version set revision = ${revisionOf(3)} where revision = ${revisionOf(4)} and pk = 4`],
    // of an edit by hand
    [6, `delete from custom_field_version where revision = ${revisionOf(6)}`],
    [1, `update created_range set last = last + 1 where revision = ${revisionOf(1)}`],
    [2, `update created_range set thing = thing || 's' where revision = ${revisionOf(2)}`],
    // the same value of another type, and too large a number
    [3, `update user_version set name = cast(name as blob) where revision = ${revisionOf(3)}`],
    [3, `update user_version set pk = 9223372036854775807 where revision = ${revisionOf(3)} and pk = 2`],
    [3, "update change set revision = 5000 where number = 3"],
    [3, "update change set revision = null where number = 3"],
    [4, "delete from change where number = 4"],
    [5000, "insert into change (number, revision, writer) values (5000, 5000, 'hand')"],
    // they belong to no change, or to no revision
    [null, "insert into user_version (pk, revision, action) values (1, 5000, 'update')"],
    [null, "insert into created_range values ('x', 'user', 1, 1)"],
  ])("of change %s are altered, missing or not recorded: %s", (number, statement) => {
    const { broken, changes } = found((database) => database.exec(statement));
    expect(broken).toBeNull();
    expect(changes?.broken).toContain(number);
  });

  test("that cannot be read do not prevent the verification of others", () => {
    const { changes } = found((database) =>
      database.exec(`update user_version set name = x'00' where revision = ${revisionOf(3)}`),
    );
    expect(changes).toEqual({ verified: 705, broken: [3] });
  });
});

const otherThan = (value: Row[string], salt: number): string | number =>
  typeof value === "number" ? value + 1 + salt : `${String(value ?? "")}${salt}`;

type Tampering = (database: Database, at: number, salt: number) => boolean;

const nthSeq = (database: Database, at: number): number => (at % database.count("select count(*) from audit")) + 1;

/** Ways to alter the audit and versions. They return false if nothing changed. */
const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  "alter a record": (database, at, salt) => {
    const seq = nthSeq(database, at);
    const { record = "" } = database.get("select record from audit where seq = :seq", { seq }) ?? {};
    const text = String(record);
    const place = salt % text.length;
    const altered = `${text.slice(0, place)}${text[place] === "7" ? "8" : "7"}${text.slice(place + 1)}`;
    return database.run("update audit set record = :altered where seq = :seq", { seq, altered }) > 0;
  },
  "alter a record and its hash": (database, at, salt) => {
    const seq = nthSeq(database, at);
    const { record = "" } = database.get("select record from audit where seq = :seq", { seq }) ?? {};
    const { hash = "" } = database.get("select hash from audit where seq = :seq - 1", { seq }) ?? {};
    const altered = String(record).replace(/"actor":"[^"]*"/, `"actor":"${salt}"`);
    const own = sha256(`${String(hash)}\n${altered}`);
    return database.run("update audit set record = :altered, hash = :own where seq = :seq", { seq, altered, own }) > 0;
  },
  "delete a record": (database, at) =>
    database.run("delete from audit where seq = :seq", { seq: nthSeq(database, at) }) > 0,
  "cut the tail": (database, at) =>
    database.run("delete from audit where seq >= :seq", { seq: nthSeq(database, at) }) > 0,
  "swap two records": (database, at, salt) => {
    const [one, other] = [nthSeq(database, at), nthSeq(database, at + 1 + (salt % 5))];
    const [a, b] = [one, other].map((seq) => database.get("select record, hash from audit where seq = :seq", { seq }));
    const put = "update audit set record = :record, hash = :hash where seq = :seq";
    database.run(put, { record: "", hash: "", ...b, seq: one });
    return one !== other && database.run(put, { record: "", hash: "", ...a, seq: other }) > 0;
  },
  "insert a record": (database, at, salt) => {
    const seq = nthSeq(database, at);
    database.run("update audit set seq = -seq where seq >= :seq", { seq });
    database.run("update audit set seq = 1 - seq where seq < 0", {});
    return (
      database.run("insert into audit values (:seq, :record, :hash)", {
        seq,
        record: `{"version":2,"seq":${seq},"at":""}`,
        hash: sha256(String(salt)),
      }) > 0
    );
  },
  "alter a version": (database, at, salt) => {
    const table = KEPT[salt % KEPT.length] ?? "user_version";
    const rows = database.all(`select * from ${table} order by 1, 2`);
    const row = rows[at % rows.length] ?? {};
    const columns = Object.keys(row);
    const column = columns[salt % columns.length] ?? "pk";
    const where = columns.map((name) => `"${name}" is :${name}`).join(" and ");
    const value = otherThan(row[column] ?? null, salt);
    return database.run(`update or ignore ${table} set "${column}" = :value where ${where}`, { ...row, value }) > 0;
  },
  "delete a version": (database, at, salt) => {
    const table = KEPT[salt % KEPT.length] ?? "user_version";
    const rows = database.all(`select * from ${table} order by 1, 2`);
    const row = rows[at % rows.length] ?? {};
    const where = Object.keys(row).map((name) => `"${name}" is :${name}`);
    return database.run(`delete from ${table} where ${where.join(" and ")}`, row) > 0;
  },
};

test("every kind of tampering is detected", LONG_TIMEOUT, () => {
  const tampering = fc.record({
    what: fc.constantFrom(...Object.keys(TAMPERINGS)),
    at: fc.nat({ max: 10_000 }),
    salt: fc.nat({ max: 10_000 }),
  });
  const holds = fc.property(tampering, ({ what, at, salt }) => {
    let isTouched = false;
    const findings = found((database) => {
      isTouched = TAMPERINGS[what]?.(database, at, salt) ?? false;
    });
    expect(isSound(findings)).toBe(!isTouched);
  });
  fc.assert(holds, { numRuns: 100, seed: SEED });
});
