import { Failure } from "../../../../errors/index.ts";
import { recordKind, type Entity } from "../../../../imports/kind.ts";
import type { FormatName } from "../../../../model/formats.ts";
import { text } from "../../../../text/index.ts";
import type { Database } from "../database.ts";
import { quoteIdentifier } from "./expressions.ts";
import { forNumbers, proceeding, type Range } from "./functions.ts";
import type { ImportRecord } from "./record.ts";

/** A committed import to revert. */
export interface Reverted {
  /** its own row */
  readonly pk: number;
  readonly kind: FormatName;
  /** the revision its commit gave to the records it changed */
  readonly revision: number;
}

/** Number of records that a revert changes. */
export interface RevertCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** SQL: the import's changes of records of an entity. */
export const changes = `select * from import_change where import = :pk and entity = :entity and ${proceeding("target")}`;

/** SQL: the records of an entity that the import created. */
export const made = (entity: Entity, kind: FormatName): string =>
  entity === "secured_user"
    ? `select pk from secured_user where revision = :revision and app = '${kind}'
       and pk not in (select target from (${changes})) and ${proceeding("pk")}`
    : `select pk from ${entity} where revision = :revision and pk not in (select target from (${changes}))
       and ${proceeding("pk")}`;

/** Parameters of {@link changes} and {@link made}. */
export const params = (
  { pk, kind, revision }: Reverted,
  entity: string = recordKind(kind).entity,
): Record<string, string | number> => ({
  pk,
  entity,
  revision,
});

const countRevert = (database: Database, reverted: Reverted): RevertCounts => {
  const { entity } = recordKind(reverted.kind);
  const count = (action: string): number =>
    database.count(`select count(*) from (${changes}) where action = :action`, { ...params(reverted), action });
  return {
    create: count("delete"),
    update: count("update"),
    delete: database.count(`select count(*) from (${made(entity, reverted.kind)})`, params(reverted)),
  };
};

const touched = (): Failure =>
  new Failure("conflict", {
    what: text(
      "records of this import were changed afterwards; it cannot be undone",
      "このインポートのデータは後から変更されているため、取り消せません",
    ),
    hint: text("import a file with the desired state instead", "元に戻したい状態をファイルでインポートしてください"),
  });

/**
 * Checks that every record of the import is as the import left it.
 *
 * @param created number of records the import created
 * @throws Failure `conflict` if a record has changed since
 */
export const checkUntouched = (database: Database, reverted: Reverted, created: number): void => {
  const { entity } = recordKind(reverted.kind);
  const stale = database.count(
    `select count(*) from (${changes}) c left join ${entity} t on t.pk = c.target
     where c.action = 'update' and t.revision is not :revision`,
    params(reverted),
  );
  const left = database.count(`select count(*) from (${made(entity, reverted.kind)})`, params(reverted));
  if (stale > 0 || left !== created) throw touched();
  checkMadeOrgs(database, reverted);
};

/** An organisation to be removed must contain only what the import itself put there. */
const checkMadeOrgs = (database: Database, reverted: Reverted): void => {
  const { entity, fields } = recordKind(reverted.kind);
  const orgs =
    entity === "org" ? made("org", reverted.kind) : `select target from (${changes}) where action = 'create'`;
  const ours = entity === "user" && fields.length > 0 ? "and u.revision is not :revision" : "";
  const held = database.count(
    `select (select count(*) from user u where u.org in (${orgs}) ${ours})
          + (select count(*) from org c where c.parent in (${orgs}) and c.revision is not :revision)`,
    params(reverted, "org"),
  );
  if (held > 0) throw touched();
};

const restoreColumns = (database: Database, reverted: Reverted, action: "update" | "delete"): readonly string[] =>
  database
    .all(
      `select e.key from (select before from (${changes}) where action = :action limit 1) b, json_each(b.before) e`,
      { ...params(reverted), action },
    )
    .map(({ key }) => String(key));

/** SQL: the import's changes of records of an entity, within a range of numbers. */
const changesInRange = `select * from import_change
  where import = :pk and entity = :entity and target > :after and target <= :upTo`;

/** The entity's records in ranges: a single statement over a million of them could not be interrupted. */
const forRecords = (database: Database, { pk, kind }: Reverted, body: (range: Range) => void): void => {
  const { entity } = recordKind(kind);
  const last = database.count(
    `select max(coalesce((select max(pk) from ${entity}), 0),
       coalesce((select max(target) from import_change where import = :pk and entity = :entity), 0))`,
    { pk, entity },
  );
  forNumbers(database, last, body);
};

const removeMade = (database: Database, reverted: Reverted): void => {
  const { entity } = recordKind(reverted.kind);
  const app = entity === "secured_user" ? `and app = '${reverted.kind}'` : "";
  const sql = `delete from ${entity} where pk > :after and pk <= :upTo and revision = :revision ${app}
    and pk not in (select target from (${changesInRange}))`;
  forRecords(database, reverted, (range) => database.run(sql, { ...params(reverted), ...range }));
};

