import { joinWords, splitCommands } from "../terminal/commands.ts";
import { escapeForPeople } from "../text/shell-word.ts";
import type { Language, Text } from "../text/index.ts";
import type { Block, DisplayText, Document } from "./blocks.ts";

export const DOCUMENT_FORMATS = ["text", "markdown"] as const;

export type Mail = Readonly<Record<"subject" | "text", string>>;

const escapeMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

const renderCode = (code: string): string => (/[`|<>]/.test(code) ? escapeMarkdown(code) : `\`${code}\``);

const toMarkdown = (words: string, isValue: boolean): string =>
  isValue
    ? escapeMarkdown(words)
    : splitCommands(words)
        .map((part) => (typeof part === "string" ? escapeMarkdown(part) : renderCode(joinWords(part))))
        .join("");

const LINE_PREFIXES = {
  text: { title: "", section: "", fact: "  ", step: "", below: "   " },
  markdown: { title: "# ", section: "## ", fact: "- ", step: "[ ] ", below: "    - " },
} as const;

const createWriter = (language: Language, form: keyof typeof LINE_PREFIXES) => {
  const { [form]: marks } = LINE_PREFIXES;
  const say = (words: DisplayText): string => {
    const isValue = typeof words === "string";
    const shown = escapeForPeople(isValue ? words : words[language]);
    return form === "markdown" ? toMarkdown(shown, isValue) : shown;
  };
  const label = (words: DisplayText): string => (form === "markdown" ? `**${say(words)}**` : say(words));
  const block = (one: Block): readonly string[] => {
    if (one.kind === "paragraph") return [say(one.words)];
    if (one.kind === "list") return one.items.map((words) => `- ${say(words)}`);
    if (one.kind === "facts") return one.rows.map(([name, value]) => `${marks.fact}${say(name)}: ${say(value)}`);
    return one.steps.flatMap(({ what, below }, at) => [
      ...(at === 0 || form === "markdown" ? [] : [""]),
      `${at + 1}. ${marks.step}${say(what)}`,
      ...below.map(({ label: name, words }) => `${marks.below}${label(name)}: ${say(words)}`),
    ]);
  };
  return {
    say,
    block,
    title: (words: DisplayText) => marks.title + say(words),
    section: (words: DisplayText) => marks.section + say(words),
  };
};

const joinParts = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;

export function renderDocument(
  { title, intro, sections }: Document,
  language: Language,
  form: (typeof DOCUMENT_FORMATS)[number],
): string {
  const writer = createWriter(language, form);
  return joinParts([
    [writer.title(title)],
    ...intro.map(writer.block),
    ...sections.flatMap((section) => [[writer.section(section.title)], ...section.blocks.map(writer.block)]),
  ]);
}

interface MailContent {
  readonly title: Text;
  readonly blocks: readonly Block[];
  readonly footer?: Text | undefined;
}

export function renderMail({ title, blocks, footer }: MailContent, language: Language): Mail {
  const writer = createWriter(language, "text");
  // email programs treat the text after this line as a signature
  const signature = footer === undefined ? [] : [["-- ", writer.say(footer)]];
  return { subject: writer.title(title), text: joinParts([...blocks.map(writer.block), ...signature]) };
}
