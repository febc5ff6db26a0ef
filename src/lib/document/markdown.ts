import { joinWords, splitCommands } from "../terminal/commands.ts";
import { type Language, type Text } from "../text/index.ts";
import type { Block, Document, DisplayText } from "./blocks.ts";
import { LineWriter } from "./line-writer.ts";

/** Renders a document as Markdown with the same content: charts as tables and lists, steps with check boxes. */
export function renderMarkdown(
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

/** Escapes a text for Markdown, on one line, so that no character in it is read as markup. */
const escapeMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

const renderCode = (code: string): string => (/[`|<>]/.test(code) ? escapeMarkdown(code) : `\`${code}\``);

class MarkdownWriter extends LineWriter {
  override say(words: DisplayText): string {
    if (typeof words === "string") return escapeMarkdown(super.say(words));
    return splitCommands(super.say(words))
      .map((part) => (typeof part === "string" ? escapeMarkdown(part) : renderCode(joinWords(part))))
      .join("");
  }

  protected override block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.map((row) => `- ${this.fact(row)}`);
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
      case "note":
        return [`**${this.say(block.title)}**`, "", ...block.lines.map((line) => `- ${this.say(line)}`)];
      case "part": {
        const about = block.about === undefined ? "" : ` (${this.say(block.about)})`;
        return [`### ${this.say(block.title)}${about}`, ...this.blocks(block.blocks)];
      }
    }
  }

  #table(caption: Text, head: readonly Text[], rows: readonly (readonly DisplayText[])[]): readonly string[] {
    const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [
      `${this.say(caption)}:`,
      "",
      row(head.map((cell) => this.say(cell))),
      row(head.map(() => "---")),
      ...rows.map((cells) => row(cells.map((cell) => this.say(cell)))),
    ];
  }
}
