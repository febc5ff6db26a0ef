import type { CellUnits, RecordProblem, RecordSink } from "./record.ts";

const BEFORE_AFTER_WORD = /^(?:異動|変更|改定|発令)?([旧新現前後])$/;
/** Matches words in the second header line that are appended to the name above, such as コード in 所属コード. */
const SUFFIX_WORD = /^(?:コード|名称?|番号|カナ)$/;

/** Joins 所属 above 旧 and 新, or 異動前 above 所属, to 旧所属 and 新所属. Returns undefined if the second line is a record. */
export const joinHeaderLines = (upper: readonly string[], lower: readonly string[]): readonly string[] | undefined => {
  const lowers = Array.from({ length: Math.max(upper.length, lower.length) }, (_, at) => lower[at]?.trim() ?? "");
  const timeOf = (word: string): string | undefined => {
    const [, time] = BEFORE_AFTER_WORD.exec(word) ?? [];
    if (time === "現") return lowers.includes("旧") ? "新" : "旧";
    return time && (/[旧前]/.test(time) ? "旧" : "新");
  };
  const names: string[] = [];
  let group = "";
  let joined = 0;
  let spans = false;
  for (const [at, sub] of lowers.entries()) {
    const top = upper[at]?.trim() ?? "";
    if (top !== "") group = top;
    if (sub === "" || sub === top) names.push(top);
    else if (group === "") names.push(sub);
    else {
      const own = timeOf(sub);
      const time = own ?? timeOf(group);
      if (time === undefined && !SUFFIX_WORD.test(sub)) return undefined;
      names.push(time === undefined ? group + sub : time + (own === undefined ? sub : group));
      joined += 1;
      spans ||= top === "" || own === undefined;
    }
  }
  return spans && joined > 1 ? names : undefined;
};

export class HeaderLineJoiner implements RecordSink {
  /** number of cells if the header has two lines; 0 if it has one line */
  width = 0;
  readonly #sink: RecordSink;
  readonly #row: number;
  #isOpen = true;
  #upper: Parameters<RecordSink["record"]> | undefined;
  #problems: readonly RecordProblem[] = [];

  constructor(sink: RecordSink, headerRow: number) {
    this.#sink = sink;
    this.#row = headerRow;
  }

  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean, units?: CellUnits): void {
    if (this.#isOpen) {
      if (row < this.#row) return;
      const header = cells.slice(0, count);
      if (row === this.#row) {
        this.#upper = [header, count, row, line, sound];
        return;
      }
      const joined = row === this.#row + 1 && this.#upper && joinHeaderLines(this.#upper[0], header);
      if (joined) {
        this.width = joined.length;
        this.#upper = [joined, joined.length, this.#row, line - 1, true];
        this.#problems = this.#problems.filter(({ code }) => code !== "cell-merged");
      }
      this.end();
      if (joined) return;
    }
    this.#sink.record(cells, count, row, line, sound, units);
  }

  problem(problem: RecordProblem): void {
    if (!this.#isOpen) this.#sink.problem(problem);
    else if (problem.row >= this.#row || problem.row === 0) this.#problems = [...this.#problems, problem];
  }

  end(): void {
    this.#isOpen = false;
    const isOfHeader = ({ row }: RecordProblem): boolean => row === this.#row;
    const { true: first = [], false: later = [] } = Object.groupBy(this.#problems, (one) => String(isOfHeader(one)));
    for (const problem of first) this.#sink.problem(problem);
    if (this.#upper !== undefined) this.#sink.record(...this.#upper);
    for (const problem of later) this.#sink.problem(problem);
    this.#problems = [];
    this.#upper = undefined;
  }
}
