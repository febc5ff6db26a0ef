import type { Problem } from "../../model/problem.ts";
import { toLooseValue } from "../../model/normalise.ts";
import { satisfiesRule } from "../../model/rules.ts";
import { shortenText } from "../../text/index.ts";
import { isBlankCell } from "./character-scan.ts";
import type { Layout, LayoutColumn } from "./layout.ts";
import { isSecondPost, judgeLeaving, type LeavingState, type ReferenceDays } from "../../model/leaving.ts";

const TOTAL_PATTERN = /^(?:総?合計|総計|小計|計|以上):?$/;
/** Matches a number with or without a unit, but no code such as 0012. */
const COUNT_PATTERN = /^(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)\s*(?:名|人|台|件|個|社|組織|部署)?$/;
const NOTE_PATTERN = /^(?:※|\*|\(?注|以上$|(?:総?合計|総計|小計|計|以上):?[\d,]+\D?$)/;
/** Matches the beginning of totals and notes. This test is faster than normalisation. */
const NOTE_START_PATTERN =
  /^\s*(?:[※*(注\u00ad\u200b-\u206f\u2e80-\u2fdf\u3200-\u33ff\uf900-\ufaff\ufe10-\uffef]|[総合小以]?\s*[合計上])/u;

export type RowOmission = Pick<Problem, "code" | "params" | "column" | "header">;

type DamagedCell = Pick<Problem, "code" | "column">;

export interface RowFilterOptions {
  /** needed for lists of people: the day on which the rows are judged */
  readonly days?: ReferenceDays | undefined;
  /** true for a list that names records: rows of people who have left are then its subject, and are not omitted */
  readonly selects?: boolean | undefined;
}

/** `second`: a row of a second post, which never makes a leaver. */
export type RowState = LeavingState | "second";

export class RowFilter {
  readonly #rules: Layout["subjects"];
  readonly #headers: readonly string[];
  readonly #keys: readonly LayoutColumn[];
  readonly #key: number;
  readonly #required: readonly LayoutColumn[];
  readonly #subjects: Layout["subjects"];
  readonly #unread: readonly number[];
  readonly #options: RowFilterOptions;
  /** of the row that was found last */
  state: RowState = "stays";

  constructor({ headers, columns, format, key, subjects }: Layout, options: RowFilterOptions) {
    this.#rules = subjects.filter(({ says }) => says === "skip");
    this.#headers = headers;
    this.#subjects = subjects.filter(({ says }) => says !== "skip");
    this.#options = options;
    const read = new Set(columns.flatMap(({ positions }) => positions));
    this.#unread = headers
      .keys()
      .filter((position) => !read.has(position))
      .toArray();
    const fields = key === format.key ? [key, ...(format.fallbackKey ?? [])] : [key];
    this.#keys = columns.filter(({ column }) => fields.includes(column.field));
    this.#key = columns.find(({ column }) => column.field === key)?.positions[0] ?? -1;
    this.#required = columns.filter(({ column }) => column.required === "always");
  }

  /** @param report called with the position of a cell that does not say clearly whether the person has left */
  find(
    cells: readonly string[],
    count: number,
    damage: readonly DamagedCell[],
    report: (position: number) => void,
  ): RowOmission | undefined {
    this.state = "stays";
    for (const { position, words } of this.#rules) {
      if (position >= count || damage.some(({ column }) => column === position + 1)) continue;
      const value = toLooseValue(cells[position] ?? "");
      if (!words.has(value)) continue;
      const header = this.#headers[position] ?? "";
      this.state = "second";
      return { code: "row-skipped", column: position + 1, header, params: { header, value } };
    }
    const note = this.#findText(cells, count, damage);
    if (note !== undefined) return { code: "row-total", column: 0, header: "", params: { value: shortenText(note) } };
    this.state = this.#judge(cells, (position) => {
      if (damage.every(({ column }) => column !== position + 1)) report(position);
    });
    const isOmitted = this.state === "left" && this.#options.selects !== true;
    return isOmitted ? { code: "row-left", column: 0, header: "", params: {} } : undefined;
  }

  #judge(cells: readonly string[], report: (position: number) => void): RowState {
    const { days = { today: "" }, selects: isOfLeavers = false } = this.#options;
    if (this.#subjects.length === 0 && !isOfLeavers) return "stays";
    if (isOfLeavers && this.#unread.some((position) => isSecondPost(cells[position] ?? ""))) return "second";
    return judgeLeaving(this.#subjects, cells, { ...days, isOfLeavers }, report);
  }

  /** Returns the text of a total or a note. A row with all required values and other filled cells is a record. */
  #findText(cells: readonly string[], count: number, damage: readonly DamagedCell[]): string | undefined {
    let first = 0;
    while (first < count && isBlankCell(cells[first] ?? "")) first += 1;
    const cell = cells[first] ?? "";
    if (first >= count || !NOTE_START_PATTERN.test(cell)) return undefined;
    // the workbook reader could not read these cells
    const unknown = damage.filter(({ code }) => code !== "cell-merged").map(({ column }) => column - 1);
    if (unknown.some((position) => position <= first)) return undefined;
    const isFilled = (position: number): boolean => position < count && !isBlankCell(cells[position] ?? "");
    const start = toLooseValue(cell).replaceAll(/\s/g, "");
    const others = [...cells.slice(0, count).keys()].filter((position) => position !== first && isFilled(position));
    if (NOTE_PATTERN.test(start) && others.length + unknown.length === 0) return cell;
    if (!TOTAL_PATTERN.test(start)) return undefined;
    const isCount = (position: number): boolean => COUNT_PATTERN.test(toLooseValue(cells[position] ?? ""));
    if (others.length + unknown.length > 0 && others.every(isCount)) return cell;
    const hasValue = ({ column, positions }: LayoutColumn): boolean =>
      positions.some((at) => isFilled(at) && satisfiesRule(column.value.rule, (cells[at] ?? "").trim()));
    const isRecord = first !== this.#key && this.#keys.some(hasValue) && this.#required.every(hasValue);
    return isRecord ? undefined : cell;
  }
}
