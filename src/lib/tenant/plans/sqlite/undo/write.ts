import { keepingAll, keepingDeleted, notingCreated } from "../../../versions/keep.ts";
import type { Versions } from "../../../versions/tables.ts";
import { either, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { columnsOf } from "../commit.ts";
import { forNumbers, proceeding } from "../functions.ts";
import { restoredColumns, stagedCounts, stagedTable, uniqueFields } from "./staged.ts";

/** Keeps what the undo changes or deletes, as every change does. */
const keep = (database: Database, versions: Versions, revision: number): void => {
  const { thing, key } = versions;
  for (const action of ["update", "delete"] as const) {
    const staged = `${stagedTable(versions)} u ${THEN} main.${thing.name} t on t.${key} = u.pk
      where u.action = '${action}' and ${proceeding("u.pk")}`;
    const kept = action === "update" ? keepingAll : keepingDeleted;
    database.run(kept(versions, `select u.pk from ${staged}`), { revision });
  }
};

/** Releases the unique values of the records that get other ones, so that they may be exchanged. */
const release = (database: Database, versions: Versions): void => {
  const { thing } = versions;
  for (const { bit, held, claims } of uniqueFields(versions)) {
    const records = `select u.pk from ${stagedTable(versions)} u where u.changed & ${bit} <> 0`;
    if (claims !== undefined)
      database.run(
        `delete from main.${claims.table} where ${thing.name} in (${records}) and ${proceeding(thing.name)}`,
      );
    else
      database.run(
        `update main.${thing.name} set ${quoteIdentifier(held)} = 'released ' || id where pk in (${records} and u.action = 'update')`,
      );
  }
};

/** Claims the values of unique lists for the records that have them again. */
const claim = (database: Database, versions: Versions): void => {
  for (const { bit, keys, claims } of uniqueFields(versions)) {
    if (claims === undefined) continue;
    database.run(
      `insert into main.${claims.table} (${claims.key}, ${versions.thing.name}, main)
       select e.value, u.pk, ${either("e.key = 0", "1", "0")} from ${stagedTable(versions)} u ${THEN} json_each(${keys("u")}) e
       where u.action <> 'delete' and u.changed & ${bit} <> 0 and ${proceeding("u.pk")}`,
    );
  }
};

/** Writes the records in ranges: a statement over a million of them could not be interrupted. */
const writeRecords = (database: Database, versions: Versions, revision: number): void => {
  const { thing, key, times } = versions;
  const staged = stagedTable(versions);
  const own = columnsOf(database, thing);
  const columns = restoredColumns(versions);
  const last = database.count(`select coalesce(max(pk), 0) from ${staged}`);
  const inRange = "u.pk > :after and u.pk <= :upTo";
  const run = (sql: string): void =>
    forNumbers(database, last, (range) =>
      database.run(sql, { ...range, ...(sql.includes(":revision") && { revision }) }),
    );
  const revised = own.includes("revision") ? ["revision"] : [];
  run(
    `delete from main.${thing.name} where ${key} in (select u.pk from ${staged} u where u.action = 'delete' and ${inRange})`,
  );
  const names = [...columns.map(({ name }) => name), ...times];
  const sets = [
    ...names.map((name) => `${quoteIdentifier(name)} = u.${quoteIdentifier(name)}`),
    ...revised.map((name) => `${name} = :revision`),
  ];
  run(`update main.${thing.name} set ${sets.join(", ")} from ${staged} u
    where u.action = 'update' and ${thing.name}.${key} = u.pk and ${inRange}`);
  const all = [key, ...names, ...revised];
  const values = ["u.pk", ...names.map((name) => `u.${quoteIdentifier(name)}`), ...revised.map(() => ":revision")];
  run(`insert into main.${thing.name} (${all.map(quoteIdentifier).join(", ")})
    select ${values.join(", ")} from ${staged} u where u.action = 'create' and ${inRange}`);
};

/** Writes the staged records, which nothing stands in the way of; inside the caller's transaction. */
export const writeUndo = (database: Database, revision: number): void => {
  const things = stagedCounts(database).map(({ versions }) => versions);
  for (const versions of things) keep(database, versions, revision);
  for (const versions of things) release(database, versions);
  for (const versions of things) {
    writeRecords(database, versions, revision);
    database.run(
      notingCreated(
        versions.thing.name,
        `select min(pk) as first, max(pk) as last from (
           select pk, pk - row_number() over (order by pk) as place from ${stagedTable(versions)} where action = 'create')
         group by place`,
      ),
      { revision },
    );
  }
  for (const versions of things) claim(database, versions);
};
