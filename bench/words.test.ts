import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { THIS_CHECKOUT } from "./checkout.ts";
import { UnknownCommandError, WAYS, Words, type Ask, type Ways } from "./words.ts";

const PURPOSE = "take a console export of users";

const RENAMED: Ways<[file: string]> = [
  { command: "console sync", words: (file) => [file, "--yes"] },
  { command: "users import", words: (file) => [file, "--from-console"], option: "--from-console" },
];

/** A program with these helps, by command. It answers for other verbs of a noun with the help of the noun. */
const knowing =
  (helps: Readonly<Record<string, string>>, asked: string[] = []): Ask =>
  async (script, args) => {
    asked.push([script, ...args].join(" "));
    const command = args.slice(0, -1).join(" ");
    return helps[command] ?? helps[args[0] ?? ""];
  };

const choose = (helps: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  new Words("/there", knowing(helps)).choose(PURPOSE, RENAMED, "a.csv");

test("a checkout gets the newest way that it knows", async () => {
  expect(await choose({ "console sync": "Usage\n  clomoctl console sync EXPORT… [OPTIONS]" })).toEqual(
    "/there/bin/clomoctl.js console sync a.csv --yes".split(" "),
  );
});

test.each([
  ["no command", {}],
  ["no option", { "users import": "clomoctl users import FILE" }],
])("a checkout with %s has no way", async (_, helps) => {
  const error = await choose(helps).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnknownCommandError);
  expect(error).toMatchObject({ folder: "/there" });
});

test("the newest way of each purpose is a command of this checkout", () => {
  const folder = join(THIS_CHECKOUT.folder, "docs/commands");
  const pages = globSync("*.md", { cwd: folder }).map((page) => readFileSync(join(folder, page), "utf8"));
  const reference = pages.join("\n");
  const newest = Object.values<Ways<never[]>>(WAYS).map(([way]) => way);
  const commands = newest
    .filter(({ script }) => script === undefined)
    .map(({ command }) => `clomoctl ${command}`.trim());
  expect(commands.filter((command) => !reference.includes(command))).toEqual([]);
});
