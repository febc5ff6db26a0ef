import type { PlanCounts, ColumnChange } from "../ledger/import-rows.ts";
import { ADVANCE_COLLECTION_SQL } from "../ledger/rows.ts";
import { sha256 } from "../store/ids.ts";
import type { Database } from "../store/database.ts";
import {
  buildIsMatchedRowSql,
  buildIsValidRowSql,
  buildNameListSql,
  buildCaseSql,
  ORDERED_JOIN,
} from "../store/sql.ts";
import { reportReleasedDevices, findUndeletableRecords, recordPlanViolations, findConflicts } from "./violations.ts";
import { findScopeProblems, findRolesInFile } from "./scope-problems.ts";
import {
  buildRecordLabelSql,
  hasSecretColumns,
  createTargetIndex,
  isStaged,
  buildNewReferencesSql,
  IS_VALID_ROW_SQL,
  buildChangesFieldSql,
  buildListKeysAfterRowSql,
  rowColumn,
  findReference,
  buildRecordKeysSql,
  listStagedFields,
  buildExistingValueSql,
  buildIsKnownSql,
  buildRowKeysSql,
} from "./expressions.ts";
import {
  readNameComposition,
  findBlankColumns,
  findDuplicates,
  leaveOutRepeatedRows,
  findMissingRequiredValues,
  markGeneratedPasswords,
  findFixedKeys,
  findProtectedChanges,
  findInvalidAccountNames,
  findUnknownReferences,
  markInvalidRows,
  recordFinding,
} from "./findings.ts";
import {
  findRecordsOfSkippedRows,
  isFileOfOtherTenant,
  matchRows,
  findContestedRows,
  findExchangedColumns,
  findMovedValues,
} from "./match.ts";
import { followNameSeparator, keepLostZeros, restoreOriginalRows, replaceCells } from "./spelling.ts";
import { matchCandidateRows, mergeLocalChanges, storeCandidateCellKeys } from "./merge-rows.ts";
import { createMergeTables, countRemade, storeKeptRecords } from "./merge-tables.ts";
import { mayShowOthers, resolveOrgNames } from "./org-naming.ts";
import { KEY_LISTS } from "../ledger/versions.ts";
import { UNDELETABLE_TABLE, type PlanDefinition, type StoredKind } from "./stored-kind.ts";
import { getCollection, getCollectionOf } from "../../nouns/index.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";

const MAX_LISTED_OWNERS = 3;

const resolveOwners = (database: Database, plan: PlanDefinition): void => {
  const { kind, request } = plan;
  const owner = kind.references.find(({ refers }) => refers.to === USER.name);
  if (owner === undefined || !isStaged(plan, owner.field)) return;
  if (request.fromConsole === true && mayShowOthers(database, USER.name, ["name", "employeeCode", "accountName"]))
    return;
  // an address in an export may be a former one of somebody whose address was changed here
  const mayBeFormer = request.fromConsole === true ? "instr(f.value, '@') > 0" : "false";
  database.createTable("s.owner_name", "(loose text, key text, primary key (loose, key)) without rowid");
  database.createTable("s.owner_found", "(key text, pk integer, primary key (key, pk)) without rowid");
  const unknown = database.run(
    `insert into s.owner_name select loose_code(f.value), f.key from s.refer f
     where f.what = '${owner.field.short}' and not ${buildIsKnownSql(owner, "f.key")} and not (${mayBeFormer})`,
  );
  if (unknown === 0) return;
  const isNumber = "u.employeeCode not glob '*[^0-9]*'";
  database.exec(`insert into s.owner_found select n.key, u.pk from user u ${ORDERED_JOIN} s.owner_name n
    on n.loose in (loose_code(u.name), loose_code(u.employeeCode), loose_code(u.accountName),
      case when ${isNumber} then ltrim(u.employeeCode, '0') end) where true on conflict do nothing`);
  // many rows may have a name that many people have
  database.createTable("s.owner_only", "(key text primary key, pk integer, count integer) without rowid");
  database.exec("insert into s.owner_only select key, min(pk), count(*) from s.owner_found group by key");
  const found = `from s.row r ${ORDERED_JOIN} s.owner_only n on n.key = ${buildRowKeysSql(owner.field)}`;
  const names = `(select string_agg(label, ', ') from (select c.name || ' <' || (c.emails ->> 0) || '>' as label
    from s.owner_found o join user c on c.pk = o.pk where o.key = n.key order by o.pk limit ${MAX_LISTED_OWNERS}))`;
  recordFinding(database, plan, {
    code: "owner-ambiguous",
    field: owner.field.field,
    select: `select r.row, r.line, null as col, json_object('count', n.count, 'records', ${names}) as params
      ${found} where n.count > 1`,
  });
  const address = `select r.row, u.emails ->> 0, u.emailKeys ->> 0 ${found} join user u on u.pk = n.pk where n.count = 1`;
  replaceCells(database, plan, owner.field, (insert) => insert(address), false);
};

