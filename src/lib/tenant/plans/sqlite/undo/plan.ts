import { ACCOUNT } from "../../../../nouns/account.ts";
import { DEVICE } from "../../../../nouns/device.ts";
import { FORMATS } from "../../../../model/formats.ts";
import type { FormatName } from "../../../../nouns/index.ts";
import { USER } from "../../../../nouns/user.ts";
import { getVersionSchema } from "../../../versions/save-versions.ts";
import { IS_ABOVE_OPERATOR_SQL } from "../../../accounts/account-rows.ts";
import type { UndoCounts, UndoneChange } from "../../engine.ts";
import { EMPTY_COUNTS } from "../../import-result.ts";
import type { PlanCounts } from "../../staging/counts.ts";
import { quoteIdentifier, ORDERED_JOIN } from "../../../store/sql.ts";
import type { VersionSchema } from "../../../versions/tables.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildNeedsWipeSql } from "../devices/rules.ts";
import { PRIVILEGED_USER_COLUMNS, refusePrivilegedUser } from "../matching/scope-problems.ts";
import { countRecords } from "../compare.ts";
import { findRolesInUndo } from "../named-roles.ts";
import { getStoredKind } from "../tables.ts";
import { getAppliedScope } from "../../../store/sqlite/store.ts";
import { readBlockedRecords, countBlockedRecords, findBlockedRecords, buildUndoEtag } from "./blocked.ts";
import { buildScopeSql, countChangedColumns, getFileKinds } from "./undo-lines.ts";
import { stageDeletion } from "../deletion/stage.ts";
import { stageDrop } from "./dropped-task.ts";
import {
  restoreCustomFields,
  buildCurrentJoinsSql,
  countStagedRecords,
  getStagedTable,
  stageChange,
  type StagedCount,
} from "./staged-records.ts";

const MAX_LISTED_BLOCKED_RECORDS = 1_000;

const determineUndoKind = (database: Database, staged: readonly StagedCount[]): FormatName => {
  const versions = staged.find((one) => getFileKinds(one.versions).length > 0)?.versions;
  if (versions === undefined) return "users";
  const { scope, formats } = versions.thing;
  if (scope === undefined) return (Object.keys(formats)[0] ?? "users") as FormatName;
  const row = database.get(
    `select ${buildScopeSql(scope)} as scope from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} limit 1`,
  );
  return String(row?.["scope"]) as FormatName;
};

/** Returns the number of devices that get another owner and must be wiped. @see facts 1.3 */
const countWipes = (database: Database): number | undefined => {
  const staged = getStagedTable(getVersionSchema(DEVICE.name));
  const to = (column: string): string => `u.${quoteIdentifier(column)}`;
  if (database.get(`select 1 from ${staged} where action = 'update' limit 1`) === undefined) return undefined;
  return database.count(
    `select count(*) from ${staged} u ${ORDERED_JOIN} main.device t on t.pk = u.pk
     where u.action = 'update' and (t.owner is not null or t.ownerOrg is not null)
       and (t.owner is distinct from u.owner or t.ownerOrg is distinct from u.ownerOrg) and ${buildNeedsWipeSql(to, "t.status")}`,
  );
};

const requireNoUsersAboveOperator = (database: Database): void => {
  if (getAppliedScope(database) === undefined) return;
  const [users, accounts] = [USER.name, ACCOUNT.name].map((name) => getStagedTable(getVersionSchema(name)));
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
  else stageChange(database, undone.revision);
  requireNoUsersAboveOperator(database);
  findBlockedRecords(database, undone);
  restoreCustomFields(database);
};

const countRecordsOfThing = (database: Database, versions: VersionSchema): number => {
  const kinds = getFileKinds(versions);
  if (kinds.length === 0) return database.count(`select count(*) from main.${versions.thing.name}`);
  return kinds.reduce((sum, kind) => sum + countRecords(database, kind), 0);
};

export const countPreparedUndo = (database: Database, undone: UndoneChange, own?: FormatName): UndoCounts => {
  prepareUndo(database, undone);
  const staged = countStagedRecords(database);
  const name = own ?? determineUndoKind(database, staged);
  const kind = getStoredKind(name);
  const isOwn = ({ versions }: StagedCount): boolean => versions.thing === FORMATS[name].thing;
  const { versions: _, ...counted } = staged.find(isOwn) ?? { versions: undefined };
  const beside = staged
    .filter((one) => !isOwn(one))
    .map(({ versions, ...one }) => ({
      thing: versions.thing.name,
      ...one,
      recordsBefore: countRecordsOfThing(database, versions),
    }));
  const blocked = countBlockedRecords(database);
  const counts: PlanCounts = {
    ...EMPTY_COUNTS,
    ...counted,
    recordsBefore: countRecords(database, kind),
    columns: countChangedColumns(database, kind),
    roles: findRolesInUndo(database),
    ...(beside.length > 0 && { beside }),
    // the console does not change when a task is dropped, so no device needs to be wiped
    wipes: undone.dropped === undefined ? countWipes(database) : undefined,
    blocked:
      blocked === 0 ? undefined : { count: blocked, first: readBlockedRecords(database, MAX_LISTED_BLOCKED_RECORDS) },
  };
  return { kind: name, etag: buildUndoEtag(database, undone), counts };
};
