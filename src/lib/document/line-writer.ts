import { escapeForPeople } from "../terminal/escape.ts";
import type { Language } from "../text/index.ts";
import { normaliseCell, toValueLines, type Block, type Cell, type Fact, type DisplayText } from "./blocks.ts";

/** Writes blocks as lines; the base of all line-based formats. */
export abstract class LineWriter {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  /** Returns a text on one line, with all deceptive characters made visible. */
  say(words: DisplayText): string {
    return escapeForPeople(typeof words === "string" ? words : words[this.#language]);
  }

  blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => {
      const lines = this.block(block);
      return lines.length === 0 ? [] : ["", ...lines];
    });
  }

  protected abstract block(block: Block): readonly string[];

  protected cell(cell: Cell): string {
    const { lines, below = [] } = normaliseCell(cell);
    const own = lines.map((line) => this.say(line)).join(" ");
    return [own, ...below.map((fact) => this.#parts(fact).join(" "))].join("; ");
  }

  /** Returns a fact on one line or, if it has several values, with each value on its own line. */
  protected fact(fact: Fact): readonly string[] {
    const [first = "", ...more] = this.#parts(fact);
    return more.length > 1 ? [first, ...more] : [[first, ...more].join(" ")];
  }

  #parts([label, value]: Fact): readonly string[] {
    const lines = toValueLines(value).map((line) => this.say(line));
    return label === null ? lines : [`${this.say(label)}:`, ...lines];
  }
}
