import { dirname, resolve } from "node:path";
import { steadyDoor } from "../../lib/renewals/schedule/launcher.ts";
import { DECEPTIVE, shownOption, shownWord } from "../../lib/text/shell-word.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

/** What cron does not know of the environment of the person who typed this. */
const CARRIED = ["CLOMOCTL_HOME", "CLOMOCTL_LANG"];

/**
 * The line for a person's crontab that syncs each morning at 6, by absolute paths: cron searches few folders, and knows no
 * variables. Undefined where there is no cron, or a path cannot be typed.
 */
export async function syncByCron(
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
    "ade sync --no-input --quiet",
    ...(among.length > 1 ? [shownOption("--context", context.name)] : []),
    ...(globals.as === undefined ? [] : [shownOption("--as", globals.as)]),
    // what is left to mail are warnings and failures
    ">/dev/null",
  ].join(" ");
  // a line break would end the line, and % begins stdin
  return words.search(DECEPTIVE) === -1 ? `0 6 * * * ${words.replaceAll("%", String.raw`\%`)}` : undefined;
}

type CronParts = Pick<Tools, "machine" | "environment" | "globals" | "workingFolder">;
