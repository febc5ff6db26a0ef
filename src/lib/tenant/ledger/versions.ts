import { getCollection, RECORD_TYPES } from "../../nouns/index.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Params, Writer } from "../store/types.ts";
import { buildDerivedColumns } from "./kinds.ts";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../../nouns/account.ts";
import { listStoredColumns, type RecordType } from "../../model/thing.ts";
import { ORG, ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import { SCHEME } from "../../nouns/scheme.ts";
import { SECURED_GROUP, SECURED_USER } from "../../nouns/secured-user.ts";
import { CUSTOM_FIELD, USER } from "../../nouns/user.ts";

// A version contains the values that a record had before a change: all values after a deletion, else the values of
// changed columns.

export interface VersionSchema {
  readonly thing: RecordType;
  readonly key: string;
  /** `bit` is SQL of the column's bit in `changed`; `leads` is false for constant or derived columns */
  readonly columns: readonly { readonly name: string; readonly bit: string; readonly leads: boolean }[];
  /** column with the time of the last change, if the type has one */
  readonly times: readonly string[];
  readonly table: string;
  readonly observed: string;
}

/** Bit of columns that never change, and of the record itself. Only versions of deleted records contain these columns. */
export const EXISTENCE_BIT = String(2 ** 52);

export const ALL_COLUMNS_MASK = String(Number.MAX_SAFE_INTEGER);

export const getColumnBit = ({ thing, columns }: Pick<VersionSchema, "thing" | "columns">, column: string): string => {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) throw new TypeError(`versions of ${thing.name} do not store the column ${column}`);
  return found.bit;
};

export const getDerivedColumns = ({ fields }: RecordType, column: string): ReturnType<typeof buildDerivedColumns> => {
  const { refers, short = column, type, comparison = "exact", sortKey } = fields[column] ?? {};
  if (refers !== undefined && type !== "texts") return [];
  return buildDerivedColumns(short, comparison, type === "texts", sortKey);
};

const buildVersionSchema = (thing: RecordType): VersionSchema => {
  const { fields, scope = "id" } = thing;
  const constant = new Set(["id", scope, "createdAt"].filter((name) => fields[name] !== undefined));
  // an account has the number and the id of its user, and there is only one record of the settings
  if (thing === ACCOUNT || thing === ACCOUNT_SETTINGS) constant.delete("id");
  return {
    thing,
    key: thing.name === ACCOUNT.name ? "user" : "pk",
    table: `${thing.name}_version`,
    observed: `${thing.name}_observed`,
    times: fields["updatedAt"] === undefined ? [] : ["updatedAt"],
    columns: [
      ...listStoredColumns(thing).flatMap(([name], place) => {
        const bit = String(2 ** place);
        const derived = getDerivedColumns(thing, name).map(({ column }) => ({ name: column, bit, leads: false }));
        return [{ name, bit, leads: true }, ...derived];
      }),
      ...[...constant].map((name) => ({ name, bit: EXISTENCE_BIT, leads: false })),
    ],
  };
};

export const VERSION_SCHEMAS: ReadonlyMap<string, VersionSchema> = new Map(
  [...RECORD_TYPES].map(([name, thing]) => [name, buildVersionSchema(thing)] as const),
);

export const getVersionSchema = (thing: string): VersionSchema => {
  const versions = VERSION_SCHEMAS.get(thing);
  if (versions === undefined) throw new TypeError(`the thing ${thing} does not have versions`);
  return versions;
};

export const CHANGE_TABLES: readonly string[] = [
  ...[...VERSION_SCHEMAS.values()].map(({ table }) => table),
  "created_range",
];

export const buildHasWrittenSql = (revision: string): string =>
  `(${CHANGE_TABLES.map((table) => `exists (select 1 from main.${table} w where w.revision = ${revision})`).join(" or ")})`;

/** Returns the columns with times of secrets. Undo does not restore these columns, because secrets are not stored. */
export const listSecretTimeColumns = ({ fields }: RecordType): readonly string[] => [
  "secrets",
  ...Object.entries(fields).flatMap(([field, { secret }]) => (secret === true ? [`${field}SetAt`] : [])),
];

