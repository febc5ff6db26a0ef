import type { PlanCounts } from "../../staging/counts.ts";
import type { UndoneChange } from "../../engine.ts";
import { buildSelectedNumbersSql, getFilterList, NAMED_IDS_TABLE } from "../../selection.ts";
import type { StoredRequest } from "../../request.ts";
import { Failure } from "../../../../errors/index.ts";
import { getThingNoun } from "../../../../model/problem.ts";
import { formatCount, text } from "../../../../text/index.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { refreshDerivedTable } from "../../../store/sqlite/scope.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { ALL_COLUMNS_MASK } from "../../../versions/tables.ts";
import { buildRecordLabelSql } from "../expressions.ts";
import type { StoredKind } from "../stored-kind.ts";
import { getStoredKind } from "../tables.ts";
import { getStagedTable, resetStagedTables, VERSIONED_THINGS } from "../undo/staged.ts";

const listDeletedKinds = ({ kind, select }: StoredRequest): readonly [StoredKind, ...StoredKind[]] => [
  getStoredKind(kind),
  ...(select?.by === "below" ? [getStoredKind("users")] : []),
];

const stageSelected = (database: Database, { name, thing }: StoredKind, { select }: StoredRequest): void => {
  if (select === undefined) throw new TypeError("the deletion does not specify its records");
  const kind = name as StoredRequest["kind"];
  for (const table of getFilterList(kind)?.derived ?? []) refreshDerivedTable(database, table);
  const { sql, params } = buildSelectedNumbersSql(kind, select);
  database.run(
    `insert into ${getStagedTable({ thing })} (pk, action, changed) select pk, 'delete', ${ALL_COLUMNS_MASK} from (${sql})`,
    params,
  );
};

/** @throws Failure `not-found` if a named record does not exist */
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

const MAX_LISTED_RECORDS = 10;

const keepProtected = (database: Database, { thing, isProtected }: StoredKind): PlanCounts["staying"] => {
  const staged = getStagedTable({ thing });
  const from = `from ${thing.name} t where ${isProtected} and t.pk in (select pk from ${staged})`;
  const names = database.all(
    `select ${buildRecordLabelSql(thing)} as name ${from} order by t.pk limit ${MAX_LISTED_RECORDS}`,
  );
  if (names.length === 0) return undefined;
  const count = database.run(`delete from ${staged} where pk in (select t.pk ${from})`);
  return { count, names: names.map(({ name }) => String(name)) };
};

/**
 * Stages the records that a deletion deletes. A deletion by filters leaves out protected records.
 *
 * @returns the records that stay
 * @throws Failure `not-found` if a named record does not exist
 */
export const stageDeletion = (database: Database, { deleted, inSight }: UndoneChange): Pick<PlanCounts, "staying"> => {
  if (deleted === undefined) return {};
  const { request, ids } = deleted;
  for (const versions of VERSIONED_THINGS) resetStagedTables(database, versions);
  database.exec(`create table if not exists ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  database.exec(`delete from ${NAMED_IDS_TABLE}`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
  const kinds = listDeletedKinds(request);
  const [first] = kinds;
  for (const kind of kinds) {
    if (inSight === undefined) stageSelected(database, kind, request);
    else
      database.run(
        `insert into ${getStagedTable(kind)} (pk, action, changed) select value, 'delete', ${ALL_COLUMNS_MASK} from json_each(:numbers)`,
        { numbers: JSON.stringify(inSight.flatMap(([thing, pk]) => (thing === kind.thing.name ? [pk] : []))) },
      );
  }
  if (request.select?.by === "filtered") return { staying: keepProtected(database, first) };
  if (inSight === undefined) requireNamedRecords(database, first);
  return {};
};

export const readDeletedRecords = (
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
