import { heldBy, IS_OF_TASKS, visibleColumns, visibleRows } from "../scope.ts";
import type { Derived, Scope } from "../store.ts";
import type { Database } from "./database.ts";

/** Makes a temporary table ready on a connection. */
export const derive = (database: Database, { name, columns, state, fill }: Derived): void => {
  database.exec(`create temp table if not exists ${name} (${columns})`);
  database.exec("create temp table if not exists derived_from (name text primary key, state text)");
  const from = database.get(state)?.["state"] ?? null;
  const known = database.get("select state from temp.derived_from where name = :name", { name });
  if (known !== undefined && known["state"] === from) return;
  database.exec(`delete from temp.${name}`);
  database.run(fill);
  database.run(
    "insert into temp.derived_from (name, state) values (:name, :from) on conflict (name) do update set state = excluded.state",
    { name, from },
  );
};

/** SQL: an audit's record as who asks reads it: it and the imports have the numbers that they have for him. */
const AUDIT_RECORD = ["objects[0]", "objects[1]"].reduce(
  (record, at) =>
    `case when t.record -> '$.${at}' ->> 'thing' = 'import' then json_set(${record}, '$.${at}.name',
       cast((select i.number from import i where i.id = t.record -> '$.${at}' ->> 'id') as text)) else ${record} end`,
  `case when t.record -> '$.detail' ->> 'number' is null then json_set(t.record, '$.seq', row_number() over (order by t.seq))
     else json_set(t.record, '$.seq', row_number() over (order by t.seq), '$.detail.number', (select i.number from import i
       join json_each(t.record -> 'objects') o on o.value ->> 'id' = i.id order by i.pk desc limit 1)) end`,
);

/** SQL: the same of an undoing, whose record names first what it undid. */
const UNDOING_RECORD = `case when t.record -> '$.detail' ->> 'undone' is null then ${AUDIT_RECORD} else json_set(${AUDIT_RECORD},
  '$.detail.undone', (select i.number from import i where i.id = t.record -> '$.objects[0]' ->> 'id')) end`;

/** SQL: the number that an import has for who asks. @param pk SQL of its own */
const ownNumber = (pk: string): string => `(select i.number from import i where i.pk = ${pk})`;

/** SQL: the same of a record that names further imports: of the tasks that were closed, and those that an upload supersedes. */
const NAMING_RECORD = `json_replace(${UNDOING_RECORD},
  '$.detail.import', ${ownNumber("t.record -> '$.detail' ->> 'import'")},
  '$.detail.supersedes', json((select json_group_array(${ownNumber("e.value")} order by e.key)
    from json_each(t.record, '$.detail.supersedes') e)),
  '$.detail.tasks', json((select json_group_array(json(json_replace(e.value, '$.import', ${ownNumber("e.value ->> 'import'")}))
    order by e.key) from json_each(t.record, '$.detail.tasks') e)))`;

/** SQL: that an object `o` of a record is an import that who asks does not see. */
const IS_HIDDEN =
  "o.value ->> 'thing' = 'import' and not exists (select 1 from import i where i.id = o.value ->> 'id')";

/** SQL: the same of a record of such an import: it was planned for more than his part, as is all that was counted. */
const SEEN_RECORD = `case when exists (select 1 from json_each(t.record -> 'objects') o where ${IS_HIDDEN})
  then json_set(t.record, '$.seq', row_number() over (order by t.seq),
    '$.objects', json((select json_group_array(json(o.value) order by o.key) from json_each(t.record -> 'objects') o where not (${IS_HIDDEN}))),
    '$.detail', json_object('kind', t.record -> 'detail' ->> 'kind', 'mode', t.record -> 'detail' ->> 'mode'))
  else ${NAMING_RECORD} end`;

/** SQL: the same of a record of closed tasks, which names them by the numbers that they have for him. */
const TASKS_RECORD = `case when not (${IS_OF_TASKS}) then ${SEEN_RECORD} else json_set(${SEEN_RECORD},
  '$.objects', json((select json_group_array(json(json_set(o.value, '$.id',
    (select cast(k.number as text) from console_task k where k.pk = o.value ->> 'id'))) order by o.key)
    from json_each(t.record -> 'objects') o))) end`;

/**
 * SQL of columns by which people name what they see, in a view: numbers that tell nothing of what they do not see. Hashes tell
 * by their chain how many records there are.
 */
const OWN_NUMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  import: { number: "row_number() over (order by t.pk) as number" },
  console_task: { number: "t.handle as number" },
  audit: {
    seq: "row_number() over (order by t.seq) as seq",
    record: `${TASKS_RECORD} as record`,
    hash: "null as hash",
  },
};

/** The columns of a table, generated ones included. */
const columnsOf = (database: Database, table: string): readonly string[] =>
  database.all("select name from pragma_table_xinfo(:table) order by cid", { table }).map(({ name }) => String(name));

/** The views that a connection has, by the scope they are of. */
const VIEWS = new WeakMap<Database, { readonly scope: string; readonly names: readonly string[] }>();

/**
 * Has a connection see what is in a scope, or all of the tenant: what its statements read of a table is read through a
 * temporary view of the same name. To be called outside a transaction that may be rolled back, which would take the views.
 */
export const see = (database: Database, scope: Scope | undefined): void => {
  const { scope: seen, names } = VIEWS.get(database) ?? { scope: "", names: [] };
  const wanted = scope === undefined ? "" : JSON.stringify(scope);
  if (wanted === seen) return;
  for (const name of names) database.exec(`drop view if exists temp."${name}"`);
  const visible = scope === undefined ? [] : [...visibleRows(scope)];
  const changed = scope === undefined ? {} : visibleColumns(scope);
  for (const [name, rows] of visible) {
    const columns = columnsOf(database, name).map((column) => {
      const { [column]: other } = changed[name] ?? {};
      return other === undefined ? (OWN_NUMBERS[name]?.[column] ?? `t."${column}"`) : `${other} as "${column}"`;
    });
    database.exec(`create temp view "${name}" as select ${columns.join(", ")} from main."${name}" t where ${rows}`);
  }
  VIEWS.set(database, { scope: wanted, names: visible.map(([name]) => name) });
};

/** Whether a connection sees a part of the tenant only. */
export const seesPart = (database: Database): boolean => (VIEWS.get(database)?.scope ?? "") !== "";

/** Makes the organisations of a scope ready, as they are on the connection's snapshot. */
export const hold = (database: Database, scope: Scope | undefined): void => {
  if (scope !== undefined) for (const held of heldBy(scope)) derive(database, held);
};

/** The number that an import has for who sees a scope, of which the organisations are ready afterwards. @param pk its own */
export const importNumber = (database: Database, pk: number, scope: Scope | undefined): number => {
  if (scope === undefined) return pk;
  hold(database, scope);
  const rows = visibleRows(scope).get("import") ?? "";
  return database.count(`select count(*) from main.import t where t.pk <= :pk and ${rows}`, { pk });
};
