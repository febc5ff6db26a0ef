import { customColumn, driftOf, isCustomField } from "../../../console/drift.ts";
import {
  emptyValue,
  entriesBit,
  IS_CONFIRMED_ENTRY,
  joinedEntries,
  observedTable,
  PRESENCE,
  settlingEntries,
} from "../../../console/observed.ts";
import { DEVICE, OWNERS } from "../../../../model/device.ts";
import { SECURED_GROUP, SECURED_USER } from "../../../../model/secured-user.ts";
import { USER } from "../../../../model/user.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { ALL_CHANGED, bitOf, secretColumns, type Versions } from "../../../versions/tables.ts";
import type { UndoneChange } from "../../engine.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { groupKey, groupSet, keysOf } from "../../../records/secured/user-rows.ts";
import { proceeding } from "../functions.ts";
import { afterwards, emptyStaged, restoredColumns, stagedTable, THINGS } from "./staged.ts";

// A task is dropped by an undo whose values are those of the console: what was changed here gets the observed values, what was
// created here goes, and what was deleted here comes back.

/**
 * The temporary table of what is dropped: `thing`, `pk`, the `mask` of columns, `whole`: the record as a whole, and `keys`: JSON
 * of the custom fields, null if it is all of them.
 */
const DROPPED = "temp.dropped";

/** The temporary table of the groups that get other names: `app`, `was`, `name`. */
const RENAMED = "temp.dropped_names";

/** Stages what is dropped. */
export const stageDrop = (database: Database, dropped: UndoneChange): void => {
  for (const versions of THINGS) {
    emptyStaged(database, versions);
    stageThing(database, versions, dropped);
  }
  stageMembers(database);
};

/** Names the groups that get other names, by the apps that they are of. */
const noteRenamed = (database: Database, groups: Versions): void => {
  database.exec(`create table if not exists ${RENAMED} (app text, was text, name text)`);
  database.exec(`delete from ${RENAMED}`);
  database.exec(
    `insert into ${RENAMED} select t.app, t.name, u.name from ${stagedTable(groups)} u ${THEN} main.secured_group t on t.pk = u.pk
     where u.action = 'update' and u.name <> t.name`,
  );
};

/** The sets of groups that users of an app have, and as what they are written. */
interface GroupSets {
  readonly app: string;
  /** JSON: each set as it is, as it is to be, and its keys */
  readonly sets: string;
}

/** Returns the sets of groups in which one gets another name, by apps. @param from SQL: the users `m` */
const renamedSets = (database: Database, from: string): readonly GroupSets[] => {
  const renamed = database.all(`select app, was, name from ${RENAMED}`);
  return [...Map.groupBy(renamed, (row) => String(row["app"]))].map(([app, names]) => {
    const byKey = new Map(names.map(({ was, name }) => [groupKey(String(was)), String(name)]));
    // users have few sets of groups between them
    const found = database.all(
      `select distinct m.groups from ${from} where m.app = :app and exists (
         select 1 from json_each(coalesce(m.groupKeys, m.groups)) e where e.value in (select value from json_each(:keys)))`,
      { app, keys: JSON.stringify([...byKey.keys()]) },
    );
    const sets = found.map(({ groups }) => {
      const before = JSON.parse(String(groups)) as readonly string[];
      const after = groupSet(before.map((name) => byKey.get(groupKey(name)) ?? name));
      return [groups, JSON.stringify(after), keysOf(after)];
    });
    return { app, sets: JSON.stringify(sets) };
  });
};

/** SQL: the sets of {@link renamedSets}. */
const SETS = `(select value ->> 0 as was, value ->> 1 as after, value ->> 2 as keys from json_each(:sets))`;

/** Groups are named by their users: who is in one follows its name. */
const stageMembers = (database: Database): void => {
  const [users, groups] = [SECURED_USER, SECURED_GROUP].map(({ name }) => versionsOf(name)) as [Versions, Versions];
  noteRenamed(database, groups);
  const columns = [...restoredColumns(users).map(({ name }) => name), ...users.times].map(quoteIdentifier).join(", ");
  for (const one of renamedSets(database, `${afterwards(users, ["app", "groups", "groupKeys"])} m`)) {
    database.run(
      `insert into ${stagedTable(users)} (pk, action, changed, ${columns}) select t.pk, 'update', 0, ${columns}
       from main.secured_user t where t.app = :app and t.groups in (select was from ${SETS}) on conflict do nothing`,
      { ...one },
    );
    database.run(
      `update ${stagedTable(users)} as u set groups = s.after, groupKeys = s.keys, changed = u.changed | ${bitOf(users, "groups")}
       from ${SETS} s where u.action <> 'delete' and u.app = :app and u.groups = s.was`,
      { ...one },
    );
  }
};

