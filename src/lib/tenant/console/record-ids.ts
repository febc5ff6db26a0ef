import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { UndoneChange } from "../plans/engine.ts";
import type { ImportDetail } from "../plans/import-rows.ts";
import type { Reader } from "../store/store.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_NUMBER } from "../../model/account.ts";
import { CUSTOM_FIELD, USER } from "../../model/user.ts";
import { findFieldOfColumn } from "../versions/timeline.ts";
import { toCustomColumn } from "./drift.ts";
import { OBSERVED_VERSIONS } from "./observed.ts";

/**
 * Returns the record number of the record with this id, including deleted records; undefined if there is no such
 * record. An account has the id and the record number of its user.
 */
export const findRecordNumber = async (reader: Reader, thing: string, id: string): Promise<number | undefined> => {
  if (thing === ACCOUNT_SETTINGS.name) return ACCOUNT_SETTINGS_NUMBER;
  const table = thing === ACCOUNT.name ? USER.name : thing;
  const row = await reader.get(
    `select t.pk from ${table} t where t.id = :id union all select o.pk from ${table}_observed o where o.id = :id`,
    { id },
  );
  return row && Number(row["pk"]);
};

/** Returns the record type and record number for an id, even for a deleted record.  @throws Failure `not-found` */
const resolveRecordId = async (
  reader: Reader,
  id: string,
): Promise<{ readonly thing: string; readonly pk: number }> => {
  for (const { thing } of OBSERVED_VERSIONS) {
    if (thing === ACCOUNT || thing === ACCOUNT_SETTINGS) continue;
    const pk = await findRecordNumber(reader, thing.name, id);
    if (pk !== undefined) return { thing: thing.name, pk };
  }
  throw new Failure("not-found", {
    what: text(`no record has the ID "${id}"`, `ID が「${id}」のデータはありません`),
  });
};

const findFieldColumns = async (reader: Reader, field: string): Promise<readonly string[]> => {
  if (field.startsWith("custom:")) {
    const name = field.slice("custom:".length);
    const rows = await reader.all(`select pk from ${CUSTOM_FIELD.name} where name = :name`, { name });
    return rows.map(({ pk }) => toCustomColumn(Number(pk)));
  }
  return OBSERVED_VERSIONS.flatMap(({ thing, columns }) => {
    const { [field]: of } = thing.fields;
    if (of === undefined) return [];
    if (of.secret === true) return ["secrets", `${field}SetAt`];
    return columns.flatMap(({ name, leads }) => (leads && findFieldOfColumn(thing, name) === of ? [name] : []));
  });
};

/**
 * Returns the records and columns that a part of tasks is limited to; undefined means all records or columns. @throws
 * Failure `not-found`
 */
export const readTaskPart = async (reader: Reader, { records, fields }: Pick<ImportDetail, "records" | "fields">) => ({
  records: records && (await Promise.all(records.map((id) => resolveRecordId(reader, id)))),
  columns: fields && (await Promise.all(fields.map((field) => findFieldColumns(reader, field)))).flat(),
});

/**
 * Returns the tasks to drop, or the requested part of them, in the form that the engine needs. @throws Failure
 * `not-found`
 */
export const readDroppedTasks = async (
  reader: Reader,
  { drops: numbers = [], ...names }: Pick<ImportDetail, "drops" | "records" | "fields">,
): Promise<UndoneChange> => {
  const rows = await reader.all(
    "select revision from main.change where number in (select value from json_each(:numbers)) order by number",
    { numbers: JSON.stringify(numbers) },
  );
  const { records, columns } = await readTaskPart(reader, names);
  return {
    number: numbers[0] ?? 0,
    // records that prevent the drop may have been written at any time, so no revision is excluded
    revision: -1,
    isImport: false,
    skipBlocked: false,
    dropped: rows.flatMap(({ revision }) => (revision === null ? [] : [Number(revision)])),
    records: records?.map(({ thing, pk }) => [thing, pk] as const),
    columns,
  };
};
