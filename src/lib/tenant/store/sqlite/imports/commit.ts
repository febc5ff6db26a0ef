import type { Entity } from "../../../../imports/kind.ts";
import { codeKey } from "../../../../model/normalise.ts";
import {
  joinOrg,
  quoteIdentifier,
  storeColumn,
  touchedFields,
  VALID,
  valueForExisting,
  valueForNew,
  type PlanSql,
} from "./expressions.ts";
import type { Database } from "../database.ts";
import { ROOT_ORG_PK } from "../migrations.ts";
import { advance, hasSecrets, newReferences } from "./compare.ts";
import { forRanges, IN_RANGE, proceeding } from "./functions.ts";

/** Parameters available to every statement of a commit. */
export interface CommitContext {
  /** the import's own row */
  readonly import: number;
  /** the new revision of the changed collection */
  readonly revision: number;
  /** the time of the commit, a UTC instant */
  readonly now: string;
  /** see idPrefix: followed by 12 digits, the id of a new record */
  readonly idPrefix: string;
  /** likewise, for organisations and groups created because rows name them */
  readonly referencePrefix: string;
}

/** Time and ids passed to a commit. */
export type CommitMoment = Pick<CommitContext, "now" | "idPrefix" | "referencePrefix">;

/** The highest number any record has ever had. @see https://sqlite.org/autoinc.html */
const lastNumber = (database: Database, entity: Entity): number =>
  database.count("select coalesce(max(seq), 0) from sqlite_sequence where name = :entity", { entity });

/** The columns of a record stored for a revert: all except identity and bookkeeping. */
const keptColumns = ({ kind }: Pick<PlanSql, "kind">): readonly string[] => kind.fields.map(storeColumn);

/** SQL: the record `t` as a JSON object of its columns. */
const recordAsJson = (columns: readonly string[]): string =>
  `json_object(${columns.map((column) => `'${column}', t.${quoteIdentifier(column)}`).join(", ")})`;

/** Columns that restore a deleted record, in addition to its fields. */
const IDENTITY = {
  user: ["id", "createdAt", "updatedAt", "revision", "accountPasswordSetAt"],
  secured_user: ["id", "createdAt", "updatedAt", "revision", "app", "userId", "nameSort", "secrets"],
  org: ["id", "createdAt", "updatedAt", "revision", "codeKey"],
} as const;

const keepBefore = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { entity } = plan.kind;
  const params = { import: context.import, entity, kind: plan.kind.name };
  const updated = recordAsJson([...keptColumns(plan), "updatedAt"]);
  database.run(
    `insert into import_change select :import, :entity, t.pk, 'update', ${updated}
     from s.match m cross join ${entity} t on t.pk = m.target
     where m.changed <> 0 and m.row not in (select row from s.invalid) and ${proceeding("m.row")}`,
    params,
  );
  if (plan.request.mode !== "replace") return;
  const deleted = recordAsJson([...keptColumns(plan), ...IDENTITY[entity]]);
  database.run(
    `insert into import_change select :import, :entity, t.pk, 'delete', ${deleted}
     from ${entity} t where ${isLacking(plan, "t")}`,
    params,
  );
};

/** SQL: true if the record is absent from the file, so that a replacing import deletes it. */
export const isLacking = ({ kind }: PlanSql, record: string): string => {
  const unmatched = `${record}.pk not in (select target from s.match)`;
  return kind.entity === "user"
    ? `${record}.administrator = 0 and ${unmatched}`
    : `${record}.app = :kind and ${record}.administrator = 0 and ${unmatched}`;
};

const makeReferences = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const orgs = newReferences(plan, "org");
  const made = ":referencePrefix || printf('%012x', row_number() over ())";
  if (orgs !== undefined) {
    const found = database.run(
      `insert into org (id, parent, name, code, codeKey, createdAt, updatedAt, revision)
       select ${made}, ${ROOT_ORG_PK}, n.value, n.value, n.key, :now, :now, :revision from (${orgs}) n`,
      { ...context },
    );
    if (found > 0) {
      advance(database, ["orgs"]);
      keepMade(database, context, "org");
    }
  }
  const groups = newReferences(plan, "group");
  if (groups !== undefined) {
    database.run(
      `insert into secured_group (id, app, name, nameKey, createdAt, revision)
       select ${made}, :kind, n.value, n.key, :now, :revision from (${groups}) n`,
      { ...context, kind: plan.kind.name },
    );
    keepMade(database, context, "secured_group");
  }
};

