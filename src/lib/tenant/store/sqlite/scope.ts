import type { DerivedTable, Scope, View } from "../store.ts";
import type { Database } from "./database.ts";

const isFresh = (database: Database, { name, state }: Pick<DerivedTable, "name" | "state">): boolean => {
  try {
    const sql = `select d.state is not distinct from now.state as isFresh from (${state}) now join temp.derived_from d where d.name = :name`;
    return database.count(sql, { name }) === 1;
  } catch {
    // this connection has no derived tables, or a rollback removed them; other errors are thrown again below
    return false;
  }
};

export const refreshDerivedTable = (database: Database, { name, columns, state, fill, params }: DerivedTable): void => {
  if (isFresh(database, { name, state })) return;
  database.run(`create temp table if not exists ${name} (${columns})`);
  database.run("create temp table if not exists derived_from (name text primary key, state text)");
  const from = database.get(state)?.["state"] ?? null;
  database.exec(`delete from temp.${name}`);
  database.run(fill, params);
  database.run(
    "insert into temp.derived_from (name, state) values (:name, :from) on conflict (name) do update set state = excluded.state",
    { name, from },
  );
};

const listTableColumns = (database: Database, table: string): readonly string[] =>
  database.all("select name from pragma_table_xinfo(:table) order by cid", { table }).map(({ name }) => String(name));

const APPLIED_VIEWS = new WeakMap<Database, View>();

/**
 * Applies a view to a connection. Without a view, the connection sees the whole tenant. Statements then read each
 * restricted table through a temporary view with the same name. Call this only outside transactions that may be rolled
 * back, because a rollback would remove the views.
 */
export const applyView = (database: Database, view: View | undefined): void => {
  const seen = APPLIED_VIEWS.get(database);
  if (view?.name === seen?.name) return;
  for (const name of seen?.rows.keys() ?? []) database.exec(`drop view if exists temp."${name}"`);
  for (const [name, rows] of view?.rows ?? []) {
    const columns = listTableColumns(database, name).map((column) => {
      const { [column]: other } = view?.columns[name] ?? {};
      return other === undefined ? `t."${column}"` : `${other} as "${column}"`;
    });
    database.exec(`create temp view "${name}" as select ${columns.join(", ")} from main."${name}" t where ${rows}`);
  }
  if (view === undefined) APPLIED_VIEWS.delete(database);
  else APPLIED_VIEWS.set(database, view);
};

export const getAppliedScope = (database: Database): Scope | undefined => APPLIED_VIEWS.get(database)?.scope;

export const hasAppliedView = (database: Database): boolean => APPLIED_VIEWS.has(database);

/** Creates or refreshes the tables with the visible organisations, as of the connection's snapshot. */
export const refreshViewOrgs = (database: Database, view: View | undefined): void => {
  for (const held of view?.held ?? []) refreshDerivedTable(database, held);
};
