import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../nouns/account.ts";
import { ADE_DEVICE } from "../../nouns/ade-device.ts";
import { ANSWER } from "../../nouns/answer.ts";
import { DEVICE } from "../../nouns/device.ts";
import { REMINDER } from "../../nouns/renewal.ts";
import { listStoredColumns, type Field, type RecordType } from "../../model/thing.ts";
import { THINGS_WITHOUT_TASKS, TENANT_PROFILE, RECORD_TYPES } from "../../nouns/index.ts";
import { OBSERVED_STATE_COLUMNS } from "./observed-state.ts";
import { getDerivedColumns, VERSION_SCHEMAS } from "./versions.ts";
import { buildFieldKeySql, quoteIdentifier } from "../store/sql.ts";

// The tables of the record types are derived from the fields. `pk` is the record number, which is never reused.
// `revision` is the revision of the record's last change. A `…Key` column contains the key by which values are
// compared, or null if the value itself is the key.

interface TableOptions {
  readonly number?: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
}

const SINGLE_ROW_KEY = "pk integer primary key check (pk = 1)";

const TABLE_OPTIONS: ReadonlyMap<RecordType, TableOptions> = new Map<RecordType, TableOptions>([
  [
    ACCOUNT,
    {
      number: "user integer primary key",
      columns: { role: "text not null default 'none'", scheme: "integer references scheme (pk)", managedOrgs: "text" },
      more: ["verifier text"],
    },
  ],
  [ACCOUNT_SETTINGS, { number: SINGLE_ROW_KEY }],
  [DEVICE, { more: ["check (owner is null or ownerOrg is null)"] }],
  [TENANT_PROFILE, { number: SINGLE_ROW_KEY }],
  [REMINDER, { more: ["host text", "pid integer", "unique (itemId, expiresAt, stage, way, recipient)"] }],
  [ANSWER, { more: ["unique (question)"] }],
  [ADE_DEVICE, { more: ["unique (serialNumber)"] }],
]);

const buildColumnType = ({ type, nullable, within, refers }: Field): string => {
  const target = refers !== undefined && type !== "texts" ? ` references ${refers.to} (pk)` : "";
  const form = type === "integer" || type === "boolean" || target !== "" ? `integer${target}` : "text";
  if (nullable === true || within !== undefined) return form;
  const defaults: Partial<Record<Field["type"], string>> = { boolean: "0", texts: "'[]'", objects: "'{}'" };
  return `${form} not null${defaults[type] === undefined ? "" : ` default ${defaults[type]}`}`;
};

const listFieldColumns = (
  thing: RecordType,
): readonly { readonly name: string; readonly definition: string; readonly added: number | undefined }[] =>
  listStoredColumns(thing).flatMap(([name, field]) => {
    const own = TABLE_OPTIONS.get(thing)?.columns?.[name] ?? buildColumnType(field);
    const keys = RECORD_TYPES.has(thing.name) ? getDerivedColumns(thing, name) : [];
    return [
      { name, definition: `${quoteIdentifier(name)} ${own}`, added: field.added },
      ...keys.map(({ column }) => ({ name: column, definition: `${column} text`, added: field.added })),
    ];
  });

const buildCreateTableSql = (table: string, parts: readonly string[], end = ""): string =>
  `create table ${table} (${parts.join(", ")})${end};`;

const buildRecordTable = (thing: RecordType): readonly string[] => {
  const { number = "pk integer primary key", more = [] } = TABLE_OPTIONS.get(thing) ?? {};
  const { fields, scope } = thing;
  const hasOwnId = fields["id"] !== undefined && number === "pk integer primary key";
  const hasRevision = RECORD_TYPES.has(thing.name) && (scope !== undefined || fields["updatedAt"] !== undefined);
  const columns = [
    number,
    ...(hasOwnId ? ["id text not null unique"] : []),
    ...(scope === undefined ? [] : [`${scope} text not null`]),
    ...listFieldColumns(thing).flatMap(({ definition, added }) => (added === undefined ? [definition] : [])),
    ...["createdAt", "updatedAt"].flatMap((name) => (fields[name] === undefined ? [] : [`${name} text not null`])),
    ...(hasRevision ? ["revision integer not null"] : []),
    ...more,
  ];
  return [buildCreateTableSql(thing.name, columns), ...(RECORD_TYPES.has(thing.name) ? buildUniqueIndexes(thing) : [])];
};

const buildUniqueIndexes = (thing: RecordType): readonly string[] =>
  listStoredColumns(thing).flatMap(([name, { unique, type, short = name }]) => {
    if (unique !== true || type === "texts") return [];
    const key = buildFieldKeySql(thing, name, (column) => column);
    const parts = thing.scope === undefined ? [key] : [thing.scope, key];
    return [`create unique index ${thing.name}_${short} on ${thing.name} (${parts.join(", ")});`];
  });

