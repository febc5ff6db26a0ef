import { join } from "node:path";
import { expect, test } from "vitest";
import { listExits } from "../../src/cli/exit-codes.ts";
import { PROGRAM } from "../../src/commands/index.ts";
import type { NounNode } from "../../src/commands/kit/command.ts";
import { readDeclarations } from "./declarations.ts";

const ROOT = join(import.meta.dirname, "..", "..");

const declared = await readDeclarations(ROOT);

test("lists every verb with the exit codes from its help", async () => {
  const verbsBelow = async (
    { nouns, verbs }: NounNode,
    path: readonly string[],
  ): Promise<(readonly [string, number[]])[]> => {
    const own = verbs.map(async ({ name, load }) => {
      const { default: command } = await load();
      return [[...path, name].join(" "), listExits(command).map(({ code }) => code)] as const;
    });
    const below = nouns.map((noun) => verbsBelow(noun, [...path, noun.name]));
    return [...(await Promise.all(own)), ...(await Promise.all(below)).flat()];
  };
  const exits = Object.entries(declared.verbs).map(([path, verb]) => [path, verb.exits]);
  expect(Object.fromEntries(exits)).toEqual(Object.fromEntries(await verbsBelow(PROGRAM, [])));
});

test("a verb has its arguments, options and own exit codes, but no texts", () => {
  expect(declared.verbs["renewals check"]).toMatchObject({
    arguments: [{ name: "files", kind: "file", value: "FILE|FOLDER", repeatable: true }],
    options: { "--all-contexts": { kind: "boolean" }, "--within": { kind: "duration", value: "DURATION" } },
    exits: [0, 1, 2, 3, 130],
    failureExit: 3,
  });
  expect(declared.globals["--progress"]).toMatchObject({ kind: "choice", default: "auto" });
  expect(JSON.stringify(declared)).not.toMatch(/"(?:about|summary|en|ja)":/);
});
