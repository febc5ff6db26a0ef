import { escapeForPeople } from "../text/shell-word.ts";
import type { Language, Text } from "../text/index.ts";
import type { Block, DisplayText, Document } from "./blocks.ts";

export type Mail = Readonly<Record<"subject" | "text", string>>;

const createWriter = (language: Language) => {
  const say = (words: DisplayText): string => escapeForPeople(typeof words === "string" ? words : words[language]);
  const block = (one: Block): readonly string[] => {
    if (one.kind === "paragraph") return [say(one.words)];
    if (one.kind === "list") return one.items.map((words) => `- ${say(words)}`);
    if (one.kind === "facts") return one.rows.map(([name, value]) => `  ${say(name)}: ${say(value)}`);
    return one.steps.flatMap(({ what, below }, at) => [
      ...(at === 0 ? [] : [""]),
      `${at + 1}. ${say(what)}`,
      ...below.map(({ label, words }) => `   ${say(label)}: ${say(words)}`),
    ]);
  };
  return { say, block };
};

const joinParts = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;

export function renderDocument({ title, intro, sections }: Document, language: Language): string {
  const writer = createWriter(language);
  return joinParts([
    [writer.say(title)],
    ...intro.map(writer.block),
    ...sections.flatMap((section) => [[writer.say(section.title)], ...section.blocks.map(writer.block)]),
  ]);
}

interface MailContent {
  readonly title: Text;
  readonly blocks: readonly Block[];
  readonly footer?: Text | undefined;
}

export function renderMail({ title, blocks, footer }: MailContent, language: Language): Mail {
  const writer = createWriter(language);
  // email programs treat the text after this line as a signature
  const signature = footer === undefined ? [] : [["-- ", writer.say(footer)]];
  return { subject: writer.say(title), text: joinParts([...blocks.map(writer.block), ...signature]) };
}