const buildStateTables = (thing: RecordType): readonly string[] => {
  const versions = VERSION_SCHEMAS.get(thing.name);
  if (versions === undefined) return [];
  const later = new Set(listFieldColumns(thing).flatMap(({ name, added }) => (added === undefined ? [] : [name])));
  const { table } = versions;
  const kept = versions.columns.flatMap(({ name }) => (later.has(name) ? [] : [quoteIdentifier(name)]));
  const observed = [...OBSERVED_STATE_COLUMNS, ...kept];
  return [
    buildCreateTableSql(
      table,
      [
        "pk integer not null, revision integer not null, action text not null, changed integer",
        ...kept,
        ...versions.times,
        "primary key (pk, revision)",
      ],
      " without rowid",
    ),
    `create index ${table}_revision on ${table} (revision);`,
    ...(THINGS_WITHOUT_TASKS.includes(thing)
      ? []
      : [buildCreateTableSql(versions.observed, ["pk integer primary key", ...observed])]),
  ];
};

export const STORED_THINGS: readonly RecordType[] = [...RECORD_TYPES.values(), REMINDER, ADE_DEVICE];

export const buildRecordTables = (things: readonly RecordType[]): string =>
  things.flatMap((thing) => [...buildRecordTable(thing), ...buildStateTables(thing)]).join("\n");

/** SQL: adds fields of later versions. Columns are nullable, because earlier versions of records lack these values. */
export const buildAddedColumns = (things: readonly RecordType[]): ReadonlyMap<number, string> => {
  const steps = new Map<number, string>();
  for (const thing of things) {
    const versions = VERSION_SCHEMAS.get(thing.name);
    const states = versions && [versions.table, ...(THINGS_WITHOUT_TASKS.includes(thing) ? [] : [versions.observed])];
    for (const { name, definition, added } of listFieldColumns(thing)) {
      if (added === undefined) continue;
      const columns = [[thing.name, definition], ...(states ?? []).map((table) => [table, quoteIdentifier(name)])];
      const sql = columns.map(([table, column]) => `alter table ${table} add column ${column};\n`);
      steps.set(added, [steps.get(added) ?? "", ...sql].join(""));
    }
  }
  return steps;
};

// The build stores the schema's SQL in the program, so that opening a tenant need not load all record types.

export interface SchemaStep {
  readonly version: number;
  readonly sql: string;
}

const ROOT_CREATED_AT = "2026-01-01T00:00:00.000Z";

/**
 * SQL that is not derived from a record type. Credentials and reset codes end when a password changes or a role is
 * removed. The row of a deleted user's account stays, so that undo can restore the account. An audit record never
 * changes, because its hash is computed from the stored text.
 */
