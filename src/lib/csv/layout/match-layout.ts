import type { Format } from "../../derived/format.ts";
import { findColumnByAnyHeader } from "./columns.ts";
import { readHeader, toHeaderKey } from "./header.ts";
import { isReasonHeader } from "./layout.ts";
import type { ParsedMapFile } from "./map-parse.ts";

export interface KnownLayout {
  readonly headers: readonly string[];
  readonly map: ParsedMapFile;
  /** null for a built-in layout, which is used only if no learnt layout matches */
  readonly at?: string | null;
}

export interface LayoutMatch<L extends KnownLayout> {
  readonly layout: L;
  readonly map: ParsedMapFile;
  readonly lacking: readonly string[];
  readonly further: readonly string[];
  /** columns of the list whose header suggests a field that the layout reads from a different column */
  readonly doubtful: readonly string[];
}

const limitMapToHeaders = (map: ParsedMapFile, headers: readonly string[]): ParsedMapFile => {
  const keys = new Set(headers.map(toHeaderKey));
  const isHere = (header: string): boolean => keys.has(toHeaderKey(header));
  return {
    ...map,
    columns: map.columns.filter(({ header }) => isHere(header)),
    joins: map.joins?.filter((join) => join.headers.every(isHere)),
  };
};

const listUsedHeaders = ({ headers, map: { columns, joins = [], rows = [] } }: KnownLayout): readonly string[] => {
  const used = [...joins.flatMap((join) => join.headers), ...rows.map(({ header }) => header)].map(toHeaderKey);
  const ignored = columns.flatMap(({ header, to }) => (to === null ? [toHeaderKey(header)] : []));
  const isRead = (key: string): boolean => key !== "" && (used.includes(key) || !ignored.includes(key));
  return headers.filter((header) => !isReasonHeader(header) && isRead(toHeaderKey(header)));
};

/**
 * Returns the best layout of which at least half of the columns match. @param layouts newest first
 *
 * @param isExport true for the best layout in any case, because a console has one kind of export
 */
export const matchLayout = <L extends KnownLayout>(
  layouts: readonly L[],
  headers: readonly string[],
  format: Format,
  isExport = false,
): LayoutMatch<L> | undefined => {
  const here = new Set(headers.map(toHeaderKey));
  const [best] = layouts
    .map((layout) => {
      const read = listUsedHeaders(layout);
      return { layout, count: read.length, lacking: read.filter((header) => !here.has(toHeaderKey(header))) };
    })
    .filter(({ count, lacking }) => isExport || (lacking.length * 2 <= count && lacking.length < count))
    .toSorted(
      (one, other) =>
        Number(one.lacking.length > 0) - Number(other.lacking.length > 0) ||
        Number(one.layout.at === null) - Number(other.layout.at === null) ||
        other.count - other.lacking.length - (one.count - one.lacking.length),
    );
  if (best === undefined) return undefined;
  const { layout, lacking } = best;
  const known = new Set(layout.headers.map(toHeaderKey));
  const map = limitMapToHeaders(layout.map, headers);
  const isKnown = (header: string): boolean => known.has(toHeaderKey(header));
  const { columns } = readHeader(headers.filter(isKnown), format, { map }).layout;
  const fields = new Set(columns.map(({ column }) => column.field));
  const further = headers.filter((header) => header !== "" && !isReasonHeader(header) && !isKnown(header));
  const doubtful = further.filter((header) => fields.has(findColumnByAnyHeader(format.columns, header)?.field ?? ""));
  return { layout, map, lacking, further, doubtful };
};