export const buildHasRestorableSql = (revision: string): string => {
  const written = [...VERSION_SCHEMAS.values()].map((versions) => {
    const secrets = listSecretTimeColumns(versions.thing);
    const bits = versions.columns.flatMap(({ name, bit }) => (secrets.includes(name) ? [bit] : []));
    return `exists (select 1 from main.${versions.table} w
      where w.revision = ${revision} and w.changed & ~(${[...bits, "0"].join(" | ")}) <> 0)`;
  });
  return `(${[...written, `exists (select 1 from main.created_range w where w.revision = ${revision})`].join(" or ")})`;
};

/** References from records of one type to records of another type. The functions return SQL for a table alias. */
export interface StoredRelation {
  readonly from: RecordType;
  readonly to: RecordType;
  readonly field: string;
  readonly columns: readonly string[];
  readonly value: (from: string) => string;
  readonly joined?: ((from: string) => string) | undefined;
  readonly key: (to: string) => string;
  readonly byName?: true | undefined;
  readonly among: (from: string, to: string) => string;
  /** true if the reference prevents the deletion of the referenced record; default: always true */
  readonly holds?: ((from: string) => string) | undefined;
  /** true if a record can exist without the referenced record */
  readonly optional?: true | undefined;
}

const createRelation = (from: RecordType, field: string, to: RecordType, more?: Partial<StoredRelation>) => ({
  from,
  to,
  field,
  columns: [field],
  value: (alias: string) => `${alias}.${quoteIdentifier(field)}`,
  key: (alias: string) => `${alias}.pk`,
  among: () => "true",
  ...more,
});

const isHeldByAccount = (alias: string): string =>
  `${alias}.role <> 'none' and exists (select 1 from main.user owner where owner.pk = ${alias}.pk)`;

export const KEY_LISTS = [...RECORD_TYPES.values()].flatMap((from) =>
  Object.entries(from.fields).flatMap(([list, { follows }]) =>
    follows === undefined ? [] : [{ from, list, to: follows[0], by: follows[1] }],
  ),
);

export const ASSIGNED_FIELDS: readonly string[] = KEY_LISTS.map(({ list }) => list);

/** SQL: the keys of a list that name records in the scope, or else those that do not. @param keys SQL: the list */
export const buildKeysInScopeSql = (
  { to, by }: Pick<(typeof KEY_LISTS)[number], "to" | "by">,
  keys: string,
  are: "in" | "not in" = "in",
): string => {
  const key = to === ORG.name ? `iif(parent is null, '${ROOT_ORG_NAME}', coalesce(${by}, ''))` : by;
  return `(select json_group_array(e.value) from json_each(${keys}) e where e.value ${are} (select ${key} from ${to}))`;
};

export const RELATIONS: readonly StoredRelation[] = [
  ...[...RECORD_TYPES.values()].flatMap((thing) =>
    listStoredColumns(thing).flatMap(([column, { type, refers }]) => {
      const to = type === "texts" ? undefined : RECORD_TYPES.get(refers?.to ?? "");
      return to === undefined ? [] : [createRelation(thing, column, to)];
    }),
  ),
  createRelation(ACCOUNT, "scheme", SCHEME, { columns: ["scheme", "role"], holds: isHeldByAccount }),
  createRelation(ACCOUNT, "managedOrgs", ORG, {
    columns: ["managedOrgs", "role"],
    holds: isHeldByAccount,
    value: () => "e.value",
    joined: (alias) => `${ORDERED_JOIN} json_each(${alias}.managedOrgs) e`,
  }),
  createRelation(USER, "custom", CUSTOM_FIELD, {
    value: () => "cast(e.key as integer)",
    joined: (alias) => `${ORDERED_JOIN} json_each(${alias}.custom) e`,
    optional: true,
  }),
  createRelation(SECURED_USER, "groups", SECURED_GROUP, {
    columns: ["app", "groups", "groupKeys"],
    value: () => "e.value",
    joined: (alias) => `${ORDERED_JOIN} json_each(coalesce(${alias}.groupKeys, ${alias}.groups)) e`,
    key: (alias) => `coalesce(${alias}.nameKey, ${alias}.name)`,
    byName: true,
    among: (from, to) => `${from}.app = ${to}.app`,
  }),
];

