import { getVersionSchema } from "../ledger/versions.ts";
import { FORMATS } from "../../derived/formats.ts";
import { ANY_NAME, getNameField, listIdentifyingFields, toNamingFormat } from "../../derived/naming.ts";
import { ORG } from "../../nouns/organisation.ts";
import { USER } from "../../nouns/user.ts";
import { buildIsValidRowSql, buildJsonBooleanSql, buildJsonObjectSql, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import type { SelectedFile } from "./engine-types.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import { buildRecordKeysSql, buildRecordLabelSql, isStaged, rowColumn } from "./expressions.ts";
import { recordFinding } from "./findings.ts";
import { buildOrgPathSql } from "./org-naming.ts";
import { batchLines, readProblemLines } from "./rows.ts";
import type { PlanDefinition, StoredKind } from "./stored-kind.ts";
import { getKindOfFormat } from "./tables.ts";

export const buildSelectionKind = ({ kind }: Pick<StoredRequest, "kind">): StoredKind =>
  getKindOfFormat(toNamingFormat(FORMATS[kind]));

/** SQL: rows that are meant: those of leavers, or all of them if the list has no column that says who leaves. */
const IS_MEANT_SQL = `r.state = 'left' and ${buildIsValidRowSql("r.row")}`;

const NAME = "name";

interface NamingField {
  readonly name: string;
  readonly keyOf: (cell: string) => string;
  readonly isList: boolean;
  /** SQL: the keys, or the values, of a record */
  readonly keys: string;
  readonly values: string;
}

const listNamingFields = ({ format, fields, thing }: StoredKind): readonly NamingField[] => {
  const namedBy = getNameField(format);
  const identifying = listIdentifyingFields(format).flatMap((name): readonly NamingField[] => {
    const field = fields.find((one) => one.field === name);
    if (field === undefined) return [];
    const isPath = name === "path" && thing === ORG;
    const values = isPath ? buildOrgPathSql("t.pk") : `t."${field.stored}"`;
    return [
      {
        name,
        keyOf: (cell: string) => `key_of('${isPath ? "name" : field.comparison}', ${cell})`,
        isList: field.merge === "list",
        keys: isPath ? `key_of('name', ${values})` : buildRecordKeysSql(field),
        values,
      },
    ];
  });
  if (identifying.some(({ name }) => name === namedBy)) return identifying;
  const values = `t."${namedBy}"`;
  const keyOf = (cell: string): string => `comparable(${cell})`;
  return [...identifying, { name: NAME, keyOf, isList: false, keys: keyOf(values), values }];
};

const seekNames = (database: Database, plan: PlanDefinition, fields: readonly NamingField[]): void => {
  for (const { name, keyOf, isList } of fields)
    for (const column of [name === NAME ? getNameField(plan.kind.format) : name, ANY_NAME]) {
      if (!isStaged(plan, { field: column })) continue;
      const isListed = isList && column === name;
      const [cells, cell] = [rowColumn(column), isListed ? "e.value" : rowColumn(column)];
      database.run(
        `insert into s.sought select r.row, :name, ${keyOf(cell)}, loose_key(${cell}), :isAny
         from s.row r ${isListed ? `${ORDERED_JOIN} json_each(${cells}) e` : ""} where ${cell} is not null`,
        { name, isAny: Number(column === ANY_NAME) },
      );
    }
  for (const key of ["row", "what, key", "what, loose"])
    database.exec(`create index s."sought_${key}" on sought (${key})`);
};

/** Finds the records by their keys, first exactly, then without zeros, width and case, and at last by name alone. */
const findRecords = (database: Database, { kind }: PlanDefinition, fields: readonly NamingField[]): void => {
  const find = (field: NamingField, how: "key" | "loose"): void => {
    const { name, isList, keys, values } = field;
    const isOpen = `not exists (select 1 from s.found d where d.row = n.row
      and (d.what = n.what or n.isAny = 1 or n.what = '${NAME}'))`;
    const asked = `select 1 from s.sought n where n.what = :name and ${isOpen} limit 1`;
    if (database.get(asked, { name }) === undefined) return;
    const own = how === "key" ? keys : values;
    const value = isList ? "e.value" : own;
    database.run(
      `insert into s.found select n.row, t.pk, n.what from ${kind.thing.name} t ${isList ? `${ORDERED_JOIN} json_each(${own}) e` : ""}
       ${ORDERED_JOIN} s.sought n on n.what = :name and n.${how} = ${how === "key" ? value : `loose_key(${value})`}
       where ${kind.inScope} and ${isOpen} on conflict do nothing`,
      { name },
    );
  };
  const identifying = fields.filter(({ name }) => name !== NAME);
  for (const how of ["key", "loose"] as const) for (const field of identifying) find(field, how);
  for (const field of fields.filter(({ name }) => name === NAME)) find(field, "key");
};

const IS_LOST_SQL = "not exists (select 1 from s.found f where f.row = r.row)";

/** Finds the rows of records that were deleted earlier, so that a list can be used again. */
const findDeleted = (database: Database, { kind, request }: PlanDefinition, fields: readonly NamingField[]): void => {
  const { thing } = kind;
  // whether an account with a limited scope may see a deletion is known only for users
  if (request.scope !== undefined && thing !== USER) return;
  if (database.get(`select 1 from s.row r where ${IS_MEANT_SQL} and ${IS_LOST_SQL} limit 1`) === undefined) return;
  const versions = getVersionSchema(thing.name).table;
  const isVisible = request.scope === undefined ? "true" : `t.org in (select pk from temp.scope_org)`;
  for (const { name, keys, isList } of fields.filter((field) => field.name !== "path"))
    database.run(
      `insert into s.gone select r.row, t."${getNameField(kind.format)}", max(t.revision)
       from main.${versions} t ${isList ? `${ORDERED_JOIN} json_each(${keys}) e` : ""}
       ${ORDERED_JOIN} s.sought n on n.what = :name and n.key = ${isList ? "e.value" : keys} join s.row r on r.row = n.row
       where t.action = 'delete' and ${kind.inScope} and not exists (select 1 from main.${thing.name} o where o.pk = t.pk)
         and ${isVisible} and ${IS_MEANT_SQL} and ${IS_LOST_SQL} group by r.row on conflict do nothing`,
      { name },
    );
};

/** SQL: how many keys of the row the record has; the other is how many keys the row has. */
const AGREEING_SQL = "(select count(distinct f.what) from s.found f where f.row = r.row and f.what <> 'name')";
const GIVEN_SQL =
  "(select count(distinct n.what) from s.sought n where n.row = r.row and n.what <> 'name' and n.isAny = 0)";

const MAX_LISTED_RECORDS = 5;

const reportRows = (database: Database, plan: PlanDefinition): void => {
  const { kind } = plan;
  const { thing } = kind;
  const label = buildRecordLabelSql(thing);
  const noun = thing.noun ?? thing.name;
  const named = [...listIdentifyingFields(kind.format), ANY_NAME, getNameField(kind.format)];
  const columns = named.flatMap((name) => kind.format.columns.find(({ field }) => field === name) ?? []);
  const cells = columns
    .filter((column) => isStaged(plan, column))
    .map(({ field, repeated }) => (repeated === true ? `(${rowColumn(field)} ->> 0)` : rowColumn(field)));
  const value = `coalesce(${[...cells, "null", "''"].join(", ")})`;
  const find = (code: "record-unknown" | "record-ambiguous" | "record-contested", params: string, from: string) =>
    recordFinding(database, plan, {
      code,
      select: `select r.row, r.line, null as col, json_object('value', ${value}, 'of', :noun, ${params}) as params
        from s.row r ${from} order by r.row`,
      params: { noun },
    });
  find(
    "record-unknown",
    "'count', 0",
    `where ${IS_LOST_SQL} and r.row not in (select row from s.gone) and ${IS_MEANT_SQL}`,
  );
  const labels = `(select string_agg(label, ', ') from (select distinct ${label} as label from s.found f
    join ${thing.name} t on t.pk = f.pk where f.row = r.row limit ${MAX_LISTED_RECORDS}))`;
  find(
    "record-ambiguous",
    `'count', (select count(distinct f.pk) from s.found f where f.row = r.row), 'records', ${labels}`,
    // a row of somebody who stays must not be passed over because it means two
    `where (select count(distinct f.pk) from s.found f where f.row = r.row) > 1 and ${buildIsValidRowSql("r.row")}`,
  );
  database.exec(`insert into s.match select f.row, min(f.pk), min(f.what = '${NAME}') from s.found f
    group by f.row having count(distinct f.pk) = 1`);
  database.exec("create index s.match_target on match (target)");
  const name = getNameField(kind.format);
  const isNamed = isStaged(plan, { field: name }) ? `${rowColumn(name)} is not null` : "false";
  const isSame = isStaged(plan, { field: name }) ? `comparable(${rowColumn(name)}) = comparable(t."${name}")` : "false";
  // a new name of a married person is right if two keys agree, and a new key if the name agrees
  find(
    "record-contested",
    `'name', ${isStaged(plan, { field: name }) ? `coalesce(${rowColumn(name)}, '')` : "''"}, 'holder', ${label}`,
    `join s.match m on m.row = r.row join ${thing.name} t on t.pk = m.target
     where m.changed = 0 and not (${isSame}) and (${isNamed} and ${AGREEING_SQL} < 2 or ${AGREEING_SQL} < ${GIVEN_SQL}) and ${IS_MEANT_SQL}`,
  );
  recordFinding(database, plan, {
    code: "leaver-stays",
    select: `select r.row, r.line, null as col, json_object('name', ${label}, 'row', min(q.row)) as params
      from s.match m join s.row r on r.row = m.row join s.match k on k.target = m.target join s.row q on q.row = k.row
      join ${thing.name} t on t.pk = m.target
      where ${IS_MEANT_SQL} and q.state in ('later', 'stays') group by m.target order by r.row`,
  });
};

export const matchSelection = (database: Database, plan: PlanDefinition): void => {
  const fields = listNamingFields(plan.kind);
  const sought = "row integer not null, what text not null, key text, loose text, isAny integer not null";
  database.createTable("s.sought", `(${sought})`);
  const found = "row integer not null, pk integer not null, what text not null, primary key (row, pk, what)";
  database.createTable("s.found", `(${found}) without rowid`);
  database.createTable("s.gone", "(row integer primary key, name text, revision integer)");
  if (plan.staged.places.length === 0) return;
  seekNames(database, plan, fields);
  findRecords(database, plan, fields);
  findDeleted(database, plan, fields);
  reportRows(database, plan);
};

const IS_STAYING_SQL = `exists (select 1 from s.match k join s.row q on q.row = k.row
  where k.target = m.target and q.state in ('later', 'stays'))`;

/** Yields NDJSON: the problems of rows, then the selected records. */
export function* readSelectionLines(database: Database, { kind }: PlanDefinition): Generator<Uint8Array> {
  yield* readProblemLines(database, undefined);
  const more =
    kind.thing === USER
      ? `nullif(concat_ws(', ', t."employeeCode", nullif(${buildOrgPathSql("t.org")}, '')), '')`
      : "null";
  const line = buildJsonObjectSql(
    [
      ["id", "json_quote(t.id)"],
      ["row", "min(r.row)"],
      ["label", `json_quote(${buildRecordLabelSql(kind.thing)})`],
      ["more", `json_quote(${more})`],
      ["isByName", buildJsonBooleanSql("min(m.changed) = 1")],
    ],
    "\n",
  );
  yield* batchLines(
    database.iterate(`select ${line} as line from s.match m join s.row r on r.row = m.row
      join ${kind.thing.name} t on t.pk = m.target where ${IS_MEANT_SQL} and not ${IS_STAYING_SQL}
      group by m.target order by min(r.row)`),
  );
}

/** Counts the rows by what they say about leaving, and those of records that were deleted earlier. */
export const countSelection = (database: Database): Pick<SelectedFile, "rows" | "deleted"> => {
  const states = database.all<{ state: string; n: number }>("select state, count(*) as n from s.row group by 1");
  const [deleted] = database.all<SelectedFile["deleted"]>(
    `select count(*) as count, min(name) as first,
       (select c.number from main.change c where c.revision = (select max(revision) from s.gone)) as number from s.gone`,
  );
  const count = (state: string): number => states.find((one) => one.state === state)?.n ?? 0;
  return {
    rows: { left: count("left"), later: count("later"), stays: count("stays"), second: count("second") },
    deleted: deleted ?? { count: 0, first: null, number: null },
  };
};
