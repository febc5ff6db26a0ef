import { MIRROR_SCENES } from "../torture/scenes/mirror.ts";
import { expect, test } from "vitest";
import { FaultyDisk, type Call, type Fault } from "../torture/faulty-disk.ts";
import { SCENES } from "../torture/figures/at-calls.ts";
import { Stage } from "../torture/stage.ts";
import { folderForAllTests } from "#support/folder.ts";

const folder = folderForAllTests();

const disk = FaultyDisk.ofStatements();

/** A kill after each commit and a fault at each; before the last commit, and halfway to it, a kill and a full disk as well. */
function faultsAt(calls: readonly Call[]): readonly Fault[] {
  const commits = calls.filter(({ name }) => name === "commit").map(({ number }) => number);
  const [begin = 0, end = 0] = [0, ...commits].slice(-2);
  return [
    ...commits.flatMap((number) => (["kill-after", "eio"] as const).map((kind) => ({ kind, number }))),
    ...[Math.ceil((begin + end) / 2), end].flatMap((number) =>
      (["kill-before", number === end ? "enospc" : "full"] as const).map((kind) => ({ kind, number })),
    ),
  ];
}

const OTHERS = ["the first import", "an import that deletes", "a commit", "orgs delete --recursive", "tenant set"];

test.each([...MIRROR_SCENES, ...SCENES.filter(({ name }) => OTHERS.includes(name))])(
  "$name, killed or with a disk fault, leaves the state as before or after, and can be run again",
  async (scene) => {
    const stage = await Stage.of(disk, scene, folder);
    const { calls } = await stage.rehearsal;
    expect(calls.map(({ name }) => name)).toContain("commit");
    const found: Record<string, readonly string[]> = {};
    for (const fault of faultsAt(calls)) {
      const problems = await stage.attempt(fault);
      if (problems.length > 0) found[`${fault.kind} ${fault.number}`] = problems;
    }
    expect(found).toEqual({});
  },
);
