import { formatOf } from "../../model/format.ts";
import { codeKey, nameKey } from "../../model/normalise.ts";
import { formatOrgPath, ORG, ORG_COUNTS } from "../../model/organisation.ts";
import type { List } from "../store/lists.ts";
import { either } from "../store/sql/forms.ts";
import type { DerivedTable, Reader, Row, Value } from "../store/store.ts";

/** SQL: the name of `o`, as a part of a path. */
const NAME_IN_PATH = String.raw`replace(replace(o.name, '\', '\\'), '/', '\/')`;

/** SQL: the comparison key of the name of `o`, as a part of a path. */
const KEY_IN_PATH = String.raw`replace(replace(coalesce(o.nameKey, o.name), '\', '\\'), '/', '\/')`;

/**
 * SQL: where each organisation lies below the root, in the order of the tree: parents before their children, siblings in
 * order of creation. The deepest one is followed first. @see formatOrgPath
 */
const PLACES = String.raw`with recursive placed (pk, depth, path, pathKey) as (
    select pk, 0, '', '' from main.org where parent is null
    union all
    select o.pk, p.depth + 1, case when p.depth = 0 then '' else p.path || '/' end || ${NAME_IN_PATH},
      case when p.depth = 0 then '' else p.pathKey || '/' end || ${KEY_IN_PATH}
    from placed p join main.org o on o.parent = p.pk order by 2 desc, 1)
  insert into temp.place (pk, at, depth, path, pathKey)
    select pk, row_number() over (), depth, path, pathKey from placed`;

/** The tree's revision and its newest organisation: what changes with the tree. */
const STATE = `select concat((select revision from collection where name = 'orgs'), ' ',
  (select id from main.org order by pk desc limit 1)) as state`;

