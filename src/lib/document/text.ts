import { displayWidth, padLine } from "../terminal/table/width.ts";
import type { Language } from "../text/index.ts";
import type { Block, DisplayText, Document, StepBlock } from "./blocks.ts";
import { LineWriter } from "./line-writer.ts";

/** Renders a document as plain text for a terminal or a file. Lines are not wrapped. */
export function renderPlainText(
  { title, subject, asOf, intro, sections, footer }: Document,
  language: Language,
): string {
  const writer = new TextWriter(language);
  const about = [subject, asOf === undefined ? undefined : `(${asOf})`].filter((words) => words !== undefined);
  const lines = [
    writer.say(title),
    ...(about.length === 0 ? [] : ["", about.map((words) => writer.say(words)).join(" ")]),
    ...writer.blocks(intro),
    ...sections.flatMap((section) => ["", writer.say(section.title), ...writer.blocks(section.blocks)]),
    ...(footer === undefined ? [] : ["", writer.say(footer)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

export class TextWriter extends LineWriter {
  step({ what, below }: StepBlock, number: number): readonly string[] {
    const lead = `${number}. `;
    return [
      `${lead}${this.say(what)}`,
      ...below.map(({ label, words }) => `${" ".repeat(lead.length)}${this.say(label)}: ${this.say(words)}`),
    ];
  }

  protected override block(block: Block): readonly string[] {
    switch (block.kind) {
      case "paragraph":
        return [this.say(block.words)];
      case "facts":
        return block.rows.map((fact) => `  ${this.fact(fact)}`);
      case "table":
        return [`${this.say(block.caption)}:`, ...this.#table([block.head, ...block.rows])];
      case "list":
        return block.items.flatMap(({ alarm, words, about }) => [
          `- ${alarm === undefined ? "" : `${this.say(alarm)}: `}${this.say(words)}`,
          ...(about === undefined ? [] : [`  ${this.say(about)}`]),
        ]);
      case "steps":
        return block.steps.flatMap((step, at) => [...(at === 0 ? [] : [""]), ...this.step(step, at + 1)]);
      case "note":
        return [`${this.say(block.title)}:`, ...block.lines.map((line) => `- ${this.say(line)}`)];
      case "part": {
        const about = block.about === undefined ? "" : ` (${this.say(block.about)})`;
        return [`${this.say(block.title)}${about}`, ...this.blocks(block.blocks)];
      }
    }
  }

  #table(rows: readonly (readonly DisplayText[])[]): readonly string[] {
    const cells = rows.map((row) => row.map((cell) => this.say(cell)));
    const width = (column: number): number => Math.max(...cells.map((row) => displayWidth(row[column] ?? "")));
    return cells.map((row) => `  ${row.map((cell, column) => padLine(cell, width(column))).join("  ")}`.trimEnd());
  }
}
