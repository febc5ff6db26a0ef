import { buildThingDriftSql } from "../../../console/drift.ts";
import {
  buildCompleteMaskSql,
  buildEmptyValueSql,
  buildMergedEntriesSql,
  getObservedTable,
  OBSERVED_VERSIONS,
} from "../../../console/observed.ts";
import { SECURED_GROUP, SECURED_USER } from "../../../../model/secured-user.ts";
import { USER } from "../../../../model/user.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { ALL_COLUMNS_MASK, getColumnBit, listSecretTimeColumns, type VersionSchema } from "../../../versions/tables.ts";
import type { UndoneChange } from "../../engine.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { toGroupKey, normaliseGroupSet, buildGroupKeysValue } from "../../../records/secured/user-rows.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import {
  buildRecordsAfterUndoSql,
  resetStagedTables,
  listRestoredColumns,
  getStagedTable,
  VERSIONED_THINGS,
} from "./staged.ts";

// To drop a task, an undo writes the console values: local changes are replaced with the observed values, locally
// created records are deleted, and locally deleted records are restored.

/** The temporary table of dropped values: `thing`; `pk`; `mask`, the columns. */
const DROPPED_TABLE = "temp.dropped";

/** The temporary table of the groups that are renamed: `app`, `was` (the current name), `name` (the new name). */
const RENAMED_GROUP_TABLE = "temp.dropped_names";

/** Stages the records that are written when a task is dropped. */
export const stageDrop = (database: Database, dropped: UndoneChange): void => {
  for (const versions of VERSIONED_THINGS) {
    resetStagedTables(database, versions);
    if (OBSERVED_VERSIONS.includes(versions)) stageDroppedRecords(database, versions, dropped);
  }
  stageRenamedGroups(database);
};

const storeRenamedGroups = (database: Database, groups: VersionSchema): void => {
  database.exec(`create table if not exists ${RENAMED_GROUP_TABLE} (app text, was text, name text)`);
  database.exec(`delete from ${RENAMED_GROUP_TABLE}`);
  database.exec(
    `insert into ${RENAMED_GROUP_TABLE} select t.app, t.name, u.name from ${getStagedTable(groups)} u ${ORDERED_JOIN} main.secured_group t on t.pk = u.pk
     where u.action = 'update' and u.name <> t.name`,
  );
};

interface GroupSets {
  readonly app: string;
  /** JSON: for each set, its current value, its new value, and the keys of the new value */
  readonly sets: string;
}

/** Returns the sets of groups that contain a renamed group, by app. @param from SQL: the users `m` */
const findRenamedGroupSets = (database: Database, from: string): readonly GroupSets[] => {
  const renamed = database.all(`select app, was, name from ${RENAMED_GROUP_TABLE}`);
  return [...Map.groupBy(renamed, (row) => String(row["app"]))].map(([app, names]) => {
    const byKey = new Map(names.map(({ was, name }) => [toGroupKey(String(was)), String(name)]));
    // the users have only a few different sets of groups
    const found = database.all(
      `select distinct m.groups from ${from} where m.app = :app and exists (
         select 1 from json_each(coalesce(m.groupKeys, m.groups)) e where e.value in (select value from json_each(:keys)))`,
      { app, keys: JSON.stringify([...byKey.keys()]) },
    );
    const sets = found.map(({ groups }) => {
      const before = JSON.parse(String(groups)) as readonly string[];
      const after = normaliseGroupSet(before.map((name) => byKey.get(toGroupKey(name)) ?? name));
      return [groups, JSON.stringify(after), buildGroupKeysValue(after)];
    });
    return { app, sets: JSON.stringify(sets) };
  });
};

/** SQL: the sets of {@link findRenamedGroupSets} as rows. */
const GROUP_SET_ROWS_SQL = `(select value ->> 0 as was, value ->> 1 as after, value ->> 2 as keys from json_each(:sets))`;

/** Renames the groups in the staged users, because users refer to their groups by name. */
const stageRenamedGroups = (database: Database): void => {
  const [users, groups] = [SECURED_USER, SECURED_GROUP].map(({ name }) => getVersionSchema(name)) as [
    VersionSchema,
    VersionSchema,
  ];
  storeRenamedGroups(database, groups);
  const columns = [...listRestoredColumns(users).map(({ name }) => name), ...users.times]
    .map(quoteIdentifier)
    .join(", ");
  for (const one of findRenamedGroupSets(
    database,
    `${buildRecordsAfterUndoSql(users, ["app", "groups", "groupKeys"])} m`,
  )) {
    database.run(
      `insert into ${getStagedTable(users)} (pk, action, changed, ${columns}) select t.pk, 'update', 0, ${columns}
       from main.secured_user t where t.app = :app and t.groups in (select was from ${GROUP_SET_ROWS_SQL}) on conflict do nothing`,
      { ...one },
    );
    database.run(
      `update ${getStagedTable(users)} as u set groups = s.after, groupKeys = s.keys, changed = u.changed | ${getColumnBit(users, "groups")}
       from ${GROUP_SET_ROWS_SQL} s where u.action <> 'delete' and u.app = :app and u.groups = s.was`,
      { ...one },
    );
  }
};

