import { namesOrg, type Format } from "../../../../model/format.ts";
import type { OrgBy } from "../../../../model/import.ts";
import { KEY_IN_PATH_SQL, ORG_POSITION_TABLE, ROOT_ORG_NUMBER } from "../../../records/org-rows.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { refreshDerivedTable } from "../../../store/sqlite/scope.ts";
import { buildIsKnownSql, buildRowKeysSql, isStaged } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import type { KeyLocation, PlanDefinition, StoredKind } from "../stored-kind.ts";

/**
 * The table of the names or paths by which the cells of a file can name the visible organisations: `key`, and `pk`, which
 * is null if several organisations have the name.
 */
const ORG_NAME_TABLE = "s.org_name";

const ORG_NAME_KEYS: KeyLocation = {
  table: ORG_NAME_TABLE,
  own: false,
  key: (alias) => `${alias}.key`,
  has: (alias, key) => `${alias}.key = ${key} and ${alias}.pk is not null`,
  record: "pk",
  planned: true,
};

export const toFormatWithOrgNames = (format: Format): Format => ({
  ...format,
  columns: format.columns.map((column) =>
    namesOrg(column) ? { ...column, comparison: "name", code: undefined } : column,
  ),
});

/** Returns a kind that finds organisations by the names in {@link ORG_NAME_TABLE} instead of by their codes. */
export const toKindWithOrgNames = (kind: StoredKind): StoredKind => ({
  ...kind,
  references: kind.references.map((reference) =>
    namesOrg(reference.field) ? { ...reference, keys: ORG_NAME_KEYS } : reference,
  ),
});

/** SQL: the keys by which the visible organisations can be named. If a key has several ranks, the lowest counts. */
const ORG_KEYS: Readonly<Record<Exclude<OrgBy, "code">, string>> = {
  name: "select coalesce(o.nameKey, o.name) as key, o.pk, 0 as rank from org o",
  // a path may begin below the top, because lists do not repeat the head office in each row; a code also works as a path
  path: `select * from (with recursive named (pk, above, key) as (
      select o.pk, o.parent, ${KEY_IN_PATH_SQL} from org o
      union all select n.pk, o.parent, ${KEY_IN_PATH_SQL} || '/' || n.key from named n join main.org o on o.pk = n.above)
    select n.key, n.pk, n.above is not null and n.key <> p.pathKey as rank
    from named n join temp.${ORG_POSITION_TABLE.name} p on p.pk = n.pk)
    union all select o.code, o.pk, 1 from org o where o.code is not null`,
};

/** SQL: the path of an organisation; for the root organisation, its name. @param pk SQL of its record number */
export const buildOrgPathSql = (pk: string): string => {
  const name = String.raw`replace(replace(p.name, '\', '\\'), '/', '\/')`;
  return `(with recursive up(at, path) as (
      select p.parent, ${name} from (select ${pk} as pk) own join main.org p on p.pk = own.pk
      union all select p.parent, ${name} || '/' || up.path from up join main.org p on p.pk = up.at where p.parent is not null)
    select path from up where coalesce(at, ${ROOT_ORG_NUMBER}) = ${ROOT_ORG_NUMBER})`;
};

const MAX_PATHS = 5;

export const resolveOrgNames = (database: Database, plan: PlanDefinition): void => {
  const { orgBy = "code", scope } = plan.request;
  if (orgBy === "code") return;
  refreshDerivedTable(database, ORG_POSITION_TABLE);
  database.exec(`drop table if exists ${ORG_NAME_TABLE}`);
  database.exec(
    `create table ${ORG_NAME_TABLE} (key text primary key, pk integer, count integer not null) without rowid`,
  );
  database.exec(`insert into ${ORG_NAME_TABLE}
    select key, case when min(pk) = max(pk) then min(pk) end, count(distinct pk) from (
      select key, pk, rank, min(rank) over (partition by key) as best from (${ORG_KEYS[orgBy]})) where rank = best
    group by key`);
  for (const reference of plan.kind.references) {
    const { field } = reference;
    if (reference.keys !== ORG_NAME_KEYS || !isStaged(plan, field)) continue;
    const unknown = `select f.key, f.value from s.refer f where f.what = '${field.short}' and not ${buildIsKnownSql(reference, "f.key")}`;
    const rows = `join s.row r on ${buildRowKeysSql(field)} = f.key`;
    const paths = `select string_agg(path, ', ') from (select ${buildOrgPathSql("k.pk")} as path
      from (${ORG_KEYS[orgBy]}) k where k.key = f.key order by k.pk limit ${MAX_PATHS})`;
    recordFinding(database, plan, {
      code: "org-name-ambiguous",
      field: field.field,
      select: `select r.row, r.line, null as col,
          json_object('name', f.value, 'by', :orgBy, 'count', n.count, 'paths', (${paths})) as params
        from (${unknown}) f join ${ORG_NAME_TABLE} n on n.key = f.key ${rows}`,
      params: { orgBy },
    });
    recordFinding(database, plan, {
      code: "org-name-unknown",
      field: field.field,
      select: `select r.row, r.line, null as col, json_patch(
          json_object('name', f.value, 'by', :orgBy), json_object('scoped', :scoped)) as params
        from (${unknown}) f ${rows} where not exists (select 1 from ${ORG_NAME_TABLE} n where n.key = f.key)`,
      params: { orgBy, scoped: scope === undefined ? null : 1 },
    });
  }
};
