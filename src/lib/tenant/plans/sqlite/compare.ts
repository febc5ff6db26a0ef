import type { ForeignTraits, PlanCounts } from "../staging/counts.ts";
import type { ImportRecord } from "../import-rows.ts";
import { overtakenByTenant } from "../refusals.ts";
import { IS_INSIDE, planScope, viewOf } from "../../store/scope.ts";
import { MARK_KEY, markOf } from "../../store/mark.ts";
import type { Database } from "../../store/sqlite/database.ts";
import { hold } from "../../store/sqlite/scope.ts";
import { isMatched, isMissing, isValid, listed } from "../../store/sql/forms.ts";
import { countChanges } from "./column-changes.ts";
import { findReleased, findUndeletable } from "./deletion/undeletable.ts";
import { findBreaches } from "../../store/sqlite/breaches.ts";
import { findConflicts } from "./conflicts.ts";
import { findBeyondScope, unusableKeys } from "./matching/outside.ts";
import { hasSecrets, indexTargets, isStaged, isTouched, newReferences, VALID } from "./expressions.ts";
import {
  compositionOf,
  findBlankColumns,
  findKeptBlanks,
  findNearNames,
  findSlashes,
  findCaseTwins,
  findDuplicates,
  findMissingForNew,
  findMovedToUsual,
  findStranded,
  findLikeCodes,
  findMendedKeys,
  findProtected,
  findUncomposed,
  findUnknownReferences,
  MARK_INVALID,
} from "./findings.ts";
import { findForeign } from "./matching/foreign.ts";
import { findKeysOfOthers } from "./matching/lasting.ts";
import { findLostZeros } from "./matching/lost-zeros.ts";
import { findCandidateKeys } from "./merge/cells.ts";
import { leaveDeleted } from "./merge/impossible.ts";
import { leaveOutUnknownKeys, matchCandidates } from "./merge/candidates.ts";
import { match } from "./matching/match.ts";
import { reportDropped } from "./merge/report.ts";
import { mergeLocal } from "./merge/local-fields.ts";
import { keepHeld, resetMerge } from "./merge/tables.ts";
import { CUSTOM_FIELDS, UNDELETABLE, type PlanSql, type StoredKind } from "./stored-kind.ts";

/** Deletes the results of an earlier comparison of the same staged rows. */
const reset = (database: Database, plan: PlanSql): void => {
  resetMerge(database, plan);
  for (const statement of [
    "drop index if exists s.match_target",
    "delete from s.match",
    "delete from s.problem where found = 'plan'",
    "delete from s.invalid",
    MARK_INVALID,
    `create table if not exists s.${UNDELETABLE} (target integer primary key)`,
    `delete from s.${UNDELETABLE}`,
  ]) {
    database.exec(statement);
  }
};

/** The records of the kind, or those for which a condition is true; 全社, which every tenant has for good, is none. */
export const countRecords = (database: Database, { thing, name, inScope, table }: StoredKind, where = "true"): number =>
  database.count(
    `select count(*) from ${thing.name} t where ${inScope} and t.pk is distinct from :usual and ${where}`,
    {
      kind: name,
      usual: table.usual ?? null,
    },
  );

const countDeleted = (database: Database, { kind, request }: PlanSql): number => {
  if (request.mode !== "replace") return 0;
  const { isProtected, isFree, isLacking } = kind;
  const isCounted = kind.table.planner !== undefined || request.fromConsole === true;
  if (isCounted) return countRecords(database, kind, isLacking);
  const matched = database.count("select count(distinct target) from s.match");
  const keeps = countRecords(database, kind, `${isProtected} and not ${isMissing("t.pk")}`);
  const kept = countRecords(database, kind, `${isFree} and t.pk in (select target from s.${UNDELETABLE})`);
  return countRecords(database, kind, isFree) - (matched - keeps) - kept;
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
    database.count(`select count(*) from s.invalid i where not ${isMatched("i.row")}
      or i.row in (select row from s.problem where code in (${UNRELIABLE}))`) > 0
  );
};

