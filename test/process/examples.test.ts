import { existsSync } from "node:fs";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { NounNode } from "../../src/commands/kit/command.ts";
import { PROGRAM } from "../../src/commands/index.ts";
import { ERRORS, type ErrorCode } from "../../src/lib/errors/index.ts";
import { FIXTURES, freshHome, run, splitWords } from "#support/cli/home.ts";

interface Line {
  readonly line: string;
  readonly exits: readonly ErrorCode[];
  /** with `--nagios` */
  readonly ownExits: readonly number[];
}

async function linesOf(noun: NounNode): Promise<Line[]> {
  const commands = await Promise.all(noun.verbs.map(async (verb) => (await verb.load()).default));
  const own = commands.flatMap(({ examples, exits, ownExits }) =>
    examples.map(({ line }) => {
      const meanings = line.includes(" --nagios") ? (ownExits?.meanings ?? []) : [];
      return { line, exits, ownExits: meanings.map(([code]) => code) };
    }),
  );
  const below = await Promise.all(noun.nouns.map(linesOf));
  return [...own, ...below.flat()];
}

const lines = await linesOf(PROGRAM);

test.each(lines)("$line", async ({ line, exits, ownExits }) => {
  const [program, ...words] = splitWords(line);
  expect(program).toBe("clomoctl");
  const home = freshHome();
  const cwd = join(home, "work");
  await mkdir(cwd);
  const inputs = existsSync(FIXTURES) ? await readdir(FIXTURES) : [];
  await Promise.all(inputs.map((name) => symlink(join(FIXTURES, name), join(cwd, name))));
  const { code, stderr } = await run(words, { home, cwd });
  const expected = [0, ...exits.map((exit) => ERRORS[exit].exit), ...ownExits];
  expect(expected, stderr).toContain(code);
});

test("every example of a noun is an example of one of its verbs", () => {
  const shown = (noun: NounNode): string[] => [...noun.examples, ...noun.nouns.flatMap(shown)];
  const known = lines.map(({ line }) => line);
  expect(shown(PROGRAM).filter((line) => !known.includes(line))).toEqual([]);
});
