import { Failure } from "../../../../errors/index.ts";
import type { PlanCounts } from "../../../../imports/plan.ts";
import { text } from "../../../../text/index.ts";
import type { Database } from "../database.ts";
import { findConflicts } from "./conflicts.ts";
import { changedMask, joinOrg, type PlanSql } from "./expressions.ts";
import {
  recordFinding,
  findAdministrators,
  findCaseTwins,
  findDuplicates,
  findMissingForNew,
  findUnknownReferences,
  keyField,
} from "./findings.ts";
import { forRanges, IN_RANGE } from "./functions.ts";
import { compareOrgs } from "./orgs.ts";

/** Finds the record each staged row matches, and which of its fields the row would change. */
const match = (database: Database, plan: PlanSql): void => {
  const sql = `insert or ignore into s.match (row, target, changed)
    select r.row, t.pk, ${changedMask(plan)} from s.row r ${joinRecord(database, plan)} ${joinOrg(plan)}
    where ${IN_RANGE}`;
  forRanges(database, (range) => database.run(sql, { kind: plan.kind.name, ...range }));
};

const joinRecord = (database: Database, plan: PlanSql): string => {
  if (plan.kind.entity === "secured_user") return "cross join secured_user t on t.app = :kind and t.userId = r.key";
  if (plan.request.key === "email") {
    return "cross join user_email e on e.emailKey = r.key and e.main = 1 cross join user t on t.pk = e.user";
  }
  const [column, key] = plan.request.key === "upn" ? ["upn", "email_key"] : ["employeeCode", "code_key"];
  database.exec(`create table s.holder (key text not null, pk integer not null)`);
  database.exec(`insert into s.holder select ${key}(${column}), pk from user where ${column} is not null`);
  database.exec("create index s.holder_key on holder (key)");
  recordFinding(database, plan, {
    code: "key-ambiguous",
    field: keyField(plan),
    select: `select r.row, r.line, null as col, json_object('count', count(*)) as params
             from s.row r join s.holder h on h.key = r.key group by r.row having count(*) > 1`,
  });
  return "cross join s.holder h on h.key = r.key cross join user t on t.pk = h.pk";
};

/** Deletes the results of an earlier comparison of the same staged rows. */
const reset = (database: Database): void => {
  for (const statement of [
    "delete from s.match",
    "delete from s.problem where found = 'plan'",
    "delete from s.invalid",
    "insert or ignore into s.invalid select row from s.problem where severity = 'error' and row > 1",
    "drop table if exists s.holder",
  ]) {
    database.exec(statement);
  }
};

const countDeleted = (database: Database, { kind, request }: PlanSql): number => {
  if (request.mode !== "replace") return 0;
  if (kind.entity === "org") return database.count("select count(*) from s.gone");
  const where = kind.entity === "user" ? "1" : "app = :kind";
  const total = database.count(`select count(*) from ${kind.entity} where ${where} and administrator = 0`, {
    kind: kind.name,
  });
  const matched = database.count(
    `select count(distinct target) from s.match where target not in
    (select pk from ${kind.entity} where ${where} and administrator = 1)`,
    { kind: kind.name },
  );
  return total - matched;
};

const isRejected = (
  database: Database,
  { request }: PlanSql,
  { invalid, deleted }: { readonly invalid: number; readonly deleted: number },
): boolean => {
  if (database.count("select count(*) from s.problem where severity = 'error' and row <= 1") > 0) return true;
  if (!request.skipInvalid) return invalid > 0;
  // an invalid row may not identify its record: then it is unknown which records the file lacks
  return (
    deleted > 0 &&
    database.count(`select count(*) from s.invalid where row not in (select row from s.match)
      or row in (select row from s.problem where code in (${UNRELIABLE}))`) > 0
  );
};

/** Problems that make a row's key or its end unreliable, or by which a row matches several records. */
const UNRELIABLE = [
  "key-ambiguous",
  "bytes-invalid",
  "character-nul",
  "quote-unclosed",
  "quote-stray",
  "quote-trailing",
]
  .map((code) => `'${code}'`)
  .join(", ");

/**
 * Compares staged rows with the tenant, on one snapshot, and stores the results next to them.
 *
 * @param options `forNew` false: rows that would create a record need not have all that a new one needs
 */
export const compare = (
  database: Database,
  plan: PlanSql,
  { forNew = true }: { readonly forNew?: boolean | undefined } = {},
): PlanCounts => {
  reset(database);
  if (plan.kind.entity === "org") compareOrgs(database, plan);
  else {
    if (plan.staged.rows > 0) database.exec("create index if not exists s.row_key on row (key)");
    findDuplicates(database, plan);
    findCaseTwins(database, plan);
    findUnknownReferences(database, plan);
    match(database, plan);
    findAdministrators(database, plan);
    if (forNew) findMissingForNew(database, plan);
    findConflicts(database, plan);
  }
  return countPlan(database, plan);
};

