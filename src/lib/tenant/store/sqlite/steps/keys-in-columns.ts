import type { Database } from "../database.ts";
import { quoteIdentifier } from "../../sql/forms.ts";
import type { SQLOutputValue } from "node:sqlite";
import { codeKey, emailKey, nameSortKey } from "../../../../model/normalise.ts";

/**
 * The step that puts into columns what was a function called from SQL, or JSON: comparison keys, and records as they were
 * before an import. If a key's rule changes, this file keeps the one of its day.
 */

type Text = string | null;

/** The key of a text, null where it is the text itself. */
const beside =
  (of: (value: string) => string) =>
  (value: SQLOutputValue): Text => {
    if (value === null) return null;
    const key = of(String(value));
    return key === value ? null : key;
  };

/** The same of the items of a JSON list. */
const listOf = (of: (value: string) => string): ((json: string) => string) => {
  return (json) => JSON.stringify((JSON.parse(json) as readonly string[]).map((value) => of(value)));
};

const KEYS: Readonly<Record<string, (value: SQLOutputValue) => Text>> = {
  step_code: beside(codeKey),
  step_address: beside(emailKey),
  step_addresses: beside(listOf(emailKey)),
  step_names: beside(listOf(codeKey)),
};

/** The new columns with keys: of which column, and by which function. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, readonly [column: string, key: string]>>>> = {
  user: {
    nameKey: ["name", "step_code"],
    emailKeys: ["emails", "step_addresses"],
    employeeCodeKey: ["employeeCode", "step_code"],
    upnKey: ["upn", "step_address"],
    accountKey: ["accountName", "step_code"],
  },
  secured_user: { displayNameKey: ["displayName", "step_code"], groupKeys: ["groups", "step_names"] },
  org: { nameKey: ["name", "step_code"], codeKey: ["code", "step_code"] },
  device: { identificationNameKey: ["identificationName", "step_code"], serialKey: ["serialNumber", "step_code"] },
};

/** What was kept before an update had no sort keys: SQL that makes them of the kept record. */
const MISSING: Readonly<Record<string, string>> = { nameSort: "step_sort(before ->> '$.displayName')" };

const REBUILT = `
  alter table collection add column last integer not null default 0;
  insert into collection (name, revision, last)
    select case s.name when 'user' then 'users' when 'org' then 'orgs' when 'device' then 'devices'
      when 'custom_field' then 'fields' else s.name end, 0, s.seq from sqlite_sequence s where true
    on conflict (name) do update set last = excluded.last;

  create table new_device (
    pk integer primary key, id text not null unique, serialNumber text not null, serialKey text,
    platform text, status text, identificationName text, identificationNameKey text, imei text, phoneNumber text,
    wifiMac text, androidId text, owner integer references user (pk), memo text,
    createdAt text not null, updatedAt text not null, revision integer not null);
  insert into new_device (pk, id, serialNumber, platform, status, identificationName, imei, phoneNumber, wifiMac, androidId,
      owner, memo, createdAt, updatedAt, revision)
    select pk, id, serialNumber, platform, status, identificationName, imei, phoneNumber, wifiMac, androidId, owner, memo,
      createdAt, updatedAt, revision from device;
  drop table device;
  alter table new_device rename to device;
  create index device_owner on device (owner);

  create table new_group (
    pk integer primary key, id text not null unique, app text not null, name text not null, nameKey text,
    createdAt text not null, revision integer not null);
  insert into new_group select pk, id, app, name, nullif(nameKey, name), createdAt, revision from secured_group;
  drop table secured_group;
  alter table new_group rename to secured_group;

  alter table user add column nameKey text;
  alter table user add column emailKeys text;
  alter table user add column employeeCodeKey text;
  alter table user add column upnKey text;
  alter table user add column accountKey text;
  alter table secured_user add column displayNameKey text;
  alter table secured_user add column groupKeys text;
  alter table org add column nameKey text;
  drop index org_code;
`;

