import { expect, it } from "vitest";
import {
  renderCampaignReport,
  describeMutant,
  type Campaign,
  type MutantStatus,
  type MutantVerdict,
} from "./report.ts";
import type { LocatedMutant } from "./sample.ts";

const mutant = (file: string, line = 1): LocatedMutant => ({
  file,
  line,
  column: 3,
  kind: "comparison",
  start: 0,
  end: 5,
  form: "expression",
  before: "a <\n    b",
  after: "a <= b",
});

const verdict = (id: number, status: MutantStatus, hung = false): MutantVerdict => ({
  id,
  status,
  hung,
  ran: 1,
  left: 0,
  seconds: 1,
});

const campaign = (mutants: readonly LocatedMutant[], verdicts: MutantVerdict[]): Campaign => ({
  root: "root",
  sample: mutants.length,
  seed: "1",
  budget: 40,
  tiers: ["unit"],
  mutants,
  tests: [
    { file: "src/a.test.ts", seconds: 1, passed: true, reaches: [] },
    { file: "test/b.test.ts", seconds: 1, passed: false, reaches: [] },
  ],
  verdicts,
  seconds: 83,
});

it("reports folders (small ones combined), the total, and survivors in order", () => {
  const large = Array.from({ length: 20 }, (_, at) => mutant("src/commands/a.ts", at + 1));
  const mutants = [...large, mutant("src/lib/csv/b.ts", 9), mutant("src/lib/csv/b.ts", 2), mutant("src/cli.ts")];
  const verdicts = [
    ...large.map((_, at) => verdict(at + 1, "killed", at === 0)),
    verdict(21, "survived"),
    verdict(22, "undecided"),
    verdict(23, "not reached"),
  ];
  expect(renderCampaignReport(campaign(mutants, verdicts))).toBe(
    `folder                      mutants  killed  survived  undecided  not reached      %
src/cli                           1       0         1          0            1    0.0
src/commands                     20      20         0          0            0  100.0
src/lib/csv                       2       0         2          1            0    0.0
folders under 20, together        3       0         3          1            1    0.0
all                              23      20         3          1            1   87.0

Survived counts undecided ones, too, for which the budget was too small, and those that no test reaches.
Killed by hanging: 1
It took 1 min 23 s.

Left out, failing with no mutant active:
  test/b.test.ts

Survivors:
  src/cli.ts:1:3  comparison  a < b -> a <= b  (not reached)
  src/lib/csv/b.ts:2:3  comparison  a < b -> a <= b  (undecided)
  src/lib/csv/b.ts:9:3  comparison  a < b -> a <= b
`,
  );
});

it("reports how many mutants have not run yet", () => {
  expect(
    renderCampaignReport(campaign([mutant("src/cli.ts"), mutant("src/cli.ts")], [verdict(2, "killed")])),
  ).toContain("Not run yet: 1\n");
});

it("shows a mutant on one line", () => {
  const gone = { ...mutant("src/cli.ts"), before: `f(${"x".repeat(200)});`, after: "" };
  expect(describeMutant(gone)).toMatch(/^src\/cli\.ts:1:3 {2}comparison {2}f\(x{97}… -> \(nothing\)$/);
});
