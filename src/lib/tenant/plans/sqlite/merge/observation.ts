import {
  beforeTable,
  CUSTOM,
  entriesBit,
  EXPORTED,
  isFilled,
  keepingAgreed,
  keepingObserved,
  OBSERVED,
  observedTable,
  PRESENCE,
  settlingEntries,
} from "../../../console/observed.ts";
import { CUSTOM_FIELD } from "../../../../model/user.ts";
import { ALL_CHANGED, bitOf, joinedBits, versionTable, type Versions } from "../../../versions/tables.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { CANDIDATE_KEYS } from "../expressions.ts";
import { inScopeOf, type PlanSql } from "../stored-kind.ts";
import { hasTwoNames, mergedReferences } from "./cells.ts";
import {
  AMBIGUOUS,
  DELETED_HERE,
  HELD,
  isContradictedMissing,
  isMissingThere,
  kindIn,
  MERGED,
  mergedWith,
  prefersConsole,
} from "./tables.ts";
import type { RemovedField } from "../../../../csv/layout/header.ts";
import { nameKey } from "../../../../model/normalise.ts";
import { versionsOf } from "../../../versions/keep.ts";

/** SQL: the bits of the columns of a new record `t` that the console may have otherwise: they have a value, or had one. */
const filledBits = (versions: Versions): string => {
  const leading = versions.columns.filter(({ leads }) => leads);
  const had = `coalesce((select ${joinedBits(versions, "v.changed")} from main.${versionTable(versions)} v where v.pk = o.pk and v.action = 'update' and v.revision > o.since), 0)`;
  const has = leading.map(({ name, bit }) => either(isFilled(versions.thing, name), bit, "0"));
  return [had, ...has].join(" | ");
};

/** An export that is taken over, and the observed state of its records. */
interface ObservedExport {
  readonly database: Database;
  readonly plan: PlanSql;
  readonly versions: Versions;
  readonly table: string;
  /** the kind, if its records have a scope */
  readonly params: Readonly<Record<string, string>>;
  /** the revision of the change that takes it over */
  readonly revision: number;
}

/** True if what an export lacks says something: it is neither a part, nor kept. */
const isWhole = ({ plan: { request } }: ObservedExport): boolean =>
  request.mode === "replace" && request.scope === undefined;

/** SQL: true if the observed record `o` is there, of the plan's scope. */
const isHere = ({ plan: { kind } }: ObservedExport): string =>
  `exists (select 1 from ${kind.thing.name} t where t.pk = o.pk and ${inScopeOf(kind.thing, "t")})`;

/** SQL: true if the observed record `o`, of the plan's scope, was deleted here. */
const isDeleted = ({ plan: { kind } }: ObservedExport): string =>
  `(${inScopeOf(kind.thing, "o")} and not exists (select 1 from ${kind.thing.name} t where t.pk = o.pk))`;

/** SQL: true if a row of the export, which is valid, meets the observed record `o`. */
const IS_MET = `exists (select 1 from ${MERGED} x where x.pk = o.pk and not exists (select 1 from s.invalid bad where bad.row = x.row))`;

/** SQL: true if a row of the export shows the observed record `o`, which was deleted here. */
const IS_DELETED_HERE = `exists (select 1 from ${DELETED_HERE} d where d.pk = o.pk)`;

/** SQL: what rows show of records `o` that cannot have that here. */
const IS_CONTRADICTED = `${MERGED} o where o.contradicted <> 0 and ${IS_MET}`;

/** Keeps the observed state as it was, of all records that an export changes. */
const keepObserved = (of: ObservedExport): void => {
  const isLacking = `${isMissingThere} and (o.inConsole = 1 and ${isHere(of)} or ${isDeleted(of)})`;
  const which = `${IS_MET} or ${isWhole(of) ? isLacking : IS_DELETED_HERE}`;
  const sql = keepingObserved(of.versions, which);
  of.database.run(sql, { revision: of.revision, ...(isWhole(of) && of.params) });
  of.database.run(keepingAgreed(of.versions, IS_CONTRADICTED), { revision: of.revision });
};

