import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { StoredRequest } from "../ledger/import-request.ts";
import type { PlanRow } from "../api/operations.ts";
import { Stager } from "./stage-rows.ts";
import type { FormatName } from "../../nouns/index.ts";
import { createFormat } from "../../derived/format.ts";
import { FORMATS } from "../../derived/formats.ts";
import { CREATED_AT_FIELD, ID_FIELD, type Field, type RecordType, type FileRecordType } from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { applyPlan } from "./commit.ts";
import { advanceRevision, comparePlan, etagOf } from "./compare.ts";
import { registerSqlFunctions } from "./functions.ts";
import { readPlanLines } from "./rows.ts";
import { attachStaging, StagingTable } from "./staging.ts";
import { buildStoredKind, type PlanDefinition } from "./stored-kind.ts";
import { buildThingTables } from "./tables.ts";

const value = <F extends Partial<Field>>(header: string, more?: F) =>
  ({ type: "text", label: text(header, header), column: { header }, ...(more as F) }) as const;

/** Who made a gadget: an import of gadgets creates one that a row names. */
const MAKER = {
  name: "maker",
  collection: "makers",
  single: text("maker", "製造元"),
  title: text("makers", "製造元"),
  fields: { id: ID_FIELD, name: value("maker", { comparison: "name", unique: true }), createdAt: CREATED_AT_FIELD },
  usual: [],
} as const satisfies RecordType;

/** A thing that the program does not know, with all that a kind of import can have. */
const GADGET = {
  name: "gadget",
  collection: "gadgets",
  single: text("gadget", "ガジェット"),
  fields: {
    label: { ...value("label", { comparison: "name" }), column: { header: "label", required: "always" } },
    serial: value("serial", { comparison: "code", unique: true }),
    tag: value("tag", { unique: true }),
    colours: { ...value("colour"), type: "texts" },
    owner: value("owner", {
      comparison: "mail-address",
      refers: { to: "user", by: "emails", unknown: { code: "org-unknown", param: "code" } },
    }),
    maker: value("maker", {
      comparison: "name",
      refers: {
        to: "maker",
        by: "name",
        unknown: { code: "group-unknown", param: "group" },
        creates: { option: "createGroups", count: "groupsCreated" },
      },
    }),
    pin: { ...value("pin"), secret: true },
    locked: { type: "boolean" },
  },
  formats: { gadgets: ["label", "serial", "tag", "colours", "owner", "maker", "pin"] },
  keys: [
    { name: "serial", field: "serial", unique: true, standIn: ["label"] },
    { name: "label", field: "label", unique: false },
  ],
  title: text("gadgets", "ガジェット"),
  screen: { page: text("", ""), clicks: text("", ""), choice: text("", "") },
  namedBy: "label",
  protects: {
    by: "locked",
    missing: "administrator-delete",
    keeps: { fields: ["serial", "tag", "pin"], code: "administrator-account" },
  },
  usual: [],
} as const satisfies FileRecordType;

const format = createFormat(GADGET, "gadgets");
const tables = buildThingTables([...Object.values(FORMATS), format], [{ thing: MAKER }]);
const kind = buildStoredKind(format, tables);
const users = buildStoredKind(FORMATS.users, tables);

const NOW = "2026-11-20T00:00:00.000Z";

const tenant = openForAllTests();
const { database } = tenant;
const staging = tenant.staging("made-up");
database.exec(`
  create table maker (pk integer primary key autoincrement, id text not null unique, name text not null,
    nameKey text, createdAt text not null, revision integer not null);
  create table gadget (pk integer primary key autoincrement, id text not null unique, label text not null, labelKey text,
    serial text, serialKey text, tag text unique, colours text not null, owner integer, maker integer,
    secrets text not null default '{}', locked integer not null default 0,
    createdAt text not null, updatedAt text not null, revision integer not null);
  create unique index gadget_serial on gadget (coalesce(serialKey, serial));
`);
beforeEach(async () => {
  tenant.clear();
  database.exec("delete from maker; delete from gadget");
  await tenant.import({ kind: "users" }, "氏名,メールアドレス,メールアドレス\n山田,yamada@x,y@x\n髙橋,takahashi@x,");
  registerSqlFunctions(database, () => false);
});
afterEach(() => {
  database.exec("detach s");
  rmSync(staging);
});

