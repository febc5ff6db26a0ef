import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../../model/account.ts";
import { versionTable, type Versions } from "../../../versions/tables.ts";
import { quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { calledText } from "../expressions.ts";
import { seesPart } from "../../../store/sqlite/scope.ts";
import { THINGS } from "./staged.ts";

/** SQL: what people call a record, also one that was deleted; null of one that who asks does not see. @param pk SQL of its number */
export const called = (database: Database, versions: Versions, pk: string): string => {
  const { thing, key } = versions;
  if (thing === ACCOUNT_SETTINGS) return "null";
  if (thing === ACCOUNT) return `(select coalesce(n.accountName, n.name) from user n where n.pk = ${pk})`;
  const named = (alias: string): string => calledText(thing, (column) => `${alias}.${quoteIdentifier(column)}`);
  const now = `(select ${named("n")} from ${thing.name} n where n.${key} = ${pk})`;
  if (seesPart(database)) return now;
  return `coalesce(${now}, (select ${named("v")} from main.${versionTable(versions)} v
    where v.pk = ${pk} and v.action = 'delete' order by v.revision desc limit 1))`;
};

/** SQL: what people call a record of any thing. @param thing SQL of the thing's name, `pk` of the record's number */
export const calledAny = (database: Database, thing: string, pk: string): string =>
  `case ${thing} ${THINGS.map((versions) => `when '${versions.thing.name}' then ${called(database, versions, pk)}`).join(" ")} end`;
