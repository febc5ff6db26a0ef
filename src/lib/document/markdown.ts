import { escapeForPeople } from "../terminal/escape.ts";
import { text, type Language, type Text } from "../text/index.ts";
import {
  cellOf,
  linesOf,
  type Block,
  type Cell,
  type Document,
  type Fact,
  type TreeNode,
  type Words,
} from "./blocks.ts";
import { LEVEL_NAMES } from "./level.ts";

/** A document as Markdown: the same content, charts as tables and lists; each step has a box to tick. */
export function documentMarkdown({ title, subject, asOf, intro, sections }: Document, language: Language): string {
  const writer = new MarkdownWriter(language);
  return [
    `# ${writer.say(title)}`,
    ...(subject === undefined && asOf === undefined
      ? []
      : ["", [writer.say(subject ?? ""), ...(asOf === undefined ? [] : [`(${asOf})`])].join(" ").trim()]),
    ...writer.blocks(intro),
    ...sections.flatMap((section) => ["", `## ${writer.say(section.title)}`, ...writer.blocks(section.blocks)]),
    "",
  ].join("\n");
}

/** A text as Markdown, in one line: what it holds is not read as marks. */
const plainMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

class MarkdownWriter {
  readonly #language: Language;

  constructor(language: Language) {
    this.#language = language;
  }

  say(words: Words): string {
    return plainMarkdown(escapeForPeople(typeof words === "string" ? words : words[this.#language]));
  }

  blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => ["", ...this.#block(block)]);
  }

  #block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.map((row) => this.#fact(row));
      case "table":
        return this.#table(block.caption, block.head, block.rows);
      case "list":
        return block.items.map(
          ({ alarm, words, about }) =>
            `- ${alarm === undefined ? "" : `**${this.say(alarm)}** `}${this.say(words)}${about === undefined ? "" : ` (${this.say(about)})`}`,
        );
      case "steps":
        return block.steps.flatMap(({ what, below }, at) => [
          `${at + 1}. [ ] ${this.say(what)}`,
          ...below.map(({ label, words }) => `    - **${this.say(label)}**: ${this.say(words)}`),
        ]);
      case "tree":
        return block.nodes.flatMap((node) => this.#tree(node, 0));
      case "bars":
        return this.#table(
          block.title,
          [text("what", "項目"), text("records", "件数")],
          block.bars.map(({ label, value }) => [label, String(value)]),
        );
      case "timeline":
        return block.marks.map(
          ({ label, day, level, isEstimated }) =>
            `- ${isEstimated ? "~" : ""}${day ?? "-"} ${this.say(label)} (${this.say(LEVEL_NAMES[level])})`,
        );
      case "note":
        return [`**${this.say(block.title)}**`, "", ...block.lines.map((line) => `- ${this.say(line)}`)];
      case "part": {
        const about = block.about === undefined ? "" : ` (${this.say(block.about)})`;
        return [`### ${this.say(block.title)}${about}`, ...this.blocks(block.blocks)];
      }
    }
  }

  #cell(cell: Cell): string {
    const { lines, below = [] } = cellOf(cell);
    return [lines.map((line) => this.say(line)).join(" "), ...below.map((fact) => this.#said(fact).join(" "))].join(
      "; ",
    );
  }

  #said([label, value]: Fact): readonly string[] {
    const lines = linesOf(value).map((line) => this.say(line));
    return label === null ? lines : [`${this.say(label)}:`, ...lines];
  }

  #fact(fact: Fact): string {
    const [first = "", ...more] = this.#said(fact);
    return more.length > 1
      ? [`- ${first}`, ...more.map((line) => `    - ${line}`)].join("\n")
      : `- ${[first, ...more].join(" ")}`;
  }

  #table(caption: Text, head: readonly Text[], rows: readonly (readonly Cell[])[]): readonly string[] {
    const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [
      `${this.say(caption)}:`,
      "",
      row(head.map((cell) => this.say(cell))),
      row(head.map(() => "---")),
      ...rows.map((cells) => row(cells.map((cell) => this.#cell(cell)))),
    ];
  }

  #tree({ name, about, hidden, children }: TreeNode, depth: number): readonly string[] {
    const more = [about, ...(hidden === undefined ? [] : [hidden])].filter(({ en }) => en !== "");
    return [
      `${"  ".repeat(depth)}- ${this.say(name)}${more.map((words) => ` (${this.say(words)})`).join("")}`,
      ...children.flatMap((child) => this.#tree(child, depth + 1)),
    ];
  }
}
