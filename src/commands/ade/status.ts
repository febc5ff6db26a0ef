import { dirname, resolve } from "node:path";
import { adeHealth } from "../../lib/model/ade-health.ts";
import { FULL_EVERY_MS } from "../../lib/model/ade.ts";
import { steadyDoor } from "../../lib/renewals/schedule/launcher.ts";
import { DECEPTIVE, shownOption, shownWord } from "../../lib/text/shell-word.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { ChosenTenant, Tools } from "../tools.ts";
import { automaticSteps, nextSteps, waitingSteps } from "./next.ts";
import { FACT_COLUMNS, factsOf, propose, proposeStep, tellEndpoint, warnOfConditions } from "./shown.ts";

export default defineCommand({
  summary: text("show how ADE stands, and what to do next", "ADE の状態と次の操作を表示する"),
  details: [
    text(
      "Nothing is asked of Apple: it tells what is recorded, and ends with 0 whatever it finds.",
      "Apple には問い合わせず、記録されている内容を表示します。何が見つかっても終了コードは 0 です。",
    ),
  ],
  args: {},
  options: {},
  examples: [{ line: "clomoctl ade status" }, { line: "clomoctl ade status --format json" }],
  exits: [],
  async run(tools) {
    const { terminal } = tools;
    const tenant = await tools.tenant("ade", "profiles");
    const { client } = tenant;
    const ade = await client.ade.show();
    await tellEndpoint(tools, ade);
    await terminal.show(FACT_COLUMNS, factsOf(ade));
    const conditions = adeHealth(ade, tools.clock.now());
    await warnOfConditions(tools, conditions);
    const isAsked = ade.counts.present > 0 && (!ade.mirror || ade.endpoint?.kind === "simulator");
    const profiles = isAsked ? await client.profiles.list() : undefined;
    const now = tools.clock.now().getTime();
    const waiting = waitingSteps(ade, now, (instant) => terminal.moment(instant));
    const steps = [...nextSteps(ade, now, profiles), ...waiting];
    for (const one of steps) await proposeStep(tools, one);
    if (conditions.length + steps.length > 0 || ade.lastFullAt === null) return;
    const due = terminal.moment(new Date(Date.parse(ade.lastFullAt) + FULL_EVERY_MS).toISOString());
    await terminal.note(
      text(
        `all well; the next full sync is due ${due}: clomoctl ade sync`,
        `問題ありません。次の全件の取得: ${due}(clomoctl ade sync)`,
      ),
    );
    for (const one of automaticSteps(profiles ?? [])) await proposeStep(tools, one);
    // a rehearsal in a mirror is not for every day
    const line = ade.mirror ? undefined : await syncByCron(tools, tenant);
    if (line === undefined) return;
    await propose(
      tools,
      line,
      text("to sync each morning by cron (crontab -e)", "cron で毎朝同期するには(crontab -e)"),
    );
  },
});

/** What cron does not know of the environment of the person who typed this. */
const CARRIED = ["CLOMOCTL_HOME", "CLOMOCTL_LANG"];

/**
 * The line for a person's crontab that syncs each morning at 6, by absolute paths: cron searches few folders, and knows no
 * variables. Undefined where there is no cron, or a path cannot be typed.
 */
async function syncByCron(
  { machine, environment, globals, workingFolder }: CronParts,
  { context, among }: Pick<ChosenTenant, "context" | "among">,
): Promise<string | undefined> {
  const { platform, node } = machine;
  if (platform === "win32") return undefined;
  const door = await steadyDoor(machine.door);
  const carried = CARRIED.flatMap((name) => {
    const { [name]: value = "" } = environment;
    if (value === "") return [];
    return [`${name}=${shownWord(name === "CLOMOCTL_HOME" ? resolve(workingFolder, value) : value)}`];
  });
  const words = [
    ...carried,
    `PATH=${shownWord(`${dirname(node)}:/usr/bin:/bin`)}`,
    shownWord(door),
    "ade sync --every 1d --no-input --quiet",
    ...(among.length > 1 ? [shownOption("--context", context.name)] : []),
    ...(globals.as === undefined ? [] : [shownOption("--as", globals.as)]),
    // what is left to mail are warnings and failures
    ">/dev/null",
  ].join(" ");
  // a line break would end the line, and % begins stdin
  return words.search(DECEPTIVE) === -1 ? `0 6 * * * ${words.replaceAll("%", String.raw`\%`)}` : undefined;
}

type CronParts = Pick<Tools, "machine" | "environment" | "globals" | "workingFolder">;
