import { ORG } from "../../nouns/organisation.ts";
import type { Database } from "../store/database.ts";
import { writeRecords } from "./commit.ts";
import { attachStagingForReading } from "./staging.ts";
import type { PlanDefinition } from "./stored-kind.ts";

// A plan can include another plan for organisations. Both plans are committed as one change.

export const PLANNED_ORGS_SCHEMA = "beside";

export const showPlannedOrgs = (database: Database, path: string, plan: PlanDefinition): void => {
  attachStagingForReading(database, path);
  for (const table of [ORG.name, "collection"])
    database.exec(`create temp table ${table} as select * from main.${table}`);
  database.exec("create unique index temp.collection_name on collection (name)");
  database.exec(`create index temp.org_pk on ${ORG.name} (pk)`);
  const indexes = "select sql from main.sqlite_schema where type = 'index' and tbl_name = :table and sql is not null";
  for (const { sql } of database.all(indexes, { table: ORG.name }))
    database.exec(String(sql).replace(/^create (?:unique )?index /i, "create index temp."));
  writeRecords(database, plan, { revision: 0, now: "", idPrefix: "", referencePrefix: "" });
  database.exec("drop table temp.collection");
  database.exec("detach s");
};

const listTables = (database: Database, schema: string) =>
  database
    .all(`select name, sql from ${schema}.sqlite_schema where type = 'table'`)
    .map(({ name, sql }) => ({ name: `"${String(name)}"`, sql: String(sql) }));

export const withPlannedOrgRows = (database: Database, body: () => void): void => {
  const own = listTables(database, "s").map(({ name }, at) => ({ name, kept: `kept_${at}` }));
  for (const { name, kept } of own) database.exec(`alter table s.${name} rename to ${kept}`);
  const tables = listTables(database, PLANNED_ORGS_SCHEMA);
  for (const { name, sql } of tables) {
    database.exec(sql.replace(/^create table /i, "create table s."));
    database.exec(`insert into s.${name} select * from ${PLANNED_ORGS_SCHEMA}.${name}`);
  }
  body();
  for (const { name } of tables) database.exec(`drop table s.${name}`);
  for (const { name, kept } of own) database.exec(`alter table s.${kept} rename to ${name}`);
};