type Wished = Omit<Partial<StoredRequest>, "key"> & { readonly key?: string };

const plan = (file: string, wished: Wished = {}, of = kind) => {
  if (database.get("select 1 from pragma_database_list where name = 's'") !== undefined) database.exec("detach s");
  rmSync(staging, { force: true });
  attachStaging(database, staging, { fresh: true });
  const request: StoredRequest = {
    kind: of.name as FormatName,
    mode: "append",
    key: "serial",
    blank: "clear",
    createOrgs: false,
    createGroups: true,
    skipInvalid: false,
    delimiter: ",",
    fileName: "-",
    ...(wished as Partial<StoredRequest>),
  };
  const table = new StagingTable(database);
  const stager = new Stager(of, request, {}, table);
  for (const [at, line] of file.split("\n").entries()) {
    const cells = line.split(",").map((cell) => cell.trim());
    stager.record(cells, cells.length, at + 1, at + 1);
  }
  const staged = { ...stager.end(), encoding: "utf-8" as const, inputSha256: "" };
  table.flush();
  const sql: PlanDefinition = { kind: of, request, staged };
  return { sql, counts: database.snapshot(() => comparePlan(database, sql)) };
};

const lines = (sql: PlanDefinition): readonly PlanRow[] =>
  Buffer.concat([...readPlanLines(database, sql, { actions: [] })])
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PlanRow);

const problems = () =>
  database
    .all("select code, row, col, params from s.problem order by row, col")
    .map(({ code, row, col, params }) => `${String(code)}@${String(row)}:${String(col)} ${String(params)}`);

const load = (file: string, wished: Wished = {}) => {
  const { sql, counts } = plan(file, wished);
  expect(problems()).toEqual([]);
  const revision = advanceRevision(database, [kind.collection]);
  const prefix = (which: string) => `${which}-${String(revision).padStart(4, "0")}-`;
  const context = { idPrefix: prefix("row"), referencePrefix: prefix("made"), now: NOW, revision };
  database.change(() => applyPlan(database, sql, context));
  return counts;
};

const gadgets = () =>
  database
    .all(`select g.*, u.name as who, m.name as made from gadget g left join user u on u.pk = g.owner
          left join maker m on m.pk = g.maker order by g.pk`)
    .map((row) => ["label", "serial", "tag", "colours", "who", "made", "secrets"].map((name) => row[name]).join(" "));

const HEADER = "label,serial,tag,colour,colour,owner,maker,pin";

test("a record is created together with a new maker, by any address of its owner", () => {
  const counts = load(`${HEADER}
    lamp,S1,t1,red,blue,Y@X,Acme,1234
    desk,,,,,,Acme,`);
  expect(counts).toMatchObject({ create: 2, secretsSet: 1, groupsCreated: 1, orgsCreated: 0 });
  expect(gadgets()).toEqual([`lamp S1 t1 ["red","blue"] 山田 Acme {"pin":"${NOW}"}`, "desk   []  Acme {}"]);
  expect(database.all("select serialKey, labelKey from gadget")).toEqual([
    { serialKey: null, labelKey: null },
    { serialKey: null, labelKey: null },
  ]);
});

test("a record is found by its key, or by another key", () => {
  load(`${HEADER}\nlamp,S1,,,,,,\ndesk,,,,,,,`);
  const { sql } = plan("label,serial,tag\nlight,S1,\nnew,,");
  expect(lines(sql).map(({ key, action, changed }) => ({ key, action, changed }))).toEqual([
    { key: "S1", action: "update", changed: ["label"] },
    { key: "new", action: "create", changed: [] },
  ]);
  const renamed = plan("label,serial\nlamp,S2", { key: "label" });
  expect(lines(renamed.sql)).toMatchObject([{ key: "lamp", action: "update", changed: ["serial"] }]);
  load(`${HEADER}\ndesk,S3,,,,,,`);
  plan("label,serial\ndesk,S4", { key: "label" });
  expect(problems()).toEqual([`key-ambiguous@2:1 {"count":2}`]);
});

