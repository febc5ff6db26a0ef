import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Outcome } from "#support/process/program.ts";
import { callsOf, FaultyDisk, spread, type Call } from "#support/faults/disk.ts";
import { Rehearsal, type Left } from "#support/faults/rehearsal.ts";
import { WORKS, type Work } from "#support/faults/works.ts";
import { WRITES } from "#support/faults/writes.ts";

const disk = FaultyDisk.compile();

const ALL = [...WORKS, ...WRITES];

/** How many calls of each work fail: by hand `all`, or a number; else one of each. */
const CALLS_OF_A_WORK = process.env["CLOMOCTL_FAULTS"] ?? "1";

/** One error with place and remedy; a check names what it cannot read. */
const TOLD = [
  /^error: disk I\/O error\n {2}\S.*\n {2}check the disk first/m,
  // SQLite does not tell why a file cannot be opened
  /^error: the tenant's file cannot be opened\n {2}\S.*\n {2}check its folder's permissions, and the disk/m,
  // a write of the plan failed, and left its file unsound
  /^error: the plan's file is damaged or missing\n {2}\S.*\n {2}plan it again/m,
  /^error: the settings and data of clomoctl cannot be written here\n {2}\S.*\n {2}make the folder writable/m,
  /^embedded: cannot read the tenant: (?:disk I\/O error|the tenant's file cannot be opened) \(/m,
];

/** A tenant is made before its first change; without records it is as good as none. */
const isBefore = ({ content }: Left, before: Left): boolean =>
  content === before.content ||
  (before.content === undefined && /"user":\[\].*"imports":\[\],"tasks":\[\],"audit":\[\]/.test(content ?? ""));

const DONE = /was committed|is committed|the change was made/;

/** What is wrong with how a command ended though one call failed. */
function complaints({ code, stderr }: Outcome, left: Left, before: Left, after: Left, work: Work): readonly string[] {
  const isAfter = left.content === after.content;
  const hasOutputs = left.outputs.every((output, at) => output === after.outputs[at]);
  if (code === (work.code ?? 0) && isAfter && hasOutputs && !TOLD.some((words) => words.test(stderr))) return [];
  const { failure = 1 } = work;
  return [
    ...(isAfter || isBefore(left, before) ? [] : ["neither before nor after"]),
    ...(left.outputs.every((output, at) => [before.outputs[at], after.outputs[at]].includes(output)) ? [] : ["torn"]),
    ...(code === failure ? [] : [`exit code ${code}`]),
    ...(TOLD.some((words) => words.test(stderr)) ? [] : ["another message"]),
    ...(/^ {4}at /m.test(stderr) ? ["a stack"] : []),
    ...(!isBefore(left, before) && !DONE.test(stderr) ? ["done, and not said"] : []),
  ];
}

describe.each(disk === undefined ? [] : [disk])("one call of the disk fails", (faulty) => {
  test.each(ALL)(
    "in $name: all or nothing, told in the same words, and it can be done next",
    async (work) => {
      const rehearsal = await Rehearsal.of(faulty, work);
      const expected = work.code ?? 0;
      const home = await rehearsal.home();
      const before = await rehearsal.left(await rehearsal.home());
      const log = `${home}.log`;
      expect(await rehearsal.run(home, { number: 0, log })).toMatchObject({ code: expected });
      const after = await rehearsal.left(home);
      const calls = callsOf(log, home);
      expect(calls.length).toBeGreaterThan(5);

      const found: (readonly unknown[])[] = [];
      const attempt = async (call: Call): Promise<void> => {
        const copy = await rehearsal.home();
        const ended = await rehearsal.run(copy, { number: call.number });
        const left = await rehearsal.left(copy);
        const wrong = [...complaints(ended, left, before, after, work)];
        const bare = `${before.files} tenants/embedded/tenant.db`;
        if (![before.files, after.files, bare].includes(left.files)) wrong.push(`left behind: ${left.files}`);
        if (ended.code !== expected && isBefore(left, before)) {
          const next = await rehearsal.run(copy);
          const done = JSON.stringify(await rehearsal.left(copy)) === JSON.stringify(after);
          if (next.code !== expected || !done) wrong.push(`then ended with ${next.code}: ${next.stderr}`);
        }
        if (wrong.length > 0) found.push([call, wrong, ended.code, ended.stderr]);
        rmSync(copy, { recursive: true });
      };
      const tried = CALLS_OF_A_WORK === "all" ? calls : spread(calls, Number(CALLS_OF_A_WORK), ALL.indexOf(work));
      for (const call of tried) await attempt(call);
      expect(found).toEqual([]);
    },
    3_600_000,
  );
});

test.each(disk === undefined ? ["one call of the disk fails"] : [])(
  "%s: a C compiler, or Linux, is missing here, nothing was tried",
  () => expect(disk).toBeUndefined(),
);
