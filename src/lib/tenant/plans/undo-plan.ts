import { ACCOUNT } from "../../nouns/account.ts";
import { DEVICE } from "../../nouns/device.ts";
import { type FormatName, getThingNoun } from "../../nouns/index.ts";
import type { RecordType } from "../../model/thing.ts";
import { USER } from "../../nouns/user.ts";
import { IS_ABOVE_OPERATOR_SQL } from "../ledger/account-rows.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import type { UndoCounts } from "./engine-types.ts";
import { EMPTY_COUNTS } from "./import-result.ts";
import type { PlanCounts } from "../ledger/import-rows.ts";
import { quoteIdentifier, ORDERED_JOIN, buildCaseSql } from "../store/sql.ts";
import {
  EXPORTED_VERSIONS,
  LISTED_SQL,
  buildCompleteMaskSql,
  buildEmptyValueSql,
  OBSERVED_VERSIONS,
  buildEndStatements,
} from "../ledger/observed-state.ts";
import type { Database } from "../store/database.ts";
import { buildNeedsWipeSql } from "./device-rules.ts";
import { PRIVILEGED_USER_COLUMNS, refusePrivilegedUser, findRolesInUndo } from "./scope-problems.ts";
import { countRecords } from "./compare.ts";
import { getKindsOfThing, getStoredKind } from "./tables.ts";
import { hasAppliedView } from "../store/store.ts";
import { BLOCKED_TABLE, readBlockedRecords, countBlockedRecords, findBlockedRecords } from "./undo-blocked.ts";
import { sha256 } from "../store/ids.ts";
import { buildScopeSql, countChangedColumns } from "./undo-lines.ts";
import {
  restoreCustomFields,
  buildCurrentJoinsSql,
  countStagedRecords,
  getStagedTable,
  stageChange,
  buildShownEntriesSql,
  listRestoredColumns,
  resetStagedTables,
  VERSIONED_THINGS,
} from "./undo-records.ts";
import { buildThingDriftSql } from "../ledger/drift.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema, getVersionSchema } from "../ledger/versions.ts";
import { buildInterruptCheckSql } from "./functions.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { Failure } from "../../errors/index.ts";
import { formatCount, text } from "../../text/index.ts";
import type { StoredKind } from "./stored-kind.ts";

const NAMED_IDS_TABLE = "temp.asked";

const SUBTREE_SQL = `with recursive below (pk) as (
    select o.pk from org o join ${NAMED_IDS_TABLE} a on a.id = o.id union select o.pk from below b join org o on o.parent = b.pk)
  select pk from below`;

const buildSelectedNumbersSql = (kind: FormatName, { recursive }: StoredRequest): string => {
  if (recursive === true && kind === "orgs") return SUBTREE_SQL;
  const { name, scope } = FORMATS[kind].thing;
  const which = recursive === true ? `t.org in (${SUBTREE_SQL})` : `t.id in (select id from ${NAMED_IDS_TABLE})`;
  return `select t.pk from ${name} t where ${which}${scope === undefined ? "" : ` and t.${scope} = '${kind}'`}`;
};

const listDeletedKinds = ({ kind, recursive }: StoredRequest): readonly [StoredKind, ...StoredKind[]] => [
  getStoredKind(kind),
  ...(recursive === true ? [getStoredKind("users")] : []),
];

const requireNamedRecords = (database: Database, { thing }: StoredKind): void => {
  const gone = database.count(`select count(*) from ${NAMED_IDS_TABLE} a where not exists (
    select 1 from ${thing.name} t join ${getStagedTable({ thing })} u on u.pk = t.pk where t.id = a.id)`);
  if (gone === 0) return;
  const { en, ja } = getThingNoun(thing.noun ?? thing.name);
  throw new Failure("not-found", {
    what: text(
      `${formatCount(gone, en)} to be deleted ${gone === 1 ? "is" : "are"} not in the tenant; nothing was changed`,
      `削除する${ja}のうち ${gone} 件がテナントにありません。何も変更していません`,
    ),
  });
};

