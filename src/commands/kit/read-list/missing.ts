import { OWNER_FIELDS } from "../../../lib/nouns/device.ts";
import type { Column, Format } from "../../../lib/derived/format.ts";
import { getThingNoun } from "../../../lib/nouns/index.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";

/** A field that a mirror needs, and no column of an export shows. */
export interface MissingField {
  readonly column: Column;
  /** true if the export cannot be taken without it */
  readonly isEssential: boolean;
}

/** Returns what several columns can show: the parent of an organisation, or the owner of a device. */
const getMeaning = ({ sets, field, refers }: Column): string =>
  OWNER_FIELDS.includes(sets) ? "owner" : refers === undefined ? field : sets;

/** Lists the keys, names, organisations, parents and owners that an export does not show. */
export const listMissingFields = (
  { columns, key, fallbackKey, app }: Format,
  shown: readonly { readonly column: Column }[],
): readonly MissingField[] => {
  const known = new Set(shown.map(({ column }) => getMeaning(column)));
  const needed = columns.filter(
    ({ field, required, refers }) =>
      field === key || required === "always" || (refers !== undefined && app === undefined),
  );
  const missing = needed.filter((column) => !known.has(getMeaning(column)));
  return [...new Map(missing.toReversed().map((column) => [getMeaning(column), column])).values()]
    .toReversed()
    .map((column) => ({
      column,
      isEssential: column.required === "always" || (column.field === key && fallbackKey === undefined),
    }));
};

export const describeMissingField = (
  { thing }: Format,
  { column: { header, field, sets } }: MissingField,
  count: number,
): Text => {
  const label = thing.fields[sets]?.label ?? thing.fields[field]?.label ?? text(header, header);
  return text(
    `no column shows the ${label.en}: ${formatCount(count, getThingNoun(thing.name).en)} stay without one`,
    `「${header}」の列がないため、${getThingNoun(thing.name).ja} ${count} 件は${label.ja}なしになります`,
  );
};