const buildLeavesBlankSql = (plan: PlanDefinition, field: ImportedField): string => {
  if (!isStaged(plan, field)) return "true";
  if (field.resolved) return `${rowColumn(field.field)} = '${findReference(plan.kind, field)?.usual}'`;
  return field.merge === "list" ? `${buildExistingValueSql(plan, field)} = '[]'` : `${rowColumn(field.field)} is null`;
};

const buildChangedRowsSql = ({ kind }: PlanDefinition, more = ""): string =>
  `s.match m ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${kind.thing.name} t on t.pk = m.target ${more}
   where m.changed <> 0 and ${buildIsValidRowSql("m.row")}`;

const hasFieldBit = (mask: number, { bit }: ImportedField): boolean => Math.floor(mask / 2 ** bit) % 2 === 1;

const countChanges = (
  database: Database,
  plan: PlanDefinition,
): { readonly update: number; readonly columns: readonly ColumnChange[] } => {
  const fields = listStagedFields(plan);
  const single = fields.filter(({ merge }) => merge !== "custom");
  const blank = single
    .map((field) => buildCaseSql(buildLeavesBlankSql(plan, field), String(2 ** field.bit), "0"))
    .join(" + ");
  const masks = database.all<{ readonly mask: number; readonly blank: number; readonly n: number }>(
    `select m.changed as mask, m.changed & (${blank || "0"}) as blank, count(*) as n from ${buildChangedRowsSql(plan)} group by 1, 2`,
  );
  const sum = (which: (one: (typeof masks)[number]) => boolean): number =>
    masks.reduce((total, one) => (which(one) ? total + one.n : total), 0);
  const columns = fields.flatMap((field): readonly ColumnChange[] => {
    const all = sum(({ mask }) => hasFieldBit(mask, field));
    if (all === 0) return [];
    if (field.merge === "custom") return countCustomChanges(database, plan, field);
    const cleared = sum(({ blank }) => hasFieldBit(blank, field));
    return [{ field: field.field, changed: all - cleared, cleared, removed: countRemoved(database, plan, field) }];
  });
  return { update: sum(() => true), columns };
};

const countRemoved = (database: Database, plan: PlanDefinition, field: ImportedField): number => {
  if (field.merge !== "list") return 0;
  const after = isStaged(plan, field) ? buildListKeysAfterRowSql(plan, field) : "'[]'";
  return database.count(
    `select count(*) from ${buildChangedRowsSql(plan, `${ORDERED_JOIN} json_each(${buildRecordKeysSql(field)}) o`)} and ${buildChangesFieldSql(field)}
     and not exists (select 1 from json_each(${after}) k where k.value = o.value)`,
  );
};

const countCustomChanges = (
  database: Database,
  plan: PlanDefinition,
  field: ImportedField,
): readonly ColumnChange[] => {
  const after = buildExistingValueSql(plan, field);
  const differ = (list: string, column: string, which: string): string =>
    `select e.key, ${column} from ${buildChangedRowsSql(plan, `${ORDERED_JOIN} json_each(${list}) e`)} and ${buildChangesFieldSql(field)} and ${which}`;
  const stored = `t.${field.stored}`;
  return database.all<ColumnChange>(
    `select 'custom:' || f.name as field, sum(change) as changed, sum(clearing) as cleared, 0 as removed from (
         ${differ(after, "1 as change, 0 as clearing", `${stored} ->> e.key is distinct from e.value`)}
         union all ${differ(rowColumn(field.field), "0, 1", `e.value is null and ${stored} ->> e.key is not null and (${after}) ->> e.key is null`)}) k
       join custom_field f on f.pk = cast(k.key as integer) group by f.pk order by f.pk`,
  );
};

const resetComparison = (database: Database, plan: PlanDefinition): void => {
  createMergeTables(database, plan);
  restoreOriginalRows(database);
  for (const statement of [
    "drop index if exists s.match_target",
    "delete from s.match",
    "delete from s.present",
    "delete from s.problem where found = 'plan'",
    "delete from s.invalid",
    ...plan.kind.fields.filter(({ resolved }) => resolved).map(({ field }) => `update s.row set "${field}" = null`),
    `create table if not exists s.${UNDELETABLE_TABLE} (target integer primary key)`,
    `delete from s.${UNDELETABLE_TABLE}`,
  ]) {
    database.exec(statement);
  }
  markInvalidRows(database, plan);
};

