import { rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { run } from "#support/process/program.ts";
import { filesOf } from "#support/process/tenant-state.ts";
import { contentOf, everythingOf } from "#support/faults/content.ts";
import { callsOf, FaultyDisk, isWriting, spread, type Call, type Moment } from "#support/faults/disk.ts";
import { Rehearsal } from "#support/faults/rehearsal.ts";
import type { Work } from "#support/faults/works.ts";
import { WRITES } from "#support/faults/writes.ts";

const disk = FaultyDisk.compile();

const MOMENTS: readonly Moment[] = ["before", "within", "after"];

/** At how many calls of each write it is killed: by hand `all`, or a number; else one of each. */
const CALLS_OF_A_WRITE = process.env["CLOMOCTL_FAULTS"] ?? "1";

/** A write, and what a home holds before it, after it, and after it was done once more. */
class Scene {
  readonly rehearsal: Rehearsal;
  readonly #work: Work;
  readonly #before: string | undefined;
  readonly #after: string | undefined;
  readonly #again: string | undefined;
  readonly #files: readonly string[];
  readonly calls: readonly Call[];

  private constructor(
    rehearsal: Rehearsal,
    work: Work,
    states: readonly (string | undefined)[],
    files: readonly string[],
    calls: readonly Call[],
  ) {
    this.rehearsal = rehearsal;
    this.#work = work;
    [this.#before, this.#after, this.#again] = states;
    this.#files = files;
    this.calls = calls;
  }

  static async of(faulty: FaultyDisk, work: Work): Promise<Scene> {
    const rehearsal = await Rehearsal.of(faulty, work);
    const home = await rehearsal.home();
    const before = heldBy(home, work);
    const log = `${home}.log`;
    const first = await rehearsal.run(home, { number: 0, log });
    const after = heldBy(home, work);
    const second = await rehearsal.run(home);
    if (first.code !== (work.code ?? 0) || second.code !== (work.again ?? work.code ?? 0))
      throw new Error(`${first.stderr}\n${second.stderr}`);
    const states = [before, after, heldBy(home, work)];
    return new Scene(rehearsal, work, states, await filesOf(home), callsOf(log, home));
  }

  /** What is wrong after a kill: the tenant as it is found, and once the same was asked again. */
  async complaintsAt(call: Call, kill: Moment): Promise<readonly unknown[]> {
    const work = this.#work;
    const home = await this.rehearsal.home();
    const { signal } = await this.rehearsal.run(home, { number: call.number, kill });
    // looked at in a copy: the next command finds what the killed one left, its log not yet taken up
    const looked = `${home}-looked`;
    await cp(home, looked, { recursive: true });
    const found = heldBy(looked, work);
    const isAfter = found === this.#after;
    const isBefore = found === this.#before || (this.#before === undefined && isBare(found));
    const next = await this.rehearsal.run(home);
    if (work.plans === true) await discardPlans(home);
    const { code: usual = 0, again = usual } = work;
    const [expected, code] = isAfter ? [this.#again, again] : [this.#after, usual];
    const wrong = [
      ...(signal === "SIGKILL" ? [] : ["not killed"]),
      ...(isBefore || isAfter ? [] : ["neither before nor after"]),
      ...(next.code === code ? [] : [`then ended with ${next.code}: ${next.stderr}`]),
      ...(heldBy(home, work) === expected ? [] : ["then not as it is to be"]),
      ...(await filesOf(home)).filter((name) => !this.#files.includes(name)).map((name) => `left behind: ${name}`),
    ];
    const audit = await run(["audit", "verify", "--imports"], { home });
    if (audit.code !== 0) wrong.push(audit.stderr);
    for (const folder of [home, looked]) rmSync(folder, { recursive: true });
    return wrong.length === 0 ? [] : [[call, kill, ...wrong]];
  }
}

/** All that the tenant's file holds; of a work that plans first its records, audit and tasks: ids and numbers of plans differ. */
const heldBy = (home: string, { plans }: Work): string | undefined =>
  plans === true ? contentOf(home) : everythingOf(home);

/** Discards plans that were whole when their command was killed: they wait for `imports commit`. */
async function discardPlans(home: string): Promise<void> {
  const { text } = await run(["imports", "list", "--format", "json"], { home });
  const imports = JSON.parse(text) as readonly { readonly id: string; readonly state: string }[];
  for (const { id } of imports.filter(({ state }) => state === "planned").toReversed())
    await run(["imports", "discard", id], { home });
}

/** A tenant is made before its first change; without records it is as good as none. */
const isBare = (found: string | undefined): boolean => found === undefined || found.includes('["audit",[]]');

/** Only what is written has a half; after a call is before the next one. */
const differs = (call: Call, kill: Moment, calls: readonly Call[]): boolean =>
  kill === "before" || (kill === "within" ? call.name.includes("pwrite") : call === calls.at(-1));

describe.each(disk === undefined ? [] : [disk])("kill -9 at each call of the disk that may change it", (faulty) => {
  test.each(WRITES)(
    "in $name: the tenant is as before or as after, and it can be done next",
    async (work) => {
      const scene = await Scene.of(faulty, work);
      const writing = scene.calls.filter(isWriting);
      expect(writing.length).toBeGreaterThan(5);
      const tried =
        CALLS_OF_A_WRITE === "all"
          ? writing.flatMap((call) =>
              MOMENTS.filter((kill) => differs(call, kill, writing)).map((kill) => ({ call, kill })),
            )
          : spread(writing, Number(CALLS_OF_A_WRITE), WRITES.indexOf(work)).map((call, at) => ({
              call,
              // each moment has its turn, whatever the number
              kill: MOMENTS[(WRITES.indexOf(work) + at) % MOMENTS.length] ?? "after",
            }));
      const found: unknown[] = [];
      for (const { call, kill } of tried) found.push(...(await scene.complaintsAt(call, kill)));
      expect(found).toEqual([]);
    },
    3_600_000,
  );
});

test.each(disk === undefined ? ["kill -9 at a call of the disk"] : [])(
  "%s: a C compiler, or Linux, is missing here, nothing was tried",
  () => expect(disk).toBeUndefined(),
);
