import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";
import { parse } from "yaml";
import type { GuideFact, GuideLine, GuideStep, LineKind, StepCondition } from "../../src/lib/renewals/guide/step.ts";
import { joinWords, splitCommands } from "../../src/lib/terminal/commands.ts";
import type { Language } from "../../src/lib/text/index.ts";

/** The marks that may occur in comments of a guide, as defined in `guides/README.md`. */
const MARK_NAMES = ["id", "when", "unless"] as const;

type MarkValues = Readonly<Record<(typeof MARK_NAMES)[number], readonly string[]>>;

/** A text with its marks, in one language. */
interface MarkedText {
  readonly marks: MarkValues;
  /** the bold text before the other words */
  readonly label: string | undefined;
  readonly words: string;
}

interface ParsedStep {
  readonly marks: MarkValues;
  readonly lines: readonly (MarkedText & { readonly kind: LineKind })[];
}

/** A guide in one language. */
export interface ParsedGuide {
  readonly title: string;
  readonly facts: readonly MarkedText[];
  readonly steps: readonly ParsedStep[];
  /** command lines in code spans */
  readonly commands: readonly string[];
}

const LINE_KINDS: Readonly<Record<Language, Readonly<Record<string, LineKind>>>> = {
  en: { Where: "where", Caution: "trap", Check: "check" },
  ja: { 画面: "where", 注意: "trap", 確認: "check" },
};

const MARK_COMMENT = /<!-- ([a-z]+): (.*?) -->/g;

const parseMarks = (comments: string): MarkValues => {
  const found = [...comments.matchAll(MARK_COMMENT)].map(([, name = "", value = ""]) => ({ name, value }));
  const isKnown = found.every(({ name }) => (MARK_NAMES as readonly string[]).includes(name));
  if (!isKnown || comments.replaceAll(MARK_COMMENT, "").trim() !== "")
    throw new Error(`not a mark: ${comments.trim()}`);
  const valuesOf = (mark: string): readonly string[] =>
    found.filter(({ name }) => name === mark).map(({ value }) => value);
  return Object.fromEntries(MARK_NAMES.map((mark) => [mark, valuesOf(mark)])) as MarkValues;
};

const parseTokenMarks = (tokens: readonly Token[]): MarkValues =>
  parseMarks(tokens.flatMap(({ type, raw }) => (type === "html" ? [raw] : [])).join(""));

/**
 * Returns the text of inline tokens. Command lines keep their backticks, which the terminal needs.
 *
 * @throws Error if a token is neither text nor code, because guides contain nothing else
 */
const getTokenText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type !== "text" && token.type !== "escape" && token.type !== "codespan") {
        throw new Error(`not in a guide: ${token.raw}`);
      }
      const { text } = token as Tokens.Text;
      return token.type === "codespan" && text.startsWith("clomoctl ") ? token.raw : text;
    })
    .join("");

const parseMarkedText = (tokens: readonly Token[]): MarkedText => {
  const label = tokens.find(({ type }, at) => type === "strong" && at === 0) as Tokens.Strong | undefined;
  const words = getTokenText(tokens.filter((token) => token !== label && token.type !== "html"));
  if (words.includes("\n")) throw new Error(`not on one line: ${words}`);
  return {
    marks: parseTokenMarks(tokens),
    label: label?.text,
    words: (label === undefined ? words : words.replace(/^: /, "")).trim(),
  };
};

const getInlineTokens = (token: Token | undefined): readonly Token[] =>
  (token as Tokens.Paragraph | undefined)?.tokens ?? [];

function parseGuideStep({ tokens }: Tokens.ListItem, language: Language): ParsedStep {
  const lines = tokens.flatMap((token): ParsedStep["lines"] => {
    if (token.type === "html" || token.type === "space") return [];
    if (token.type !== "list") return [{ ...parseMarkedText(getInlineTokens(token)), kind: "what" }];
    return (token as Tokens.List).items.map((item) => {
      const line = parseMarkedText(getInlineTokens(item.tokens[0]));
      const kind = LINE_KINDS[language][line.label ?? ""];
      if (kind === undefined) throw new Error(`not a line of a step: ${item.raw}`);
      return { ...line, kind };
    });
  });
  return { marks: parseTokenMarks(tokens), lines };
}

/**
 * Parses a guide.
 *
 * @throws Error if the source contains anything that `guides/README.md` does not describe
 */
