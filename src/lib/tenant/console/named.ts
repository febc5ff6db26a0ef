import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { UndoneChange } from "../plans/engine.ts";
import type { ImportDetail } from "../plans/import-rows.ts";
import type { Reader } from "../store/store.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, SETTINGS_NUMBER } from "../../model/account.ts";
import { FORMATS } from "../../model/formats.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { fieldOf } from "../versions/timeline.ts";
import { customColumn, readOpenColumns } from "./drift.ts";
import { OBSERVED } from "./observed.ts";
import { fieldName } from "./records.ts";

/** Returns the number of the record of a thing with an id, also of a deleted one. An account has both of its user. */
export const numberOfRecord = async (reader: Reader, thing: string, id: string): Promise<number | undefined> => {
  if (thing === ACCOUNT_SETTINGS.name) return SETTINGS_NUMBER;
  const table = thing === ACCOUNT.name ? USER.name : thing;
  const row = await reader.get(
    `select t.pk from ${table} t where t.id = :id union all select o.pk from ${table}_observed o where o.id = :id`,
    { id },
  );
  return row && Number(row["pk"]);
};

/** Returns the record with an id, also a deleted one. @throws Failure `not-found` */
const recordNumbered = async (reader: Reader, id: string): Promise<{ readonly thing: string; readonly pk: number }> => {
  for (const { thing } of OBSERVED) {
    if (thing === ACCOUNT || thing === ACCOUNT_SETTINGS) continue;
    const pk = await numberOfRecord(reader, thing.name, id);
    if (pk !== undefined) return { thing: thing.name, pk };
  }
  throw new Failure("not-found", { what: text(`no record ${id}`, `${id} はありません`) });
};

/** Returns the columns in which things store a field, as tasks name it. */
const columnsOfField = async (reader: Reader, field: string): Promise<readonly string[]> => {
  if (field.startsWith("custom:")) {
    const name = field.slice("custom:".length);
    const rows = await reader.all(`select pk from ${CUSTOM_FIELD.name} where name = :name`, { name });
    return rows.map(({ pk }) => customColumn(Number(pk)));
  }
  return OBSERVED.flatMap(({ thing, columns }) => {
    const { [field]: of } = thing.fields;
    if (of === undefined) return [];
    if (of.secret === true) return ["secrets", `${field}SetAt`];
    return columns.flatMap(({ name, leads }) => (leads && fieldOf(thing, name) === of ? [name] : []));
  });
};

/** Returns the records and the columns of a part of tasks; undefined: all. @throws Failure `not-found` */
export const readPart = async (reader: Reader, { records, fields }: Pick<ImportDetail, "records" | "fields">) => ({
  records: records && (await Promise.all(records.map((id) => recordNumbered(reader, id)))),
  columns: fields && (await Promise.all(fields.map((field) => columnsOfField(reader, field)))).flat(),
});

/** Returns tasks as the engine drops them, or the part of them that is named. @throws Failure `not-found` */
export const droppedTasks = async (
  reader: Reader,
  { drops: numbers = [], ...names }: Pick<ImportDetail, "drops" | "records" | "fields">,
): Promise<UndoneChange> => {
  const rows = await reader.all(
    "select revision from main.change where number in (select value from json_each(:numbers)) order by number",
    { numbers: JSON.stringify(numbers) },
  );
  const { records, columns } = await readPart(reader, names);
  return {
    number: numbers[0] ?? 0,
    // what is there by now may be of any time
    revision: -1,
    isImport: false,
    skipBlocked: false,
    dropped: rows.flatMap(({ revision }) => (revision === null ? [] : [Number(revision)])),
    records: records?.map(({ thing, pk }) => [thing, pk] as const),
    columns,
  };
};

/** Returns the fields that a part of the drift has, as tasks name them. */
export const readOpenFields = async (
  reader: Reader,
  part: Parameters<typeof readOpenColumns>[1],
): Promise<readonly string[]> => {
  const { thing } = FORMATS[part.kind];
  const custom = await reader.all(`select pk, name from ${CUSTOM_FIELD.name}`);
  const names = new Map(custom.map(({ pk, name }) => [customColumn(Number(pk)), `custom:${String(name)}`]));
  return (await readOpenColumns(reader, part)).map(
    (column) => names.get(column) ?? fieldName(thing, column.replace(/^secrets:|SetAt$/, "")),
  );
};