/** Depth, path and order of each organisation. */
export const PLACE: DerivedTable = {
  name: "place",
  columns: `pk integer primary key, at integer not null unique, depth integer not null, path text not null,
    pathKey text not null`,
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
  // files bring names that read like the code of another: a code is one organisation's alone, and goes before
  named: `t.id = :name or coalesce(t.codeKey, t.code) = :nameKey
    or p.pathKey = :nameKey and not exists (select 1 from org o where coalesce(o.codeKey, o.code) = :nameKey)
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

/** The number of the root organisation 全社. */
export const ROOT = 1;

/** The id of the organisation above another one, whoever asks; undefined of the root. */
export const parentIdOf = async (reader: Reader, id: string): Promise<string | undefined> => {
  const row = await reader.get(
    "select above.id from main.org o join main.org above on above.pk = o.parent where o.id = :id",
    { id },
  );
  return row && String(row["id"]);
};

/** Whether an organisation is another one, or below it. */
export const isWithin = async (reader: Reader, pk: number, above: number): Promise<boolean> =>
  (await reader.count(
    `with recursive up (pk) as (
       select :pk union select o.parent from up u join org o on o.pk = u.pk where o.parent is not null)
     select count(*) from up where pk = :above`,
    { pk, above },
  )) > 0;

/** A place in the tree, as a change would leave it: a missing value is the organisation's own. */
export interface TreePosition {
  /** undefined of a new organisation */
  readonly pk: number | undefined;
  readonly parent: number | undefined;
  readonly name: string | undefined;
  readonly code: string | null | undefined;
}

/** A place with what the organisation itself has. */
const filled = async (reader: Reader, { pk, parent, name, code }: TreePosition) => {
  const own =
    pk === undefined ? undefined : await reader.get("select parent, name, code from org where pk = :pk", { pk });
  const coded = code === undefined ? own?.["code"] : code;
  const called = name ?? own?.["name"];
  return { at: parent ?? own?.["parent"], called, coded: coded ?? null, isCoded: (coded ?? null) !== null };
};

/** An organisation in the way of another one. */
export interface OrgInTheWay {
  /** its name or path; null of one that who asks does not see */
  readonly called: string | null;
  /** the name or the path that both would have, as it is given */
  readonly typed: string;
}

const inTheWay = (row: Row | undefined, typed: string): OrgInTheWay | undefined =>
  row === undefined ? undefined : { called: optional(row["called"]), typed };

const optional = (value: Value | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** One that would have the same parent and name, by its name, where the organisation has no code itself. */
export const twinBelow = async (reader: Reader, place: TreePosition): Promise<OrgInTheWay | undefined> => {
  const { pk } = place;
  const { at, called, isCoded } = await filled(reader, place);
  if (isCoded) return undefined;
  const name = String(called);
  const row = await reader.get(
    `select seen.name as called from main.org o left join org seen on seen.pk = o.pk
     where o.parent = :parent and coalesce(o.nameKey, o.name) = :key and o.pk is distinct from :pk
     order by seen.pk is null, o.pk limit 1`,
    { parent: Number(at), key: nameKey(name), pk: pk ?? null },
  );
  return inTheWay(row, name);
};

/** Another one that a text names as a path, by its path; undefined if there is none. */
export const otherAt = async (
  reader: Reader,
  typed: string,
  pk: number | undefined,
): Promise<OrgInTheWay | undefined> => {
  await reader.derive(PLACE);
  const row = await reader.get(
    `select case when seen.pk is null then null else p.path end as called from temp.place p left join org seen on seen.pk = p.pk
     where p.pathKey = :key and p.pk is distinct from :pk order by seen.pk is null, p.at limit 1`,
    { key: nameKey(typed), pk: pk ?? null },
  );
  return inTheWay(row, typed);
};

/** Whether a code that an organisation does not have yet is the id of another one; that of 全社 is known to everybody. */
export const isIdOfOther = async (reader: Reader, code: string, pk: number | undefined): Promise<boolean> =>
  (await reader.count(
    `select count(*) from main.org o where o.id = :code and o.pk is distinct from :pk
       and (o.parent is null or exists (select 1 from org seen where seen.pk = o.pk))
       and not exists (select 1 from org own where own.pk = :pk and own.code = :code)`,
    { code, pk: pk ?? null },
  )) > 0;

/** Whether what is above an organisation is none of those who ask. @param pk its number */
export const isTop = async (reader: Reader, pk: number): Promise<boolean> =>
  (await reader.count(
    `select count(*) from main.org o where o.pk = :pk and o.parent is not null
       and not exists (select 1 from org seen where seen.pk = o.parent)`,
    { pk },
  )) > 0;

/** An organisation with a code. */
export interface CodedOrg {
  readonly id: string;
  /** null of one that who asks does not see */
  readonly path: string | null;
  readonly code: string;
  /** the path that reads like the code */
  readonly typed: string;
}

/**
 * The organisation whose code is the path that a change gives to another one, or to one below that; undefined if there is
 * none. Paths that stay as they are count for nothing.
 */
export const codedAsPath = async (reader: Reader, place: TreePosition): Promise<CodedOrg | undefined> => {
  const { at, called, coded } = await filled(reader, place);
  await reader.derive(PLACE);
  const row = await reader.get(
    `with recursive after (pk, pathKey, path) as (
       select :pk, case when p.depth = 0 then '' else p.pathKey || '/' end || :nameKey,
         case when p.depth = 0 then '' else p.path || '/' end || :name from temp.place p where p.pk = :parent
       union all select o.pk, a.pathKey || '/' || ${KEY_IN_PATH}, a.path || '/' || ${NAME_IN_PATH}
         from after a join org o on o.parent = a.pk)
     select o.id, case when seen.pk is null then null else p.path end as path, o.code, a.path as typed
     from after a join main.org o on o.pk is distinct from a.pk
       and case when o.pk is not distinct from :pk then :code else coalesce(o.codeKey, o.code) end = a.pathKey
       join temp.place p on p.pk = o.pk left join org seen on seen.pk = o.pk
     where not exists (select 1 from temp.place now where now.pk is not distinct from a.pk and now.pathKey = a.pathKey)
     order by seen.pk is null limit 1`,
    {
      pk: place.pk ?? null,
      parent: Number(at),
      name: formatOrgPath([String(called)]),
      nameKey: formatOrgPath([nameKey(String(called))]),
      code: coded === null ? null : codeKey(String(coded)),
    },
  );
  if (row === undefined) return undefined;
  const [id = "", code = "", typed = ""] = ["id", "code", "typed"].map((name) => String(row[name]));
  return { id, code, typed, path: optional(row["path"]) };
};

/** What a name with a slash reads like as a path, where the organisation has no code; undefined without a slash. */
export const slashedPath = async (reader: Reader, place: TreePosition): Promise<string | undefined> => {
  const { at, called, isCoded } = await filled(reader, place);
  const name = String(called);
  if (isCoded || !name.includes("/")) return undefined;
  await reader.derive(PLACE);
  const above = await reader.get("select path from temp.place where pk = :pk", { pk: Number(at) });
  const path = String(above?.["path"] ?? "");
  return path === "" ? name : `${path}/${name}`;
};

/** How many organisations are below one, how many users are in all of these, and how many devices count there. */
export const countWithin = async (
  reader: Reader,
  id: string,
): Promise<{ readonly orgs: number; readonly users: number; readonly devices: number }> => {
  const row = await reader.get(
    `with recursive within (pk) as (
       select pk from org where id = :id union all select o.pk from within w join org o on o.parent = w.pk),
     people as (select pk from user where org in (select pk from within))
     select (select count(*) - 1 from within) as orgs, (select count(*) from people) as users,
       (select count(*) from device where ownerOrg in (select pk from within) or owner in (select pk from people)) as devices`,
    { id },
  );
  return { orgs: Number(row?.["orgs"]), users: Number(row?.["users"]), devices: Number(row?.["devices"]) };
};
