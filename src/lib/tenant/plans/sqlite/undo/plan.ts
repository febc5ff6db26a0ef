import { ACCOUNT } from "../../../../model/account.ts";
import { DEVICE } from "../../../../model/device.ts";
import { FORMATS } from "../../../../model/formats.ts";
import type { FormatName } from "../../../../model/console-files.ts";
import { USER } from "../../../../model/user.ts";
import { text } from "../../../../text/index.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { IS_ABOVE } from "../../../accounts/account-rows.ts";
import type { UndoCounts, UndoneChange } from "../../engine.ts";
import { quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import { versionTable, type Versions } from "../../../versions/tables.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { needsWipe } from "../../../store/sql/wipes.ts";
import { FOUND, refuseFound } from "../matching/outside.ts";
import { countRecords } from "../compare.ts";
import { kindNamed } from "../tables.ts";
import { seesPart } from "../../../store/sqlite/scope.ts";
import { blockedRecords, countBlocked, findBlocked, undoEtag, type BlockedPlace } from "./blocked.ts";
import { changedColumns, kindsOf } from "./lines.ts";
import { countReopened, REOPENED, reopenedCounts, stageReopened } from "./confirmation.ts";
import { stageDrop } from "./drop.ts";
import { leaveRemovedFields, lostFields, stagedCounts, stagedTable, stageUndo, type StagedCount } from "./staged.ts";

/** Maximum number of records in the way that are told one by one. */
const MAX_BLOCKED = 1_000;

const total = ({ create, update, delete: gone }: StagedCount): number => create + update + gone;

/** The kind of which an undo writes or opens most records; if no file has its records, the kind that they belong to. */
const kindOfStaged = (database: Database, staged: readonly StagedCount[]): FormatName => {
  const [most] = staged.toSorted(
    (a, b) => Number(kindsOf(b.versions).length > 0) - Number(kindsOf(a.versions).length > 0) || total(b) - total(a),
  );
  if (most === undefined) return "users";
  const { thing } = most.versions;
  if (thing.scope !== undefined) {
    // a record that is deleted already has its scope in its last version
    const row = database.get(
      `select coalesce(u.${thing.scope}, t.${thing.scope}, (select v.${thing.scope} from main.${versionTable(most.versions)} v
           where v.pk = u.pk and v.action = 'delete' order by v.revision desc limit 1)) as scope
       from (select pk, ${thing.scope} from ${stagedTable(most.versions)} union all
         select pk, null from ${REOPENED} where thing = '${thing.name}') u left join main.${thing.name} t on t.pk = u.pk limit 1`,
    );
    return String(row?.["scope"]) as FormatName;
  }
  return (Object.keys(thing.formats)[0] ?? "users") as FormatName;
};

/** The devices that have to be wiped, as they get another owner. @see facts 1.3 */
const countWipes = (database: Database): number | undefined => {
  const staged = stagedTable(versionsOf(DEVICE.name));
  const to = (column: string): string => `u.${quoteIdentifier(column)}`;
  if (database.get(`select 1 from ${staged} limit 1`) === undefined) return undefined;
  return database.count(
    `select count(*) from ${staged} u ${THEN} main.device t on t.pk = u.pk
     where u.action = 'update' and (t.owner is not null or t.ownerOrg is not null)
       and (t.owner is distinct from u.owner or t.ownerOrg is distinct from u.ownerOrg) and ${needsWipe(to, "t.status")}`,
  );
};

/**
 * Only system administrators change, delete or restore the user of an administrator above operator, or mark a user as an
 * administrator: an undo is no way around that.
 *
 * @throws Failure `not-permitted`
 * @see facts 2.1
 */
const checkNobodyAbove = (database: Database): void => {
  if (!seesPart(database)) return;
  const [users, accounts] = [USER.name, ACCOUNT.name].map((name) => stagedTable(versionsOf(name)));
  const isMarked = `exists (select 1 from ${users} s where s.pk = p.pk and s.action <> 'delete' and s.administrator = 1)`;
  const found = database.get(
    `select ${FOUND} from (select pk from ${users} union select pk from ${accounts}) p
       left join main.user u on u.pk = p.pk left join main.account a on a.user = p.pk
     where ${IS_ABOVE} or ${isMarked} and coalesce(a.role, 'none') = 'none' order by p.pk limit 1`,
  );
  refuseFound(found, text("undoes what changed the user", "そのユーザーへの変更を取り消せる"));
};

/**
 * Stages the undo of a change, and finds what stands in its way.
 *
 * @param known as of {@link findBlocked}
 * @throws Failure `not-permitted`
 */
export const prepareUndo = (database: Database, undone: UndoneChange, known?: readonly BlockedPlace[]): void => {
  if (undone.dropped === undefined) stageUndo(database, undone);
  else stageDrop(database, undone);
  stageReopened(database, undone);
  checkNobodyAbove(database);
  findBlocked(database, undone, known);
  leaveRemovedFields(database);
};

/** The number of records of a thing; 全社, which is always there, does not count. */
const countThings = (database: Database, versions: Versions): number => {
  const kinds = kindsOf(versions);
  if (kinds.length === 0) return database.count(`select count(*) from ${versions.thing.name}`);
  return kinds.reduce((sum, kind) => sum + countRecords(database, kind), 0);
};

/** What a staged undo does. @param own the kind of its import; undefined: the kind of which it writes most records */
export const countUndo = (database: Database, undone: UndoneChange, own?: FormatName): UndoCounts => {
  const staged = stagedCounts(database);
  const name = own ?? kindOfStaged(database, staged.length > 0 ? staged : reopenedCounts(database));
  const kind = kindNamed(name);
  const isOwn = ({ versions }: StagedCount): boolean => versions.thing === FORMATS[name].thing;
  const { create = 0, update = 0, delete: gone = 0 } = staged.find(isOwn) ?? {};
  const blocked = countBlocked(database);
  const lost = lostFields(database);
  return {
    kind: name,
    etag: undoEtag(database, undone),
    recordsBefore: countRecords(database, kind),
    create,
    update,
    delete: gone,
    columns: changedColumns(database, kind),
    beside: staged
      .filter((one) => !isOwn(one))
      .map(({ versions, ...one }) => ({
        thing: versions.thing.name,
        ...one,
        recordsBefore: countThings(database, versions),
      })),
    wipes: countWipes(database),
    lost: lost.length === 0 ? undefined : lost,
    reopened: countReopened(database, undone),
    blocked: blocked === 0 ? undefined : { count: blocked, first: blockedRecords(database, MAX_BLOCKED) },
  };
};
