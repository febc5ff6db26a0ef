import { globSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseTypedWords } from "../../src/cli/parse.ts";
import { ROOT } from "#support/cli/home.ts";
import { readTypedLine } from "#support/cli/typed-line.ts";
import { renderGuidesSource, parseGuide, readGuides } from "./guides.ts";
import { freshFolder } from "#support/folder.ts";

const GUIDES = join(ROOT, "guides");
const guides = await readGuides(GUIDES);

const withHead = (body: string): string => `---\ntitle: "T {item}"\n---\n\n${body}\n`;

test("a step keeps the order and conditions of its lines, and escapes and code become plain text", () => {
  const { title, facts, steps } = parseGuide(
    withHead(
      [
        "- **erased**: no <!-- when: new -->",
        "",
        "1. <!-- id: a --> <!-- when: b, c -->",
        "   Type `clomoctl x_y`, then \\*. <!-- unless: d -->",
        "",
        "   - **Where**: HOME",
        "",
        "1. <!-- id: e -->",
        "   {z}",
      ].join("\n"),
    ),
    "en",
  );
  expect(title).toBe("T {item}");
  expect(facts).toMatchObject([{ label: "erased", words: "no", marks: { when: ["new"] } }]);
  expect(steps).toMatchObject([
    {
      marks: { id: ["a"], when: ["b, c"] },
      lines: [
        { kind: "what", words: "Type `clomoctl x_y`, then *.", marks: { unless: ["d"] } },
        { kind: "where", words: "HOME" },
      ],
    },
    { marks: { id: ["e"] }, lines: [{ kind: "what", words: "{z}" }] },
  ]);
});

test.each([
  ["1. <!-- id: a -->\n   An *emphasis*"],
  ["1. <!-- id: a -->\n   Two\n   lines"],
  ["1. <!-- id: a -->\n   Words\n   - **Hint**: no such line"],
  ["1. <!-- identity: a -->\n   Words"],
  ["1. <!-- id: a --> words\n   Words"],
  ["## Heading"],
])("rejects %j", (body) => {
  expect(() => parseGuide(withHead(body), "en")).toThrow(/^not /);
});

async function folderWith(en: string, ja: string): Promise<string> {
  const folder = freshFolder();
  await writeFile(join(folder, "g.en.md"), withHead(en));
  await writeFile(join(folder, "g.ja.md"), withHead(ja));
  return folder;
}

const STEP = "1. <!-- id: a -->\n   Words {x}";

test.each([
  ["step", `${STEP}\n\n1. <!-- id: b -->\n   Words`],
  ["id", STEP.replace("id: a", "id: b")],
  ["placeholder", STEP.replace("{x}", "{y}")],
  ["line", `${STEP}\n   - **画面**: HOME`],
  ["condition", `${STEP} <!-- when: z -->`],
])("rejects a %s that differs between the languages", async (_, ja) => {
  await expect(readGuides(await folderWith(STEP, ja))).rejects.toThrow("guides/g: the languages differ");
});

test("facts are typed by their use, and a fact that can be unknown requires a condition", async () => {
  const both = async (body: string): Promise<string> =>
    renderGuidesSource(await readGuides(await folderWith(body, body)));
  expect(await both("1. <!-- id: a --> <!-- when: c -->\n   {x}\n\n   {y} <!-- when: y -->")).toContain(
    '"g": { "c": boolean; "item": Text; "x": Text; "y": Text | null };',
  );
  await expect(both("1. <!-- id: a -->\n   {y}\n\n   none <!-- unless: y -->")).rejects.toThrow("{y} needs");
});

const commands = guides.flatMap(({ name, en, ja }) =>
  [...en.commands, ...ja.commands].map((line) => [name, line] as const),
);

test.each(commands)("%s: %s is a valid command line", async (_, line) => {
  const typed = await readTypedLine(line);
  // a name alone proposes nothing to type
  if (typed.words.length === 0) return;
  expect(() => parseTypedWords(typed)).not.toThrow();
});

test("guides have no command line outside code, where it would not be parsed", () => {
  const nouns = readdirSync(join(ROOT, "src", "commands"));
  for (const file of globSync("*.{en,ja}.md", { cwd: GUIDES })) {
    const words = readFileSync(join(GUIDES, file), "utf8").replaceAll(/`[^`]*`/g, "");
    const found = [...words.matchAll(/clomoctl ([a-z-]+)/g)].filter(([, noun = ""]) => nouns.includes(noun));
    expect(found, file).toEqual([]);
  }
});