/** SQL: the part of an upsert that adds the values of a version to the row of `table`, which keeps its own values. */
export const buildAddValuesSql = ({ columns }: VersionSchema, table: string): string => {
  const sets = columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    const isKept = `${table}.changed is null or ${table}.changed & ${bit} <> 0`;
    return `${column} = ${buildCaseSql(isKept, `${table}.${column}`, `excluded.${column}`)}`;
  });
  return [`changed = ${table}.changed | excluded.changed`, ...sets].join(", ");
};

/** SQL: stores versions. Values that `:revision` stored earlier are kept. @param records SQL: `pk`, `changed` */
export const buildSaveVersionsSql = (versions: VersionSchema, records: string, action = "update"): string => {
  const { thing, key, columns, times, table } = versions;
  const names = [...columns.map(({ name }) => name), ...times].map(quoteIdentifier);
  const values = [
    ...columns.map(({ name, bit }) =>
      buildCaseSql(`k.changed is null or k.changed & ${bit} <> 0`, `t.${quoteIdentifier(name)}`, "null"),
    ),
    ...times.map((name) => `t.${quoteIdentifier(name)}`),
  ];
  return `insert into main.${table} (pk, revision, action, changed, ${names.join(", ")})
    select k.pk, :revision, '${action}', k.changed, ${values.join(", ")}
    from (${records}) k ${ORDERED_JOIN} main.${thing.name} t on t.${key} = k.pk where true
    on conflict (pk, revision) do update set action = excluded.action, ${buildAddValuesSql(versions, table)}`;
};

export const buildSaveDeletedSql = (versions: VersionSchema, records: string): string =>
  buildSaveVersionsSql(versions, `select gone.pk, ${ALL_COLUMNS_MASK} as changed from (${records}) gone`, "delete");

export const buildSaveUnsettledSql = (versions: VersionSchema, records: string): string =>
  buildSaveVersionsSql(versions, `select kept.pk, null as changed from (${records}) kept`);

/** SQL: stores the record numbers that a change gave to new records. @param ranges SQL: `first`, `last` */
export const buildSaveCreatedRangesSql = (thing: string, ranges: string): string =>
  `insert into main.created_range (revision, thing, first, last) select :revision, '${thing}', made.first, made.last
   from (${ranges}) made where made.first <= made.last`;

const unsettledVersions = new WeakMap<Writer, Set<VersionSchema>>();

/** Call this before changing or deleting the records. @param which SQL: condition on the records `t` */
export const saveVersions = async (writer: Writer, thing: string, which: string, params: Params): Promise<void> => {
  const versions = getVersionSchema(thing);
  unsettledVersions.set(writer, (unsettledVersions.get(writer) ?? new Set()).add(versions));
  const records = `select t.${versions.key} as pk from main.${thing} t where ${which}`;
  await writer.run(buildSaveUnsettledSql(versions, records), { ...params, revision: await writer.revision() });
};

export const saveCreatedRange = async (writer: Writer, thing: string, first: number, last = first): Promise<void> => {
  await writer.run(buildSaveCreatedRangesSql(thing, "select :first as first, :last as last"), {
    first,
    last,
    revision: await writer.revision(),
  });
};

export const saveVersionOrCreation = async (writer: Writer, thing: string, pk: number): Promise<void> => {
  const { key } = getVersionSchema(thing);
  await saveVersions(writer, thing, `t.${key} = :pk`, { pk });
  const made = `select :pk as first, :pk as last where not exists (select 1 from main.${thing} where ${key} = :pk)`;
  await writer.run(buildSaveCreatedRangesSql(thing, made), { pk, revision: await writer.revision() });
};