/** Stores what rows show of the records that were changed here, or that cannot have here what the rows show. */
const observeMet = ({ database, plan, versions, table, revision }: ObservedExport): void => {
  database.run(
    `insert into ${table} (pk, inConsole, differs, since) select o.pk, 1, 0, :revision from ${IS_CONTRADICTED} on conflict do nothing`,
    { revision },
  );
  const custom = entriesBit(versions);
  const sets = versions.columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    if (name !== CUSTOM) return `${column} = ${either(`x.shown & ${bit} <> 0`, `x.${column}`, `o.${column}`)}`;
    return `${column} = (select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(x.entries, '{}')) union all
      select e.key, e.value from json_each(coalesce(o.custom, '{}')) e
      where not exists (select 1 from json_each(coalesce(x.keys, '[]')) k where k.value = e.key)) e)`;
  });
  const shown = `(x.shown | ${either("x.keys is null", "0", custom)})`;
  const stays = (mask: string): string => either("x.isNew", "0", `${mask} & ~${shown}`);
  const unseen = either("x.isNew", `(${filledBits(versions)}) & ~${shown}`, "0");
  database.exec(
    `update ${table} as o set inConsole = 1, confirmed = ${stays("o.confirmed")},
       since = ${either("o.differs & ~x.shown = 0 and o.contradicted & x.contradicted = 0", String(revision), "o.since")},
       contradicted = ${stays("o.contradicted")} | x.contradicted,
       differs = (o.differs & ~x.shown) | (x.shown & x.differing & ${either("x.isNew", ALL_CHANGED, "o.differs | x.contradicted")}) | ${unseen},
       ${sets.join(", ")}
     from ${MERGED} x ${THEN} ${plan.kind.thing.name} t on t.pk = x.pk where o.pk = x.pk and ${IS_MET}`,
  );
  if (custom !== "0") {
    database.exec(
      `update ${table} as o set differs = o.differs & ~${custom} | ${either("coalesce(o.custom, '{}') <> '{}'", custom, "0")},
         confirmedFields = (select json_group_array(c.value) from json_each(o.confirmedFields) c
           where not exists (select 1 from json_each(x.keys) k where k.value = c.value))
       from ${MERGED} x where o.pk = x.pk and x.keys is not null and ${IS_MET}`,
    );
    database.exec(`${settlingEntries(versions)} and exists (select 1 from ${MERGED} x where x.pk = o.pk)`);
  }
  database.exec(`delete from ${table} as o where o.differs = 0 and ${IS_MET}`);
};

/** Stores what rows show of the records that were deleted here. */
const observeDeleted = ({ database, versions, table }: ObservedExport): void => {
  const sets = versions.columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    return `${column} = ${either(`x.shown & ${bit} <> 0`, `x.${column}`, `o.${column}`)}`;
  });
  const contradicted = `contradicted = o.contradicted | ${either("x.contradicted <> 0", PRESENCE, "0")}`;
  database.exec(
    `update ${table} as o set ${["confirmed = 0", contradicted, ...sets].join(", ")} from ${DELETED_HERE} x where x.pk = o.pk`,
  );
};

/** Stores which records the console does not have. */
const observeMissing = (of: ObservedExport): void => {
  const { database, table, params, plan } = of;
  if (prefersConsole(plan))
    database.run(
      `delete from ${table} as o where ${isHere(of)} and ${isMissingThere} and ${isContradictedMissing}
         and not exists (select 1 from ${HELD} h where h.pk = o.pk)`,
      params,
    );
  const isContradicted = `o.inConsole = 1 and o.differs & ~o.confirmed & ~${PRESENCE} <> 0`;
  database.run(
    `update ${table} as o set inConsole = 0, differs = 0, confirmed = 0,
       contradicted = ${either(isContradicted, PRESENCE, "o.contradicted")}
     where ${isHere(of)} and ${isMissingThere}`,
    params,
  );
};

/** Forgets the records that were deleted here, and that the console does not have any more. @param which SQL: of them, `o` */
const forgetDeleted = (of: ObservedExport, which: string): void => {
  const { database, table, params } = of;
  const isAmbiguous = `exists (select 1 from ${AMBIGUOUS} a where a.pk = o.pk)`;
  database.run(
    `delete from ${table} as o where ${isDeleted(of)} and not ${IS_DELETED_HERE} and not ${isAmbiguous} and ${which}`,
    params,
  );
};

/** Stores which custom fields the console has: those of which an export has a column. @param isOfTask it is of a single task */
const observeFields = ({ database, plan: { staged }, revision }: ObservedExport, isOfTask: boolean): void => {
  const shown = staged.places.flatMap(({ field }) => (field.startsWith("custom:") ? [Number(field.slice(7))] : []));
  database.run(
    `delete from main.${observedTable({ thing: CUSTOM_FIELD })} as o where o.inConsole = 0 and o.pk in (select value from json_each(:shown))`,
    { shown: JSON.stringify(shown) },
  );
  if (!isOfTask) reopenRemoved(database, staged.header, revision);
};

