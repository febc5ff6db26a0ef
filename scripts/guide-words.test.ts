import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "#support/cli/home.ts";
import { type ParsedGuide, readGuides } from "./generate/guides.ts";
import { GUIDE_WORDS } from "./manual/guide-words.ts";
import { hasManual, parseSources, readCitedLines } from "./manual/pages.ts";

const guides = await readGuides(join(ROOT, "guides"));

const listConditions = ({ when, unless }: ParsedGuide["steps"][number]["marks"]): readonly string[] => [
  ...when,
  ...unless.map((condition) => `unless ${condition}`),
];

/** Returns the steps of a guide; the first is that of its facts, if it has any. */
const listSteps = ({ facts, steps }: ParsedGuide) => [
  ...(facts.length === 0 ? [] : [{ id: "facts", lines: facts.map((fact) => ({ ...fact, kind: "fact" })), when: [] }]),
  ...steps.map(({ marks, lines }) => ({ id: marks.id[0], lines, when: listConditions(marks) })),
];

const SOURCES = new Set(["apple", "other", "clomo", "clomoctl"]);

test("every step has its words and a source, in the order of the guides", () => {
  const named = Object.entries(GUIDE_WORDS.guides).map(([name, steps]) => [name, steps.map(({ id }) => id)]);
  expect(named).toEqual(guides.map(({ name, ja }) => [name, listSteps(ja).map(({ id }) => id)]));
  const unsourced = Object.values(GUIDE_WORDS.guides)
    .flat()
    .filter(({ seed, source = "" }) => (seed === undefined ? !SOURCES.has(source) : parseSources(seed).length === 0));
  expect(unsourced).toEqual([]);
});

/** Looks for each word after the one before it, and blanks it in what is left of the text. */
function removeWords(text: string, words: readonly string[], left: string) {
  const missing: string[] = [];
  let rest = left;
  let from = 0;
  for (const word of words) {
    const at = text.indexOf(word, from);
    if (at === -1) missing.push(word);
    else {
      from = at + word.length;
      rest = rest.slice(0, at) + "_".repeat(word.length) + rest.slice(from);
    }
  }
  return { missing, rest };
}

const CASES = guides.flatMap((guide) =>
  (["ja", "en"] as const).flatMap((language) =>
    listSteps(guide[language]).map((step, at) => {
      const words = GUIDE_WORDS.guides[guide.name]?.[at];
      return { at: `${guide.name}, ${at + 1}: ${step.id} (${language})`, step, words, language };
    }),
  ),
);

test.each(CASES)("$at has all words of its sense, and none of another", ({ step, words, language }) => {
  const { both = [], when = [], [language]: own = { must: [], mustNot: [] } } = words ?? {};
  const text = step.lines.map((line) => line.words).join("\n");
  const withoutBoth = removeWords(text, both, text);
  const withoutOwn = removeWords(text, own.must, withoutBoth.rest);
  const sense = new RegExp(GUIDE_WORDS.sense[language].join("|"), "gi");
  const paths = step.lines.filter(({ kind }) => kind === "where").map((line) => line.words);
  expect({
    missing: [...withoutBoth.missing, ...withoutOwn.missing],
    wrong: own.mustNot.filter((word) => text.includes(word)),
    unlisted: [
      ...(withoutOwn.rest.match(sense) ?? []),
      ...paths.filter((path) => ![...both, ...own.must].includes(path)),
    ],
    when: [...step.when, ...step.lines.flatMap(({ marks }) => listConditions(marks))],
  }).toEqual({ missing: [], wrong: [], unlisted: [], when });
});

const bare = (words: string): string => words.normalize("NFKC").replaceAll(/[\s「」[\]]/g, "");

const SOURCED = Object.entries(GUIDE_WORDS.guides).flatMap(([name, steps]) =>
  steps.flatMap(({ seed, ...step }) => (seed === undefined ? [] : [{ name, seed, ...step }])),
);

test.each(hasManual ? SOURCED : [])("$name, $id: its names in 「」 are in $seed", (step) => {
  const cited = parseSources(step.seed).map(readCitedLines);
  expect(cited.map((lines) => lines.trim())).not.toContain("");
  const said = bare(cited.join("\n"));
  const words = [...(step.both ?? []), ...step.ja.must, ...step.en.must].join("\n");
  const quoted = new Set([...words.matchAll(/「([^「」]*)」/g)].map(([, name = ""]) => name));
  expect([...quoted].filter((name) => !said.includes(bare(name)))).toEqual(step.elsewhere ?? []);
});
