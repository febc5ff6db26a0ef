import { createFormat } from "../../derived/format.ts";
import { nameKey } from "../../model/normalise.ts";
import type { RecordOf } from "../../model/thing.ts";
import { ORG, ORG_COUNTS } from "../../nouns/organisation.ts";
import type { RecordList } from "./lists.ts";
import { buildCaseSql } from "../store/sql.ts";
import type { DerivedTable, Reader } from "../store/types.ts";

const NAME_IN_PATH_SQL = String.raw`replace(replace(o.name, '\', '\\'), '/', '\/')`;

export const KEY_IN_PATH_SQL = String.raw`replace(replace(coalesce(o.nameKey, o.name), '\', '\\'), '/', '\/')`;

const INSERT_ORG_POSITIONS_SQL = String.raw`with recursive placed (pk, id, code, depth, path, pathKey) as (
    select pk, id, code, 0, '', '' from main.org where parent is null
    union all
    select o.pk, o.id, o.code, p.depth + 1, case when p.depth = 0 then '' else p.path || '/' end || ${NAME_IN_PATH_SQL},
      case when p.depth = 0 then '' else p.pathKey || '/' end || ${KEY_IN_PATH_SQL}
    from placed p join main.org o on o.parent = p.pk order by 4 desc, 1)
  insert into temp.place (pk, id, code, at, depth, path, pathKey)
    select pk, id, code, row_number() over (), depth, path, pathKey from placed`;

/** SQL: a text that changes with the tree: the tree's revision and newest organisation. */
const ORG_TREE_STATE_SQL = `select concat((select revision from collection where name = 'orgs'), ' ',
  (select id from main.org order by pk desc limit 1)) as state`;

export const ORG_POSITION_TABLE: DerivedTable = {
  name: "place",
  columns: `pk integer primary key, id text not null, code text, at integer not null, depth integer not null, path text not null,
    pathKey text not null, unique (at, depth)`,
  state: ORG_TREE_STATE_SQL,
  fill: INSERT_ORG_POSITIONS_SQL,
};

export const ORG_LIST: RecordList<typeof ORG.fields> = {
  thing: ORG,
  format: createFormat(ORG, "orgs"),
  table: "temp.place p join org t on t.pk = p.pk",
  joined: "left join org above on above.pk = t.parent left join temp.place over on over.pk = t.parent",
  sql: {
    path: "p.path",
    depth: "p.depth",
    parentId: "above.id",
    "parentId.code": "above.code",
    "parentId.path": buildCaseSql("above.code is null", "over.path", "null"),
  },
  order: [{ sql: "p.at", before: 0 }],
  filters: { filterName: "name", filterId: "code" },
  named: `t.id = :name or coalesce(t.codeKey, t.code) = :nameKey
    or p.pathKey = :nameKey
    or t.parent is null and coalesce(t.nameKey, t.name) = :nameKey`,
  exported: "t.parent is not null",
  derived: [ORG_POSITION_TABLE],
};

const ORG_DETAIL_FIELDS = { ...ORG.fields, ...ORG_COUNTS } as const;

export type OrgDetail = RecordOf<typeof ORG_DETAIL_FIELDS>;

export const ORG_DETAIL_LIST: RecordList<typeof ORG_DETAIL_FIELDS> = {
  ...ORG_LIST,
  thing: { ...ORG, fields: ORG_DETAIL_FIELDS },
  sql: {
    ...ORG_LIST.sql,
    users: "(select count(*) from user where org = t.pk)",
    children: "(select count(*) from org where parent = t.pk)",
  },
};

export const ROOT_ORG_NUMBER = 1;

export const isOrgWithin = async (reader: Reader, pk: number, above: number): Promise<boolean> =>
  (await reader.count(
    `with recursive up (pk) as (
       select :pk union select o.parent from up u join org o on o.pk = u.pk where o.parent is not null)
     select count(*) from up where pk = :above`,
    { pk, above },
  )) > 0;

export interface TreePosition {
  readonly pk?: number | null | undefined;
  readonly parent: number | undefined;
  readonly name: string | undefined;
  readonly code: string | null | undefined;
}

/** SQL: the organisations `o` directly below a parent that have a name. @param key SQL of the name's key */
export const buildNamesakesSql = (parent: string, key: string): string =>
  `main.org o where o.parent = ${parent} and coalesce(o.nameKey, o.name) = ${key}`;

export const findSameNamedSibling = async (
  reader: Reader,
  { pk = null, parent, name, code }: TreePosition,
): Promise<string | undefined> => {
  const own = await reader.get("select parent, name, code from org where pk = :pk", { pk });
  if (((code === undefined ? own?.["code"] : code) ?? null) !== null) return undefined;
  const key = nameKey(String(name ?? own?.["name"]));
  const row = await reader.get(
    `select name from ${buildNamesakesSql(":parent", ":key")} and o.pk is distinct from :pk order by o.pk limit 1`,
    { parent: Number(parent ?? own?.["parent"]), key, pk },
  );
  return row && String(row["name"]);
};

export const isParentHidden = async (reader: Reader, pk: number): Promise<boolean> =>
  (await reader.count(
    `select count(*) from main.org o where o.pk = :pk and o.parent is not null
       and not exists (select 1 from org seen where seen.pk = o.parent)`,
    { pk },
  )) > 0;

export type SubtreeCounts = Readonly<Record<"orgs" | "users" | "devices", number>>;

export const countSubtree = async (reader: Reader, id: string): Promise<SubtreeCounts> => {
  const row = await reader.get<SubtreeCounts>(
    `with recursive within (pk) as (
       select pk from org where id = :id union all select o.pk from within w join org o on o.parent = w.pk),
     people as (select pk from user where org in (select pk from within))
     select (select count(*) - 1 from within) as orgs, (select count(*) from people) as users,
       (select count(*) from device where ownerOrg in (select pk from within) or owner in (select pk from people)) as devices`,
    { id },
  );
  return row ?? { orgs: 0, users: 0, devices: 0 };
};
