import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "#support/process/program.ts";
import { readCommands, type NounFolder } from "../../../scripts/generate/commands.ts";
import type { Command } from "../../../src/commands/kit/command.ts";
import { SCENES } from "../figures/at-calls.ts";

/** Commands that write and have no scene, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "access-tokens create": "needs a server in which an account is signed in; serve.test.ts creates tokens",
  "access-tokens revoke": "needs a server in which an account is signed in; serve.test.ts revokes a token",
  "apps file": "writes a file as config-profiles file does",
};

const program = await readCommands(join(ROOT, "src", "commands"));

const verbsBelow = ({ path, verbs, nouns }: NounFolder): readonly (readonly [string, Command])[] => [
  ...verbs.map(({ name, command }) => [[...path, name].join(" "), command] as const),
  ...nouns.flatMap(verbsBelow),
];

/** By its declarations a command changes something or has an output of its own; a list is written by the global `-o`, too. */
const writes = ({ changes, changesBy, shows, args, options }: Command): boolean =>
  changes === true ||
  changesBy !== undefined ||
  shows !== undefined ||
  Object.values({ ...args, ...options }).some(({ kind }) => kind === "output");

const COMMANDS = verbsBelow(program);
const WRITING = COMMANDS.filter(([, command]) => writes(command)).map(([line]) => line);

/** The command of a line: the longest one that it begins with. */
const commandOf = (line: readonly string[]): string =>
  line
    .map((_, at) => line.slice(0, at + 1).join(" "))
    .findLast((begin) => COMMANDS.some(([command]) => command === begin)) ?? "";

test("every command that writes has a scene or a documented exception", () => {
  const played = new Set(SCENES.map(({ line }) => commandOf(line)));
  expect(WRITING.length).toBeGreaterThan(50);
  expect(WRITING.filter((line) => !played.has(line)).toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
});

test("every scene runs a command and has a unique name", () => {
  expect(SCENES.filter(({ line }) => commandOf(line) === "")).toEqual([]);
  expect(new Set(SCENES.map(({ name }) => name)).size).toBe(SCENES.length);
});
