import type { RecordSink } from "../records/record.ts";
import { hashValue, ValueHashes } from "./unique.ts";
import { toLooseValue } from "../../model/normalise.ts";
import { findColumnByAnyHeader } from "./columns.ts";
import type { Layout } from "./layout.ts";
import {
  isLeavingWord,
  isMainPost,
  isSecondPost,
  readRowCell,
  SERIAL_WORD,
  type WordMeaning,
} from "../../model/leaving.ts";
import { RowFilter } from "./row-filter.ts";

const MAX_VALUES = 10;

/** A column with more different words, and without days, does not say who has left. */
const MAX_STATES = 20;
const MAX_WORDS = 200;

interface UnknownWord {
  count: number;
  readonly first: string;
  /** true for texts such as `-` and `00000000` */
  readonly mayBeNoDay: boolean;
}

export class ColumnFacts {
  /** the first different values, as written */
  readonly values = new Set<string>();
  readonly words = new Map<string, UnknownWord>();
  days = 0;
  serials = 0;
  leavingWords = 0;
  mainPosts = 0;
  isKey = true;
  readonly seconds = new Set<string>();
  secondRows = 0;

  get isTooVaried(): boolean {
    return this.days + this.serials === 0 && this.words.size > MAX_STATES;
  }

  /** true if the column has more days than words of leaving; a shifted row brings a cell of another column */
  get isOfDays(): boolean {
    return this.days + this.serials > this.leavingWords;
  }

  get isOfStates(): boolean {
    return this.leavingWords > this.mainPosts && this.leavingWords >= this.days + this.serials;
  }

  get hasDays(): boolean {
    return this.days + this.serials > 0 && !this.isKey;
  }
}

const NO_WORDS: ReadonlyMap<string, WordMeaning> = new Map();

/** Looks at all rows of a list before somebody is asked what its columns mean. */
export class Survey implements RecordSink {
  readonly columns: readonly ColumnFacts[];
  rows = 0;
  readonly #layout: Layout;
  readonly #headerRow: number;
  readonly #filter: RowFilter;
  readonly #key: number;
  readonly #keys = new ValueHashes();
  readonly #read: ReadonlySet<number>;

  constructor(layout: Layout, headerRow: number) {
    this.#layout = layout;
    this.#headerRow = headerRow;
    this.#filter = new RowFilter(layout, {});
    this.columns = layout.headers.map(() => new ColumnFacts());
    const { thing, columns } = layout.format;
    const keys = thing.keys.flatMap(({ field }) => {
      const known = layout.columns.find(({ column }) => column.field === field)?.positions[0];
      const isUsual = (header: string): boolean => findColumnByAnyHeader(columns, header)?.field === field;
      return known ?? layout.headers.findIndex(isUsual);
    });
    this.#key = keys.find((at) => at !== -1) ?? -1;
    const explained = layout.subjects.map(({ position }) => position);
    const read = layout.columns.flatMap(({ positions }) => positions);
    this.#read = new Set(read.filter((position) => !explained.includes(position)));
  }

  record(cells: readonly string[], count: number, row: number): void {
    if (row <= this.#headerRow || cells.slice(0, count).every((cell) => cell.trim() === "")) return;
    if (this.#filter.find(cells, count, [], () => undefined)?.code === "row-total") return;
    this.rows += 1;
    const key = toLooseValue(cells[this.#key] ?? "");
    if (key !== "") this.#keys.add(hashValue(key, "code"));
    for (const [position, facts] of this.columns.entries())
      if (!this.#read.has(position)) this.#note(facts, cells[position] ?? "", key, position);
  }

  problem(): void {}

  /** @returns the number of rows whose key an earlier row has */
  countRepeats(): number {
    return this.#keys.countRepeated();
  }

  #note(facts: ColumnFacts, cell: string, key: string, position: number): void {
    const value = toLooseValue(cell);
    if (value === "") return;
    if (facts.values.size < MAX_VALUES) facts.values.add(cell.trim());
    facts.isKey &&= value === key;
    if (isSecondPost(value)) {
      facts.seconds.add(value);
      facts.secondRows += 1;
    }
    if (isLeavingWord(value)) facts.leavingWords += 1;
    if (isMainPost(value)) facts.mainPosts += 1;
    const words = this.#layout.subjects.find((subject) => subject.position === position)?.words ?? NO_WORDS;
    const { is } = readRowCell(value, words);
    if (is === "day") facts.days += 1;
    else if (is === "serial") facts.serials += 1;
    if (is !== "text" && is !== "unreadable" && is !== "serial") return;
    const word = is === "serial" ? SERIAL_WORD : value;
    const known = facts.words.get(word);
    if (known !== undefined) known.count += 1;
    else if (facts.words.size < MAX_WORDS) facts.words.set(word, { count: 1, first: value, mayBeNoDay: is === "text" });
  }
}
