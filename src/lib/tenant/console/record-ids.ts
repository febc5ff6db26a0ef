import type { UndoneChange } from "../plans/engine.ts";
import type { Reader } from "../store/store.ts";
import { ACCOUNT, ACCOUNT_SETTINGS, ACCOUNT_SETTINGS_NUMBER } from "../../model/account.ts";
import { USER } from "../../model/user.ts";

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

/** Returns the tasks to drop in the form that the engine needs. */
export const readDroppedTasks = async (reader: Reader, numbers: readonly number[]): Promise<UndoneChange> => {
  const rows = await reader.all(
    "select revision from main.change where number in (select value from json_each(:numbers)) order by number",
    { numbers: JSON.stringify(numbers) },
  );
  return {
    number: numbers[0] ?? 0,
    // records that prevent the drop may have been written at any time, so no revision is excluded
    revision: -1,
    isImport: false,
    skipBlocked: false,
    dropped: rows.flatMap(({ revision }) => (revision === null ? [] : [Number(revision)])),
  };
};
