import { ACCOUNT } from "../../nouns/account.ts";
import { DEVICE } from "../../nouns/device.ts";
import type { FormatName } from "../../nouns/index.ts";
import type { RecordType } from "../../model/thing.ts";
import { USER } from "../../nouns/user.ts";
import { IS_ABOVE_OPERATOR_SQL } from "../ledger/account-rows.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import type { UndoCounts } from "./engine-types.ts";
import { EMPTY_COUNTS } from "./import-result.ts";
import type { PlanCounts } from "../ledger/import-rows.ts";
import { quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import { EXPORTED_VERSIONS } from "../ledger/observed-state.ts";
import { LISTED_SQL } from "../ledger/written-files.ts";
import type { Database } from "../store/database.ts";
import { buildNeedsWipeSql } from "./device-rules.ts";
import { PRIVILEGED_USER_COLUMNS, refusePrivilegedUser, findRolesInUndo } from "./scope-problems.ts";
import { countRecords } from "./compare.ts";
import { getKindsOfThing, getStoredKind } from "./tables.ts";
import { getAppliedScope } from "../store/store.ts";
import { readBlockedRecords, countBlockedRecords, findBlockedRecords, buildUndoEtag } from "./undo-blocked.ts";
import { buildScopeSql, countChangedColumns } from "./undo-lines.ts";
import { stageDeletion, stageDrop } from "./undo-stages.ts";
import {
  restoreCustomFields,
  buildCurrentJoinsSql,
  countStagedRecords,
  getStagedTable,
  stageChange,
} from "./undo-records.ts";

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
  if (getAppliedScope(database) === undefined) return;
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