const INDEXES = `
  drop table user_account;
  create unique index user_account on user (coalesce(accountKey, accountName));
  create unique index org_code on org (coalesce(codeKey, code));
  create unique index device_serial on device (coalesce(serialKey, serialNumber));
  create unique index secured_group_name on secured_group (app, coalesce(nameKey, name));
`;

interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  /** SQL of its default; null if it has none */
  readonly usual: Text;
}

const columnsOf = (database: Database, table: string): readonly ColumnInfo[] =>
  database
    .all("select name, type, dflt_value as usual from pragma_table_info(:table)", { table })
    .map((row) => row as unknown as ColumnInfo);

/** Makes the table of a thing's records as they were before imports. */
export const createWasTable = (database: Database, thing: string): void => {
  const columns = columnsOf(database, thing).map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  database.exec(`create table ${thing}_was (import integer not null, action text not null, ${columns.join(", ")},
    primary key (import, pk)) without rowid`);
};

/** Records that one statement passes: what functions called from SQL return is kept in memory until it ends. */
const AT_ONCE = 2_000;

const IN_RANGE = "between :from and :upTo";

const forNumbers = (last: number, body: (range: { readonly from: number; readonly upTo: number }) => void): void => {
  for (let from = 1; from <= last; from += AT_ONCE) body({ from, upTo: from + AT_ONCE - 1 });
};

const moveBefore = (database: Database, thing: string): void => {
  const keys = COLUMNS[thing] ?? {};
  const member = (name: string): string => `before ->> '$.${name}'`;
  const columns = columnsOf(database, thing).filter(({ name }) => name !== "pk");
  const values = columns.map(({ name, usual }) => {
    const [column, key] = keys[name] ?? [];
    if (column !== undefined && key !== undefined) return `${key}(${member(column)})`;
    const made = MISSING[name] ?? usual;
    return made === null ? member(name) : `coalesce(${member(name)}, ${made})`;
  });
  const kept = "from import_change where import = :import and entity = :thing";
  const sql = `insert into ${thing}_was (import, action, pk, ${columns.map(({ name }) => quoteIdentifier(name)).join(", ")})
    select import, action, target, ${values.join(", ")} ${kept} and target ${IN_RANGE} and action in ('update', 'delete')`;
  for (const { pk } of database.all("select pk from import")) {
    const change = { import: Number(pk), thing };
    forNumbers(database.count(`select max(target) ${kept}`, change), (range) =>
      database.run(sql, { ...change, ...range }),
    );
  }
};

/** Fills the columns of the records that need it; nearly all are their own keys. */
const fill = (database: Database, thing: string): void => {
  const keys = Object.entries(COLUMNS[thing] ?? {});
  const sets = keys.map(([column, [of, key]]) => `${column} = ${key}(${of})`);
  const needs = keys.map(([column, [of, key]]) => `${column} is not null or ${key}(${of}) is not null`);
  const sql = `update ${thing} set ${sets.join(", ")} where pk ${IN_RANGE} and (${needs.join(" or ")})`;
  forNumbers(database.count(`select max(pk) from ${thing}`), (range) => database.run(sql, range));
};

/** See above. */
export const KEYS_IN_COLUMNS = (database: Database): void => {
  for (const [name, key] of Object.entries(KEYS)) database.define(name, key);
  database.define("step_sort", (value) => (value === null ? null : nameSortKey(String(value))));
  database.exec(REBUILT);
  for (const thing of Object.keys(COLUMNS)) fill(database, thing);
  database.exec(INDEXES);
  database.exec(`create table import_created (import integer not null, entity text not null, target integer not null,
    primary key (import, entity, target)) without rowid`);
  for (const thing of Object.keys(COLUMNS)) {
    createWasTable(database, thing);
    moveBefore(database, thing);
  }
  database.exec(`insert into import_created select import, entity, target from import_change where action = 'create'`);
  database.exec("drop table import_change");
  // what they compared is staged otherwise now; what awaits the console keeps its plan
  database.exec(`update import set state = 'discarded', detail = json_set(detail, '$.outdated', json('true'))
    where state in ('uploading', 'planned')`);
};
