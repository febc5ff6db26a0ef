import { mkdtempSync, realpathSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Copy, removeCopies } from "./copies.ts";
import { guardOf, ordered, planned, type TestFile } from "./plan.ts";
import { told, type Campaign, type Verdict } from "./report.ts";

/** A test file of which nothing is known yet may take this long. */
const FIRST_GUARD_S = 600;

/** Test files from this on start programs, mostly, and may fail for the machine's sake; they kill when they fail twice. */
const SLOW_S = 2;

/** What a campaign is run with, beside its mutants. */
export interface CampaignOptions {
  readonly jobs: number;
  /** where it is kept as it goes */
  readonly file?: string;
  /** shows a line of progress */
  readonly say: (line: string) => void;
}

/** Runs `work` on each item, taken in turn by all copies. */
async function shared<T>(
  copies: readonly Copy[],
  items: readonly T[],
  work: (copy: Copy, item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    copies.map(async (copy) => {
      for (const item of queue) await work(copy, item);
    }),
  );
}

/** Judges one mutant by the tests that reach it. */
async function judged(copy: Copy, id: number, { mutants, tests, budget }: Campaign): Promise<Verdict> {
  const began = performance.now();
  const source = mutants[id - 1]?.file ?? "";
  const reaching = tests.filter(({ passed, reaches }) => passed && reaches.includes(id));
  const { tests: chosen, left } = planned(ordered(source, reaching), budget);
  const seconds = (): number => (performance.now() - began) / 1000;
  if (reaching.length === 0) return { id, status: "not reached", ran: 0, left, seconds: 0 };
  for (const [at, { file, seconds: recorded }] of chosen.entries()) {
    const guard = guardOf(recorded);
    const first = await copy.run(file, id, guard);
    if (first?.passed) continue;
    // a busy machine may have been slow once
    const isSure = first !== undefined && recorded < SLOW_S;
    const ran = isSure ? first : await copy.run(file, id, guard);
    if (ran?.passed) continue;
    copy.clear();
    const verdict = { id, status: "killed", by: file, ran: at + 1, left, seconds: seconds() } as const;
    return ran === undefined ? { ...verdict, hung: true } : verdict;
  }
  return { id, status: left > 0 ? "undecided" : "survived", ran: chosen.length, left, seconds: seconds() };
}

async function recorded(copy: Copy, file: string): Promise<TestFile> {
  const { ran, reaches } = await copy.record(file, FIRST_GUARD_S);
  return { file, seconds: ran?.seconds ?? FIRST_GUARD_S, passed: ran?.passed ?? false, reaches };
}

/** Reads what `--json` has written. */
export async function readCampaign(file: string): Promise<Campaign> {
  return JSON.parse(await readFile(file, "utf8")) as Campaign;
}

/** Runs what a campaign still lacks, and writes into it. */
export async function run(campaign: Campaign, { jobs, file, say }: CampaignOptions): Promise<void> {
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
  const copies: Copy[] = [];
  try {
    for (let job = 1; job <= jobs; job += 1) {
      copies.push(await Copy.make(campaign.root, join(folder, String(job)), campaign.mutants, campaign.tiers));
    }
    const known = new Set(campaign.tests.map(({ file }) => file));
    const files = ((await copies[0]?.files()) ?? []).filter((file) => !known.has(file));
    await shared(copies, files, async (copy, file) => {
      const test = await recorded(copy, file);
      campaign.tests.push(test);
      say(`${campaign.tests.length} of ${known.size + files.length} test files${test.passed ? "" : `: ${file} fails`}`);
      await save();
    });
    const done = new Set(campaign.verdicts.map(({ id }) => id));
    const ids = campaign.mutants.map((_, at) => at + 1).filter((id) => !done.has(id));
    await shared(copies, ids, async (copy, id) => {
      const verdict = await judged(copy, id, campaign);
      campaign.verdicts.push(verdict);
      const mutant = campaign.mutants[id - 1];
      const place = `${campaign.verdicts.length} of ${campaign.mutants.length}`;
      say(
        `${place}: ${verdict.status} in ${verdict.seconds.toFixed(1)} s  ${mutant === undefined ? "" : told(mutant)}`,
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
