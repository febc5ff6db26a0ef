import { LEVEL_NAMES } from "../../renewals/judge.ts";
import { plainMarkdown } from "../../renewals/guide/document.ts";
import { text, type Text } from "../../text/index.ts";
import type { Block, ReportContent, Words } from "./blocks.ts";
import { standingOf } from "./content.ts";
import { toldCounts, type OrgNode } from "./org-tree.ts";
import type { Setting } from "./page.ts";

/** A report as Markdown: the same content, charts as tables. */
export function reportMarkdown(content: ReportContent, setting: Setting): string {
  const writer = new MarkdownWriter(setting);
  return [
    `# ${writer.say(content.title)}`,
    "",
    `${writer.say(content.tenant)} (${content.asOf})`,
    ...content.sections.flatMap(({ title, blocks }) => [
      "",
      `## ${writer.say(title)}`,
      ...blocks.flatMap((block) => ["", ...writer.block(block)]),
    ]),
    "",
  ].join("\n");
}

class MarkdownWriter {
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  say(words: Words): string {
    const { visible, language } = this.#setting;
    return plainMarkdown(visible(typeof words === "string" ? words : words[language]));
  }

  block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.map((row) => this.#line(row));
      case "table":
        return this.#table(block.caption, block.head, block.rows);
      case "item": {
        const { item, lines } = block;
        const details =
          item.applies === false
            ? []
            : [...lines.map((row) => this.#line(row)), ...item.notes.map((note) => `- ${this.say(note)}`)];
        return [
          `### ${this.say(item.title)} (${this.say(standingOf(item))})`,
          "",
          ...item.gaps.map(({ what, mend }) => `- **${this.say(MISSING)}** ${this.say(what)} (${this.say(mend)})`),
          ...details,
        ];
      }
      case "tree":
        return block.nodes.flatMap((node) => this.#tree(node, 0));
      case "bars":
        return this.#table(
          block.title,
          [text("what", "項目"), text("records", "件数")],
          block.bars.map(({ label, value }) => [label, String(value)]),
        );
      case "timeline":
        return block.items.map(
          ({ name, expiresOn, level, certainty }) =>
            `- ${certainty === "estimated" ? "~" : ""}${expiresOn ?? "-"} ${this.say(name)} (${this.say(LEVEL_NAMES[level])})`,
        );
      case "box":
        return [`**${this.say(block.title)}**`, "", ...block.lines.map((line) => `- ${this.say(line)}`)];
    }
  }

  #line([label, value]: readonly [Words, Words]): string {
    return `- ${this.say(label)}: ${this.say(value)}`;
  }

  #table(caption: Text, head: readonly Text[], rows: readonly (readonly Words[])[]): readonly string[] {
    const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [
      `${this.say(caption)}:`,
      "",
      row(head.map((cell) => this.say(cell))),
      row(head.map(() => "---")),
      ...rows.map((cells) => row(cells.map((cell) => this.say(cell)))),
    ];
  }

  #tree({ name, children, hidden, ...node }: OrgNode, depth: number): readonly string[] {
    const inBrackets = (counts: Text): string => (counts.en === "" ? "" : ` (${this.say(counts)})`);
    const more = hidden === null ? "" : ` +${hidden.orgs}${inBrackets(toldCounts(hidden))}`;
    return [
      `${"  ".repeat(depth)}- ${this.say(name)}${inBrackets(toldCounts(node))}${more}`,
      ...children.flatMap((child) => this.#tree(child, depth + 1)),
    ];
  }
}

const MISSING = text("MISSING", "不足");
