import { line, step, type Step } from "../../lib/advice/index.ts";
import type { Import } from "../../lib/client/index.ts";
import { toLooseValue } from "../../lib/csv/layout/columns.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import type { ParsedMapFile } from "../../lib/csv/layout/map-parse.ts";
import type { CustomField } from "../../lib/model/format.ts";
import { FORMATS } from "../../lib/model/formats.ts";

const MOVEMENT_HEADER = /^(?:異動|在籍|在職|発令|人事|入退社|申請|処理|変更)?(?:区分|種別)$/;
const LEAVER_VALUES = ["退職", "退社", "退職者", "退社者"];

export const LAST_DAY_HEADER = /^(?:退職|退社)(?:年月)?日$/;

/** Headers of the columns that mark leavers, the most reliable header first. */
export const LEAVER_COLUMNS: readonly (readonly [header: RegExp, isLeaver: (value: string) => boolean])[] = [
  [MOVEMENT_HEADER, (value) => LEAVER_VALUES.includes(value)],
  [LAST_DAY_HEADER, (value) => /^(?!0+$|9999)./.test(value)],
];

export const isMovementHeader = (header: string): boolean => MOVEMENT_HEADER.test(toLooseValue(header));

export function skipLeavers(
  map: ParsedMapFile | undefined,
  headers: readonly string[],
  customFields: readonly CustomField[] | undefined,
): ParsedMapFile | undefined {
  const read = readHeader(headers, FORMATS.users, { map, customFields }).layout;
  const used = [...read.columns.flatMap(({ positions }) => positions), ...read.skip.map(({ position }) => position)];
  const found = headers.filter((header, at) => isMovementHeader(header) && !used.includes(at));
  if (found.length === 0) return map;
  const { columns = [], skip = [] } = map ?? {};
  return { ...map, columns, skip: [...skip, ...found.map((header) => ({ header, values: LEAVER_VALUES }))] };
}

export const adviseLeavers = ({ skipped }: Import, file: string, sheet: string | undefined): Step | undefined =>
  skipped.some(({ value }) => LEAVER_VALUES.includes(value))
    ? step("for the leavers", "退職者の手続き", line("users leave", [], { file: file === "-" ? "FILE" : file, sheet }))
    : undefined;
