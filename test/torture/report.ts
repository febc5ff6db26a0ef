import type { Figure } from "./figures.ts";
import type { Finding, Tally } from "./places.ts";

export interface ResultRow {
  readonly figure: Pick<Figure, "name" | "number" | "tries" | "zero">;
  readonly tally: Tally;
  readonly findings: number;
  readonly missing?: string | undefined;
}

export interface RunFacts {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly seed: number;
  readonly minutes: number;
}

const formatNumber = (number: number): string => number.toLocaleString("en");

export function renderResultTable(
  { date, commit, machine, seed, minutes }: RunFacts,
  rows: readonly ResultRow[],
): string {
  const lines = rows.map(({ figure, tally, findings, missing }) => {
    const { tried, places, scenes, opened } = tally;
    const cells =
      missing === undefined
        ? [`${formatNumber(tried)} of ${formatNumber(places)}`, `${opened} of ${scenes}`, formatNumber(findings)]
        : [`not tried: ${missing}`, `0 of ${scenes}`, "-"];
    return `| ${[figure.number, figure.name, figure.tries, ...cells, figure.zero].join(" | ")} |`;
  });
  return [
    `${date}, commit ${commit}, ${machine}, seed ${seed}, ${Math.round(minutes * 10) / 10} minutes in all.`,
    "",
    "| # | figure | what is tried | places tried | scenes begun | failures | what must be 0 |",
    "| --- | --- | --- | ---: | ---: | ---: | --- |",
    ...lines,
    "",
  ].join("\n");
}

const MAX_PROBLEM_LINES = 40;

/** Renders a failure, with the command line that reproduces it. */
export function renderFinding({ figure, scene, place, problems }: Finding, seed: number): string {
  const at = place === undefined ? "" : ` --place '${place}'`;
  const replay = `npm run torture -- --only ${figure} --seed ${seed} --scene '${scene}'${at}`;
  const lines = problems.flatMap((problem) => problem.trimEnd().split("\n"));
  const told = lines.slice(0, MAX_PROBLEM_LINES).map((line) => `    ${line}`);
  return [
    `FAILED ${figure}: ${scene}, ${place ?? "its preparation"}, seed ${seed}`,
    ...told,
    `  replay: ${replay}`,
    "",
  ].join("\n");
}
