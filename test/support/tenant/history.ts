import type { RecordHistory } from "../../../src/lib/client/index.ts";

/** Renders a record's history as short lines: `5 users.edit update title: 主任 → 課長`. */
export const renderHistoryLines = ({ versions }: RecordHistory = EMPTY_HISTORY): readonly string[] =>
  versions.map(({ number, command, action, changes, undoes, undoneBy }) =>
    [
      number,
      command,
      action,
      ...(undoes === null ? [] : [`undoes ${undoes}`]),
      ...(undoneBy === null ? [] : [`undone by ${undoneBy}`]),
      changes.map(({ field, old, new: value }) => `${field}: ${String(old)} → ${String(value)}`).join(", "),
    ].join(" "),
  );

const EMPTY_HISTORY: RecordHistory = { id: "", name: "", deleted: false, versions: [] };