const buildSettleStatementsOf = (versions: VersionSchema): readonly string[] => {
  const { thing, key, columns, times, table } = versions;
  const isOther = (name: string): string => `v.${quoteIdentifier(name)} is distinct from t.${quoteIdentifier(name)}`;
  const leading = columns.filter(({ leads }) => leads);
  const isAny = [...leading.map(({ name }) => name), ...times].map(isOther).join(" or ");
  const changed = leading.map(({ name, bit }) => buildCaseSql(isOther(name), bit, "0")).join(" | ");
  const sets = columns.map(({ name, bit }) => {
    const lead = leading.find((one) => one.bit === bit);
    const column = quoteIdentifier(name);
    return `${column} = ${lead === undefined ? "null" : buildCaseSql(isOther(lead.name), `v.${column}`, "null")}`;
  });
  const isOpen = "v.revision = :revision and v.changed is null";
  return [
    `delete from main.${table} as v where ${isOpen}
       and exists (select 1 from main.${thing.name} t where t.${key} = v.pk and not (${isAny}))`,
    `update main.${table} as v set changed = ${changed}, action = 'update', ${sets.join(", ")}
     from main.${thing.name} t where t.${key} = v.pk and ${isOpen}`,
    `update main.${table} as v set changed = ${ALL_COLUMNS_MASK}, action = 'delete' where ${isOpen}`,
  ];
};

/** SQL: compares the stored versions with the records, and deletes unchanged values. */
export const buildSettleStatements = (of: Iterable<VersionSchema> = VERSION_SCHEMAS.values()): readonly string[] =>
  [...of].flatMap(buildSettleStatementsOf);

/** Updates lists that contain changed keys of other records. Call this after the rules. Returns how many lost keys. */
export const updateKeyLists = async (writer: Writer, params: { revision: number; now: string }): Promise<number> => {
  let shortened = 0;
  for (const { from, list, to, by } of KEY_LISTS) {
    const [versions, target] = [getVersionSchema(from.name), getVersionSchema(to)];
    const [bit, collection] = [getColumnBit(versions, list), getCollection(from)];
    const isMoved = `v.revision = :revision and v.changed & ${getColumnBit(target, by)} <> 0`;
    const kept = `main.${target.table} v`;
    if ((await writer.get(`select 1 from ${kept} where ${isMoved}`, params)) === undefined) continue;
    const moved = `(select v.${by} as was, o.${by} as now from ${kept} left join main.${to} o on o.pk = v.pk
      where ${isMoved} and v.${by} is distinct from o.${by})`;
    const written = `main.${versions.table} w where w.revision = :revision and w.changed & ${bit} <> 0`;
    // lists that the change itself wrote are already right
    const found = `select distinct t.pk, ${bit} as changed from main.${from.name} t, json_each(t.${list}) e
      ${ORDERED_JOIN} ${moved} m on m.was = e.value where not exists (select 1 from ${written} and w.pk = t.pk)`;
    if ((await writer.get(found, params)) === undefined) continue;
    shortened += (await writer.all(`${found} and m.now is null`, params)).length;
    await writer.lock([collection]);
    const update = `update main.${from.name} as t set updatedAt = :now, revision = :revision, ${list} = (
        select json_group_array(coalesce(m.now, e.value) order by coalesce(m.now, e.value)) from json_each(t.${list}) e
          left join ${moved} m on m.was = e.value where m.was is null or m.now is not null)
      where exists (select 1 from ${written} and w.pk = t.pk and w.${list} = t.${list})`;
    const advance = `update main.collection set revision = :revision where name = '${collection}'`;
    for (const sql of [buildSaveVersionsSql(versions, found), update, advance]) await writer.run(sql, params);
  }
  return shortened;
};

/** Determines which columns a change wrote. Call this at the end of the change. */
export const settleVersions = async (writer: Writer): Promise<void> => {
  const kept = unsettledVersions.get(writer) ?? [];
  unsettledVersions.delete(writer);
  for (const sql of buildSettleStatements(kept)) await writer.run(sql, { revision: await writer.revision() });
};
