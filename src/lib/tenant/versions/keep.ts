import { either, quoteIdentifier, THEN } from "../store/sql/forms.ts";
import type { Params, Writer } from "../store/store.ts";
import { ALL_CHANGED, VERSIONS, versionTable, type Versions } from "./tables.ts";

/** Returns how versions of a thing are stored. @throws TypeError if the thing has none */
export const versionsOf = (thing: string): Versions => {
  const versions = VERSIONS.get(thing);
  if (versions === undefined) throw new TypeError(`${thing} has no versions`);
  return versions;
};

/**
 * SQL: inserts versions of records, before the change `:revision` writes them. If a record is kept twice, its first values stay.
 *
 * @param records SQL: selects `pk`, and in `changed` the bits of the columns to be written; null: {@link settleVersions} finds
 *   them
 */
const keeping = (versions: Versions, records: string, action: "update" | "delete"): string => {
  const { thing, key, columns, times } = versions;
  const table = versionTable(versions);
  const isKept = (bit: string, changed: string): string => `(${changed} is null or ${changed} & ${bit} <> 0)`;
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const values = [
    ...columns.map(({ name, bit }) => either(isKept(bit, "k.changed"), `t.${quoteIdentifier(name)}`, "null")),
    ...times.map((name) => `t.${quoteIdentifier(name)}`),
  ];
  const again = columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    return `${column} = ${either(isKept(bit, `${table}.changed`), `${table}.${column}`, `excluded.${column}`)}`;
  });
  return `insert into main.${table} (pk, revision, action, changed, ${names.join(", ")})
    select k.pk, :revision, '${action}', k.changed, ${values.join(", ")}
    from (${records}) k ${THEN} main.${thing.name} t on t.${key} = k.pk where true
    on conflict (pk, revision) do update set action = excluded.action, changed = ${table}.changed | excluded.changed,
      ${again.join(", ")}`;
};

/** SQL: keeps records whose changed columns are known. @param records SQL: selects `pk` and `changed` */
export const keepingChanged = (versions: Versions, records: string): string => keeping(versions, records, "update");

/** SQL: keeps records that are to be deleted. @param records SQL: selects their `pk` */
export const keepingDeleted = (versions: Versions, records: string): string =>
  keeping(versions, `select gone.pk, ${ALL_CHANGED} as changed from (${records}) gone`, "delete");

/** SQL: keeps records whose changed columns are not known yet. @param records SQL: selects their `pk` */
export const keepingAll = (versions: Versions, records: string): string =>
  keeping(versions, `select kept.pk, null as changed from (${records}) kept`, "update");

/** SQL: records which numbers a change gave to new records. @param ranges SQL: selects `first` and `last` */
export const notingCreated = (thing: string, ranges: string): string =>
  `insert into main.created_range (revision, thing, first, last) select :revision, '${thing}', made.first, made.last
   from (${ranges}) made where made.first <= made.last`;

/** The things of which a transaction has kept versions that are not settled yet. */
const unsettled = new WeakMap<Writer, Set<Versions>>();

/** Keeps versions of records that are about to be written or deleted. @param which SQL: condition on the records `t` */
export const keepVersions = async (writer: Writer, thing: string, which: string, params: Params): Promise<void> => {
  const versions = versionsOf(thing);
  unsettled.set(writer, (unsettled.get(writer) ?? new Set()).add(versions));
  const records = `select t.${versions.key} as pk from main.${thing} t where ${which}`;
  await writer.run(keepingAll(versions, records), { ...params, revision: await writer.revision() });
};

/** Records the range of numbers of new records. */
export const noteCreated = async (writer: Writer, thing: string, first: number, last = first): Promise<void> => {
  await writer.run(notingCreated(thing, "select :first as first, :last as last"), {
    first,
    last,
    revision: await writer.revision(),
  });
};

/** Keeps a version of a record; if there is none with this number, records that it is created. */
export const keepOrCreate = async (writer: Writer, thing: string, pk: number): Promise<void> => {
  const { key } = versionsOf(thing);
  await keepVersions(writer, thing, `t.${key} = :pk`, { pk });
  const made = `select :pk as first, :pk as last where not exists (select 1 from main.${thing} where ${key} = :pk)`;
  await writer.run(notingCreated(thing, made), { pk, revision: await writer.revision() });
};

/** SQL: the statements that compare kept records of one thing with the records now, and keep only what was changed. */
const settling = (versions: Versions): readonly string[] => {
  const { thing, key, columns, times } = versions;
  const table = versionTable(versions);
  const isOther = (name: string): string => `v.${quoteIdentifier(name)} is distinct from t.${quoteIdentifier(name)}`;
  const leading = columns.filter(({ leads }) => leads);
  const isAny = [...leading.map(({ name }) => name), ...times].map(isOther).join(" or ");
  const changed = leading.map(({ name, bit }) => either(isOther(name), bit, "0")).join(" | ");
  const sets = columns.map(({ name, bit }) => {
    const lead = leading.find((one) => one.bit === bit);
    const column = quoteIdentifier(name);
    return `${column} = ${lead === undefined ? "null" : either(isOther(lead.name), `v.${column}`, "null")}`;
  });
  const isOpen = "v.revision = :revision and v.changed is null";
  return [
    `delete from main.${table} as v where ${isOpen}
       and exists (select 1 from main.${thing.name} t where t.${key} = v.pk and not (${isAny}))`,
    `update main.${table} as v set changed = ${changed}, action = 'update', ${sets.join(", ")}
     from main.${thing.name} t where t.${key} = v.pk and ${isOpen}`,
    `update main.${table} as v set changed = ${ALL_CHANGED}, action = 'delete' where ${isOpen}`,
  ];
};

/** SQL: {@link settleVersions} for all things. The parameter is the `:revision` of the change. */
export const SETTLING: readonly string[] = [...VERSIONS.values()].flatMap(settling);

/** Finds out which columns of the kept records a change has written. Call it when everything is written. */
export const settleVersions = async (writer: Writer): Promise<void> => {
  const kept = unsettled.get(writer) ?? [];
  unsettled.delete(writer);
  for (const versions of kept)
    for (const sql of settling(versions)) await writer.run(sql, { revision: await writer.revision() });
};