const countPlan = (database: Database, plan: PlanSql): PlanCounts => {
  const rows = database.count("select count(*) from s.row");
  const invalid = database.count("select count(*) from s.invalid");
  const valid = "row not in (select row from s.invalid)";
  const matched = database.count(`select count(*) from s.match where ${valid}`);
  const update = database.count(`select count(*) from s.match where changed <> 0 and ${valid}`);
  const deleted = countDeleted(database, plan);
  const severity = (which: string): number =>
    database.count("select count(*) from s.problem where severity = :which", { which });
  return {
    create: rows - invalid - matched,
    update,
    unchanged: matched - update,
    delete: deleted,
    invalid,
    secretsSet: hasSecrets(plan)
      ? database.count(`select count(*) from s.row where secrets is not null and ${valid}`)
      : 0,
    orgsCreated: countNewReferences(database, plan, "org"),
    groupsCreated: countNewReferences(database, plan, "group"),
    errors: severity("error"),
    warnings: severity("warning"),
    rejected: isRejected(database, plan, { invalid, deleted }),
  };
};

export const hasSecrets = ({ kind, staged }: PlanSql): boolean =>
  staged.places.some(({ field }) =>
    kind.format.columns.some((column) => column.field === field && column.secret === true),
  );

/** SQL: references of valid rows that the tenant lacks, as `key` and `value`. */
export const newReferences = (plan: PlanSql, what: "org" | "group"): string | undefined => {
  const { kind, request, staged } = plan;
  if (what === "org" && kind.entity === "user" && request.createOrgs && staged.staged.includes("orgCode")) {
    return `select f.key, f.value from s.refer f where f.what = 'org'
            and f.key not in (select codeKey from org where codeKey is not null)
            and (f.row not in (select row from s.invalid)
              or f.key in (select r."orgKey" from s.row r where r.row not in (select row from s.invalid)))`;
  }
  if (what === "group" && kind.entity === "secured_user" && request.createGroups && staged.staged.includes("groups")) {
    return `select f.key, f.value from s.refer f where f.what = 'group'
            and f.key not in (select nameKey from secured_group where app = :kind)
            and (f.row not in (select row from s.invalid) or exists (
              select 1 from s.row r join json_each(r.groups) e
              where code_key(e.value) = f.key and r.row not in (select row from s.invalid)))`;
  }
  return undefined;
};

const countNewReferences = (database: Database, plan: PlanSql, what: "org" | "group"): number => {
  const select = newReferences(plan, what);
  return select === undefined ? 0 : database.count(`select count(*) from (${select})`, { kind: plan.kind.name });
};

/** @throws Failure `conflict` when a collection the plan read has changed since */
export const checkEtag = (
  database: Database,
  plan: PlanSql,
  { id, etag }: { readonly id: string; readonly etag: string | null },
): void => {
  if (etagOf(database, plan) === etag) return;
  throw new Failure("conflict", {
    what: text("the tenant changed since the plan was made", "計画を作った後にテナントが変更されました"),
    hint: text(
      `compare again: clomoctl imports replan ${id}`,
      `もう一度比較してください: clomoctl imports replan ${id}`,
    ),
  });
};

/** The collections a plan reads; a write to one of them between plan and commit is a conflict. */
const collectionsOf = ({ kind, request, staged: { staged } }: PlanSql): readonly string[] => {
  if (kind.entity === "secured_user") return [`secured:${kind.name}`];
  if (kind.entity === "org") return request.mode === "replace" ? ["orgs", "users"] : ["orgs"];
  return [
    "users",
    ...(staged.includes("orgCode") ? ["orgs"] : []),
    ...(staged.includes("custom") || request.absent === "clear" ? ["fields"] : []),
  ];
};

/** The revisions of the collections a plan reads. */
export const etagOf = (database: Database, plan: PlanSql): string =>
  collectionsOf(plan)
    .map((collection) => `${collection}.${revisionOf(database, collection)}`)
    .join("-");

const revisionOf = (database: Database, collection: string): number =>
  database.count("select revision from collection where name = :collection", { collection });

/**
 * Counts a write to collections of the tenant. The revision is tenant-wide, so that no two writes share one.
 *
 * @returns the revision of the records written
 */
export const advance = (database: Database, collections: readonly string[]): number => {
  const revision = database.count("select coalesce(max(revision), 0) + 1 from collection");
  for (const collection of collections) {
    database.run(
      `insert into collection (name, revision) values (:collection, :revision)
       on conflict (name) do update set revision = :revision`,
      { collection, revision },
    );
  }
  return revision;
};
