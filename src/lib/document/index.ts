import { joinWords, splitCommands } from "../terminal/commands.ts";
import { escapeForPeople } from "../terminal/escape.ts";
import type { Language } from "../text/index.ts";
import type { Block, DisplayText, Document } from "./blocks.ts";

export const DOCUMENT_FORMATS = ["text", "markdown"] as const;

/** A document as an email. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** How a form marks the parts of a document, and how it writes words. */
interface Marks {
  readonly title: string;
  readonly section: string;
  readonly fact: string;
  readonly step: string;
  /** before what stands below a step */
  readonly below: string;
  readonly label: (words: string) => string;
  readonly say: (words: string, isValue: boolean) => string;
}

/** Escapes a text for Markdown, on one line, so that no character in it is read as markup. */
const escapeMarkdown = (value: string): string =>
  value.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~]/g, String.raw`\$&`);

const renderCode = (code: string): string => (/[`|<>]/.test(code) ? escapeMarkdown(code) : `\`${code}\``);

const PLAIN: Marks = {
  title: "",
  section: "",
  fact: "  ",
  step: "",
  below: "   ",
  label: (words) => words,
  say: (words) => words,
};

const FORMS: Readonly<Record<(typeof DOCUMENT_FORMATS)[number] | "mail", Marks>> = {
  text: PLAIN,
  mail: { ...PLAIN, section: "■ " },
  markdown: {
    title: "# ",
    section: "## ",
    fact: "- ",
    step: "[ ] ",
    below: "    - ",
    label: (words) => `**${words}**`,
    say: (words, isValue) =>
      isValue
        ? escapeMarkdown(words)
        : splitCommands(words)
            .map((part) => (typeof part === "string" ? escapeMarkdown(part) : renderCode(joinWords(part))))
            .join(""),
  },
};

/** Writes the parts of a document, each as lines. All deceptive characters of its words are visible. */
class Writer {
  readonly #language: Language;
  readonly #marks: Marks;

  constructor(language: Language, form: keyof typeof FORMS) {
    this.#language = language;
    this.#marks = FORMS[form];
  }

  title = (words: DisplayText): string => this.#marks.title + this.say(words);

  section = (words: DisplayText): string => this.#marks.section + this.say(words);

  say(words: DisplayText): string {
    const isValue = typeof words === "string";
    return this.#marks.say(escapeForPeople(isValue ? words : words[this.#language]), isValue);
  }

  block = (block: Block): readonly string[] => {
    const { fact, step, below, label } = this.#marks;
    if (block.kind === "paragraph") return [this.say(block.words)];
    if (block.kind === "list") return block.items.map((words) => `- ${this.say(words)}`);
    if (block.kind === "facts")
      return block.rows.map(([name, value]) => `${fact}${this.say(name)}: ${this.say(value)}`);
    return block.steps.flatMap((one, at) => [
      ...(at === 0 || step !== "" ? [] : [""]),
      `${at + 1}. ${step}${this.say(one.what)}`,
      ...one.below.map(({ label: name, words }) => `${below}${label(this.say(name))}: ${this.say(words)}`),
    ]);
  };
}

const joinParts = (parts: readonly (readonly string[])[]): string =>
  `${parts
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;

/** Renders a document as text for a terminal, or as Markdown with check boxes. Lines are not wrapped. */
export function renderDocument(
  { title, intro, sections }: Document,
  language: Language,
  form: (typeof DOCUMENT_FORMATS)[number],
): string {
  const writer = new Writer(language, form);
  return joinParts([
    [writer.title(title)],
    ...intro.map(writer.block),
    ...sections.flatMap((section) => [[writer.section(section.title)], ...section.blocks.map(writer.block)]),
  ]);
}

/** Renders a document as an email in plain text, without empty lines in sections. Its title is the subject. */
export function renderMail({ title, intro, sections, footer }: Document, language: Language): Mail {
  const writer = new Writer(language, "mail");
  return {
    subject: writer.title(title),
    text: joinParts([
      ...intro.map(writer.block),
      ...sections.map((section) => [writer.section(section.title), ...section.blocks.flatMap(writer.block)]),
      // email programs expect a signature after this line
      ...(footer === undefined ? [] : [["-- ", writer.say(footer)]]),
    ]),
  };
}
