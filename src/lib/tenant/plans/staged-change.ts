import { readChange, toUndoneChange } from "../audit/change-number.ts";
import { readDroppedTasks } from "../console/record-ids.ts";
import { toDeletedChange } from "./deletion.ts";
import type { UndoneChange } from "./engine.ts";
import type { ImportRecord } from "./import-rows.ts";
import type { Reader } from "../store/store.ts";

export const readStagedChange = async (
  reader: Reader,
  { detail: { undoes, skipBlocked, request, ids = [], drops = [] } }: ImportRecord,
): Promise<UndoneChange> => {
  if (undoes !== undefined) return toUndoneChange(await readChange(reader, undoes), skipBlocked === true);
  return request === null ? readDroppedTasks(reader, drops) : toDeletedChange(request, ids);
};
