import type { Language } from "../text/index.ts";
import type { Block, Document } from "./blocks.ts";
import { TextWriter } from "./text.ts";

/** A document as an email. The title of the document is the subject. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** Renders a document as an email in plain text. */
export function renderMail(document: Document, language: Language): Mail {
  const { title, subject } = document;
  const writer = new MailTextWriter(language);
  const parts = subject === undefined ? [title] : [title, subject];
  return { subject: parts.map((words) => writer.say(words)).join(": "), text: renderMailText(document, writer) };
}

/** Writes the text of an email, without empty lines in sections, because many recipients read email on a phone. */
class MailTextWriter extends TextWriter {
  override blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => this.block(block));
  }
}

function renderMailText({ asOf, intro, sections, footer }: Document, writer: MailTextWriter): string {
  const paragraphs = [
    ...(asOf === undefined ? [] : [[writer.say(asOf)]]),
    ...intro.map((block) => writer.blocks([block])),
    ...sections.map(({ title, blocks }) => [`■ ${writer.say(title)}`, ...writer.blocks(blocks)]),
    // email programs expect a signature after this line
    ...(footer === undefined ? [] : [["-- ", writer.say(footer)]]),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
