import { escapeForPeople } from "../terminal/escape.ts";
import { displayWidth, pad } from "../terminal/table/width.ts";
import type { Language, Text } from "../text/index.ts";
import {
  cellOf,
  linesOf,
  type Block,
  type Cell,
  type Fact,
  type Document,
  type StepBlock,
  type TreeNode,
  type Words,
} from "./blocks.ts";
import { LEVEL_NAMES } from "./level.ts";

/** A document as plain text, for a terminal or a file; lines are not folded. */
export function documentText({ title, subject, asOf, intro, sections }: Document, language: Language): string {
  const writer = new TextWriter(language);
  const about = [subject, asOf === undefined ? undefined : `(${asOf})`].filter((words) => words !== undefined);
  const lines = [
    writer.say(title),
    ...(about.length === 0 ? [] : ["", about.map((words) => writer.say(words)).join(" ")]),
    ...writer.blocks(intro),
    ...sections.flatMap((section) => ["", writer.say(section.title), ...writer.blocks(section.blocks)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** A step: its number, what to do, and the lines below it, indented. */
export const stepLines = (step: StepBlock, number: number, language: Language): readonly string[] =>
  new TextWriter(language).step(step, number);

class TextWriter {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  say(words: Words): string {
    return escapeForPeople(typeof words === "string" ? words : words[this.#language]);
  }

  blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => ["", ...this.#block(block)]);
  }

  step({ what, below }: StepBlock, number: number): readonly string[] {
    const lead = `${number}. `;
    return [
      `${lead}${this.say(what)}`,
      ...below.map(({ label, words }) => `${" ".repeat(lead.length)}${this.say(label)}: ${this.say(words)}`),
    ];
  }

  #block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.flatMap((fact) => {
          const [first = "", ...more] = this.#said(fact);
          return more.length > 1
            ? [`  ${first}`, ...more.map((line) => `    ${line}`)]
            : [`  ${[first, ...more].join(" ")}`];
        });
      case "table":
        return [`${this.say(block.caption)}:`, ...this.#table([block.head, ...block.rows])];
      case "list":
        return block.items.flatMap(({ alarm, words, about }) => [
          `- ${alarm === undefined ? "" : `${this.say(alarm)}: `}${this.say(words)}`,
          ...(about === undefined ? [] : [`  ${this.say(about)}`]),
        ]);
      case "steps":
        return block.steps.flatMap((step, at) => [...(at === 0 ? [] : [""]), ...this.step(step, at + 1)]);
      case "tree":
        return block.nodes.flatMap((node) => this.#tree(node, 0));
      case "bars":
        return [`${this.say(block.title)}:`, ...this.#table(block.bars.map(({ label, value }) => [label, `${value}`]))];
      case "timeline":
        return block.marks.map(
          ({ label, day, level, isEstimated }) =>
            `- ${isEstimated ? "~" : ""}${day ?? "-"} ${this.say(label)} (${this.say(LEVEL_NAMES[level])})`,
        );
      case "note":
        return [`${this.say(block.title)}:`, ...block.lines.map((line) => `- ${this.say(line)}`)];
      case "part": {
        const about = block.about === undefined ? "" : ` (${this.say(block.about)})`;
        return [`${this.say(block.title)}${about}`, ...this.blocks(block.blocks)];
      }
    }
  }

  #said([label, value]: Fact): readonly string[] {
    const lines = linesOf(value).map((line) => this.say(line));
    return label === null ? lines : [`${this.say(label)}:`, ...lines];
  }

  #cell(cell: Cell): string {
    const { lines, below = [] } = cellOf(cell);
    return [lines.map((line) => this.say(line)).join(" "), ...below.map((fact) => this.#said(fact).join(" "))].join(
      "; ",
    );
  }

  #table(rows: readonly (readonly Cell[])[]): readonly string[] {
    const cells = rows.map((row) => row.map((cell) => this.#cell(cell)));
    const width = (column: number): number => Math.max(...cells.map((row) => displayWidth(row[column] ?? "")));
    return cells.map((row) => `  ${row.map((cell, column) => pad(cell, width(column))).join("  ")}`.trimEnd());
  }

  #tree({ name, about, hidden, children }: TreeNode, depth: number): readonly string[] {
    const more = [about, ...(hidden === undefined ? [] : [hidden])].filter((words: Text) => words.en !== "");
    return [
      `${"  ".repeat(depth)}- ${this.say(name)}${more.map((words) => ` (${this.say(words)})`).join("")}`,
      ...children.flatMap((child) => this.#tree(child, depth + 1)),
    ];
  }
}