test("a unique value without a table of its own is checked when it is taken, given up or swapped", () => {
  load(`${HEADER}\nlamp,S1,t1,,,,,\ndesk,S2,t2,,,,,`);
  plan("label,serial,tag\nlamp,S1,t2");
  expect(problems()).toEqual([`value-taken@2:3 {"value":"t2","header":"tag","of":"gadget","holder":"desk <S2>"}`]);
  plan("label,serial,tag\nlamp,S1,t9\ndesk,S2,t9");
  expect(problems().map((problem) => problem.split(" ")[0])).toEqual(["value-duplicate@2:3", "value-duplicate@3:3"]);
  load("label,serial,tag\nlamp,S1,t2\ndesk,S2,");
  expect(gadgets()).toMatchObject(["lamp S1 t2 []   {}", "desk S2  []   {}"]);
  load("label,serial,tag\nlamp,S1,t3\ndesk,S2,t2");
  load("label,serial,tag\nlamp,S2,t2\ndesk,S1,t3", { key: "label" });
  expect(gadgets()).toMatchObject(["lamp S2 t2 []   {}", "desk S1 t3 []   {}"]);
});

test("a referenced record must exist unless the import may create it; a blank cell clears the reference", () => {
  load(`${HEADER}\nlamp,S1,,,,takahashi@x,Acme,`);
  plan("label,serial,owner,maker\nlamp,S1,nobody@x,New", { createGroups: false });
  expect(problems()).toEqual([`org-unknown@2:3 {"code":"nobody@x"}`, `group-unknown@2:4 {"group":"New"}`]);
  const { sql } = plan("label,serial,owner,maker\nlamp,S1,y@x,New");
  expect(lines(sql)[0]).toMatchObject({ changed: ["owner", "maker"] });
  expect(lines(sql)[0]?.after).toEqual(
    expect.arrayContaining([
      { field: "owner", value: "yamada@x" },
      { field: "maker", value: "New" },
    ]),
  );
  load("label,serial,owner\nlamp,S1,");
  expect(gadgets()).toEqual(["lamp S1  []  Acme {}"]);
});

test("a protected record is kept", () => {
  load(`${HEADER}\nlamp,S1,t1,red,,,,\ndesk,S2,,,,,,`);
  database.exec("update gadget set locked = 1 where label = 'lamp'");
  plan("label,serial,tag,pin\nlamp,S1,t2,\nlamp,S2,,", { skipInvalid: true });
  expect(problems()).toEqual([`administrator-account@2:2 {"name":"lamp"}`]);
  plan("label,serial,pin\nlamp,S1,9999");
  expect(problems()).toEqual([`administrator-account@2:2 {"name":"lamp"}`]);
  const { counts } = plan("label,serial\nshelf,S3", { mode: "replace" });
  expect(counts).toMatchObject({ create: 1, delete: 1, rejected: true });
  expect(problems()).toEqual([`administrator-delete@0:0 {"name":"lamp"}`]);
  load("label,serial,colour\nlight,S1,green", { mode: "replace" });
  expect(gadgets()).toEqual([`light S1 t1 ["green"]   {}`]);
});

test("a plan depends on its own collection and on those to which its cells refer", () => {
  const { sql } = plan(`${HEADER}\nlamp,S1,,,,,,`);
  expect(etagOf(database, sql)).toMatch(/^gadgets\.\d+-users\.\d+-makers\.\d+$/);
});

test("a record prevents a replacing file from deleting its owner", () => {
  load(`${HEADER}\nlamp,S1,,,,y@x,,`);
  const request = { mode: "replace", key: "email" } as const;
  const { counts } = plan("氏名,メールアドレス\n髙橋,takahashi@x", request, users);
  expect(counts).toMatchObject({ delete: 1, rejected: true });
  expect(problems()[0]).toBe(`delete-held@0:0 {"name":"山田 <yamada@x>","count":1,"of":"gadget"}`);
});
