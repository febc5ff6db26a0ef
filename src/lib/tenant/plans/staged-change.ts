import { readChange, toUndoneChange } from "../audit/change-number.ts";
import { toDeletedChange } from "./deletion.ts";
import type { UndoneChange } from "./engine.ts";
import type { ImportRecord } from "./import-rows.ts";
import type { Reader } from "../store/store.ts";

export const readStagedChange = async (
  reader: Reader,
  { detail: { undoes, request, ids = [], drops = [] } }: ImportRecord,
): Promise<UndoneChange> => {
  if (undoes !== undefined) return toUndoneChange(await readChange(reader, undoes));
  return request === null ? readDroppedTasks(reader, drops) : toDeletedChange(request, ids);
};

export const readDroppedTasks = async (reader: Reader, numbers: readonly number[]): Promise<UndoneChange> => {
  const rows = await reader.all<{ revision: number | null }>(
    "select revision from main.change where number in (select value from json_each(:numbers)) order by number",
    { numbers: JSON.stringify(numbers) },
  );
  return {
    number: numbers[0] ?? 0,
    revision: -1,
    isImport: false,
    dropped: rows.flatMap(({ revision }) => revision ?? []),
  };
};
