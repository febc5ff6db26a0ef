import type { Language } from "../text/index.ts";
import type { Block, Document } from "./blocks.ts";
import { renderHtmlDocument } from "./html.ts";
import { LEVELS } from "./level.ts";
import { buildPageParts } from "./page.ts";
import { LIGHT_PALETTE, STYLE } from "./style.ts";
import { TextWriter } from "./text.ts";

/** A document as an email. The title of the document is the subject. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders a document as an email, in plain text and in HTML. */
export function renderMail(document: Document, language: Language): Mail {
  const parts = buildPageParts(document, language);
  const html = renderHtmlDocument({ ...parts, style: MAIL_STYLE });
  return { subject: parts.title, text: renderMailText(document, language), html: addInlineStyles(html) };
}

/** Writes the text of an email, without empty lines in sections, because many recipients read email on a phone. */
class MailTextWriter extends TextWriter {
  override blocks(blocks: readonly Block[]): readonly string[] {
    return blocks.flatMap((block) => this.block(block));
  }
}

function renderMailText({ asOf, intro, sections, footer }: Document, language: Language): string {
  const writer = new MailTextWriter(language);
  const paragraphs = [
    ...(asOf === undefined ? [] : [[writer.say(asOf)]]),
    ...intro.map((block) => writer.blocks([block])),
    ...sections.map(({ title, blocks }) => [`■ ${writer.say(title)}`, ...writer.blocks(blocks)]),
    // email programs expect a signature after this line
    ...(footer === undefined ? [] : [["-- ", writer.say(footer)]]),
  ];
  return `${paragraphs.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const INLINE_STYLES: Readonly<Record<string, string>> = {
  body: `margin:0;padding:16px;overflow-wrap:anywhere;color:${LIGHT_PALETTE.ink};background:${LIGHT_PALETTE.paper};font:15px/1.6 sans-serif`,
  h1: "font-size:18px;margin:0 0 8px",
  h2: "font-size:15px;margin:16px 0 4px",
  dt: `color:${LIGHT_PALETTE.faint}`,
  dd: "margin:0",
  faint: `color:${LIGHT_PALETTE.faint}`,
  ...Object.fromEntries(LEVELS.map((level) => [`level ${level}`, `color:${LIGHT_PALETTE[level]};font-weight:600`])),
};

const addInlineStyles = (page: string): string =>
  page.replaceAll(/<([a-z]+\d?)(\s[^<>]*)?>/g, (tag, name: string, attributes = "") => {
    const [, look = ""] = /class="([^"]*)"/.exec(attributes as string) ?? [];
    const styles = [INLINE_STYLES[name], INLINE_STYLES[look]].filter((style) => style !== undefined);
    return styles.length === 0 ? tag : tag.replace(/>$/, ` style="${styles.join(";")}">`);
  });

const MAIL_STYLE = `${STYLE}
body{background:var(--paper)!important;color:var(--ink)!important}
dt,.faint{color:var(--faint)!important}
${LEVELS.map((level) => `.level.${level}{color:var(--${level})!important}`).join("\n")}`;
