import { Failure } from "../../../../errors/index.ts";
import { recordKind, type Entity } from "../../../../imports/kind.ts";
import type { FormatName } from "../../../../csv/formats/index.ts";
import { text } from "../../../../text/index.ts";
import type { Database } from "../database.ts";
import { name } from "./expressions.ts";
import { proceeding } from "./functions.ts";

/** A committed import whose undoing is asked for. */
export interface Reverted {
  /** its own row */
  readonly pk: number;
  readonly kind: FormatName;
  /** the revision its commit gave to the records it changed */
  readonly revision: number;
}

/** How many records the undoing changes. */
export interface RevertCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** SQL: what the import did to records of an entity. */
const changes = `select * from import_change where import = :pk and entity = :entity and ${proceeding("target")}`;

const made = (entity: Entity, kind: FormatName): string =>
  entity === "secured_user"
    ? `select pk from secured_user where revision = :revision and app = '${kind}'
       and pk not in (select target from (${changes})) and ${proceeding("pk")}`
    : `select pk from ${entity} where revision = :revision and pk not in (select target from (${changes}))
       and ${proceeding("pk")}`;

const params = (
  { pk, kind, revision }: Reverted,
  entity: string = recordKind(kind).entity,
): Record<string, string | number> => ({
  pk,
  entity,
  revision,
});

export const countRevert = (database: Database, reverted: Reverted): RevertCounts => {
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
    hint: text("import the wanted state as a file instead", "元に戻したい状態をファイルでインポートしてください"),
  });

/**
 * Says whether every record of the import is as the import left it.
 *
 * @param created how many records the import made
 * @throws Failure `conflict` where a record was touched since
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

/** An organisation that is taken back must hold nothing but what the import itself put there. */
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

const restore = (database: Database, reverted: Reverted, revision: number): void => {
  const { entity } = recordKind(reverted.kind);
  const updated = restoreColumns(database, reverted, "update").filter(
    (column) => column !== "revision" && column !== "id",
  );
  if (updated.length > 0) {
    const sets = updated.map((column) => `${name(column)} = c.before ->> '$.${column}'`);
    if (entity === "secured_user") sets.push(`nameSort = name_sort(c.before ->> '$.displayName')`);
    database.run(
      `update ${entity} set ${sets.join(", ")}, revision = :next
       from (${changes}) c where c.action = 'update' and ${entity}.pk = c.target`,
      { ...params(reverted), next: revision },
    );
  }
  const deleted = restoreColumns(database, reverted, "delete").filter((column) => column !== "revision");
  if (deleted.length === 0) return;
  database.run(
    `insert into ${entity} (pk, revision, ${deleted.map(name).join(", ")})
     select c.target, :next, ${deleted.map((column) => `c.before ->> '$.${column}'`).join(", ")}
     from (${changes}) c where c.action = 'delete'`,
    { ...params(reverted), next: revision },
  );
};

/** What users claim, given back before and taken again after their records are restored. */
const claims = (database: Database, reverted: Reverted, release: boolean): void => {
  if (recordKind(reverted.kind).entity !== "user") return;
  const users = release
    ? `select target from (${changes}) where action = 'update' union all ${made("user", reverted.kind)}`
    : `select target from (${changes}) where action in ('update', 'delete')`;
  if (release) {
    for (const table of ["user_email", "user_account"]) {
      database.run(`delete from ${table} where user in (${users}) and ${proceeding("user")}`, params(reverted));
    }
    return;
  }
  database.run(
    `insert into user_email select email_key(e.value), t.pk, e.key = 0
     from user t join json_each(t.emails) e where t.pk in (${users}) and ${proceeding("t.pk")}`,
    params(reverted),
  );
  database.run(
    `insert into user_account select code_key(t.accountName), t.pk from user t
     where t.accountName is not null and t.pk in (${users}) and ${proceeding("t.pk")}`,
    params(reverted),
  );
};

/** Values of custom fields that were removed meanwhile do not come back with their users. */
const dropRemovedFields = (database: Database, reverted: Reverted): void => {
  const known = "e.key in (select cast(pk as text) from custom_field)";
  database.run(
    `update user set custom = (select json_group_object(e.key, e.value) from json_each(custom) e where ${known})
     where pk in (select target from (${changes}) where action = 'delete')
       and exists (select 1 from json_each(custom) e where not ${known})`,
    params(reverted),
  );
};

/** True where every organisation lies below the root, and every user and group member in one that is there. */
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
 * Undoes a committed import, inside the caller's transaction. Records that were deleted come back with their identity;
 * secrets cannot be put back, nobody kept them.
 *
 * @param revision the collection's new revision
 * @throws Failure `conflict` where a value that comes back belongs to another record by now
 */
export const applyRevert = (database: Database, reverted: Reverted, revision: number): void => {
  const { entity } = recordKind(reverted.kind);
  const mine = params(reverted);
  try {
    claims(database, reverted, true);
    if (entity === "org") {
      database.run(
        `update org set code = null, codeKey = null where pk in
        (select target from (${changes}) where action = 'update')`,
        mine,
      );
    }
    database.run(`delete from ${entity} where pk in (${made(entity, reverted.kind)}) and ${proceeding("pk")}`, mine);
    restore(database, reverted, revision);
    if (entity === "user") dropRemovedFields(database, reverted);
    claims(database, reverted, false);
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
