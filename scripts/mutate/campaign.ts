import { mkdtempSync, realpathSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InstrumentedCopy, removeCopies } from "./copies.ts";
import { getTimeLimit, sortTests, planTests, type RecordedTestFile } from "./plan.ts";
import { describeMutant, type Campaign, type MutantVerdict } from "./report.ts";

/** Time limit for a test file whose duration is not known yet. */
const FIRST_TIME_LIMIT_S = 600;

/**
 * Duration from which a test file counts as slow. Most slow test files start programs and may fail because the machine
 * is busy, so a failure counts only if it happens twice.
 */
const SLOW_TEST_S = 2;

/** Options of a campaign, in addition to its mutants. */
export interface CampaignOptions {
  readonly jobs: number;
  /** file in which the campaign is saved while it runs */
  readonly file?: string;
  /** prints a line of progress */
  readonly say: (line: string) => void;
}

/** Distributes the items to all copies: each copy runs `work` on the next item as soon as it is free. */
async function distributeItems<T>(
  copies: readonly InstrumentedCopy[],
  items: readonly T[],
  work: (copy: InstrumentedCopy, item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    copies.map(async (copy) => {
      for (const item of queue) await work(copy, item);
    }),
  );
}

/** Runs the tests that reach one mutant, and returns the verdict. */
async function judgeMutant(
  copy: InstrumentedCopy,
  id: number,
  { mutants, tests, budget }: Campaign,
): Promise<MutantVerdict> {
  const began = performance.now();
  const source = mutants[id - 1]?.file ?? "";
  const reaching = tests.filter(({ passed, reaches }) => passed && reaches.includes(id));
  const { tests: chosen, left } = planTests(sortTests(source, reaching), budget);
  const seconds = (): number => (performance.now() - began) / 1000;
  if (reaching.length === 0) return { id, status: "not reached", ran: 0, left, seconds: 0 };
  for (const [at, { file, seconds: recorded }] of chosen.entries()) {
    const guard = getTimeLimit(recorded);
    const first = await copy.run(file, id, guard);
    if (first?.passed) continue;
    // a busy machine may have been slow only once
    const isSure = first !== undefined && recorded < SLOW_TEST_S;
    const ran = isSure ? first : await copy.run(file, id, guard);
    if (ran?.passed) continue;
    copy.clear();
    const verdict = { id, status: "killed", by: file, ran: at + 1, left, seconds: seconds() } as const;
    return ran === undefined ? { ...verdict, hung: true } : verdict;
  }
  return { id, status: left > 0 ? "undecided" : "survived", ran: chosen.length, left, seconds: seconds() };
}

async function recordTestFile(copy: InstrumentedCopy, file: string): Promise<RecordedTestFile> {
  const { ran, reaches } = await copy.record(file, FIRST_TIME_LIMIT_S);
  return { file, seconds: ran?.seconds ?? FIRST_TIME_LIMIT_S, passed: ran?.passed ?? false, reaches };
}

/** Reads a campaign that `--json` has written. */
export async function readCampaign(file: string): Promise<Campaign> {
  return JSON.parse(await readFile(file, "utf8")) as Campaign;
}

/** Runs the remaining tests and mutants of a campaign, and adds the results to it. */
export async function runCampaign(campaign: Campaign, { jobs, file, say }: CampaignOptions): Promise<void> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mutate-"));
  const remove = (): void => removeCopies(folder);
  process.once("exit", remove);
  const before = campaign.seconds;
  const began = performance.now();
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    campaign.seconds = before + (performance.now() - began) / 1000;
    saving = saving.then(async () => {
      if (file === undefined) return;
      await writeFile(`${file}.new`, `${JSON.stringify(campaign)}\n`);
      await rename(`${file}.new`, file);
    });
    return saving;
  };
  const copies: InstrumentedCopy[] = [];
  try {
    for (let job = 1; job <= jobs; job += 1) {
      copies.push(
        await InstrumentedCopy.make(campaign.root, join(folder, String(job)), campaign.mutants, campaign.tiers),
      );
    }
    const known = new Set(campaign.tests.map(({ file }) => file));
    const files = ((await copies[0]?.files()) ?? []).filter((file) => !known.has(file));
    await distributeItems(copies, files, async (copy, file) => {
      const test = await recordTestFile(copy, file);
      campaign.tests.push(test);
      say(`${campaign.tests.length} of ${known.size + files.length} test files${test.passed ? "" : `: ${file} fails`}`);
      await save();
    });
    const done = new Set(campaign.verdicts.map(({ id }) => id));
    const ids = campaign.mutants.map((_, at) => at + 1).filter((id) => !done.has(id));
    await distributeItems(copies, ids, async (copy, id) => {
      const verdict = await judgeMutant(copy, id, campaign);
      campaign.verdicts.push(verdict);
      const mutant = campaign.mutants[id - 1];
      const place = `${campaign.verdicts.length} of ${campaign.mutants.length}`;
      say(
        `${place}: ${verdict.status} in ${verdict.seconds.toFixed(1)} s  ${mutant === undefined ? "" : describeMutant(mutant)}`,
      );
      await save();
    });
    await save();
  } finally {
    for (const copy of copies) copy.stop();
    remove();
    process.off("exit", remove);
  }
}
