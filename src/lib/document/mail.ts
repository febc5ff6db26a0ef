import type { Language } from "../text/index.ts";
import type { Block, Document } from "./blocks.ts";
import { htmlDocument } from "./html.ts";
import { LEVELS } from "./level.ts";
import { pageParts } from "./page.ts";
import { LIGHT, STYLE } from "./style.ts";
import { TextWriter } from "./text.ts";

/** A document as a mail: its title is the subject. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Returns a document as a mail, as text and as HTML. */
export function documentMail(document: Document, language: Language): Mail {
  const parts = pageParts(document, language);
  const html = htmlDocument({ ...parts, style: MAIL_STYLE });
  return { subject: parts.title, text: mailText(document, language), html: withInlineStyles(html) };
}

/** A mail has its title as the subject, and many recipients read it on a telephone: no empty lines within a section. */
class MailTextWriter extends TextWriter {
  override blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => this.block(block));
  }
}

function mailText({ asOf, intro, sections, footer }: Document, language: Language): string {
  const writer = new MailTextWriter(language);
  const paragraphs = [
    ...(asOf === undefined ? [] : [[writer.say(asOf)]]),
    ...intro.map((block) => writer.blocks([block])),
    ...sections.map(({ title, blocks }) => [`■ ${writer.say(title)}`, ...writer.blocks(blocks)]),
    // where mail programs see a signature
    ...(footer === undefined ? [] : [["-- ", writer.say(footer)]]),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Looks that stay if a mail program drops the style sheet, by element and by class. */
const INLINE: Readonly<Record<string, string>> = {
  body: `margin:0;padding:16px;overflow-wrap:anywhere;color:${LIGHT.ink};background:${LIGHT.paper};font:15px/1.6 sans-serif`,
  h1: "font-size:18px;margin:0 0 8px",
  h2: "font-size:15px;margin:16px 0 4px",
  dt: `color:${LIGHT.faint}`,
  dd: "margin:0",
  faint: `color:${LIGHT.faint}`,
  ...Object.fromEntries(LEVELS.map((level) => [`level ${level}`, `color:${LIGHT[level]};font-weight:600`])),
};

/** All text is escaped, so a bracket or a quote in it cannot become part of a tag. */
const withInlineStyles = (page: string): string =>
  page.replaceAll(/<([a-z]+\d?)(\s[^<>]*)?>/g, (tag, name: string, attributes = "") => {
    const [, look = ""] = /class="([^"]*)"/.exec(attributes as string) ?? [];
    const styles = [INLINE[name], INLINE[look]].filter((style) => style !== undefined);
    return styles.length === 0 ? tag : tag.replace(/>$/, ` style="${styles.join(";")}">`);
  });

/** The colours by night have to win over the inline ones. */
const MAIL_STYLE = `${STYLE}
body{background:var(--paper)!important;color:var(--ink)!important}
dt,.faint{color:var(--faint)!important}
${LEVELS.map((level) => `.level.${level}{color:var(--${level})!important}`).join("\n")}`;
