import { nameKey, toLooseValue } from "../../model/normalise.ts";
import { createFileProblem, type Problem } from "../../model/problem.ts";
import { findColumn, type Column } from "../../derived/format.ts";
import type { HeaderPlace } from "./layout.ts";
import { findRowSubject, type SubjectCell } from "../../model/leaving.ts";
import type { ColumnMap } from "./map.ts";

interface MatchedHeaders {
  readonly columns: readonly Column[];
  readonly positions: ReadonlyMap<Column, readonly number[]>;
  readonly map: ColumnMap | undefined;
  /** false if no header is known to say who has left, as in a list of devices */
  readonly isOfPeople: boolean;
}

const PATH_SEPARATOR = "/";

/** In lists with a column per level: `deepest` is the name of the lowest level, `above` the path of the others. */
export const [DEEPEST_LEVEL, LEVELS_ABOVE] = ["deepest", "above"];

export const isOrgLevelJoin = (joined: string | undefined): boolean =>
  joined === DEEPEST_LEVEL || joined === LEVELS_ABOVE;

export const isOrgPathJoin = (joined: string | undefined): boolean =>
  joined === PATH_SEPARATOR || isOrgLevelJoin(joined);

/** Finds the cells that are joined and the cells by which rows are skipped. Each header must occur exactly once. */
export const findMappedCells = (
  cells: readonly string[],
  { columns, positions: taken, map, isOfPeople }: MatchedHeaders,
  place: HeaderPlace,
) => {
  const { columns: mapped = [], joins = [], rows = [] } = map ?? {};
  const problems: Problem[] = [];
  const byKey = Map.groupBy(cells.keys(), (position) => nameKey(cells[position] ?? ""));
  const reportDuplicate = (at: number, first: number): void => {
    const header = cells[at] ?? "";
    const params = { header, first: first + 1 };
    problems.push({ code: "header-duplicate", ...place, column: at + 1, header, params });
  };
  const find = (header: string): readonly number[] => {
    const [first, second] = byKey.get(nameKey(header.trim())) ?? [];
    if (first === undefined) problems.push(createFileProblem("header-missing", { header }));
    else if (second !== undefined) reportDuplicate(second, first);
    return first === undefined ? [] : [first];
  };
  const joined = new Map<Column, { readonly positions: readonly number[]; readonly separator: string }>();
  for (const { field, headers } of joins) {
    const column = findColumn(columns, field);
    const [own] = (column && taken.get(column)) ?? [];
    // A console export or a template has a column for the field, so its cells are not joined.
    if (own !== undefined && headers.every((header) => !byKey.has(nameKey(header.trim())))) continue;
    const positions = headers.flatMap(find);
    const [first] = positions;
    if (column === undefined || first === undefined) continue;
    if (own !== undefined && !positions.includes(own)) reportDuplicate(own, first);
    const above = column.field === "name" ? columns.find(({ refers }) => refers?.by === "path") : undefined;
    const separator = above === undefined ? (column.refers?.to === "org" ? PATH_SEPARATOR : " ") : DEEPEST_LEVEL;
    joined.set(column, { positions, separator });
    if (above !== undefined) joined.set(above, { positions, separator: LEVELS_ABOVE });
  }
  const subjects = rows.flatMap(({ header, says, words = [] }): readonly SubjectCell[] => {
    const meanings = new Map(words.map(({ word, means }) => [toLooseValue(word), means]));
    return find(header).map((position) => ({ position, says, words: meanings }));
  });
  const isAnswered = (header: string): boolean =>
    mapped.some((one) => one.to === null && nameKey(one.header.trim()) === nameKey(header));
  const known = cells.flatMap((header, position): readonly SubjectCell[] => {
    const says = isOfPeople ? findRowSubject(header) : undefined;
    if (says === undefined || isAnswered(header) || subjects.some((one) => one.position === position)) return [];
    return [{ position, says, words: new Map() }];
  });
  return { joined, subjects: [...subjects, ...known], problems };
};
