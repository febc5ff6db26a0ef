import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { writePeople } from "#support/process/people-file.ts";
import { freshHome, run, startOnTerminal } from "#support/process/program.ts";

const ROWS = 120_000;

interface Event {
  readonly step: string;
  readonly percent: number;
}

/** The most per cent between two events of each step, the last before its end included. */
function measureSteps(stderr: string): ReadonlyMap<string, { readonly widest: number; readonly reached: number }> {
  const events = stderr.split("\n").flatMap((line) => (line.startsWith('{"step":') ? [JSON.parse(line) as Event] : []));
  const steps = Map.groupBy(events, ({ step }) => step);
  return new Map(
    [...steps].map(([step, all]) => {
      const percents = all.map(({ percent }) => percent);
      expect(percents.at(0)).toBe(0);
      expect(percents.at(-1)).toBe(100);
      const before = percents.slice(0, -1);
      const widest = Math.max(...before.map((percent, at) => percent - (before[at - 1] ?? 0)));
      return [step, { widest, reached: before.at(-1) ?? 0 }];
    }),
  );
}

test(
  "long work tells how far it is at least fifty times, and it is nearly done before it ends",
  LONG_TIMEOUT,
  async () => {
    const home = await freshHome();
    await writePeople(join(home, "people.csv"), { to: ROWS });
    await writePeople(join(home, "other.csv"), { to: ROWS, title: "課長" });
    // an import of people makes 50 organisations
    const commands: readonly (readonly [line: string, steps: readonly string[]])[] = [
      ["users import people.csv --create-orgs --yes", ["check", "commit"]],
      ["users import other.csv --yes", ["check", "commit"]],
      ["handover export -o bundle", ["write"]],
      ["handover verify bundle", ["verify"]],
      ["undo last --yes", ["plan", "commit"]],
      [`undo 1 --confirm-deletions ${ROWS + 50}`, ["plan", "commit"]],
      ["undo last --yes", ["plan", "commit"]],
    ];
    for (const [line, steps] of commands) {
      const { code, stderr } = await run([...line.split(" "), "--progress", "json"], { home, cwd: home });
      expect(code, `${line}\n${stderr.slice(-2000)}`).toBe(0);
      const measured = measureSteps(stderr);
      for (const step of steps) {
        const { widest = 100, reached = 0 } = measured.get(step) ?? {};
        expect(widest, `${line}: ${step}`).toBeLessThanOrEqual(2);
        expect(reached, `${line}: ${step}`).toBeGreaterThanOrEqual(75);
      }
    }
  },
);

test("a terminal shows a bar", LONG_TIMEOUT, async () => {
  const home = await freshHome();
  await writePeople(join(home, "people.csv"), { to: ROWS });
  const terminal = startOnTerminal(["users", "import", "people.csv", "--create-orgs", "--dry-run"], {
    home,
    cwd: home,
  });
  expect((await terminal.ended).screen).toMatch(/Checking {2}\[#+\.+] {2}\d+ %/);
});
