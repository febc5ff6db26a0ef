import { formatOf } from "../../model/format.ts";
import { ORG, ORG_COUNTS } from "../../model/organisation.ts";
import type { List } from "./lists.ts";
import { either } from "./sql/forms.ts";
import type { Derived } from "./store.ts";

/**
 * SQL: where each organisation lies below the root, in the order of the tree: parents before their children, siblings in
 * order of creation. The deepest one is followed first. @see formatOrgPath
 */
const PLACES = String.raw`with recursive placed (pk, depth, path, pathKey) as (
    select pk, 0, '', '' from org where parent is null
    union all
    select o.pk, p.depth + 1, case when p.depth = 0 then '' else p.path || '/' end || replace(replace(o.name, '\', '\\'), '/', '\/'),
      case when p.depth = 0 then '' else p.pathKey || '/' end || replace(replace(coalesce(o.nameKey, o.name), '\', '\\'), '/', '\/')
    from placed p join org o on o.parent = p.pk order by 2 desc, 1)
  insert into temp.place (pk, at, depth, path, pathKey, state)
    select pk, row_number() over (), depth, path, pathKey, :state from placed`;

/** The tree's revision and its newest organisation: what changes with the tree. */
const STATE = `select concat((select revision from collection where name = 'orgs'), ' ',
  (select id from org order by pk desc limit 1)) as state`;

/** Depth, path and order of each organisation. */
export const PLACE: Derived = {
  name: "place",
  columns: `pk integer primary key, at integer not null unique, depth integer not null, path text not null,
    pathKey text not null, state text not null`,
  state: STATE,
  fill: PLACES,
};

/** The tree from the root. */
export const ORGS: List<typeof ORG.fields> = {
  thing: ORG,
  format: formatOf(ORG, "orgs"),
  table: "temp.place p join org t on t.pk = p.pk",
  joined: "left join org above on above.pk = t.parent left join temp.place over on over.pk = t.parent",
  sql: {
    path: "p.path",
    depth: "p.depth",
    parentId: "above.id",
    "parentId.code": "above.code",
    "parentId.path": either("above.code is null", "over.path", "null"),
  },
  order: [{ sql: "p.at", before: 0 }],
  filters: { filterName: "name", filterId: "code" },
  named: `t.id = :name or :nameKey in (coalesce(t.codeKey, t.code), p.pathKey)
    or t.parent is null and coalesce(t.nameKey, t.name) = :nameKey`,
  exported: "t.parent is not null",
  derived: [PLACE],
};

const DETAILS = { ...ORG.fields, ...ORG_COUNTS } as const;

/** Organisations with the numbers of their direct users and child organisations. */
export const ORG_DETAILS: List<typeof DETAILS> = {
  ...ORGS,
  thing: { ...ORG, fields: DETAILS },
  sql: {
    ...ORGS.sql,
    users: "(select count(*) from user where org = t.pk)",
    children: "(select count(*) from org where parent = t.pk)",
  },
};
