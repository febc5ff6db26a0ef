import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writePeople } from "#support/process/people-file.ts";
import { callsOf, FaultyDisk, type Call } from "#support/faults/disk.ts";
import { Rehearsal } from "#support/faults/rehearsal.ts";
import { prepared, type Work } from "#support/faults/works.ts";

const disk = FaultyDisk.compile();

/** A packed bundle, and a tenant that differs from it. */
async function packed(home: string): Promise<string> {
  const people = await writePeople(join(home, "people.csv"), { to: 20, title: "主任" });
  const importing = ["users", "import", people, "--create-orgs", "--yes"];
  await prepared(home, ...importing);
  await prepared(home, "handover", "export", "-o", "bundle.zip", "--encoding", "utf-8");
  await writePeople(people, { to: 20 });
  await prepared(home, ...importing);
  return "";
}

const APPLY: Work = {
  name: "handover apply",
  prepare: packed,
  line: ["handover", "apply", "bundle.zip", "--yes"],
};

const isRemoval = ({ name, file }: Call): boolean => /^(?:unlink|rmdir)$/.test(name) && file.startsWith("tmp/.bundle");

describe.each(disk === undefined ? [] : [disk])("a clean-up fails after the change was made", (faulty) => {
  test("the change counts, and a warning names the copy that is left", async () => {
    const rehearsal = await Rehearsal.of(faulty, APPLY);
    const home = await rehearsal.home();
    const log = `${home}.log`;
    expect(await rehearsal.run(home, { number: 0, log })).toMatchObject({ code: 0 });
    const { content } = await rehearsal.left(home);
    const removals = callsOf(log, home).filter(isRemoval);
    expect(removals.length).toBeGreaterThan(5);
    for (const { number } of [removals.at(0), removals.at(-1)].filter((call) => call !== undefined)) {
      const copy = await rehearsal.home();
      const { code, stderr } = await rehearsal.run(copy, { number });
      expect(stderr).toMatch(/^warning: the temporary copy \S+ could not be removed \(disk I\/O error\)/m);
      expect({ code, errors: /^error:/m.test(stderr) }).toEqual({ code: 0, errors: false });
      expect((await rehearsal.left(copy)).content).toBe(content);
    }
  }, 120_000);
});

test.each(disk === undefined ? ["a clean-up fails"] : [])(
  "%s: a C compiler, or Linux, is missing here, nothing was tried",
  () => expect(disk).toBeUndefined(),
);
