/**
 * Changes the sources of a checkout at places drawn by lines, and tells which changes its tests notice: `--sample N --seed S`,
 * `--folder F` for a part, `--root CHECKOUT` for another one. Its tests are those of `npm test`; `--all` runs every tier's. `--json FILE` keeps what is found as it goes, `--resume FILE`
 * goes on with it.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { readCampaign, run } from "./mutate/campaign.ts";
import { reported, type Campaign } from "./mutate/report.ts";
import { readFolders, sample } from "./mutate/sample.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    folder: { type: "string" },
    all: { type: "boolean", default: false },
    root: { type: "string" },
    jobs: { type: "string", default: "2" },
    budget: { type: "string", default: "120" },
    json: { type: "string" },
    resume: { type: "string" },
  },
});

function positive(name: "sample" | "jobs" | "budget"): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1, not ${values[name]}`);
  return value;
}

type Drawing = Pick<Campaign, "root" | "sample" | "seed" | "folder">;

function asked(): Drawing & Pick<Campaign, "budget" | "tiers"> {
  const root = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));
  const folder = values.folder === undefined ? {} : { folder: values.folder };
  return {
    root,
    sample: positive("sample"),
    seed: values.seed,
    ...folder,
    budget: positive("budget"),
    tiers: values.all ? [] : ["unit"],
  };
}

const drawn = async (drawing: Drawing): Promise<Campaign["mutants"]> =>
  sample(await readFolders(drawing.root, drawing.folder), drawing.sample, drawing.seed);

async function begun(): Promise<Campaign> {
  const drawing = asked();
  return { ...drawing, mutants: await drawn(drawing), tests: [], verdicts: [], seconds: 0 };
}

async function resumed(file: string): Promise<Campaign> {
  const campaign = await readCampaign(file);
  if (!isDeepStrictEqual(await drawn(campaign), campaign.mutants)) {
    throw new Error(`${file} is of other sources than ${campaign.root} has now`);
  }
  return campaign;
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.once(signal, () => process.exit(code));
}

const campaign = values.resume === undefined ? await begun() : await resumed(values.resume);
const file = values.json ?? values.resume;
await run(campaign, {
  jobs: positive("jobs"),
  ...(file === undefined ? {} : { file }),
  say: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(reported(campaign));
