import { comparisonKey } from "../../model/normalise.ts";
import { ORG, parseOrgPath } from "../../model/organisation.ts";
import type { Thing } from "../../model/thing.ts";
import { ORG_LIST } from "../records/org-rows.ts";
import { findRecords } from "../store/lists.ts";
import { buildFieldKeySql, quoteIdentifier } from "../store/sql/forms.ts";
import type { Params, Reader } from "../store/store.ts";
import { getVersionSchema } from "./keep.ts";
import { getVersionTable } from "./tables.ts";
import type { TimelineReader } from "./timeline.ts";

/** Returns the fields by which records are found, besides ids: keys and names, present and former. */
const listNameFields = ({ keys, fields, namedBy = "name" }: Thing): readonly string[] => {
  const unique = Object.keys(fields).filter((name) => fields[name]?.unique === true);
  return [...new Set([...keys.map(({ field }) => field), ...unique, namedBy])].filter((name) => name in fields);
};

interface SqlCondition {
  readonly sql: string;
  readonly params: Params;
}

const buildHasNameSql = (thing: Thing, field: string, name: string): SqlCondition => {
  const { comparison = "exact", type } = thing.fields[field] ?? {};
  const key = comparisonKey(comparison, name);
  const value = buildFieldKeySql(thing, field, (column) => `t.${quoteIdentifier(column)}`);
  const [param, text] = [`${field}Key`, `${field}Text`];
  if (type !== "texts") return { sql: `${value} = :${param}`, params: { [param]: key } };
  return {
    // the first condition is cheap and is false for nearly all records
    sql: `instr(${value}, :${text}) > 0 and exists (select 1 from json_each(${value}) e where e.value = :${param})`,
    params: { [param]: key, [text]: JSON.stringify(key).slice(1, -1) },
  };
};

const findRecordNumbers = async (
  reader: Reader,
  thing: Thing,
  fields: readonly string[],
  name: string,
): Promise<readonly number[]> => {
  const versions = getVersionSchema(thing.name);
  const conditions = fields.map((field) => buildHasNameSql(thing, field, name));
  const isNamed = ["t.id = :id", ...conditions.map(({ sql }) => `(${sql})`)].join(" or ");
  const params = Object.assign({ id: name }, ...conditions.map((condition) => condition.params)) as Params;
  const rows = await reader.all(
    `select t.pk from main.${thing.name} t where ${isNamed}
     union select t.pk from main.${getVersionTable(versions)} t where ${isNamed} order by 1`,
    params,
  );
  return rows.map(({ pk }) => Number(pk));
};

/**
 * Returns the numbers of all records of a type that have or had a name, including deleted records. Users are found by
 * email address, employee code, account name or full name, organisations by code, name or present path, devices by serial number or IMEI,
 * and all records by id.
 */
export const findRecordsByName = async (
  reader: Reader,
  timelines: TimelineReader,
  thing: Thing,
  name: string,
): Promise<readonly number[]> => {
  const numbers = new Set(await findRecordNumbers(reader, thing, listNameFields(thing), name));
  if (thing === ORG) {
    // a path is that of an organisation that exists; a single name can be anywhere in the tree
    const [only = name, ...below] = parseOrgPath(name) ?? [];
    if (below.length === 0) for (const pk of await findRecordNumbers(reader, ORG, ["name"], only)) numbers.add(pk);
    for (const { id } of await findRecords(reader, ORG_LIST, name))
      for (const pk of await findRecordNumbers(reader, ORG, [], id)) numbers.add(pk);
  }
  const found: number[] = [];
  for (const pk of [...numbers].toSorted((a, b) => a - b))
    if ((await timelines.of(thing, pk)).isVisible) found.push(pk);
  return found;
};
