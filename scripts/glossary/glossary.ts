import { parseSync, Visitor, type Argument } from "oxc-parser";

/** A concept of the glossary with its English and its Japanese word. */
export interface Concept {
  readonly en: string;
  readonly ja: string;
  readonly type: string;
}

/** Words that messages do not use for a concept. */
export interface UnusedWords {
  /** the word that is used instead */
  readonly use: string;
  readonly en: readonly string[];
  readonly ja: readonly string[];
  /** phrases that contain an unused word and mean something else */
  readonly allowed: readonly string[];
}

/** A message in a source file: both arguments of `text(…)`, with `…` in place of values. */
export interface Message {
  /** line of its first character, from 1 */
  readonly line: number;
  readonly en: string;
  readonly ja: string;
}

/** Returns the cells of the rows below a header. */
function readRows(page: string, header: string): readonly (readonly string[])[] {
  const [, below] = page.split(`\n${header}\n`);
  if (below === undefined) throw new Error(`the glossary does not have a table with the header ${header}`);
  const [table = ""] = below.split("\n\n", 1);
  return table
    .trim()
    .split("\n")
    .slice(1)
    .map((row) =>
      row
        .replaceAll(/^\||\|$/g, "")
        .split("|")
        .map((cell) => cell.trim()),
    );
}

/** Reads the concepts of the glossary. */
export const readConcepts = (page: string): readonly Concept[] =>
  readRows(page, "| English | 日本語 | type in code | meaning |").map(([en = "", ja = "", type = ""]) => ({
    en,
    ja,
    type: type.replaceAll("`", ""),
  }));

const splitWords = (cell = ""): readonly string[] => cell.split(/[,、] ?/).filter((word) => word !== "");

/** Reads the words that the glossary excludes. */
export const readUnusedWords = (page: string): readonly UnusedWords[] =>
  readRows(page, "| use | not in English | not in Japanese | but |").map(([use = "", en, ja, allowed]) => ({
    use,
    en: splitWords(en),
    ja: splitWords(ja),
    allowed: splitWords(allowed),
  }));

/** Returns the text of an argument. Alternatives follow each other; values and calls become `…`. */
function readText(node: Argument | undefined): string {
  if (node === undefined) return "";
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral") {
    return node.quasis.map(({ value }, at) => `${value.cooked ?? value.raw}${readText(node.expressions[at])}`).join("");
  }
  if (node.type === "ConditionalExpression") return `${readText(node.consequent)}…${readText(node.alternate)}`;
  if (node.type === "LogicalExpression") return `${readText(node.left)}…${readText(node.right)}`;
  if (node.type === "BinaryExpression" && node.operator === "+") return `${readText(node.left)}${readText(node.right)}`;
  return node.type === "ParenthesizedExpression" ? readText(node.expression) : "…";
}

/** Place of the English argument of each function that takes a message; the Japanese one follows. */
const MESSAGE_PLACES: Readonly<Record<string, number>> = {
  text: 0,
  defineSwitch: 0,
  defineOption: 2,
  defineChoice: 1,
  createColumn: 1,
};

/** Returns the messages of a TypeScript source. */
export function findMessages(source: string): readonly Message[] {
  const found: Message[] = [];
  new Visitor({
    CallExpression: ({ callee, arguments: all, start }) => {
      const place = callee.type === "Identifier" ? MESSAGE_PLACES[callee.name] : undefined;
      if (place === undefined) return;
      const [en, ja] = all.slice(place);
      found.push({ line: source.slice(0, start).split("\n").length, en: readText(en), ja: readText(ja) });
    },
  }).visit(parseSync("source.ts", source).program);
  return found;
}

const escape = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** Matches an English word as a whole, in the singular or plural. */
const matchEnglish = (word: string): RegExp => new RegExp(`(?<![\\w-])${escape(word)}(?:s|es)?(?![\\w-])`, "i");

const removePhrases = (value: string, phrases: readonly string[]): string =>
  phrases.reduce((rest, phrase) => rest.replaceAll(phrase, "…"), value);

/** Returns the unused words in a message, each with the word to use. */
export const findUnusedWords = (
  { en, ja }: Pick<Message, "en" | "ja">,
  unused: readonly UnusedWords[],
): readonly string[] =>
  unused.flatMap((words) => {
    const english = removePhrases(en, words.allowed);
    const japanese = removePhrases(ja, words.allowed);
    return [
      ...words.en.filter((word) => matchEnglish(word).test(english)),
      ...words.ja.filter((word) => japanese.includes(word)),
    ].map((word) => `"${word}" instead of "${words.use}"`);
  });