const keepMade = (database: Database, context: CommitContext, entity: "org" | "secured_group"): void => {
  database.run(
    `insert into import_change select :import, :entity, pk, 'create', null from ${entity}
     where id like :referencePrefix || '%'`,
    { ...context, entity },
  );
};

/** True if a staged row matches no record. */
const hasNew = (database: Database): boolean =>
  database.count("select count(*) from s.row") > database.count("select count(*) from s.match");

const create = (database: Database, plan: PlanSql, context: CommitContext): void => {
  if (!hasNew(database)) return;
  const { entity, fields, name: kind } = plan.kind;
  const values = new Map(fields.map((field) => [storeColumn(field), valueForNew(plan, field)]));
  if (entity === "secured_user") {
    values.set("app", ":kind");
    values.set("userId", `r."userId"`);
    values.set("nameSort", `name_sort(${values.get("displayName") ?? "null"})`);
  }
  const base = lastNumber(database, entity);
  database.run(
    `insert into ${entity} (pk, id, ${[...values.keys()].map(quoteIdentifier).join(", ")}, createdAt, updatedAt, revision)
     select :base + r.row, :idPrefix || printf('%012x', r.row), ${[...values.values()].join(", ")}, :now, :now, :revision
     from s.row r left join s.match m on m.row = r.row ${joinOrg(plan)}
     where m.row is null and ${VALID} and ${proceeding("r.row")} order by r.row`,
    { ...context, base, kind, root: ROOT_ORG_PK },
  );
  if (entity === "user") claimForNew(database, plan, base);
};

const claimForNew = (database: Database, plan: PlanSql, base: number): void => {
  const isNew = `r.row not in (select row from s.match) and ${VALID} and ${proceeding("r.row")}`;
  const main = plan.request.key === "email" ? "key" : `"emailKey"`;
  if (plan.staged.staged.includes("emails")) {
    database.run(
      `insert into user_email select r.${main}, :base + r.row, 1 from s.row r where ${isNew} order by r.${main}`,
      { base },
    );
    database.run(
      `insert into user_email select c.key, :base + c.row, 0 from s.claim c join s.row r on r.row = c.row where ${isNew}`,
      { base },
    );
  }
  if (plan.staged.staged.includes("accountName")) {
    database.run(
      `insert into user_account select r."accountKey", :base + r.row from s.row r
       where r."accountKey" is not null and ${isNew} order by r."accountKey"`,
      { base },
    );
  }
};

/** SQL: the valid rows whose record changes, and their records. */
const CHANGED = `s.match m cross join s.row r on r.row = m.row`;

const update = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { entity, name: kind } = plan.kind;
  const sets = touchedFields(plan).map(
    (field) => `${quoteIdentifier(storeColumn(field))} = v.${quoteIdentifier(storeColumn(field))}`,
  );
  if (entity === "secured_user" && plan.staged.staged.includes("displayName")) {
    sets.push(`nameSort = name_sort(v."displayName")`);
  }
  const values = touchedFields(plan).map(
    (field) => `${valueForExisting(plan, field)} as ${quoteIdentifier(storeColumn(field))}`,
  );
  if (values.length === 0) return;
  const sql = `update ${entity} set ${sets.join(", ")}, updatedAt = :now, revision = :revision
    from (select m.target, ${values.join(", ")} from ${CHANGED} cross join ${entity} t on t.pk = m.target
          ${joinOrg(plan)} where m.changed <> 0 and ${VALID} and ${IN_RANGE}) v
    where ${entity}.pk = v.target`;
  forRanges(database, (range) => database.run(sql, { ...context, kind, ...range }));
};

/** Releases the claims of changed users, then claims anew: so rings of addresses and account names pass. */
const reclaim = (database: Database, plan: PlanSql, release: boolean): void => {
  for (const { field, bit } of plan.kind.fields) {
    if (!plan.staged.staged.includes(field) || (field !== "emails" && field !== "accountName")) continue;
    const mask = 2 ** bit;
    const changed = `(m.changed & ${mask}) <> 0 and m.row not in (select row from s.invalid)`;
    if (database.count(`select exists (select 1 from s.match m where ${changed})`) === 0) continue;
    const table = field === "emails" ? "user_email" : "user_account";
    if (release) {
      database.run(`delete from ${table} where user in (select m.target from s.match m where ${changed})`);
    } else if (field === "emails") {
      database.run(`insert into user_email select email_key(e.value), t.pk, e.key = 0
        from s.match m join user t on t.pk = m.target join json_each(t.emails) e where ${changed}`);
    } else {
      database.run(`insert into user_account select code_key(t.accountName), t.pk
        from s.match m join user t on t.pk = m.target where t.accountName is not null and ${changed}`);
    }
  }
};