/** Problems that make a row's key or its end unreliable, or by which a row matches several records. */
const UNRELIABLE = listed([
  "key-ambiguous",
  "bytes-invalid",
  "character-nul",
  "quote-unclosed",
  "quote-stray",
  "quote-trailing",
]);

/** Compares staged rows with the tenant, on one snapshot, and stores the results next to them. */
export const compare = (database: Database, plan: PlanSql): PlanCounts => {
  reset(database, plan);
  database.exec("create index if not exists s.problem_row on problem (row)");
  findMendedKeys(database, plan);
  const { planner } = plan.kind.table;
  let wipes: number | undefined;
  let foreign: ForeignTraits | undefined;
  if (planner !== undefined) {
    planner.compare(database, plan);
    findBreaches(database, plan);
  } else {
    findDuplicates(database, plan);
    findCaseTwins(database, plan);
    findCandidateKeys(database, plan);
    findUnknownReferences(database, plan);
    matchCandidates(database, plan);
    match(database, plan);
    leaveOutUnknownKeys(database, plan);
    mergeLocal(database, plan);
    reportDropped(database, plan);
    leaveDeleted(database, plan);
    keepHeld(database, plan);
    if (plan.request.mode === "replace") indexTargets(database);
    findProtected(database, plan);
    findUndeletable(database, plan);
    findMissingForNew(database, plan);
    findBeyondScope(database, plan);
    findUncomposed(database, plan);
    findConflicts(database, plan);
    findMovedToUsual(database, plan);
    findStranded(database, plan);
    findBreaches(database, plan);
    wipes = plan.kind.table.check?.(database, plan);
    foreign = findForeign(database, plan, findKeysOfOthers(database, plan));
    findLostZeros(database, plan);
  }
  findLikeCodes(database, plan);
  return {
    ...countPlan(database, plan),
    ...(wipes !== undefined && { wipes }),
    ...(foreign !== undefined && { foreign }),
  };
};

const countPlan = (database: Database, plan: PlanSql): PlanCounts => {
  const rows = database.count("select count(*) from s.row");
  const invalid = database.count("select count(*) from s.invalid");
  const matched = database.count(`select count(*) from s.match m where ${isValid("m.row")}`);
  const { update, columns } = countChanges(database, plan);
  findBlankColumns(database, plan, columns);
  findKeptBlanks(database, plan);
  findNearNames(database, plan);
  findSlashes(database, plan);
  const deleted = countDeleted(database, plan);
  const released = findReleased(database, plan);
  const severity = (which: string): number =>
    database.count("select count(*) from s.problem where severity = :which", { which });
  return {
    create: rows - invalid - matched,
    update,
    unchanged: matched - update,
    recordsBefore: countRecords(database, plan.kind),
    delete: deleted,
    invalid,
    secretsSet: hasSecrets(plan)
      ? database.count(`select count(*) from s.row r where r.secrets is not null and ${VALID}`)
      : 0,
    orgsCreated: countCreated(database, plan, "orgsCreated"),
    groupsCreated: countCreated(database, plan, "groupsCreated"),
    newOrgs: namesCreated(database, plan, "orgsCreated"),
    newGroups: namesCreated(database, plan, "groupsCreated"),
    columns,
    errors: severity("error"),
    warnings: severity("warning"),
    ...(plan.request.scope !== undefined && {
      unusable: database.count("select count(*) from s.problem where code = 'value-unusable'"),
    }),
    ...(plan.request.undeletable !== undefined && { kept: countKept(database, plan) }),
    ...(released !== undefined && { released }),
    rejected: isRejected(database, plan, { invalid, deleted }),
  };
};