export const countRecords = (database: Database, { thing, inScope, table }: StoredKind, where = "true"): number =>
  database.count(
    `select count(*) from ${thing.name} t where ${inScope} and t.pk is distinct from :usual and ${where}`,
    { usual: table.usual ?? null },
  );

const isRejected = (
  database: Database,
  { request, staged }: PlanDefinition,
  { invalid, deleted }: { readonly invalid: number; readonly deleted: number },
): boolean => {
  const ofHeader = "select count(*) from s.problem where severity = 'error' and row <= :headerRow";
  if (database.count(ofHeader, { headerRow: staged.headerRow }) > 0) return true;
  if (!request.skipInvalid) return invalid > 0;
  // if one row identifies the wrong person, other rows of the list may be wrong, too
  if (database.get("select 1 from s.problem where code = 'row-contested' limit 1") !== undefined) return true;
  // an invalid row may belong to any record, so it is not known which records the file lacks
  return (
    deleted > 0 &&
    database.count(`select count(*) from s.invalid i where not ${buildIsMatchedRowSql("i.row")}
      or i.row in (select row from s.problem where code in (${UNRELIABLE_PROBLEM_CODES}))`) > 0
  );
};

const UNRELIABLE_PROBLEM_CODES = buildNameListSql([
  "key-ambiguous",
  "bytes-invalid",
  "character-nul",
  "quote-unclosed",
  "quote-stray",
  "quote-trailing",
]);

const ignoreMissingFromEmptyFile = (plan: PlanDefinition): PlanDefinition =>
  plan.staged.rows === 0 && plan.request.fromConsole !== true
    ? { ...plan, request: { ...plan.request, mode: "append" } }
    : plan;

export const comparePlan = (database: Database, given: PlanDefinition): PlanCounts => {
  const plan = ignoreMissingFromEmptyFile(given);
  resetComparison(database, plan);
  database.exec("create index if not exists s.problem_row on problem (row)");
  findFixedKeys(database, plan);
  const { tree, check } = plan.kind.table;
  if (plan.request.fromConsole !== true) leaveOutRepeatedRows(database, plan);
  const hasOrgNames = resolveOrgNames(database, plan);
  resolveOwners(database, plan);
  storeCandidateCellKeys(database, plan);
  findUnknownReferences(database, plan);
  matchRows(database, plan);
  findDuplicates(database, plan);
  matchCandidateRows(database, plan);
  tree?.place(database, plan);
  mergeLocalChanges(database, plan);
  storeKeptRecords(database, plan);
  keepLostZeros(database, plan);
  followNameSeparator(database, plan);
  if (plan.request.mode === "replace") {
    createTargetIndex(database);
    findRecordsOfSkippedRows(database, plan);
  }
  findProtectedChanges(database, plan);
  findUndeletableRecords(database, plan);
  markGeneratedPasswords(database, plan);
  findMissingRequiredValues(database, plan);
  findScopeProblems(database, plan);
  findInvalidAccountNames(database, plan);
  if (plan.request.fromConsole !== true) {
    findContestedRows(database, plan);
    findExchangedColumns(database, plan);
    findMovedValues(database, plan);
  }
  findConflicts(database, plan);
  recordPlanViolations(database, plan);
  tree?.settle(database, plan);
  const wipes = check?.(database, plan);
  return {
    ...countPlan(database, plan),
    ...(wipes !== undefined && { wipes }),
    ...(isFileOfOtherTenant(database, plan) && { foreign: true }),
    ...(hasOrgNames && { orgsByName: true }),
  };
};

