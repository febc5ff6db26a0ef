import type { Language } from "../text/index.ts";
import type { Document } from "./blocks.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderPlainText } from "./text.ts";

export const DOCUMENT_FORMATS = ["text", "markdown"] as const;

export const DOCUMENT_RENDERERS: Readonly<
  Record<(typeof DOCUMENT_FORMATS)[number], (document: Document, language: Language) => string>
> = { text: renderPlainText, markdown: renderMarkdown };
