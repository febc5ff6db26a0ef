import { buildThingDriftSql } from "../ledger/drift.ts";
import { buildCompleteMaskSql, buildEmptyValueSql, OBSERVED_VERSIONS } from "../ledger/observed-state.ts";
import { buildEndStatements } from "../ledger/written-files.ts";
import { USER } from "../../nouns/user.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema, getVersionSchema } from "../ledger/version-tables.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { buildInterruptCheckSql } from "./functions.ts";
import {
  buildShownEntriesSql,
  getStagedTable,
  listRestoredColumns,
  resetStagedTables,
  VERSIONED_THINGS,
} from "./undo-records.ts";
import { type FormatName, getThingNoun } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { Failure } from "../../errors/index.ts";
import { formatCount, text } from "../../text/index.ts";
import type { StoredKind } from "./stored-kind.ts";
import { getStoredKind } from "./tables.ts";

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

const stageSelected = (database: Database, { name, thing }: StoredKind, request: StoredRequest): void => {
  const sql = buildSelectedNumbersSql(name as FormatName, request);
  database.run(
    `insert into ${getStagedTable({ thing })} (pk, action, changed) select pk, 'delete', ${ALL_COLUMNS_MASK} from (${sql})`,
  );
};

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

export const stageDeletion = (database: Database, { request, ids }: NonNullable<UndoneChange["deleted"]>): void => {
  for (const versions of VERSIONED_THINGS) resetStagedTables(database, versions);
  database.exec(`create table if not exists ${NAMED_IDS_TABLE} (id text primary key) without rowid`);
  database.exec(`delete from ${NAMED_IDS_TABLE}`);
  database.run(`insert into ${NAMED_IDS_TABLE} select value from json_each(:ids) where true on conflict do nothing`, {
    ids: JSON.stringify(ids),
  });
  const kinds = listDeletedKinds(request);
  for (const kind of kinds) stageSelected(database, kind, request);
  requireNamedRecords(database, kinds[0]);
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

// A dropped task is undone by writing the console's values over local changes. Records that were created locally are
// deleted, and records that were deleted locally are restored.

const DROPPED_VALUES_TABLE = "temp.dropped";

export const stageDrop = (database: Database, dropped: UndoneChange): void => {
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
export const readDropFingerprint = (database: Database): readonly unknown[] => [
  database.count("select coalesce(max(revision), 0) from main.collection"),
  database.all(`select * from ${DROPPED_VALUES_TABLE} order by thing, pk`),
];

export const finishTaskDrop = (database: Database): void => {
  for (const versions of OBSERVED_VERSIONS) {
    const parts = `select pk, ended from ${DROPPED_VALUES_TABLE} where thing = '${versions.thing.name}'`;
    for (const sql of buildEndStatements(versions, parts)) database.exec(sql);
  }
};