const countPlan = (database: Database, plan: PlanDefinition): PlanCounts => {
  const rows = database.count("select count(*) from s.row");
  const invalid = database.count("select count(*) from s.invalid");
  const matched = database.count(`select count(*) from s.match m where ${buildIsValidRowSql("m.row")}`);
  const { update, columns } = countChanges(database, plan);
  findBlankColumns(database, plan, columns);
  const deleted = plan.request.mode === "replace" ? countRecords(database, plan.kind, plan.kind.isLacking) : 0;
  const released = reportReleasedDevices(database, plan);
  const [orgs, groups] = [readCreated(database, plan, "orgsCreated"), readCreated(database, plan, "groupsCreated")];
  const severity = (which: string): number =>
    database.count("select count(*) from s.problem where severity = :which", { which });
  return {
    create: rows - invalid - matched,
    update,
    unchanged: matched - update,
    recordsBefore: countRecords(database, plan.kind),
    delete: deleted,
    invalid,
    secretsSet: hasSecretColumns(plan)
      ? database.count(`select count(*) from s.row r where r.secrets is not null and ${IS_VALID_ROW_SQL}`)
      : 0,
    orgsCreated: orgs.count,
    groupsCreated: groups.count,
    newOrgs: orgs.names,
    newGroups: groups.names,
    columns,
    errors: severity("error"),
    warnings: severity("warning"),
    ...(plan.request.undeletable !== undefined && { kept: countKeptRecords(database, plan) }),
    ...(released !== undefined && { released }),
    remade: countRemade(database, plan),
    roles: findRolesInFile(database, plan),
    rejected: isRejected(database, plan, { invalid, deleted }),
  };
};

const MAX_LISTED_CREATED_RECORDS = 10;

const PREVIOUSLY_KEPT_SQL = `select detail ->> '$.counts.kept.hash' as hash from main.import
  where kind = :kind and detail ->> '$.counts.kept.hash' is not null and (state = 'committed' or state = 'discarded'
    and (detail ->> '$.counts.create') + (detail ->> '$.counts.update') + (detail ->> '$.counts.delete') = 0)
  order by pk desc limit 1`;

const countKeptRecords = (
  database: Database,
  { kind: { thing, name: kind }, request: { undeletable } }: PlanDefinition,
): NonNullable<PlanCounts["kept"]> => {
  const pks = database.all(`select target from s.${UNDELETABLE_TABLE} order by target`).map(({ target }) => target);
  const hash = sha256(pks.join());
  const names = database
    .all(
      `select ${buildRecordLabelSql(thing)} as name from s.${UNDELETABLE_TABLE} k join ${thing.name} t on t.pk = k.target
       order by t.pk limit ${MAX_LISTED_CREATED_RECORDS}`,
    )
    .map(({ name }) => String(name));
  const isNew =
    undeletable !== undefined && pks.length > 0 && database.get(PREVIOUSLY_KEPT_SQL, { kind })?.["hash"] !== hash;
  return { count: pks.length, names, hash, isNew };
};

const readCreated = (database: Database, { kind, ...plan }: PlanDefinition, name: "orgsCreated" | "groupsCreated") => {
  const made = kind.references
    .filter(({ refers }) => refers.creates?.count === name)
    .flatMap((reference) => buildNewReferencesSql({ ...plan, kind }, reference) ?? [])
    .map((select) => `(${select}) made`);
  const names = (from: string) =>
    database.all(`select value from ${from} order by row, col limit ${MAX_LISTED_CREATED_RECORDS}`);
  return {
    count: made.reduce((sum, from) => sum + database.count(`select count(*) from ${from}`), 0),
    names: made.flatMap(names).map(({ value }) => String(value)),
  };
};

const getPlanCollections = (plan: PlanDefinition): readonly string[] => {
  const { kind, request } = plan;
  const named = kind.references.filter(({ field }) => isStaged(plan, field)).map(({ collection }) => collection);
  const holding = request.mode === "append" ? [] : kind.holders;
  const custom = kind.fields.some((field) => field.merge === "custom" && isStaged(plan, field))
    ? [CUSTOM_FIELD.collection]
    : [];
  const followed = (request.fromConsole === true ? [] : KEY_LISTS).flatMap(({ from, to }) =>
    [from.name, to].includes(kind.thing.name) ? [getCollectionOf(to), getCollection(from)] : [],
  );
  // the scope depends on the organisation tree; the scope of devices also depends on the owners
  const scoped = request.scope === undefined ? [] : ["orgs", "users"];
  return [...new Set([kind.collection, ...named, ...holding, ...custom, ...followed, ...scoped])];
};

export const etagOf = (database: Database, plan: PlanDefinition): string =>
  [
    ...getPlanCollections(plan).map(
      (name) => `${name}.${database.count("select revision from collection where name = :name", { name })}`,
    ),
    ...[readNameComposition(database, plan) ?? []].flat(),
  ].join("-");

export const readTenantRevision = (database: Database): number =>
  database.count("select coalesce(max(revision), 0) from collection");

export const advanceRevision = (database: Database, collections: readonly string[]): number => {
  const revision = readTenantRevision(database) + 1;
  for (const collection of collections) database.run(ADVANCE_COLLECTION_SQL, { collection, revision });
  return revision;
};