export function parseGuide(source: string, language: Language): ParsedGuide {
  const [, head = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(source) ?? [];
  const { title } = parse(head) as { readonly title: string };
  const tokens = marked.lexer(body, { gfm: false }).filter(({ type }) => type !== "space");
  const lists = tokens.filter((token): token is Tokens.List => token.type === "list");
  const stray = tokens.find(({ type }) => type !== "list");
  if (stray !== undefined) throw new Error(`not in a guide: ${stray.raw}`);
  const items = (ordered: boolean): readonly Tokens.ListItem[] =>
    lists.filter((list) => list.ordered === ordered).flatMap((list) => list.items);
  return {
    title,
    facts: items(false).map((item) => parseMarkedText(getInlineTokens(item.tokens[0]))),
    steps: items(true).map((item) => parseGuideStep(item, language)),
    commands: splitCommands(body).flatMap((part) => (typeof part === "string" ? [] : [joinWords(part)])),
  };
}

const PLACEHOLDER = /\{([a-z]+)\}/g;

const findPlaceholders = (words: string): readonly string[] =>
  [...new Set([...words.matchAll(PLACEHOLDER)].map(([, name = ""]) => name))].toSorted();

/** Returns the structure of a guide, which must be the same in both languages. */
const getGuideStructure = ({ facts, steps }: ParsedGuide): unknown => {
  const line = ({ marks, words }: MarkedText): unknown => ({ ...marks, placeholders: findPlaceholders(words) });
  return {
    facts: facts.map(line),
    steps: steps.map(({ marks, lines }) => ({ ...marks, lines: lines.map((one) => [one.kind, line(one)]) })),
  };
};

/** A guide in both languages. */
interface Guide {
  readonly name: string;
  readonly en: ParsedGuide;
  readonly ja: ParsedGuide;
}

/**
 * Reads the guides of a folder, sorted by name.
 *
 * @throws Error if the two languages of a guide differ in anything but their text
 */
export async function readGuides(folder: string): Promise<readonly Guide[]> {
  const files = await readdir(folder);
  const names = files.flatMap((file) => /^(.+)\.en\.md$/.exec(file)?.[1] ?? []).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const [en, ja] = await Promise.all(
        (["en", "ja"] as const).map(async (language) => {
          const file = `${name}.${language}.md`;
          try {
            return parseGuide(await readFile(join(folder, file), "utf8"), language);
          } catch (error) {
            throw new Error(`guides/${file}`, { cause: error });
          }
        }),
      );
      if (
        en === undefined ||
        ja === undefined ||
        JSON.stringify(getGuideStructure(en)) !== JSON.stringify(getGuideStructure(ja))
      ) {
        throw new Error(`guides/${name}: the languages differ in their steps, marks or placeholders`);
      }
      return { name, en, ja };
    }),
  );
}

const splitMarkValues = (values: readonly string[]): readonly (readonly string[])[] =>
  values.map((value) => value.split(", "));

const toStepCondition = ({ when, unless }: MarkValues): StepCondition => ({
  ...(when.length === 0 ? {} : { when: splitMarkValues(when) }),
  ...(unless.length === 0 ? {} : { unless: splitMarkValues(unless).flat() }),
});

const mergeLine = (en: MarkedText, ja: MarkedText | undefined): GuideLine => ({
  words: { en: en.words, ja: ja?.words ?? "" },
  ...toStepCondition(en.marks),
});

const mergeFact = (en: MarkedText, ja: MarkedText | undefined): GuideFact => ({
  label: { en: en.label ?? "", ja: ja?.label ?? "" },
  ...mergeLine(en, ja),
});

function mergeStep(en: ParsedStep, ja: ParsedStep | undefined): GuideStep {
  const { id } = en.marks;
  const lines = en.lines.map((line, at) => ({ kind: line.kind, ...mergeLine(line, ja?.lines[at]) }));
  return {
    id: id[0] ?? "",
    ...toStepCondition(en.marks),
    lines,
  };
}

const listConditions = ({ when, unless }: MarkValues): readonly string[] =>
  splitMarkValues([...when, ...unless]).flat();

/**
 * Renders the type of each fact that a guide needs. A fact that occurs only in conditions is a boolean.
 *
 * @throws Error if a placeholder uses a fact that may be unknown at that place
 */
function renderFactTypes({ name, en: { title, facts, steps } }: Guide): string {
  const own = (line: MarkedText) => ({ words: line.words, marks: [line.marks] });
  const lines = [
    { words: title, marks: [] },
    ...facts.map(own),
    ...steps.flatMap((step) => step.lines.map((line) => ({ words: line.words, marks: [step.marks, line.marks] }))),
  ];
  const conditions = new Set(lines.flatMap(({ marks }) => marks.flatMap(listConditions)));
  for (const { words, marks } of lines) {
    const known = marks.flatMap(({ when }) => when);
    const unsure = findPlaceholders(words).find((fact) => conditions.has(fact) && !known.includes(fact));
    if (unsure !== undefined) throw new Error(`guides/${name}: {${unsure}} needs <!-- when: ${unsure} -->: ${words}`);
  }
  const placeholders = new Set(lines.flatMap(({ words }) => findPlaceholders(words)));
  const types = [...placeholders.union(conditions)].toSorted().map((fact) => {
    const type = !placeholders.has(fact) ? "boolean" : conditions.has(fact) ? "Text | null" : "Text";
    return `${JSON.stringify(fact)}: ${type}`;
  });
  return `{ ${types.join("; ")} }`;
}

/** Returns the source of `lib/renewals/guide/guides.ts`: all guides as data, and the facts that each guide needs. */
export function renderGuidesSource(guides: readonly Guide[]): string {
  const entries = guides.map(({ name, en, ja }) => {
    const facts = en.facts.map((fact, at) => `      ${JSON.stringify(mergeFact(fact, ja.facts[at]))},`);
    const lines = [
      `    title: ${JSON.stringify({ en: en.title, ja: ja.title })},`,
      ...(facts.length === 0 ? [] : [`    facts: [`, ...facts, `    ],`]),
      `    steps: [`,
      ...en.steps.map((step, at) => `      ${JSON.stringify(mergeStep(step, ja.steps[at]))},`),
      `    ],`,
    ];
    return `  ${JSON.stringify(name)}: {\n${lines.join("\n")}\n  },`;
  });
  return `// Generated from guides/*.md by \`npm run generate\`; do not edit.
import type { Text } from "../../text/index.ts";
import type { GuideSource } from "./step.ts";

export interface GuideFacts {
${guides.map((guide) => `  ${JSON.stringify(guide.name)}: ${renderFactTypes(guide)};`).join("\n")}
}

export const GUIDES: Readonly<Record<keyof GuideFacts, GuideSource>> = {
${entries.join("\n")}
};
`;
}
