import type { DerivedTable, View } from "../store.ts";
import type { Database } from "./database.ts";

/** Makes a temporary table ready on a connection. */
export const derive = (database: Database, { name, columns, state, fill }: DerivedTable): void => {
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

/** The columns of a table, generated ones included. */
const columnsOf = (database: Database, table: string): readonly string[] =>
  database.all("select name from pragma_table_xinfo(:table) order by cid", { table }).map(({ name }) => String(name));

/** The views that a connection has. */
const SEEN = new WeakMap<Database, View>();

/**
 * Has a connection see what a view shows, or all of the tenant: what its statements read of a table is read through a
 * temporary view of the same name. To be called outside a transaction that may be rolled back, which would take the views.
 */
export const see = (database: Database, view: View | undefined): void => {
  const seen = SEEN.get(database);
  if (view?.name === seen?.name) return;
  for (const name of seen?.rows.keys() ?? []) database.exec(`drop view if exists temp."${name}"`);
  for (const [name, rows] of view?.rows ?? []) {
    const columns = columnsOf(database, name).map((column) => {
      const { [column]: other } = view?.columns[name] ?? {};
      return other === undefined ? `t."${column}"` : `${other} as "${column}"`;
    });
    database.exec(`create temp view "${name}" as select ${columns.join(", ")} from main."${name}" t where ${rows}`);
  }
  if (view === undefined) SEEN.delete(database);
  else SEEN.set(database, view);
};

/** Whether a connection sees a part of the tenant only. */
export const seesPart = (database: Database): boolean => SEEN.has(database);

/** Makes the organisations of a view ready, as they are on the connection's snapshot. */
export const hold = (database: Database, view: View | undefined): void => {
  for (const held of view?.held ?? []) derive(database, held);
};
