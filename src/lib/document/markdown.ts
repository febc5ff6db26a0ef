import { text, type Language, type Text } from "../text/index.ts";
import type { Block, Cell, Document, Words } from "./blocks.ts";
import { LineWriter } from "./line-writer.ts";

/** A document as Markdown: the same content, charts as tables and lists; each step has a box to tick. */
export function documentMarkdown(
  { title, subject, asOf, intro, sections, footer }: Document,
  language: Language,
): string {
  const writer = new MarkdownWriter(language);
  return [
    `# ${writer.say(title)}`,
    ...(subject === undefined && asOf === undefined
      ? []
      : ["", [writer.say(subject ?? ""), ...(asOf === undefined ? [] : [`(${asOf})`])].join(" ").trim()]),
    ...writer.blocks(intro),
    ...sections.flatMap((section) => ["", `## ${writer.say(section.title)}`, ...writer.blocks(section.blocks)]),
    ...(footer === undefined ? [] : ["", writer.say(footer)]),
    "",
  ].join("\n");
}

/** A text as Markdown, in one line: what it holds is not read as marks. */
const plainMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

class MarkdownWriter extends LineWriter {
  override say(words: Words): string {
    return plainMarkdown(super.say(words));
  }

  protected override block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.flatMap((row) => {
          const [first = "", ...more] = this.fact(row);
          return [`- ${first}`, ...more.map((line) => `    - ${line}`)];
        });
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
        return block.nodes.flatMap((node) => this.tree(node));
      case "bars":
        return this.#table(
          block.title,
          [text("what", "項目"), text("records", "件数")],
          block.bars.map(({ label, value }) => [label, String(value)]),
        );
      case "share":
        return [];
      case "timeline":
        return block.marks.map((mark) => this.mark(mark));
      case "note":
        return [`**${this.say(block.title)}**`, "", ...block.lines.map((line) => `- ${this.say(line)}`)];
      case "part": {
        const about = block.about === undefined ? "" : ` (${this.say(block.about)})`;
        return [`### ${this.say(block.title)}${about}`, ...this.blocks(block.blocks)];
      }
    }
  }

  #table(caption: Text, head: readonly Text[], rows: readonly (readonly Cell[])[]): readonly string[] {
    const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [
      `${this.say(caption)}:`,
      "",
      row(head.map((cell) => this.say(cell))),
      row(head.map(() => "---")),
      ...rows.map((cells) => row(cells.map((cell) => this.cell(cell)))),
    ];
  }
}
