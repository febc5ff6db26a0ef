/**
 * Mutation testing: changes the sources of a checkout at randomly drawn lines, and reports which changes the tests
 * detect. Options: `--sample N` and `--seed S` for the draw, `--folder F` for a part of the sources, `--root CHECKOUT`
 * for another checkout, `--all` to run the tests of every tier instead of those of `npm test`, `--json FILE` to save
 * the results continuously, and `--resume FILE` to continue a saved run.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { readCampaign, runCampaign } from "./mutate/campaign.ts";
import { renderCampaignReport, type Campaign } from "./mutate/report.ts";
import { readSourceFolders, drawSample } from "./mutate/sample.ts";

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

function parsePositiveOption(name: "sample" | "jobs" | "budget"): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a whole number from 1, not ${values[name]}`);
  return value;
}

type DrawOptions = Pick<Campaign, "root" | "sample" | "seed" | "folder">;

function parseCampaignOptions(): DrawOptions & Pick<Campaign, "budget" | "tiers"> {
  const root = resolve(values.root ?? dirname(dirname(fileURLToPath(import.meta.url))));
  const folder = values.folder === undefined ? {} : { folder: values.folder };
  return {
    root,
    sample: parsePositiveOption("sample"),
    seed: values.seed,
    ...folder,
    budget: parsePositiveOption("budget"),
    tiers: values.all ? [] : ["unit"],
  };
}

const drawMutants = async (drawing: DrawOptions): Promise<Campaign["mutants"]> =>
  drawSample(await readSourceFolders(drawing.root, drawing.folder), drawing.sample, drawing.seed);

async function startCampaign(): Promise<Campaign> {
  const drawing = parseCampaignOptions();
  return { ...drawing, mutants: await drawMutants(drawing), tests: [], verdicts: [], seconds: 0 };
}

async function resumeCampaign(file: string): Promise<Campaign> {
  const campaign = await readCampaign(file);
  if (!isDeepStrictEqual(await drawMutants(campaign), campaign.mutants)) {
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

const currentCampaign = values.resume === undefined ? await startCampaign() : await resumeCampaign(values.resume);
const resultFile = values.json ?? values.resume;
await runCampaign(currentCampaign, {
  jobs: parsePositiveOption("jobs"),
  ...(resultFile === undefined ? {} : { file: resultFile }),
  say: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(renderCampaignReport(currentCampaign));