const findDroppedValues = (database: Database, versions: VersionSchema, undone: UndoneChange): void => {
  const { dropped = [], inSight } = undone;
  const { thing } = versions;
  database.exec(
    `create table if not exists ${DROPPED_TABLE} (thing text, pk integer, mask integer, primary key (thing, pk))`,
  );
  database.run(`delete from ${DROPPED_TABLE} where thing = :thing`, { thing: thing.name });
  // an undo does not restore secrets, but a secret is dropped together with its account
  const secrets = versions.columns
    .filter(({ name }) => listSecretTimeColumns(thing).includes(name))
    .map(({ bit }) => bit);
  const isOfAccount = thing === USER ? `d.mask & ${getColumnBit(versions, "accountName")} <> 0` : "false";
  const part = `(d.mask & ~${buildCaseSql(isOfAccount, "0", `(${secrets.join(" | ") || "0"})`)})`;
  const isAmong = inSight === undefined ? "true" : "d.pk in (select value from json_each(:among))";
  database.run(
    `insert into ${DROPPED_TABLE} select d.thing, d.pk, ${buildCompleteMaskSql(versions, `(sum(${part}))`)}
     from (${buildThingDriftSql(versions, "true")}) d
     where d.revision in (select value from json_each(:dropped)) and ${part} <> 0 and ${isAmong} group by d.thing, d.pk`,
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
    // the observed value may be missing, because exports have not shown this column of a new record yet
    const value =
      name === "custom"
        ? buildFilledEntriesSql(buildMergedEntriesSql(own, local))
        : `coalesce(${own}, ${buildEmptyValueSql(thing, name)})`;
    return buildCaseSql(`t.${key} is null or d.mask & ${bit} <> 0`, value, local);
  });
  const from = `${DROPPED_TABLE} d ${ORDERED_JOIN} ${getObservedTable(versions)} o on o.pk = d.pk left join main.${thing.name} t on t.${key} = d.pk
    where d.thing = '${thing.name}' and ${buildInterruptCheckSql("d.pk")}`;
  const deletedAt = `(select max(v.revision) from main.${thing.name}_version v where v.pk = d.pk and v.action = 'delete')`;
  const timesOf = times.map((name) => {
    const column = quoteIdentifier(name);
    return `coalesce(t.${column}, (select v.${column} from main.${thing.name}_version v where v.pk = d.pk and v.revision = ${deletedAt}))`;
  });
  const into = `insert into ${getStagedTable(versions)} (pk, action, changed, ${names.join(", ")})`;
  database.exec(
    `${into} select d.pk, ${buildCaseSql(`t.${key} is null`, "'create'", "'update'")}, ${buildCaseSql(`t.${key} is null`, ALL_COLUMNS_MASK, "d.mask")},
       ${[...shown, ...timesOf].join(", ")} from ${from} and o.inConsole = 1`,
  );
  database.exec(
    `${into} select d.pk, 'delete', ${ALL_COLUMNS_MASK}, ${names.map(() => "null").join(", ")} from ${from} and o.inConsole = 0`,
  );
};

const buildFilledEntriesSql = (entries: string): string =>
  `(select json_group_object(b.key, b.value) from json_each(${entries}) b where b.value is not null)`;

/**
 * Returns values that identify what is dropped. The latest revision is included, because any change may affect the
 * dropped values.
 */
export const readDropFingerprint = (database: Database): readonly unknown[] => [
  database.count("select coalesce(max(revision), 0) from main.collection"),
  database.all(`select * from ${DROPPED_TABLE} order by thing, pk`),
];

const renameObservedGroups = (database: Database): void => {
  const observed = `main.${getObservedTable(getVersionSchema(SECURED_USER.name))}`;
  const columns = "o.pk, coalesce(o.app, t.app) as app, o.groups, o.groupKeys";
  const shown = `(select ${columns} from ${observed} o left join main.secured_user t on t.pk = o.pk)`;
  for (const one of findRenamedGroupSets(database, `${shown} m`))
    database.run(
      `update ${observed} as o set groups = s.after, groupKeys = s.keys
       from ${shown} m ${ORDERED_JOIN} ${GROUP_SET_ROWS_SQL} s on s.was = m.groups where m.pk = o.pk and m.app = :app`,
      { ...one },
    );
};

/** Adapts the observed state after a drop: groups got their former names, and the secrets of accounts are dropped. */
export const settleDrop = (database: Database): void => {
  renameObservedGroups(database);
  const users = getVersionSchema(USER.name);
  const secrets = listSecretTimeColumns(USER).flatMap((column) =>
    users.columns.flatMap(({ name, bit }) => (name === column ? [bit] : [])),
  );
  database.exec(
    `update main.${getObservedTable(users)} as o set touched = o.touched & ~(${secrets.join(" | ")})
     from ${DROPPED_TABLE} d where d.thing = '${USER.name}' and d.pk = o.pk and d.mask & (${secrets.join(" | ")}) <> 0`,
  );
};