/** Stores which records the console has by the names that they have here, of those that only cells of exports show. */
const observeNamed = (
  { database, plan, revision }: ObservedExport,
  isOfTask: TaskPart["named"] = () => "true",
): void => {
  for (const reference of mergedReferences(plan)) {
    const { field, refers, keys, table } = reference;
    const versions = OBSERVED.find(({ thing }) => thing === table.thing);
    if (versions === undefined || EXPORTED.includes(versions)) continue;
    const scope = keys.own ? inScopeOf(table.thing, "known") : "true";
    const isClear = `not exists (select 1 from ${CANDIDATE_KEYS} u where u.what = f.what and u.key = f.key)`;
    const shown = `select known.${keys.record} from s.refer f
      ${THEN} ${keys.table} known on ${keys.has("known", "f.key")} and ${scope}
      where f.what = '${field.short}' and ${isClear} and not ${hasTwoNames(reference, "known", "f.key")}`;
    // the console has one that came back here, whether or not it was deleted there in between
    const isSettled = `(o.inConsole = 0 or o.differs & ~(${bitOf(versions, refers.by)} | ${PRESENCE}) = 0)`;
    const which = `o.pk in (${shown}) and ${isSettled} and ${isOfTask(versions)}`;
    database.run(keepingObserved(versions, which), { revision, ...kindIn(plan, which) });
    database.run(`delete from main.${observedTable(versions)} as o where ${which}`, kindIn(plan, which));
  }
};

/** The observed records `o` of a task, as SQL: those whose deletion the export proves, and those that its cells name. */
interface TaskPart {
  readonly deletions: string;
  readonly named: (versions: Versions) => string;
}

/**
 * Stores what an export showed of the records that were changed here. Call it before its plan is applied.
 *
 * @param task of its records alone; what is here stays as it is if the export lacks it
 */
export const observeExport = (database: Database, plan: PlanSql, revision: number, task?: TaskPart): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const { thing, name } = plan.kind;
  const params: ObservedExport["params"] = thing.scope === undefined ? {} : { kind: name };
  const of = { database, plan, versions, table: `main.${observedTable(versions)}`, params, revision };
  if (task === undefined) keepObserved(of);
  observeMet(of);
  observeDeleted(of);
  observeFields(of, task !== undefined);
  observeNamed(of, task?.named);
  if (task !== undefined) forgetDeleted(of, task.deletions);
  else if (isWhole(of)) {
    observeMissing(of);
    forgetDeleted(of, "true");
  }
};

// Custom fields that were removed here, and that the console may have still: a column of an export with such a name is of them.

const FIELD = versionsOf(CUSTOM_FIELD.name);

/** SQL: true if a field `o` was removed here. */
const IS_REMOVED = `not exists (select 1 from main.custom_field t where t.pk = o.pk)`;

/**
 * SQL: the fields `o`, as they were before their removal was confirmed. Once the tenant has another one of that name, columns are of
 * that one.
 */
const CONFIRMED = `main.${beforeTable(FIELD)} o ${THEN} main.change c
  on c.revision = o.revision and c.writer = 'confirm' and c.undoneBy is null
  where o.confirmed & ${PRESENCE} <> 0 and ${IS_REMOVED}
    and not exists (select 1 from main.${observedTable(FIELD)} n where n.pk = o.pk)
    and not exists (select 1 from main.custom_field t where t.nameKey = o.nameKey)`;

/** Returns the custom fields that were removed here, with the tasks of these. */
export const removedFields = (database: Database): readonly RemovedField[] =>
  database
    .all(
      `select o.name, max(c.number) as task from (
         select pk, name from main.${observedTable(FIELD)} o where ${IS_REMOVED} union select o.pk, o.name from ${CONFIRMED}) o
       ${THEN} main.custom_field_version v on v.pk = o.pk and v.action = 'delete' ${THEN} main.change c on c.revision = v.revision
       group by o.name`,
    )
    .map(({ name, task }) => ({ name: String(name), task: Number(task) }));

/** Opens the tasks of removed fields again which somebody confirmed, though an export has their columns. @param header of the export */
const reopenRemoved = (database: Database, header: readonly string[], revision: number): void => {
  const shown = new Set(header.map((name) => nameKey(name.trim())));
  const pks = database
    .all(`select o.pk, o.name from ${CONFIRMED}`)
    .flatMap(({ pk, name }) => (shown.has(nameKey(String(name).trim())) ? [Number(pk)] : []));
  if (pks.length === 0) return;
  const params = { pks: JSON.stringify(pks), revision };
  const columns = FIELD.columns.map(({ name }) => name).join(", ");
  const which = "(select value as pk from json_each(:pks)) o";
  database.run(keepingAgreed(FIELD, `${which} where true`), params);
  database.run(
    `insert into main.${observedTable(FIELD)} (pk, inConsole, differs, since, ${columns})
     select o.pk, 1, ${ALL_CHANGED}, :revision, ${columns} from ${which} ${THEN} main.custom_field_version v on v.pk = o.pk
     where v.action = 'delete' and v.revision = (select max(l.revision) from main.custom_field_version l where l.pk = o.pk)`,
    params,
  );
};