/** So does what the console last showed of those who were changed otherwise. */
const settleMembers = (database: Database): void => {
  const observed = `main.${observedTable(versionsOf(SECURED_USER.name))}`;
  const columns = "o.pk, coalesce(o.app, t.app) as app, o.groups, o.groupKeys";
  const shown = `(select ${columns} from ${observed} o left join main.secured_user t on t.pk = o.pk)`;
  for (const one of renamedSets(database, `${shown} m`))
    database.run(
      `update ${observed} as o set groups = s.after, groupKeys = s.keys
       from ${shown} m ${THEN} ${SETS} s on s.was = m.groups where m.pk = o.pk and m.app = :app`,
      { ...one },
    );
};

/** Finds what is dropped of a thing's records. */
const findDropped = (database: Database, versions: Versions, undone: UndoneChange): void => {
  const { dropped = [], inSight, records, columns: fields } = undone;
  const { thing } = versions;
  database.exec(
    `create table if not exists ${DROPPED} (thing text, pk integer, mask integer, whole integer, keys text, primary key (thing, pk))`,
  );
  database.run(`delete from ${DROPPED} where thing = :thing`, { thing: thing.name });
  const custom = fields?.filter(isCustomField).map((column) => column.slice(customColumn("").length));
  const bits = versions.columns.flatMap(({ name, bit }) => (fields?.includes(name) === true ? [bit] : []));
  const all = [...bits, custom === undefined || custom.length === 0 ? "0" : entriesBit(versions)].join(" | ");
  // the console has what somebody confirmed; and no undo brings back a secret, but one goes with its account
  const secrets = versions.columns.filter(({ name }) => secretColumns(thing).includes(name)).map(({ bit }) => bit);
  const isOfAccount = thing === USER ? `d.mask & ${bitOf(versions, "accountName")} <> 0` : "false";
  const open = `(d.mask & ~d.confirmed & ~${either(isOfAccount, "0", `(${secrets.join(" | ") || "0"})`)})`;
  // some fields of a record are never the record as a whole
  const part = fields === undefined ? open : either("d.action = 'update'", `${open} & (${all})`, "0");
  const among = [inSight, records].filter((those) => those !== undefined);
  const isAmong = among.map((_, at) => `d.pk in (select value from json_each(:among${at}))`);
  database.run(
    `insert into ${DROPPED} select d.thing, d.pk, sum(d.part & ~${PRESENCE}), max(d.part & ${PRESENCE} <> 0), :keys
     from (select d.*, ${part} as part from (${driftOf(versions, "true")}) d) d
     where d.revision in (select value from json_each(:dropped)) and d.part <> 0 and ${["true", ...isAmong].join(" and ")}
     group by d.thing, d.pk`,
    {
      dropped: JSON.stringify(dropped),
      keys: custom === undefined ? null : JSON.stringify(custom),
      ...Object.fromEntries(
        among.map((those, at) => [
          `among${at}`,
          JSON.stringify(those.flatMap(([name, pk]) => (name === thing.name ? [pk] : []))),
        ]),
      ),
    },
  );
  // a device has one owner, of two kinds
  if (thing === DEVICE) {
    const owners = OWNERS.map((name) => bitOf(versions, name)).join(" | ");
    database.exec(
      `update ${DROPPED} set mask = mask | ${owners} where thing = '${thing.name}' and mask & (${owners}) <> 0`,
    );
  }
};