const remove = (database: Database, plan: PlanSql): void => {
  if (plan.request.mode !== "replace") return;
  const { entity, name: kind } = plan.kind;
  if (entity === "user") {
    for (const table of ["user_email", "user_account"]) {
      database.run(`delete from ${table} where user in (select t.pk from user t where ${isLacking(plan, "t")})`);
    }
  }
  database.run(`delete from ${entity} as t where ${isLacking(plan, "t")}`, { kind });
};

/** Records which secrets were set and when; the secrets themselves were never staged. */
const noteSecrets = (database: Database, plan: PlanSql, { now, idPrefix }: CommitContext): void => {
  if (!hasSecrets(plan)) return;
  const set = `select coalesce(m.target, made.pk) as pk, r.secrets from s.row r
    left join s.match m on m.row = r.row left join ${plan.kind.entity} made on made.id = :idPrefix || printf('%012x', r.row)
    where r.secrets is not null and ${VALID}`;
  const change =
    plan.kind.entity === "user"
      ? "accountPasswordSetAt = :now"
      : `secrets = json_patch(t.secrets, (select json_group_object(e.value, :now) from json_each(v.secrets) e))`;
  database.run(`update ${plan.kind.entity} as t set ${change} from (${set}) v where t.pk = v.pk`, { now, idPrefix });
};

/** An organisation as a revert needs it. */
const ORG_AS_JSON = `json_object('id', t.id, 'name', t.name, 'code', t.code, 'codeKey', t.codeKey, 'parent', t.parent,
  'createdAt', t.createdAt, 'updatedAt', t.updatedAt, 'revision', t.revision)`;

const VALID_ROW = "a.row not in (select row from s.invalid)";

/** Applies a plan of organisations: codes are released first, so that swaps pass; parents come before children. */
const commitOrgs = (database: Database, plan: PlanSql, context: CommitContext): void => {
  database.run(
    `insert into import_change select :import, 'org', t.pk, 'update', ${ORG_AS_JSON}
     from s.match m join org t on t.pk = m.target where m.changed <> 0 and m.row not in (select row from s.invalid)`,
    { ...context },
  );
  if (plan.request.mode === "replace") {
    database.run(
      `insert into import_change select :import, 'org', t.pk, 'delete', ${ORG_AS_JSON}
       from s.gone g join org t on t.pk = g.target`,
      { ...context },
    );
    database.exec("delete from org where pk in (select target from s.gone)");
  }
  database.exec(
    "update org set code = null, codeKey = null where pk in (select target from s.match where changed <> 0)",
  );
  const base = lastNumber(database, "org");
  const after = database.all(
    `select a.*, m.target, m.changed from s.org_after a left join s.match m on m.row = a.row where ${VALID_ROW} order by a.row`,
  );
  for (const row of after) {
    if (row["target"] !== null && row["changed"] === 0) continue;
    const parent = row["parentOrg"] ?? Number(row["parentRow"]) + base;
    const code = row["code"] ?? null;
    const values = {
      ...context,
      pk: row["target"] ?? Number(row["row"]) + base,
      name: row["name"] ?? null,
      code,
      codeKey: code === null ? null : codeKey(String(code)),
      parent,
      id: context.idPrefix + Number(row["row"]).toString(16).padStart(12, "0"),
    };
    database.run(row["target"] === null ? INSERT_ORG : UPDATE_ORG, values);
  }
};

const INSERT_ORG = `insert into org (pk, id, parent, name, code, codeKey, createdAt, updatedAt, revision)
  values (:pk, :id, :parent, :name, :code, :codeKey, :now, :now, :revision)`;

const UPDATE_ORG = `update org set parent = :parent, name = :name, code = :code, codeKey = :codeKey, updatedAt = :now,
  revision = :revision where pk = :pk`;

/** Applies a plan, inside the caller's transaction: every valid row, or an exception. */
export const applyPlan = (database: Database, plan: PlanSql, context: CommitContext): void => {
  if (plan.kind.entity === "org") {
    commitOrgs(database, plan, context);
    return;
  }
  keepBefore(database, plan, context);
  makeReferences(database, plan, context);
  reclaim(database, plan, true);
  remove(database, plan);
  update(database, plan, context);
  reclaim(database, plan, false);
  create(database, plan, context);
  noteSecrets(database, plan, context);
};
