import { refersToOrg, type Format } from "../../derived/format.ts";
import { ORG } from "../../nouns/organisation.ts";
import { KEY_IN_PATH_SQL, ROOT_ORG_NUMBER } from "../ledger/org-rows.ts";
import { buildNameListSql, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { getColumnBit, getVersionSchema } from "../ledger/versions.ts";
import { buildIsKnownSql, buildRowKeysSql, isStaged } from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import { replaceCells } from "./spelling.ts";
import type { KeyLocation, PlanDefinition, StoredKind } from "./stored-kind.ts";

const ORG_NAME_TABLE = "s.org_name";

const ORG_NAME_KEYS: KeyLocation = {
  table: ORG_NAME_TABLE,
  own: false,
  key: (alias) => `${alias}.key`,
  has: (alias, key) => `${alias}.key = ${key} and ${alias}.pk is not null`,
  record: "pk",
  planned: true,
};

/** 組織コード may also be called 組織, 組織名 or 組織パス. */
const listOrgNameHeaders = (header: string): readonly string[] =>
  ["", "名", "パス"].map((ending) => header.replace(/コード$/u, ending));

export const toFormatWithOrgNames = (format: Format): Format => ({
  ...format,
  columns: format.columns.map((column) =>
    refersToOrg(column)
      ? { ...column, comparison: "name", code: undefined, aliases: listOrgNameHeaders(column.header) }
      : column,
  ),
});

export const toKindWithOrgNames = (kind: StoredKind): StoredKind => ({
  ...kind,
  references: kind.references.map((reference) =>
    refersToOrg(reference.field) ? { ...reference, keys: ORG_NAME_KEYS } : reference,
  ),
});

/** The table of spellings of visible organisations: codes, full paths and partial paths. */
const SPELLING_TABLE = "temp.org_spelling";

const fillSpellings = (database: Database, orgs: string): void => {
  database.createTable(
    SPELLING_TABLE,
    `as with recursive named (pk, above, spelling) as (
      select o.pk, o.parent, ${KEY_IN_PATH_SQL} from org o
      union all select n.pk, o.parent, ${KEY_IN_PATH_SQL} || '/' || n.spelling from named n join ${orgs} o on o.pk = n.above)
    select loose_name(spelling) as loose, spelling, pk from named
    union all select loose_name(code), coalesce(codeKey, code), pk from org where code is not null`,
  );
  database.exec(`create index ${SPELLING_TABLE}_loose on org_spelling (loose)`);
};

export const buildOrgPathSql = (pk: string, orgs = "main.org"): string => {
  const name = String.raw`replace(replace(p.name, '\', '\\'), '/', '\/')`;
  return `(with recursive up(at, path) as (
      select p.parent, ${name} from (select ${pk} as pk) own join ${orgs} p on p.pk = own.pk
      union all select p.parent, ${name} || '/' || up.path from up join ${orgs} p on p.pk = up.at where p.parent is not null)
    select path from up where coalesce(at, ${ROOT_ORG_NUMBER}) = ${ROOT_ORG_NUMBER})`;
};

const MAX_LISTED_PATHS = 5;

/** Returns true if the console may show other values of these columns than the tenant has, because changes are open. */
export const mayShowOthers = (database: Database, thing: string, columns: readonly string[]): boolean => {
  const versions = getVersionSchema(thing);
  const bits = columns.map((column) => getColumnBit(versions, column)).join(" | ");
  const changed = `select 1 from main.${versions.observed} o where o.inConsole = 0 or o.wished & (${bits}) <> 0
    or not exists (select 1 from main.${thing} t where t.pk = o.pk) limit 1`;
  return database.get(changed) !== undefined;
};

/** Finds organisations by their names, in an export if its cells are not codes. @returns true if an export has names */
export const resolveOrgNames = (database: Database, plan: PlanDefinition): boolean => {
  const { orgBy = "code", scope, fromConsole } = plan.request;
  const mayBeNamed = (): boolean => plan.kind.thing !== ORG && !mayShowOthers(database, ORG.name, ["name", "parent"]);
  if (fromConsole === true ? !mayBeNamed() : orgBy === "code") return false;
  // the view `org` hides organisations outside the scope, but paths contain their names
  const orgs = scope === undefined ? "org" : "main.org";
  fillSpellings(database, orgs);
  database.createTable(
    ORG_NAME_TABLE,
    "(key text primary key, pk integer, count integer not null, best integer) without rowid",
  );
  const named = plan.kind.references.filter(
    ({ keys, field }) => (fromConsole === true ? refersToOrg(field) : keys === ORG_NAME_KEYS) && isStaged(plan, field),
  );
  const what = buildNameListSql(named.map(({ field }) => field.short));
  // exact spellings take precedence
  database.exec(
    `insert into ${ORG_NAME_TABLE} select key, case when min(pk) = max(pk) then min(pk) end, count(distinct pk), best from (
      select *, min(rank) over (partition by key) as best from (
        select f.key, k.pk, k.spelling <> f.key as rank from (select distinct key from s.refer where what in (${what})) f
        join ${SPELLING_TABLE} k on k.loose = loose_name(f.key))) where rank = best group by key`,
  );
  const isNamed = (reference: StoredKind["references"][number]): boolean =>
    database.get(
      `select 1 from s.refer f join ${ORG_NAME_TABLE} n on n.key = f.key
       where f.what = '${reference.field.short}' and not ${buildIsKnownSql(reference, "f.key")} limit 1`,
    ) !== undefined;
  if (fromConsole === true && !named.some(isNamed)) return false;
  for (const reference of named) {
    const { field } = reference;
    const keys = `select f.key, f.value from s.refer f where f.what = '${field.short}'`;
    // a code in an export by names may be the name of another organisation
    const unknown = fromConsole === true ? keys : `${keys} and not ${buildIsKnownSql(reference, "f.key")}`;
    const paths = `select string_agg(path, ', ') from (select distinct ${buildOrgPathSql("k.pk", orgs)} as path from ${SPELLING_TABLE} k
      where k.loose = loose_name(f.key) and (k.spelling = f.key or n.best = 1) order by k.pk limit ${MAX_LISTED_PATHS})`;
    const rows = `join s.row r on ${buildRowKeysSql(field)} = f.key`;
    if (fromConsole === true) {
      const codes = `select r.row, o.code, coalesce(o.codeKey, o.code) from s.row r
        ${ORDERED_JOIN} ${ORG_NAME_TABLE} n on n.key = ${buildRowKeysSql(field)} ${ORDERED_JOIN} org o on o.pk = n.pk
        where o.code is not null and not ${buildIsKnownSql(reference, "n.key")}`;
      replaceCells(database, plan, field, (insert) => insert(codes), false);
    }
    recordFinding(database, plan, {
      code: "org-name-ambiguous",
      field: field.field,
      select: `select r.row, r.line, null as col,
          json_object('name', f.value, 'count', n.count, 'paths', (${paths})) as params
        from (${unknown}) f join ${ORG_NAME_TABLE} n on n.key = f.key and n.pk is null ${rows}`,
    });
    if (fromConsole === true) continue;
    recordFinding(database, plan, {
      code: "org-name-unknown",
      field: field.field,
      select: `select r.row, r.line, null as col, json_patch(
          json_object('name', f.value), json_object('scoped', :scoped)) as params
        from (${unknown}) f ${rows} where not exists (select 1 from ${ORG_NAME_TABLE} n where n.key = f.key)`,
      params: { scoped: scope === undefined ? null : 1 },
    });
  }
  return fromConsole === true;
};
