import { buildSaveUnsettledSql, buildSaveDeletedSql, buildSaveCreatedRangesSql } from "../../../versions/keep.ts";
import type { VersionSchema } from "../../../versions/tables.ts";
import { buildCaseSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { readTableColumns } from "../commit.ts";
import { forEachNumberRange, buildInterruptCheckSql } from "../functions.ts";
import { listRestoredColumns, countStagedRecords, getStagedTable, listUniqueFields } from "./staged.ts";

const storeVersions = (database: Database, versions: VersionSchema, revision: number): void => {
  const { thing, key } = versions;
  for (const action of ["update", "delete"] as const) {
    const staged = `${getStagedTable(versions)} u ${ORDERED_JOIN} main.${thing.name} t on t.${key} = u.pk
      where u.action = '${action}' and ${buildInterruptCheckSql("u.pk")}`;
    const kept = action === "update" ? buildSaveUnsettledSql : buildSaveDeletedSql;
    database.run(kept(versions, `select u.pk from ${staged}`), { revision });
  }
};

const releaseUniqueValues = (database: Database, versions: VersionSchema): void => {
  const { thing } = versions;
  for (const { bit, held, claims } of listUniqueFields(versions)) {
    const records = `select u.pk from ${getStagedTable(versions)} u where u.changed & ${bit} <> 0`;
    if (claims !== undefined)
      database.run(
        `delete from main.${claims.table} where ${thing.name} in (${records}) and ${buildInterruptCheckSql(thing.name)}`,
      );
    else
      database.run(
        `update main.${thing.name} set ${quoteIdentifier(held)} = 'released ' || id where pk in (${records} and u.action = 'update')`,
      );
  }
};

const claimListValues = (database: Database, versions: VersionSchema): void => {
  for (const { bit, keys, claims } of listUniqueFields(versions)) {
    if (claims === undefined) continue;
    database.run(
      `insert into main.${claims.table} (${claims.key}, ${versions.thing.name}, main)
       select e.value, u.pk, ${buildCaseSql("e.key = 0", "1", "0")} from ${getStagedTable(versions)} u ${ORDERED_JOIN} json_each(${keys("u")}) e
       where u.action <> 'delete' and u.changed & ${bit} <> 0 and ${buildInterruptCheckSql("u.pk")}`,
    );
  }
};

/** Writes a type's staged records in ranges, because a statement for a million records could not be interrupted. */
const writeStagedRecords = (database: Database, versions: VersionSchema, revision: number): void => {
  const { thing, key, times } = versions;
  const staged = getStagedTable(versions);
  const own = readTableColumns(database, thing);
  const columns = listRestoredColumns(versions);
  const last = database.count(`select coalesce(max(pk), 0) from ${staged}`);
  const inRange = "u.pk > :after and u.pk <= :upTo";
  const run = (sql: string): void =>
    forEachNumberRange(database, last, (range) => database.run(sql, { ...range, revision }));
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

/** Writes the staged records, none of which may be blocked. Must run in the caller's transaction. */
export const writeUndo = (database: Database, revision: number): void => {
  const things = countStagedRecords(database).map(({ versions }) => versions);
  for (const versions of things) storeVersions(database, versions, revision);
  for (const versions of things) releaseUniqueValues(database, versions);
  for (const versions of things) {
    writeStagedRecords(database, versions, revision);
    database.run(
      buildSaveCreatedRangesSql(
        versions.thing.name,
        `select min(pk) as first, max(pk) as last from (
           select pk, pk - row_number() over (order by pk) as place from ${getStagedTable(versions)} where action = 'create')
         group by place`,
      ),
      { revision },
    );
  }
  for (const versions of things) claimListValues(database, versions);
};