const countKept = (database: Database, { keptBefore }: PlanSql): NonNullable<PlanCounts["kept"]> => {
  const known = JSON.stringify([...(keptBefore ?? [])]);
  return {
    count: database.count(`select count(*) from s.${UNDELETABLE}`),
    known: database.count(
      `select count(*) from s.${UNDELETABLE} where target in (select value from json_each(:known))`,
      {
        known,
      },
    ),
  };
};

type CreatedCount = "orgsCreated" | "groupsCreated";

/** SQL: the records that rows name and the import creates. */
const createdBy = (plan: PlanSql, count: CreatedCount): readonly string[] =>
  plan.kind.references
    .filter(({ refers }) => refers.creates?.count === count)
    .flatMap((reference) => newReferences(plan, reference) ?? []);

/** Names that a plan tells of the records it creates. */
const MAX_NAMED = 10;

const namesCreated = (database: Database, plan: PlanSql, count: CreatedCount): readonly string[] =>
  createdBy(plan, count)
    .flatMap((select) =>
      database.all(`select value from (${select}) made order by row, col limit ${MAX_NAMED}`, {
        kind: plan.kind.name,
      }),
    )
    .map(({ value }) => String(value));

const countCreated = (database: Database, plan: PlanSql, count: CreatedCount): number =>
  createdBy(plan, count)
    .map((select) => database.count(`select count(*) from (${select}) made`, { kind: plan.kind.name }))
    .reduce((sum, created) => sum + created, 0);

/** @throws Failure `conflict` when a collection the plans read has changed since */
export const checkEtag = (
  database: Database,
  plans: readonly PlanSql[],
  record: Pick<ImportRecord, "number" | "etag">,
): void => {
  if (etagOf(database, plans) !== record.etag) throw overtakenByTenant(record);
};

/** The collections a plan reads; a write to one of them between plan and commit is a conflict. */
const collectionsOf = (plan: PlanSql): readonly string[] => {
  const { kind, request } = plan;
  const named = kind.references.filter(({ field }) => isStaged(plan, field)).map(({ collection }) => collection);
  const holding = request.mode === "append" ? [] : kind.holders;
  const custom = kind.fields.some((field) => field.merge === "custom" && isTouched(plan, field)) ? [CUSTOM_FIELDS] : [];
  // what lies in its scope follows from the tree, and of devices from their owners
  const scoped = request.scope === undefined ? [] : ["orgs", "users"];
  return [...new Set([kind.collection, ...named, ...holding, ...custom, ...scoped])];
};

/** A text that is another one after each change of what plans read. */
export const etagOf = (database: Database, plans: readonly PlanSql[]): string =>
  plans.map((plan) => etagOfPlan(database, plan)).join("+");

/**
 * The revisions of the collections a plan reads; of a plan in a scope a mark of what it reads there, and of the values that
 * it finds taken outside.
 */
const etagOfPlan = (database: Database, plan: PlanSql): string => {
  const { scope } = plan.request;
  if (scope !== undefined) hold(database, viewOf(planScope(scope)));
  const collections = collectionsOf(plan).map(
    (name) => `${name}.${(scope && stateInside(database, name)) ?? revisionOf(database, name)}`,
  );
  const read = [...collections, compositionOf(database, plan) ?? []].flat().join("-");
  if (scope === undefined) return read;
  const key = String(database.get(MARK_KEY)?.["markKey"]);
  return markOf(key, [read, ...unusableKeys(database, plan)].join("\n"));
};

/** The things of which a plan in a scope reads a part, by their collections. */
const PARTS: Readonly<Record<string, string>> = { orgs: "org", users: "user", devices: "device" };

/** A text that is another one after each change of a collection's records in the scope; undefined of one that has no part. */
const stateInside = (database: Database, collection: string): string | undefined => {
  const thing = PARTS[collection];
  if (thing === undefined) return undefined;
  const sql = `select concat(count(*), '.', coalesce(max(t.revision), 0)) as state from main.${thing} t where ${IS_INSIDE[thing] ?? ""}`;
  return String(database.get(sql)?.["state"]);
};

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
