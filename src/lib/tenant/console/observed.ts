import { either, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import { IS_UNDO_IN_MIRROR } from "../audit/audit-rows.ts";
import type { Row, Writer } from "../store/store.ts";
import { ORG } from "../../model/organisation.ts";
import { ROOT } from "../records/org-rows.ts";
import { ACCOUNT } from "../../model/account.ts";
import type { Thing } from "../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { RELATIONS, type StoredRelation } from "../versions/references.ts";
import { fieldOf } from "../versions/timeline.ts";
import { RESTORING_EXPORTED } from "./exported.ts";
import {
  ALL_CHANGED,
  bitOf,
  joinedBits,
  LASTING_BIT,
  VERSIONS,
  versionTable,
  type Versions,
} from "../versions/tables.ts";

// The observed state of a mirror: what the console last showed of the records that were changed here since. A record that
// agrees with the console has no row.

/** The things with an observed state. */
export const OBSERVED: readonly Versions[] = [...VERSIONS.values()];

/** The things whose records exports of the console show. */
export const EXPORTED: readonly Versions[] = OBSERVED.filter(({ thing }) => Object.keys(thing.formats).length > 0);

/**
 * The table with the observed state of a thing's records: `pk`; `inConsole`; masks of columns, as versions have them
 * (`differs`: the row has their values; `confirmed`: somebody said that the console has the local values; `contradicted`: the
 * console has values that nobody asked for here); `since`, the revision after which the console may have any value that the
 * record had; of users `confirmedFields`, the numbers of the custom fields that somebody confirmed; and the columns. A record
 * that was deleted here has all columns.
 */
export const observedTable = ({ thing }: { readonly thing: Pick<Thing, "name"> }): string => `${thing.name}_observed`;

/**
 * The table with the observed state of records as it was before a change that is not local: its columns, and `revision`. Of a
 * confirmation, `confirmed` and `confirmedFields` are what it confirmed.
 */
export const beforeTable = (versions: Pick<Versions, "thing">): string => `${observedTable(versions)}_before`;

/** SQL: true if an observed record `o` has a user, if it is an account: it goes with its user, and comes back with them. */
export const isOfUser = ({ thing }: Pick<Versions, "thing">): string =>
  thing === ACCOUNT ? `exists (select 1 from main.${USER.name} u where u.pk = o.pk)` : "true";

/** SQL: the bit that stands for the record as a whole in the masks of its observed state: whether the console has it. */
export const PRESENCE = LASTING_BIT;

/**
 * SQL: the states that records with observed state had since the console last showed them: `pk`, `place` (their order), the
 * `mask` of the columns that a state tells of, and the columns. Versions have them, but for what a file had that was undone in the
 * mirror alone; those of a mirror that a bundle was made of came with the bundle, and count as long as no export showed more.
 *
 * @param which SQL: the numbers of the records
 */
export const statesSince = (versions: Versions, which: string): string => {
  const { name } = versions.thing;
  const observed = `${THEN} main.${observedTable(versions)} own`;
  const columns = (of: (column: string) => string): string =>
    versions.columns.map((column) => `${of(column.name)} as ${quoteIdentifier(column.name)}`).join(", ");
  return `select c.pk, c.place, c.mask, ${columns((column) => `c.state ->> '${column}'`)}
    from main.observed_candidate c ${observed} on own.pk = c.pk and own.since = c.since
    where c.thing = '${name}' and c.pk in (${which})
    union all select v.pk, v.revision, v.changed, ${columns((column) => `v.${quoteIdentifier(column)}`)}
      from main.${versionTable(versions)} v ${observed} on own.pk = v.pk where v.revision > own.since and v.pk in (${which})
        and not exists (select 1 from main.change u where u.revision = v.revision and ${IS_UNDO_IN_MIRROR})`;
};

/** True if one of the states {@link statesSince} is what the console showed before somebody confirmed: see {@link keepingShown}. */
export const isConfirmedState = ({ place }: Row): boolean => Number(place) < 0;

/** The column with all custom fields of a record: versions keep those that were written, the observed state those that differ. */
export const CUSTOM = "custom";

/** SQL: the entries that differ between two JSON objects, as the first one has them; null for those it lacks. */
const differingEntries = (one: string, other: string): string =>
  `(select json_group_object(k.key, coalesce(${one}, '{}') ->> k.key)
    from (select key from json_each(coalesce(${one}, '{}')) union select key from json_each(coalesce(${other}, '{}'))) k
    where coalesce(${one}, '{}') ->> k.key is distinct from coalesce(${other}, '{}') ->> k.key)`;

/** SQL: the entries of two JSON objects; those of the first one if both have them. */
export const joinedEntries = (one: string, other: string): string =>
  `(select json_group_object(e.key, e.value) from (
      select key, value from json_each(coalesce(${one}, '{}')) union all
      select n.key, n.value from json_each(coalesce(${other}, '{}')) n
      where not exists (select 1 from json_each(coalesce(${one}, '{}')) h where h.key = n.key)) e)`;

/** SQL: the custom fields of an observed record `o` that differ; null if it is a new one, and no export showed any. */
const SHOWN_ENTRIES = `nullif(o.${CUSTOM}, '{}')`;

/** SQL: the custom fields `e` of an observed record `o` that differ from those of the record `t`, or that no export showed. */
export const OBSERVED_ENTRIES = `json_each(coalesce(${SHOWN_ENTRIES}, t.${CUSTOM}, '{}')) e`;

/** SQL: true if a custom field `e` of an observed record `o` is among those that somebody confirmed. */
export const IS_CONFIRMED_ENTRY = `exists (select 1 from json_each(coalesce(o.confirmedFields, '[]')) c where c.value = e.key)`;

/** SQL: the bit that all custom fields of a record share; 0 of a thing without any. */
export const entriesBit = (versions: Versions): string =>
  versions.columns.some(({ name }) => name === CUSTOM) ? bitOf(versions, CUSTOM) : "0";

/** SQL: true if a custom field `e` of an observed record `o` is in its task: nobody has confirmed it by itself. */
export const isTaskEntry = (versions: Versions): string =>
  `(o.confirmed & ${entriesBit(versions)} <> 0 or not ${IS_CONFIRMED_ENTRY})`;

/** SQL: confirms the custom fields of records as a whole if each of them is confirmed. */
export const settlingEntries = (versions: Versions): string =>
  `update main.${observedTable(versions)} as o set confirmed = o.confirmed | ${entriesBit(versions)}
   from main.${versions.thing.name} t where t.${versions.key} = o.pk and o.differs & ${entriesBit(versions)} <> 0
     and json_array_length(o.confirmedFields) > 0
     and not exists (select 1 from ${OBSERVED_ENTRIES} where not ${IS_CONFIRMED_ENTRY})`;

/** SQL: true if an observed record `o` has another value than the record `t`. @param which SQL: condition on custom fields `e` */
export const isOther = (name: string, which = "true"): string =>
  name === CUSTOM
    ? `exists (select 1 from ${OBSERVED_ENTRIES}
        where ${which} and (${SHOWN_ENTRIES} is null or e.value is distinct from t.${CUSTOM} ->> e.key))`
    : `o.${quoteIdentifier(name)} is distinct from t.${quoteIdentifier(name)}`;

/** SQL: true if something of a record `t` was changed otherwise than a record that it refers to, since its version `v`. */
const isChangedBeside = ({ to, key, joined, byName }: StoredRelation): string => {
  if (byName !== true || joined === undefined)
    return `exists (select 1 from json_each(${differingEntries(`v.${CUSTOM}`, `t.${CUSTOM}`)}) e
      where e.key in (select f.pk from main.${to.name} f))`;
  const keysOf = (alias: string): string => `select e.value as k from (select 1) ${joined(alias)}`;
  const renamed = `select ${key("g")} as k, ${key("n")} as now, coalesce(g.app, n.app) as app
    from main.${to.name}_version g left join main.${to.name} n on n.pk = g.pk
    where g.revision = v.revision and ${key("g")} is not null`;
  const followed = `select ${either("r.k is null", "w.k", "r.now")} as k from (${keysOf("v")}) w
    left join (${renamed}) r on r.k = w.k and r.app = t.app`;
  const sorted = (keys: string): string =>
    `(select json_group_array(k order by k) from (${keys}) s where k is not null)`;
  return `${sorted(followed)} <> ${sorted(keysOf("t"))}`;
};

/**
 * SQL: the bits of the columns that a version `v` of the record `t` tells of. A column that names other records follows these
 * in the console, too: if one of them is renamed or deleted, that alone is to be done there.
 */
const writtenBits = (versions: Versions): string =>
  RELATIONS.filter(
    ({ from, byName, optional }) => from === versions.thing && (byName === true || optional === true),
  ).reduce(
    (bits, relation) =>
      either(
        `v.action = 'update' and exists (select 1 from main.${relation.to.name}_version w where w.revision = v.revision)
           and not ${isChangedBeside(relation)}`,
        `${bits} & ~${bitOf(versions, relation.field)}`,
        bits,
      ),
    "v.changed",
  );

/** The column of what secrets a record has. */
const SECRETS = "secrets";

/** SQL: what records have in a column to which nobody gave a value: 全社 if they always belong to an organisation. */
export const emptyValue = (thing: Thing, name: string): string => {
  const { refers, clearable, type } = fieldOf(thing, name) ?? {};
  if (type === "texts") return "'[]'";
  if (type === "boolean") return "0";
  return refers?.to === ORG.name && clearable === false ? String(ROOT) : "null";
};

/** SQL: true if a record `t` has a value in a column. */
export const isFilled = (thing: Thing, name: string): string => {
  const value = `t.${quoteIdentifier(name)}`;
  return `coalesce(${value}, '') not in ('', '[]', '{}', 0) and ${value} is distinct from ${emptyValue(thing, name)}`;
};

/**
 * SQL: true if a record `t` that comes back has, or had, a value in a column that one made again may lack. The console wants
 * some secrets of every new record.
 */
const isToComeBack = (thing: Thing, name: string): string => {
  if (name !== SECRETS) return isFilled(thing, name);
  const required = Object.entries(thing.fields).flatMap(([field, { secret, column }]) =>
    secret === true && column?.required !== undefined ? `e.key <> '${field}'` : [],
  );
  const had = `(select v.${SECRETS} from main.${thing.name}_version v where v.pk = o.pk and v.action = 'delete'
    order by v.revision desc limit 1)`;
  return `exists (select 1 from json_each(coalesce(${had}, '{}')) e where ${["true", ...required].join(" and ")})`;
};

/**
 * SQL: keeps as the oldest state since then what an export showed of columns that somebody confirmed, and that a change writes
 * again: from then on their observed value is the confirmed one.
 */
const keepingShown = (versions: Versions, written: string): string => {
  const { thing, key, columns } = versions;
  const mask = `o.confirmed & (${written}) & ~(${entriesBit(versions)} | ${PRESENCE})`;
  const state = columns.map(({ name }) => `'${name}', o.${quoteIdentifier(name)}`);
  return `insert into main.observed_candidate (thing, pk, place, since, mask, state)
    select '${thing.name}', o.pk, -:revision, o.since, ${mask}, json_object(${state.join(", ")})
    from main.${versionTable(versions)} v ${THEN} main.${observedTable(versions)} o on o.pk = v.pk left join main.${thing.name} t on t.${key} = v.pk
    where v.revision = :revision and ${mask} <> 0`;
};

/**
 * SQL: stores what the console had of the records that the change `:revision` wrote. A column that differs already keeps its
 * observed value. Call it when the versions of the change are settled.
 */
const observing = (versions: Versions): readonly string[] => {
  const { thing, key, columns } = versions;
  const table = observedTable(versions);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const before = columns.map(({ name }) =>
    name === CUSTOM ? differingEntries(`v.${CUSTOM}`, `t.${CUSTOM}`) : `v.${quoteIdentifier(name)}`,
  );
  const written = writtenBits(versions);
  const kept = columns.map(({ name, bit }) => {
    const [own, other] = [`${table}.${quoteIdentifier(name)}`, `excluded.${quoteIdentifier(name)}`];
    const isKept = `${table}.differs & ~(${table}.confirmed & ${name === CUSTOM ? "0" : "excluded.differs"}) & ${bit} <> 0`;
    return `${quoteIdentifier(name)} = ${either(isKept, name === CUSTOM ? joinedEntries(own, other) : own, other)}`;
  });
  const custom = entriesBit(versions);
  // what is written again is not confirmed any more
  const stillConfirmed = `(select json_group_array(c.value) from json_each(${table}.confirmedFields) c
    where not exists (select 1 from json_each(excluded.${CUSTOM}) e where e.key = c.value))`;
  const confirmedFields =
    custom === "0"
      ? []
      : [
          `confirmedFields = case when ${table}.differs & ${custom} = 0 then null
             when excluded.differs & ${custom} = 0 then ${table}.confirmedFields else ${stillConfirmed} end`,
        ];
  const leading = columns.filter(({ leads }) => leads);
  const differing = leading.map(({ name, bit }) =>
    // no secret comes back with a record
    either(`${name === SECRETS ? "false" : isOther(name)} or ${isToComeBack(thing, name)}`, bit, "0"),
  );
  const made = `main.created_range c ${THEN} main.${thing.name} t on t.${key} between c.first and c.last`;
  const isMade = `c.revision = :revision and c.thing = '${thing.name}'`;
  return [
    keepingShown(versions, written),
    `insert into main.${table} (pk, inConsole, differs, since, ${names.join(", ")})
     select v.pk, 1, ${written}, :revision, ${before.join(", ")}
     from main.${versionTable(versions)} v left join main.${thing.name} t on t.${key} = v.pk
     where v.revision = :revision and ${written} <> 0
     on conflict (pk) do update set differs = ${either(
       `${table}.inConsole = 1 or ${table}.confirmed & ${PRESENCE} <> 0 or excluded.differs = ${ALL_CHANGED}`,
       `${table}.differs | excluded.differs`,
       "0",
     )}, confirmed = ${table}.confirmed & ~excluded.differs, contradicted = ${table}.contradicted & ~excluded.differs,
       ${[...confirmedFields, ...kept].join(", ")}`,
    // a record that comes back may be deleted there, and be made again with less than it had
    `update main.${table} as o set differs = ${either("o.inConsole = 1", `${differing.join(" | ")} | ${PRESENCE}`, "0")}, confirmed = 0${custom === "0" ? "" : ", confirmedFields = null"}
     from ${made} where ${isMade} and o.pk = t.${key}`,
    `insert into main.${table} (pk, inConsole, differs, since) select t.${key}, 0, 0, :revision from ${made} where ${isMade}
     on conflict do nothing`,
  ];
};

/** SQL: forgets what records had in custom fields that the change `:revision` removed: that is one task, not one of each. */
const forgettingFields = (versions: Versions): readonly string[] => {
  if (entriesBit(versions) === "0") return [];
  const table = `main.${observedTable(versions)}`;
  const isRemoved = `exists (select 1 from main.${CUSTOM_FIELD.name}_version r where r.revision = :revision and r.action = 'delete')`;
  const known = `exists (select 1 from main.${CUSTOM_FIELD.name} f where f.pk = cast(e.key as integer))`;
  const isHere = `exists (select 1 from main.${versions.thing.name} t where t.${versions.key} = o.pk)`;
  const bit = bitOf(versions, CUSTOM);
  return [
    `update ${table} as o set ${CUSTOM} = (select json_group_object(e.key, e.value) from json_each(coalesce(o.${CUSTOM}, '{}')) e where ${known})
     where o.differs & ${bit} <> 0 and ${isHere} and ${isRemoved}`,
    `update ${table} as o set differs = o.differs & ~${bit} where o.${CUSTOM} = '{}' and ${isHere} and ${isRemoved}`,
    `delete from ${table} as o where o.differs = 0 and o.inConsole = 1 and ${isRemoved}`,
    `${settlingEntries(versions)} and ${isRemoved}`,
  ];
};

/** Stores what the console of a mirror had of the records that a change wrote, once its versions are settled. */
export const observe = async (writer: Writer): Promise<void> => {
  const revision = await writer.revision();
  for (const sql of OBSERVING) await writer.run(sql, { revision });
};

/** SQL: {@link observing} of all things. */
export const OBSERVING: readonly string[] = OBSERVED.flatMap((versions) => [
  ...observing(versions),
  ...forgettingFields(versions),
]);

/** The columns of {@link observedTable}. */
export const columnsOf = (versions: Versions): readonly string[] => [
  "pk",
  "inConsole",
  "differs",
  "confirmed",
  "contradicted",
  "since",
  "confirmedBy",
  "confirmedAt",
  ...(entriesBit(versions) === "0" ? [] : ["confirmedFields"]),
  ...versions.columns.map(({ name }) => quoteIdentifier(name)),
];

/** SQL: keeps that records `o` agree with the console before the change `:revision`. @param from SQL: they, and conditions on them */
export const keepingAgreed = (versions: Versions, from: string): string =>
  `insert into main.${beforeTable(versions)} (revision, pk, inConsole, differs, since)
   select :revision, o.pk, 1, 0, :revision from ${from}
     and not exists (select 1 from main.${observedTable(versions)} k where k.pk = o.pk)`;

/**
 * SQL: keeps observed records `o` as they are before the change `:revision`.
 *
 * @param which SQL: condition on them
 * @param other.joined SQL of a join
 * @param other.values SQL of columns that are kept with other values
 */
export const keepingObserved = (
  versions: Versions,
  which: string,
  { joined = "", values = {} }: { readonly joined?: string; readonly values?: Readonly<Record<string, string>> } = {},
): string => {
  const columns = columnsOf(versions);
  return `insert into main.${beforeTable(versions)} (revision, ${columns.join(", ")})
    select :revision, ${columns.map((name) => values[name] ?? `o.${name}`).join(", ")}
    from main.${observedTable(versions)} o ${joined} where ${which}`;
};

/**
 * SQL: restores the observed state to what it was before the change `:undone`, and keeps it as it was before `:revision`. What
 * was changed here or confirmed since stays so.
 */
const restoring = (versions: Versions): readonly string[] => {
  const { thing, key, columns } = versions;
  const [table, before] = [`main.${observedTable(versions)}`, `main.${beforeTable(versions)}`];
  const of = `${before} b where b.revision = :undone and b.pk = o.pk`;
  const writtenSince = `(select ${joinedBits(versions, "w.changed")} from main.${versionTable(versions)} w
    where w.pk = b.pk and w.revision > :undone and w.revision < :revision)`;
  const later = either("b.inConsole = 1", `o.differs & ~b.differs & coalesce(${writtenSince}, 0)`, "0");
  const bothConfirmed = `(select json_group_array(value) from (
    select value from json_each(b.confirmedFields) union select value from json_each(o.confirmedFields)))`;
  // confirmations and undoes do not show what the console has
  const shownSince = (pk: string): string => `exists (select 1 from ${before} n
    where n.pk = ${pk} and n.revision > :undone and n.revision < :revision and not exists (
      select 1 from main.change u where u.revision = n.revision and (u.writer = 'confirm' or (${IS_UNDO_IN_MIRROR}))))`;
  // while a column agreed, the console had the local value
  const agreed = (
    column: string,
    condition: string,
  ): string => `(select w.${column} from main.${versionTable(versions)} w
    where w.pk = b.pk and w.revision >= :undone and w.revision < :revision and ${condition} order by w.revision limit 1)`;
  const agreedEntries = `(select json_group_object(e.key, ${agreed(`${CUSTOM} ->> e.key`, `exists (select 1 from json_each(w.${CUSTOM}) h where h.key = e.key)`)})
    from json_each(coalesce(o.${CUSTOM}, '{}')) e)`;
  const restored = columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    const [own, now] = [`b.${column}`, `o.${column}`];
    const isEntries = name === CUSTOM;
    const earlier = isEntries ? agreedEntries : agreed(column, `w.changed & ${bit} <> 0`);
    const value = either(shownSince("b.pk"), now, earlier);
    return either(`(${later}) & ${bit} <> 0`, isEntries ? joinedEntries(own, value) : value, own);
  });
  // what it had written, and was changed here since: no other export has shown that
  const written = `main.${versionTable(versions)} v left join ${before} b on b.revision = :undone and b.pk = v.pk
    where v.revision = :undone and v.action = 'update' and v.pk = o.pk and not ${shownSince("o.pk")}`;
  const bits = "v.changed & o.differs & ~coalesce(b.differs, 0)";
  const earlier = columns.map(({ name, bit }) => {
    const [own, now] = [`v.${quoteIdentifier(name)}`, `o.${quoteIdentifier(name)}`];
    const value = name === CUSTOM ? joinedEntries(own, now) : own;
    return `${quoteIdentifier(name)} = ${either(`${bits} & ${bit} <> 0`, value, now)}`;
  });
  return [
    keepingObserved(versions, `exists (select 1 from ${of}) or exists (select 1 from ${written} and ${bits} <> 0)`),
    // records that agree have no row to keep, but an undo of this undo has to restore that
    keepingAgreed(versions, `${before} o where o.revision = :undone`),
    `update ${table} as o set ${earlier.join(", ")} from ${written} and ${bits} <> 0`,
    `insert into ${table} (${columnsOf(versions).join(", ")})
     select b.pk, b.inConsole, b.differs | coalesce(${later}, 0), b.confirmed | coalesce(o.confirmed & (b.differs | ${PRESENCE}), 0), b.contradicted, b.since,
       coalesce(o.confirmedBy, b.confirmedBy), coalesce(o.confirmedAt, b.confirmedAt),
       ${[...(entriesBit(versions) === "0" ? [] : [bothConfirmed]), ...restored].join(", ")}
     from ${before} b left join ${table} o on o.pk = b.pk where b.revision = :undone
     on conflict (pk) do update set ${columnsOf(versions)
       .slice(1)
       .map((name) => `${name} = excluded.${name}`)
       .join(", ")}`,
    // what agreed with the console
    `delete from ${table} as o where o.inConsole = 1 and o.differs = 0 and exists (select 1 from ${of})`,
    `delete from ${table} as o where not exists (select 1 from main.${thing.name} t where t.${key} = o.pk)
       and exists (select 1 from main.created_range c where c.revision = :undone and c.thing = '${thing.name}'
         and o.pk between c.first and c.last)`,
  ];
};

/** SQL: {@link restoring} of all things, and of the columns that exports have shown. */
export const RESTORING: readonly string[] = [...OBSERVED.flatMap(restoring), RESTORING_EXPORTED];