const stageThing = (database: Database, versions: Versions, undone: UndoneChange): void => {
  const { thing, key, times } = versions;
  findDropped(database, versions, undone);
  const columns = restoredColumns(versions);
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const shown = columns.map(({ name, bit }) => {
    const [own, local] = [`o.${quoteIdentifier(name)}`, `t.${quoteIdentifier(name)}`];
    // no export may have shown a column of a new record
    const value =
      name === "custom"
        ? withoutBlanks(joinedEntries(droppedEntries(own), local))
        : `coalesce(${own}, ${emptyValue(thing, name)})`;
    // what does not differ is what the console has, too
    return either(`t.${key} is null or d.mask & o.differs & ${bit} <> 0`, value, local);
  });
  const from = `${DROPPED} d ${THEN} ${observedTable(versions)} o on o.pk = d.pk left join main.${thing.name} t on t.${key} = d.pk
    where d.thing = '${thing.name}' and ${proceeding("d.pk")}`;
  const deletedAt = `(select max(v.revision) from main.${thing.name}_version v where v.pk = d.pk and v.action = 'delete')`;
  const timesOf = times.map((name) => {
    const column = quoteIdentifier(name);
    return `coalesce(t.${column}, (select v.${column} from main.${thing.name}_version v where v.pk = d.pk and v.revision = ${deletedAt}))`;
  });
  const into = `insert into ${stagedTable(versions)} (pk, action, changed, ${names.join(", ")})`;
  database.exec(
    `${into} select d.pk, ${either(`t.${key} is null`, "'create'", "'update'")}, ${either(`t.${key} is null`, ALL_CHANGED, "d.mask")},
       ${[...shown, ...timesOf].join(", ")} from ${from} and (o.inConsole = 1 or d.whole = 0) and (t.${key} is null or d.mask <> 0)`,
  );
  database.exec(
    `${into} select d.pk, 'delete', ${ALL_CHANGED}, ${names.map(() => "null").join(", ")} from ${from}
       and d.whole = 1 and o.inConsole = 0 and t.${key} is not null`,
  );
};

/** SQL: the custom fields of an observed record that are dropped, or those that stay. @param entries SQL: all of them */
const droppedEntries = (entries: string, stay = false): string =>
  `(select json_group_object(e.key, e.value) from json_each(coalesce(${entries}, '{}')) e
    where ${stay ? "not " : ""}((d.keys is null or e.key in (select value from json_each(d.keys))) and not ${IS_CONFIRMED_ENTRY}))`;

/** SQL: JSON entries without those that have no value. */
const withoutBlanks = (entries: string): string =>
  `(select json_group_object(b.key, b.value) from json_each(${entries}) b where b.value is not null)`;

/** Returns the records of which something is dropped. */
export const droppedRecords = (database: Database): readonly (readonly [thing: string, pk: number])[] =>
  database
    .all(`select thing, pk from ${DROPPED} order by thing, pk`)
    .map(({ thing, pk }) => [String(thing), Number(pk)] as const);

/** Returns a mark of what is dropped: any later change of the tenant may be another one of that. */
export const markOfDropped = (database: Database): readonly unknown[] => [
  database.count("select coalesce(max(revision), 0) from main.collection"),
  database.all(`select * from ${DROPPED} order by thing, pk`),
];

/** Stores that the records have the values of the console again. Call it when these are written. */
export const settleDropped = (database: Database): void => {
  for (const versions of THINGS) {
    const table = `main.${observedTable(versions)}`;
    const of = `${DROPPED} d where d.thing = '${versions.thing.name}' and d.pk = o.pk`;
    database.exec(`delete from ${table} as o where exists (select 1 from ${of} and d.whole = 1)`);
    const custom = entriesBit(versions);
    if (custom !== "0") {
      database.exec(
        `update ${table} as o set custom = ${droppedEntries("o.custom", true)} from ${of} and d.mask & ${custom} <> 0`,
      );
      // those that stay differ still
      database.exec(
        `update ${DROPPED} as d set mask = d.mask & ~${custom} where d.thing = '${versions.thing.name}'
           and exists (select 1 from ${table} o where o.pk = d.pk and o.custom <> '{}')`,
      );
    }
    database.exec(
      `update ${table} as o set differs = o.differs & ~d.mask, confirmed = o.confirmed & ~d.mask,
         contradicted = o.contradicted & ~d.mask from ${of}`,
    );
    database.exec(`delete from ${table} as o where o.differs = 0 and o.inConsole = 1 and exists (select 1 from ${of})`);
    if (custom !== "0") database.exec(`${settlingEntries(versions)} and exists (select 1 from ${of})`);
  }
  settleMembers(database);
};