const MANUAL_SCHEMA_SQL = `
  create table tenant (
    pk integer primary key check (pk = 1), name text not null, mirroredAt text, createdAt text not null);
  create table collection (
    name text primary key, revision integer not null, last integer not null default 0) without rowid;

  create index org_parent on org (parent);
  create index user_administrator on user (pk) where administrator = 1;
  create table user_email (emailKey text primary key, user integer not null, main integer not null) without rowid;
  create index secured_user_administrator on secured_user (app, userId) where administrator = 1;
  create index device_owner on device (owner) where owner is not null;

  create index account_role on account (role) where role <> 'none';
  create table reset_code (
    user integer primary key, verifier text not null, addressKey text not null, expiresAt text not null,
    tries integer not null default 0);
  create table administrators_known (kind text primary key, at text not null, actor text not null) without rowid;
  create table credential (
    pk integer primary key autoincrement, id text not null unique, user integer not null, kind text not null,
    name text not null, hash text not null unique, readOnly integer not null, jobs integer not null default 0, createdAt text not null, lastUsedAt text,
    expiresAt text not null);
  create index credential_user on credential (user);
  create index credential_end on credential (expiresAt);
  create table job (name text primary key, run text not null) without rowid;
  -- where a file is in the log of a shared store; no row if the file is the tenant itself
  create table log_position (
    pk integer primary key check (pk = 1), seq integer not null, schema integer not null, hash text not null);
  create table counted_attempt (
    pk integer primary key, attempt text not null, subject text not null, until text not null);
  create index counted_attempt_subject on counted_attempt (subject, until);
  create index counted_attempt_attempt on counted_attempt (attempt);
  create index counted_attempt_until on counted_attempt (until);
  create trigger user_gone after delete on user begin
    update account set verifier = null where user = old.pk;
    delete from reset_code where user = old.pk;
    delete from credential where user = old.pk;
  end;
  create trigger credential_changed after update of role, verifier on account
    when old.verifier is not new.verifier or (old.role <> 'none' and new.role = 'none') begin
    delete from credential where user = old.user;
    delete from reset_code where user = old.user;
    update account set verifier = null where user = old.user and role = 'none';
  end;
  create trigger credential_without_role after insert on account
    when new.role = 'none' and new.verifier is not null begin
    update account set verifier = null where user = new.user;
  end;
  create trigger credential_account_gone after delete on account begin
    delete from credential where user = old.user;
    delete from reset_code where user = old.user;
  end;

  create table import (
    pk integer primary key, id text not null unique, kind text not null, state text not null, createdAt text not null,
    etag text, revision integer, change integer unique, detail text not null);
  create index import_revision on import (revision);

  -- each change, by the number of its audit record
  create table change (number integer primary key, revision integer unique, writer text not null, import integer,
    undoes integer, undoneBy integer);
  create index change_import on change (import) where import is not null;
  create table created_range (revision integer not null, thing text not null, first integer not null, last integer not
    null, primary key (thing, first, revision)) without rowid;
  create index created_range_revision on created_range (revision);
  create table observed_version (thing text not null, pk integer not null, revision integer not null, state text,
    primary key (thing, pk, revision)) without rowid;
  create index observed_version_revision on observed_version (revision);

  -- how files with a header row are read: use (console users, import users), digest of the headers, JSON of the columns
  -- (header, field) or of the headers and the map, number of the change with which it is undone
  create table layout (use text not null, digest text not null, columns text not null, at text not null,
    actor text not null, change integer, primary key (use, digest)) without rowid;

  -- the files of records, by SHA-256, forever
  create table kept_file (digest text primary key, content text not null) without rowid;

  create table repeatable (
    key text not null, route text not null, fingerprint text not null, answer text not null, change integer, at text not null,
    primary key (key, route)) without rowid;

  create table audit (
    seq integer primary key, record text not null, hash text not null,
    at text generated always as (case when json_valid(record) then record ->> 'at' end) virtual,
    actor text generated always as (case when json_valid(record) then record ->> 'actor' end) virtual,
    action text generated always as (case when json_valid(record) then record ->> 'action' end) virtual);
  create index audit_at on audit (at);
  create trigger audit_append before insert on audit when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, 'a record of the audit follows the last one'); end;
  create trigger audit_update before update on audit
    begin select raise(abort, 'records of the audit never change'); end;
  create trigger audit_delete before delete on audit
    begin select raise(abort, 'records of the audit are never deleted'); end;

  -- audit records that a newer bundle replaced; receipt is the hash of the record of that receive
  create table replaced_audit (
    pk integer primary key, receipt text not null, seq integer not null, record text not null, hash text not null,
    at text generated always as (case when json_valid(record) then record ->> 'at' end) virtual,
    actor text generated always as (case when json_valid(record) then record ->> 'actor' end) virtual,
    action text generated always as (case when json_valid(record) then record ->> 'action' end) virtual,
    unique (receipt, seq));
  create trigger replaced_audit_update before update on replaced_audit
    begin select raise(abort, 'records of the audit never change'); end;
  create trigger replaced_audit_delete before delete on replaced_audit
    begin select raise(abort, 'records of the audit are never deleted'); end;

  create table ade_server (
    pk integer primary key check (pk = 1), endpoint text, privateKey text, certificate text, keyAt text, token text,
    tokenHash text, consumer text, tokenExpiresAt text, tokenSetAt text, tokenSetBy text, tokenRejectedAt text,
    serverUuid text, serverName text, adminId text, orgName text, cursor text, cursorAt text, fullAt text,
    renewal text, apiEndpoint text, apiClient text, apiKeyId text, apiKey text, apiKeyAt text, apiRejectedAt text,
    apiServers text, apiSyncAt text, clomoServer text);
  create table business_device (
    pk integer primary key, serialNumber text not null unique, deviceFamily text, model text, color text, status text,
    orderNumber text, addedAt text, server text, releasedAt text, seenAt text not null);
  create index ade_device_not_ready on ade_device (pk) where profileStatus is distinct from 'assigned'
    and profileStatus is distinct from 'pushed';

  insert into collection (name, revision, last) values ('orgs', 0, ${ROOT_ORG_NUMBER});
  insert into org (pk, id, name, createdAt, updatedAt, revision)
    values (${ROOT_ORG_NUMBER}, '${ROOT_ORG_ID}', '${ROOT_ORG_NAME}', '${ROOT_CREATED_AT}', '${ROOT_CREATED_AT}', 0);
`;

/** Schema changes of later releases. Never edit SQL after a release. */
const LATER_STEPS: readonly SchemaStep[] = [];

export const SCHEMA_STEPS: readonly SchemaStep[] = [
  { version: 200, sql: buildRecordTables(STORED_THINGS) + MANUAL_SCHEMA_SQL },
  ...[...buildAddedColumns(STORED_THINGS)].map(([version, sql]) => ({ version, sql })),
  ...LATER_STEPS,
].toSorted((one, other) => one.version - other.version);
