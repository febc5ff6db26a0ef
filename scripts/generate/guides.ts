import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";
import { parse } from "yaml";
import type {
  DownloadKind,
  GuideFact,
  GuideLine,
  GuideStep,
  LineKind,
  StepCondition,
} from "../../src/lib/renewals/guide/step.ts";
import type { Language } from "../../src/lib/text/index.ts";

/** What `guides/README.md` says a comment may say. */
const MARKS = ["id", "when", "unless", "file", "upload", "seed"] as const;

type Marks = Readonly<Record<(typeof MARKS)[number], readonly string[]>>;

/** Words with their marks, in one language. */
interface Line {
  readonly marks: Marks;
  /** before the words, in bold type */
  readonly label: string | undefined;
  readonly words: string;
}

interface ParsedStep {
  readonly marks: Marks;
  readonly lines: readonly (Line & { readonly kind: LineKind })[];
}

/** A guide in one language. */
export interface ParsedGuide {
  readonly title: string;
  readonly facts: readonly Line[];
  readonly steps: readonly ParsedStep[];
  /** command lines in code spans */
  readonly commands: readonly string[];
}

const KINDS: Readonly<Record<Language, Readonly<Record<string, LineKind>>>> = {
  en: { Where: "where", Caution: "trap", Check: "check" },
  ja: { 画面: "where", 注意: "trap", 確認: "check" },
};

const COMMENT = /<!-- ([a-z]+)(?:: | )?(.*?) ?-->/g;

const marksOf = (comments: string): Marks => {
  const found = [...comments.matchAll(COMMENT)].map(([, name = "", value = ""]) => ({ name, value }));
  const isKnown = found.every(({ name }) => (MARKS as readonly string[]).includes(name));
  if (!isKnown || comments.replaceAll(COMMENT, "").trim() !== "") throw new Error(`not a mark: ${comments.trim()}`);
  const valuesOf = (mark: string): readonly string[] =>
    found.filter(({ name }) => name === mark).map(({ value }) => value);
  return Object.fromEntries(MARKS.map((mark) => [mark, valuesOf(mark)])) as Marks;
};

const marksIn = (tokens: readonly Token[]): Marks =>
  marksOf(tokens.flatMap(({ type, raw }) => (type === "html" ? [raw] : [])).join(""));

/** The words of inline tokens; whatever is neither words nor code has no place in a guide. */
const wordsOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type !== "text" && token.type !== "escape" && token.type !== "codespan") {
        throw new Error(`not in a guide: ${token.raw}`);
      }
      return (token as Tokens.Text).text;
    })
    .join("");

const lineOf = (tokens: readonly Token[]): Line => {
  const label = tokens.find(({ type }, at) => type === "strong" && at === 0) as Tokens.Strong | undefined;
  const words = wordsOf(tokens.filter((token) => token !== label && token.type !== "html"));
  if (words.includes("\n")) throw new Error(`not on one line: ${words}`);
  return {
    marks: marksIn(tokens),
    label: label?.text,
    words: (label === undefined ? words : words.replace(/^: /, "")).trim(),
  };
};

const inline = (token: Token | undefined): readonly Token[] => (token as Tokens.Paragraph | undefined)?.tokens ?? [];

function stepOf({ tokens }: Tokens.ListItem, language: Language): ParsedStep {
  const lines = tokens.flatMap((token): ParsedStep["lines"] => {
    if (token.type === "html" || token.type === "space") return [];
    if (token.type !== "list") return [{ ...lineOf(inline(token)), kind: "what" }];
    return (token as Tokens.List).items.map((item) => {
      const line = lineOf(inline(item.tokens[0]));
      const kind = KINDS[language][line.label ?? ""];
      if (kind === undefined) throw new Error(`not a line of a step: ${item.raw}`);
      return { ...line, kind };
    });
  });
  return { marks: marksIn(tokens), lines };
}

