import type { Language } from "../text/index.ts";
import type { Document } from "./blocks.ts";
import { documentMarkdown } from "./markdown.ts";
import { documentPage } from "./page.ts";
import { documentText } from "./text.ts";

/** The forms in which people get a document. */
export const DOCUMENT_FORMS = ["text", "markdown", "html"] as const;

/** How each is written. */
export const WRITERS: Readonly<
  Record<(typeof DOCUMENT_FORMS)[number], (document: Document, language: Language) => string>
> = { text: documentText, markdown: documentMarkdown, html: documentPage };
