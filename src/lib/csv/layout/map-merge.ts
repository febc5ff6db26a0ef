import { namesOrg, type Column } from "../../model/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { findColumn } from "./columns.ts";
import type { MapFileSchema } from "./map-parse.ts";
import type { ColumnMap, JoinedField, SkippedCells } from "./map.ts";

interface MapAnswers extends Pick<ColumnMap, "columns"> {
  readonly joins: readonly JoinedField[];
  readonly skip: readonly SkippedCells[];
  readonly keep: readonly SkippedCells[];
}

const toHeaderKey = (header: string): string => nameKey(header.trim());

const mergeCells = (known: readonly SkippedCells[] = [], added: readonly SkippedCells[]): readonly SkippedCells[] => {
  const byHeader = Map.groupBy([...known, ...added], ({ header }) => toHeaderKey(header));
  return [...byHeader.values()].map((all) => ({
    header: all[0]?.header ?? "",
    values: [...new Set(all.flatMap(({ values }) => values))],
  }));
};

/**
 * Returns a map with new answers. An answer replaces the known entries of its header, and those of its field unless the
 * column can be repeated. If the organisation has a new source, the known meaning of its cells (`org-by`) no longer
 * applies.
 *
 * @param columns columns of the format, and custom fields
 */
export const mergeMaps = (
  known: MapFileSchema | undefined,
  { columns: added, joins: addedJoins, skip: addedSkip, keep: addedKeep }: MapAnswers,
  columns: readonly Column[],
): MapFileSchema => {
  const keyOf = (name: string): string => findColumn(columns, name)?.field ?? nameKey(name);
  const isRepeated = (name: string): boolean => findColumn(columns, name)?.repeated === true;
  const answered = new Set(
    [...added.flatMap(({ to }) => to ?? []), ...addedJoins.map(({ field }) => field)].map(keyOf),
  );
  const headers = new Set(
    [...added.map(({ header }) => header), ...addedJoins.flatMap((join) => join.headers)].map(toHeaderKey),
  );
  const isCurrent = (field: string, sources: readonly string[]): boolean =>
    (isRepeated(field) || !answered.has(keyOf(field))) && sources.every((header) => !headers.has(toHeaderKey(header)));
  const joins = [...(known?.joins ?? []).filter((join) => isCurrent(join.field, join.headers)), ...addedJoins];
  const skip = mergeCells(known?.skip, addedSkip);
  const keep = mergeCells(known?.keep, addedKeep);
  const hasNewOrg = columns.some((column) => namesOrg(column) && answered.has(column.field));
  return {
    ...known,
    columns: [
      ...(known?.columns ?? []).filter(({ header, to }) =>
        to === null ? !headers.has(toHeaderKey(header)) : isCurrent(to, [header]),
      ),
      ...added,
    ],
    constants: known?.constants ?? [],
    defaults: known?.defaults ?? [],
    joins: joins.length > 0 ? joins : undefined,
    skip: skip.length > 0 ? skip : undefined,
    keep: keep.length > 0 ? keep : undefined,
    options: hasNewOrg ? { ...known?.options, orgBy: undefined } : known?.options,
  };
};