const restore = (database: Database, reverted: Reverted, revision: number): void => {
  const { entity } = recordKind(reverted.kind);
  const updated = restoreColumns(database, reverted, "update").filter(
    (column) => column !== "revision" && column !== "id",
  );
  const again = (sql: string): void =>
    forRecords(database, reverted, (range) => database.run(sql, { ...params(reverted), next: revision, ...range }));
  if (updated.length > 0) {
    const sets = updated.map((column) => `${quoteIdentifier(column)} = c.before ->> '$.${column}'`);
    if (entity === "secured_user") sets.push(`nameSort = name_sort(c.before ->> '$.displayName')`);
    again(`update ${entity} set ${sets.join(", ")}, revision = :next
       from (${changesInRange}) c where c.action = 'update' and ${entity}.pk = c.target`);
  }
  const deleted = restoreColumns(database, reverted, "delete").filter((column) => column !== "revision");
  if (deleted.length === 0) return;
  again(`insert into ${entity} (pk, revision, ${deleted.map(quoteIdentifier).join(", ")})
     select c.target, :next, ${deleted.map((column) => `c.before ->> '$.${column}'`).join(", ")}
     from (${changesInRange}) c where c.action = 'delete'`);
};

/** Releases the claims of the import's users, before their records are restored. */
const release = (database: Database, reverted: Reverted): void => {
  if (recordKind(reverted.kind).entity !== "user") return;
  for (const [table, key] of [
    ["user_email", "emailKey"],
    ["user_account", "accountKey"],
  ] as const) {
    const next = `select max(k) as last from
      (select ${key} as k from ${table} where ${key} > :from order by ${key} limit ${RANGE_CLAIMS})`;
    const sql = `delete from ${table} where ${key} > :from and ${key} <= :last
      and (select revision from user where pk = ${table}.user) is :revision`;
    for (let from = ""; ;) {
      database.get("select proceed()");
      const last = database.get(next, { from })?.["last"];
      if (typeof last !== "string") break;
      database.run(sql, { ...params(reverted), from, last });
      from = last;
    }
  }
};

/** Claims that one statement releases; a user's claims are scattered, so all are scanned in their own order. */
const RANGE_CLAIMS = 65_536;

/** Claims the users' values again after their records are restored. */
const claim = (database: Database, reverted: Reverted): void => {
  if (recordKind(reverted.kind).entity !== "user") return;
  const users = `select target from (${changesInRange}) where action in ('update', 'delete')`;
  const emails = `insert into user_email select email_key(e.value), t.pk, e.key = 0
     from user t join json_each(t.emails) e where t.pk in (${users})`;
  const accounts = `insert into user_account select code_key(t.accountName), t.pk from user t
     where t.accountName is not null and t.pk in (${users})`;
  for (const sql of [emails, accounts]) {
    forRecords(database, reverted, (range) => database.run(sql, { ...params(reverted), ...range }));
  }
};

/** Values of custom fields removed in the meantime are not restored with their users. */
const dropRemovedFields = (database: Database, reverted: Reverted): void => {
  const known = "e.key in (select cast(pk as text) from custom_field)";
  const sql = `update user set custom = (select json_group_object(e.key, e.value) from json_each(custom) e where ${known})
     where pk in (select target from (${changesInRange}) where action = 'delete')
       and exists (select 1 from json_each(custom) e where not ${known})`;
  forRecords(database, reverted, (range) => database.run(sql, { ...params(reverted), ...range }));
};

/** True if every organisation is below the root, and every user and group member in an existing one. */
const isWhole = (database: Database, reverted: Reverted): boolean => {
  if (recordKind(reverted.kind).entity === "secured_user") {
    const madeGroups = database.count(`select count(*) from (${changes})`, params(reverted, "secured_group"));
    const strangers = `select 1 from secured_user t, json_each(t.groups) e where t.app = :app
      and code_key(e.value) not in (select nameKey from secured_group where app = :app)`;
    return madeGroups === 0 || database.count(`select exists (${strangers})`, { app: reverted.kind }) === 0;
  }
  const below = `with recursive below(pk) as (select pk from org where parent is null
    union select c.pk from org c join below on c.parent = below.pk) select count(*) from below`;
  if (database.count(below) !== database.count("select count(*) from org")) return false;
  return database.count("select exists (select 1 from user where org not in (select pk from org))") === 0;
};

/**
 * Reverts a committed import, inside the caller's transaction. Deleted records are restored with their identity;
 * secrets cannot be restored because they are not stored.
 *
 * @param revision the collection's new revision
 * @throws Failure `conflict` if a restored value belongs to another record by now
 */
export const applyRevert = (database: Database, reverted: Reverted, revision: number): void => {
  const { entity } = recordKind(reverted.kind);
  const mine = params(reverted);
  try {
    release(database, reverted);
    if (entity === "org") {
      database.run(
        `update org set code = null, codeKey = null where pk in
        (select target from (${changes}) where action = 'update')`,
        mine,
      );
    }
    removeMade(database, reverted);
    restore(database, reverted, revision);
    if (entity === "user") dropRemovedFields(database, reverted);
    claim(database, reverted);
    for (const reference of ["org", "secured_group"]) {
      if (reference === entity) continue;
      database.run(
        `delete from ${reference} where pk in (select target from (${changes}) where action = 'create')`,
        params(reverted, reference),
      );
    }
    if (!isWhole(database, reverted)) throw touched();
  } catch (error) {
    if (error instanceof Error && /constraint/i.test(error.message)) throw touched();
    throw error;
  }
};

/** A committed import as input of a revert. */
export const revertedOf = ({ pk, kind, revision }: ImportRecord): Reverted => ({ pk, kind, revision: revision ?? -1 });

/** The counts of a revert. @throws Failure `conflict` if it is no longer possible */
export const planRevert = (database: Database, original: ImportRecord) => {
  const reverted = revertedOf(original);
  checkUntouched(database, reverted, original.detail.counts?.create ?? 0);
  return countRevert(database, reverted);
};