const stageDeletion = (database: Database, { request, ids }: NonNullable<UndoneChange["deleted"]>): void => {
  for (const versions of VERSIONED_THINGS) resetStagedTables(database, versions);
  database.exec(`create table if not exists ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  database.exec(`delete from ${NAMED_IDS_TABLE}`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
  const kinds = listDeletedKinds(request);
  for (const { name, thing } of kinds)
    database.run(`insert into ${getStagedTable({ thing })} (pk, action, changed)
      select pk, 'delete', ${ALL_COLUMNS_MASK} from (${buildSelectedNumbersSql(name as FormatName, request)})`);
  requireNamedRecords(database, kinds[0]);
};

const readDeletedRecords = (
  database: Database,
  { request }: NonNullable<UndoneChange["deleted"]>,
): readonly (readonly [thing: string, pk: number, revision: number])[] =>
  listDeletedKinds(request).flatMap(({ thing }) => {
    const { key } = getVersionSchema(thing.name);
    return database
      .all(
        `select u.pk, t.revision from ${getStagedTable({ thing })} u join main.${thing.name} t on t.${key} = u.pk order by u.pk`,
      )
      .map(({ pk, revision }) => [thing.name, Number(pk), Number(revision)] as const);
  });

// A dropped task is undone by writing the console's values over local changes. Records that were created locally are
// deleted, and records that were deleted locally are restored.

const DROPPED_VALUES_TABLE = "temp.dropped";

const stageDrop = (database: Database, dropped: UndoneChange): void => {
  for (const versions of VERSIONED_THINGS) {
    resetStagedTables(database, versions);
    if (OBSERVED_VERSIONS.includes(versions)) stageDroppedRecords(database, versions, dropped);
  }
};

const findDroppedValues = (database: Database, versions: VersionSchema, undone: UndoneChange): void => {
  const { dropped = [], inSight } = undone;
  const { thing } = versions;
  database.exec(
    `create table if not exists ${DROPPED_VALUES_TABLE} (thing text, pk integer, mask integer, ended integer, primary key (thing, pk))`,
  );
  database.run(`delete from ${DROPPED_VALUES_TABLE} where thing = :thing`, { thing: thing.name });
  // secrets cannot be restored, but dropping an account also drops the account's secrets
  const restored = listRestoredColumns(versions);
  const secrets = versions.columns.flatMap((column) => (restored.includes(column) ? [] : [column.bit]));
  const isOfAccount = thing === USER ? `d.mask & ${getColumnBit(versions, "accountName")} <> 0` : "false";
  const part = `(d.mask & ~${buildCaseSql(isOfAccount, "0", `(${secrets.join(" | ") || "0"})`)})`;
  const isAmong = inSight === undefined ? "true" : "d.pk in (select value from json_each(:among))";
  database.run(
    `insert into ${DROPPED_VALUES_TABLE}
     select d.thing, d.pk, ${buildCompleteMaskSql(versions, buildCaseSql("d.action = 'restore'", "0", part))}, ${part}
     from (${buildThingDriftSql(versions, "true")}) d
     where d.revision in (select value from json_each(:dropped)) and ${part} <> 0 and ${isAmong}
     on conflict (thing, pk) do update set mask = mask | excluded.mask, ended = ended | excluded.ended`,
    {
      dropped: JSON.stringify(dropped),
      ...(inSight && { among: JSON.stringify(inSight.flatMap(([name, pk]) => (name === thing.name ? [pk] : []))) }),
    },
  );
};

const stageDroppedRecords = (database: Database, versions: VersionSchema, undone: UndoneChange): void => {
  const { thing, key, times } = versions;
  findDroppedValues(database, versions, undone);
  const columns = listRestoredColumns(versions);
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const shown = columns.map(({ name, bit }) => {
    const [own, local] = [`o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`];
    // the console's value may be missing, because no export has shown this column of the new record yet
    const known = `coalesce(${own}, ${buildEmptyValueSql(thing, name)})`;
    const value = name === "custom" ? buildShownEntriesSql(own, local) : known;
    return buildCaseSql(`t.${key} is null or d.mask & ${bit} <> 0`, value, local);
  });
  const from = `${DROPPED_VALUES_TABLE} d ${ORDERED_JOIN} ${versions.observed} o on o.pk = d.pk left join main.${thing.name} t on t.${key} = d.pk
    where d.thing = '${thing.name}' and d.mask <> 0 and ${buildInterruptCheckSql("d.pk")}`;
  const deleted = `main.${thing.name}_version v where v.pk = d.pk and v.action = 'delete' order by v.revision desc limit 1`;
  const timesOf = times.map(quoteIdentifier).map((name) => `coalesce(t.${name}, (select v.${name} from ${deleted}))`);
  const into = `insert into ${getStagedTable(versions)} (pk, action, changed, ${names.join(", ")})`;
  database.exec(
    `${into} select d.pk, ${buildCaseSql(`t.${key} is null`, "'create'", "'update'")}, ${buildCaseSql(`t.${key} is null`, ALL_COLUMNS_MASK, "d.mask")},
       ${[...shown, ...timesOf].join(", ")} from ${from} and o.inConsole = 1`,
  );
  database.exec(
    `${into} select d.pk, 'delete', ${ALL_COLUMNS_MASK}, ${names.map(() => "null").join(", ")} from ${from} and o.inConsole = 0`,
  );
};

/** Includes the latest revision, because any later change may affect the dropped values. */
const readDropFingerprint = (database: Database): readonly unknown[] => [
  database.count("select coalesce(max(revision), 0) from main.collection"),
  database.all(`select * from ${DROPPED_VALUES_TABLE} order by thing, pk`),
];

export const finishTaskDrop = (database: Database): void => {
  for (const versions of OBSERVED_VERSIONS) {
    const parts = `select pk, ended from ${DROPPED_VALUES_TABLE} where thing = '${versions.thing.name}'`;
    for (const sql of buildEndStatements(versions, parts)) database.exec(sql);
  }
};

const determineUndoKind = (database: Database, staged: ReturnType<typeof countStagedRecords>): FormatName => {
  const versions = staged.find((one) => one.versions.thing.formats !== undefined)?.versions;
  if (versions === undefined) return "users";
  const { scope, formats = {} } = versions.thing;
  const from = `from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)}`;
  return scope === undefined
    ? (Object.keys(formats)[0] as FormatName)
    : (database.get(`select ${buildScopeSql(scope)} as scope ${from} limit 1`)?.["scope"] as FormatName);
};

/** Returns the number of devices that get another owner and must be wiped. @see facts 1.3 */
const countWipes = (database: Database): number =>
  database.count(
    `select count(*) from ${getStagedTable({ thing: DEVICE })} u ${ORDERED_JOIN} main.device t on t.pk = u.pk
     where u.action = 'update' and (t.owner is not null or t.ownerOrg is not null)
       and (t.owner is distinct from u.owner or t.ownerOrg is distinct from u.ownerOrg)
       and ${buildNeedsWipeSql((column) => `u.${quoteIdentifier(column)}`, "t.status")}`,
  );

const requireNoUsersAboveOperator = (database: Database): void => {
  if (!hasAppliedView(database)) return;
  const [users, accounts] = [USER, ACCOUNT].map((thing) => getStagedTable({ thing }));
  const isMarked = `exists (select 1 from ${users} s where s.pk = p.pk and s.action <> 'delete' and s.administrator = 1)`;
  const found = database.get(
    `select ${PRIVILEGED_USER_COLUMNS} from (select pk from ${users} union select pk from ${accounts}) p
       left join main.user u on u.pk = p.pk left join main.account a on a.user = p.pk
     where ${IS_ABOVE_OPERATOR_SQL} or ${isMarked} and coalesce(a.role, 'none') = 'none' order by p.pk limit 1`,
  );
  refusePrivilegedUser(found);
};

/** @throws Failure `not-permitted`, `conflict`, `not-found` */
export const prepareUndo = (database: Database, undone: UndoneChange): void => {
  if (undone.deleted !== undefined) stageDeletion(database, undone.deleted);
  else if (undone.dropped !== undefined) stageDrop(database, undone);
  else stageChange(database, undone.revision, undone);
  requireNoUsersAboveOperator(database);
  findBlockedRecords(database, undone);
  restoreCustomFields(database);
};

const countRecordsOfThing = (database: Database, { name }: RecordType): number => {
  const kinds = getKindsOfThing(name);
  return kinds.length === 0
    ? database.count(`select count(*) from main.${name}`)
    : kinds.reduce((sum, kind) => sum + countRecords(database, kind), 0);
};

/** Returns when the last file was written that contains a value of a change; undefined if the tenant is no mirror. */
const findWritingTime = (database: Database, { number, revision }: UndoneChange): string | null | undefined => {
  if (database.get("select 1 from tenant where mirroredAt is not null") === undefined || number === 0) return undefined;
  const written = EXPORTED_VERSIONS.map(
    (versions) => `select 1 from main.${versions.observed} o ${ORDERED_JOIN} ${LISTED_SQL}
      where e.value ->> 'r' = :revision and (e.value ->> 'f' <> '' or e.value ->> 'v' = 1)`,
  );
  const sql = `select max(at) as at from main.audit where action = 'console.upload' and seq > :number and exists (${written.join(" union all ")})`;
  return (database.get(sql, { number, revision })?.["at"] ?? null) as string | null;
};

export const buildUndoEtag = (database: Database, { number, dropped, deleted }: UndoneChange): string => {
  const places = [
    database.all(`select distinct thing, pk from ${BLOCKED_TABLE} order by thing, pk`).map((row) => Object.values(row)),
    ...(dropped === undefined ? [] : readDropFingerprint(database)),
    ...(deleted === undefined ? [] : readDeletedRecords(database, deleted)),
  ];
  return `${deleted !== undefined ? "delete" : dropped === undefined ? "undo" : "drop"}-${number}-${sha256(JSON.stringify(places)).slice(0, 16)}`;
};

export const countPreparedUndo = (database: Database, undone: UndoneChange, own?: FormatName): UndoCounts => {
  prepareUndo(database, undone);
  const staged = countStagedRecords(database);
  const name = own ?? determineUndoKind(database, staged);
  const kind = getStoredKind(name);
  const counted = staged.map(({ versions: { thing }, ...count }) => ({ thing, count }));
  const beside = counted
    .filter(({ thing }) => thing !== kind.thing)
    .map(({ thing, count }) => ({ thing: thing.name, ...count, recordsBefore: countRecordsOfThing(database, thing) }));
  const blocked = countBlockedRecords(database);
  const isOfChange = undone.deleted === undefined && undone.dropped === undefined;
  const counts: PlanCounts = {
    ...EMPTY_COUNTS,
    ...counted.find(({ thing }) => thing === kind.thing)?.count,
    recordsBefore: countRecords(database, kind),
    columns: countChangedColumns(database, kind),
    roles: findRolesInUndo(database),
    ...(beside.length > 0 && { beside }),
    // the console does not change when a task is dropped, so no device needs to be wiped
    wipes: undone.dropped === undefined ? countWipes(database) : undefined,
    ...(isOfChange && { writtenAt: findWritingTime(database, undone) }),
    blocked: blocked === 0 ? undefined : { count: blocked, first: readBlockedRecords(database, 1_000) },
  };
  return { kind: name, etag: buildUndoEtag(database, undone), counts };
};
