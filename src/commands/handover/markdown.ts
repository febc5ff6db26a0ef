import type { Difference } from "../../lib/handover/compare/diff.ts";
import { resourceOf } from "../../lib/handover/resources.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";

export type CellRenderer = (difference: Difference) => readonly string[];

/**
 * Yields differences as Markdown in the order in which they arrive, with a heading and a table for each resource.
 * Nothing in a cell acts as markup: characters that can start markup are written as character references.
 */
export async function* renderDiffMarkdown(
  found: AsyncIterable<Difference>,
  headers: readonly string[],
  cells: CellRenderer,
  language: Language,
): AsyncGenerator<string> {
  let resource: Difference["resource"] | undefined;
  for await (const difference of found) {
    if (difference.resource !== resource) {
      const isFirst = resource === undefined;
      ({ resource } = difference);
      const { [language]: title } = resourceOf(resource).title;
      yield `${isFirst ? "" : "\n"}## ${escapeCell(title)} (\`${resource}\`)\n\n${renderTableRow(headers)}${renderTableRow(headers.map(() => "---"))}`;
    }
    yield renderTableRow(cells(difference).map(escapeCell));
  }
  if (resource === undefined) yield `${NO_DIFFERENCES[language]}\n`;
}

const NO_DIFFERENCES: Text = text("No differences.", "差異はありません。");

const renderTableRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

// https://spec.commonmark.org/0.31.2/#ascii-punctuation-character
const MARKUP_CHARACTERS = /[!-/:-@[-`{-~]/g;
const CONTROL_CHARACTERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escapeCell = (cell: string): string =>
  cell
    .replaceAll(
      CONTROL_CHARACTERS,
      (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, "0") ?? ""}`,
    )
    .replaceAll(MARKUP_CHARACTERS, (sign) => (SAFE_CHARACTERS.has(sign) ? sign : `&#${sign.charCodeAt(0)};`));

/** Characters that do not start markup inside a cell, and are frequent in ids, times and paths. */
const SAFE_CHARACTERS: ReadonlySet<string> = new Set([
  "-",
  ".",
  ",",
  "/",
  ":",
  ";",
  "(",
  ")",
  "=",
  "+",
  "%",
  "'",
  '"',
  "?",
]);
