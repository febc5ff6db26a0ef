import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../../model/account.ts";
import { OWN_THINGS, TENANT_PROFILE } from "../../../../model/things.ts";
import { getVersionTable, type VersionSchema } from "../../../versions/tables.ts";
import { quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildRecordLabelSql } from "../expressions.ts";
import { hasAppliedView } from "../../../store/sqlite/scope.ts";
import { VERSIONED_THINGS } from "./staged.ts";

/**
 * SQL: the label of a record, even if it was deleted; null if the acting account cannot see the record. @param pk SQL
 * of the record number
 */
export const buildLabelLookupSql = (database: Database, versions: VersionSchema, pk: string): string => {
  const { thing, key } = versions;
  // a view of renewal items needs tables that only their list creates
  if (
    thing === ACCOUNT_SETTINGS ||
    thing === TENANT_PROFILE ||
    (hasAppliedView(database) && OWN_THINGS.includes(thing))
  )
    return "null";
  if (thing === ACCOUNT) return `(select coalesce(n.accountName, n.name) from user n where n.pk = ${pk})`;
  const named = (alias: string): string =>
    buildRecordLabelSql(thing, (column) => `${alias}.${quoteIdentifier(column)}`);
  const now = `(select ${named("n")} from ${thing.name} n where n.${key} = ${pk})`;
  if (hasAppliedView(database)) return now;
  return `coalesce(${now}, (select ${named("v")} from main.${getVersionTable(versions)} v
    where v.pk = ${pk} and v.action = 'delete' order by v.revision desc limit 1))`;
};

export const buildAnyLabelLookupSql = (database: Database, thing: string, pk: string): string =>
  `case ${thing} ${VERSIONED_THINGS.map((versions) => `when '${versions.thing.name}' then ${buildLabelLookupSql(database, versions, pk)}`).join(" ")} end`;
