import type { Command, NounNode, VerbNode } from "../../../src/commands/command.ts";
import { PROGRAM } from "../../../src/commands/index.ts";

const listBelow = (noun: NounNode, path: readonly string[] = []): (readonly [line: string, verb: VerbNode])[] => [
  ...noun.verbs.map((verb) => [[...path, verb.name].join(" "), verb] as const),
  ...noun.nouns.flatMap((below) => listBelow(below, [...path, below.name])),
];

/** All verbs by the words that name them. */
export const VERBS = listBelow(PROGRAM);

/** All commands by the words that name them. */
export const COMMANDS: readonly (readonly [line: string, command: Command])[] = await Promise.all(
  VERBS.map(async ([line, { load }]) => [line, (await load()).default] as const),
);
