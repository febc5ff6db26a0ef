import { titleOf, type Difference } from "../../lib/handover/compare/diff.ts";
import { text, type Language, type Text } from "../../lib/text/index.ts";

/** How one difference is told: the cells of a row. */
export type CellsOf = (difference: Difference) => readonly string[];

/**
 * Differences as Markdown, a heading and a table for each resource, as they come. Nothing in a cell is markup: letters
 * that begin any are written as references.
 */
export async function* markdownOf(
  found: AsyncIterable<Difference>,
  headers: readonly string[],
  cells: CellsOf,
  language: Language,
): AsyncGenerator<string> {
  let resource: Difference["resource"] | undefined;
  for await (const difference of found) {
    if (difference.resource !== resource) {
      const isFirst = resource === undefined;
      ({ resource } = difference);
      const { [language]: title } = titleOf(resource);
      yield `${isFirst ? "" : "\n"}## ${plain(title)} (\`${resource}\`)\n\n${row(headers)}${row(headers.map(() => "---"))}`;
    }
    yield row(cells(difference).map(plain));
  }
  if (resource === undefined) yield `${SAME[language]}\n`;
}

const SAME: Text = text("No differences.", "差異はありません。");

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

// https://spec.commonmark.org/0.31.2/#ascii-punctuation-character
const MARKUP = /[!-/:-@[-`{-~]/g;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const plain = (cell: string): string =>
  cell
    .replaceAll(CONTROL, (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, "0") ?? ""}`)
    .replaceAll(MARKUP, (sign) => (HARMLESS.has(sign) ? sign : `&#${sign.charCodeAt(0)};`));

/** They begin no markup inside a cell, and are frequent in ids, instants and paths. */
const HARMLESS: ReadonlySet<string> = new Set(["-", ".", ",", "/", ":", ";", "(", ")", "=", "+", "%", "'", '"', "?"]);