/** @throws Error if the source has anything that `guides/README.md` does not describe */
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
    facts: items(false).map((item) => lineOf(inline(item.tokens[0]))),
    steps: items(true).map((item) => stepOf(item, language)),
    commands: [...body.matchAll(/`(clomoctl [^`]+)`/g)].map(([, command = ""]) => command),
  };
}

const PLACEHOLDER = /\{([a-z]+)\}/g;

const placeholdersIn = (words: string): readonly string[] =>
  [...new Set([...words.matchAll(PLACEHOLDER)].map(([, name = ""]) => name))].toSorted();

/** What both languages of a guide have in common. */
const shapeOf = ({ facts, steps }: ParsedGuide): unknown => {
  const line = ({ marks, words }: Line): unknown => ({ ...marks, placeholders: placeholdersIn(words) });
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
 * Reads the guides of a folder, by name.
 *
 * @throws Error if the languages of a guide differ in more than their words
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
      if (en === undefined || ja === undefined || JSON.stringify(shapeOf(en)) !== JSON.stringify(shapeOf(ja))) {
        throw new Error(`guides/${name}: the languages differ in their steps, marks or placeholders`);
      }
      return { name, en, ja };
    }),
  );
}

const listed = (values: readonly string[]): readonly (readonly string[])[] => values.map((value) => value.split(", "));

const whenOf = ({ when, unless }: Marks): StepCondition => ({
  ...(when.length === 0 ? {} : { when: listed(when) }),
  ...(unless.length === 0 ? {} : { unless: listed(unless).flat() }),
});

const merged = (en: Line, ja: Line | undefined): GuideLine => ({
  words: { en: en.words, ja: ja?.words ?? "" },
  ...whenOf(en.marks),
});

const mergedFact = (en: Line, ja: Line | undefined): GuideFact => ({
  label: { en: en.label ?? "", ja: ja?.label ?? "" },
  ...merged(en, ja),
});

function mergedStep(en: ParsedStep, ja: ParsedStep | undefined): GuideStep {
  const { id, file, upload } = en.marks;
  const lines = en.lines.map((line, at) => ({ kind: line.kind, ...merged(line, ja?.lines[at]) }));
  return {
    id: id[0] ?? "",
    ...whenOf(en.marks),
    ...(file[0] === undefined ? {} : { waitsFor: file[0] as DownloadKind }),
    ...(upload.length === 0 ? {} : { beginsUpload: true }),
    lines,
  };
}

const conditionsOf = ({ when, unless }: Marks): readonly string[] => listed([...when, ...unless]).flat();

/**
 * The type of each fact that a guide needs: what stands only in conditions is true or false.
 *
 * @throws Error if something is named that may be unknown where it is named
 */
function factTypes({ name, en: { title, facts, steps } }: Guide): string {
  const own = (line: Line) => ({ words: line.words, marks: [line.marks] });
  const lines = [
    { words: title, marks: [] },
    ...facts.map(own),
    ...steps.flatMap((step) => step.lines.map((line) => ({ words: line.words, marks: [step.marks, line.marks] }))),
  ];
  const conditions = new Set(lines.flatMap(({ marks }) => marks.flatMap(conditionsOf)));
  for (const { words, marks } of lines) {
    const known = marks.flatMap(({ when }) => when);
    const unsure = placeholdersIn(words).find((fact) => conditions.has(fact) && !known.includes(fact));
    if (unsure !== undefined) throw new Error(`guides/${name}: {${unsure}} needs <!-- when: ${unsure} -->: ${words}`);
  }
  const placeholders = new Set(lines.flatMap(({ words }) => placeholdersIn(words)));
  const types = [...placeholders.union(conditions)].toSorted().map((fact) => {
    const type = !placeholders.has(fact) ? "boolean" : conditions.has(fact) ? "Text | null" : "Text";
    return `${JSON.stringify(fact)}: ${type}`;
  });
  return `{ ${types.join("; ")} }`;
}

/** The source of `lib/renewals/guide/guides.ts`: all guides as data, and what each needs to know. */
export function guidesSource(guides: readonly Guide[]): string {
  const entries = guides.map(({ name, en, ja }) => {
    const lines = [
      `    title: ${JSON.stringify({ en: en.title, ja: ja.title })},`,
      `    facts: [`,
      ...en.facts.map((fact, at) => `      ${JSON.stringify(mergedFact(fact, ja.facts[at]))},`),
      `    ],`,
      `    steps: [`,
      ...en.steps.map((step, at) => `      ${JSON.stringify(mergedStep(step, ja.steps[at]))},`),
      `    ],`,
    ];
    return `  ${JSON.stringify(name)}: {\n${lines.join("\n")}\n  },`;
  });
  return `// Generated from guides/*.md by \`npm run generate\`; do not edit.
import type { Text } from "../../text/index.ts";
import type { GuideSource } from "./step.ts";

/** The facts that each guide needs. */
export interface GuideFacts {
${guides.map((guide) => `  ${JSON.stringify(guide.name)}: ${factTypes(guide)};`).join("\n")}
}

export const GUIDES: Readonly<Record<keyof GuideFacts, GuideSource>> = {
${entries.join("\n")}
};
`;
}
