import { expect, test } from "vitest";
import { PROGRAM } from "./index.ts";
import type { NounNode, VerbNode } from "./node.ts";
import { inBoth } from "./testing/program.ts";

const verbsBelow = (noun: NounNode, path: readonly string[] = []): (readonly [string, VerbNode])[] => [
  ...noun.verbs.map((verb) => [[...path, verb.name].join(" "), verb] as const),
  ...noun.nouns.flatMap((below) => verbsBelow(below, [...path, below.name])),
];

test.each(verbsBelow(PROGRAM))(
  "%s refuses a zone that does not exist, before its tenant is opened",
  async (path, verb) => {
    const { en, ja } = await inBoth([...path.split(" "), "--timezone", "Nowhere/Zone"]);
    const exit = verb.failureExit ?? 2;
    expect(en).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining("unknown time zone Nowhere/Zone") });
    expect(ja).toMatchObject({ exit, stdout: "", stderr: expect.stringContaining("不明なタイムゾーン Nowhere/Zone") });
  },
);
