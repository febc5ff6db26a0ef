import { join } from "node:path";
import { run } from "#support/process/program.ts";
import { CREATION_TIME, runOrThrow, type Scene } from "./scene.ts";

/** Prepares a tenant with a renewal item. */
export async function prepareItem(home: string): Promise<string> {
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01");
  return "";
}

const SCHEDULE_COMMAND = ["renewals", "schedule"];
const SCRIPT_PATH = join("schedule", "renewals-systemd.sh");
const UNITS_FOLDER = join(".config", "systemd", "user");
const getUnitPath = (kind: string): string => join(UNITS_FOLDER, `clomoctl-renewals.${kind}`);

/**
 * Prepares a tenant with a renewal item and a schedule for systemd, which does not respond because the user does not
 * have a session.
 */
async function prepareSchedule(home: string): Promise<string> {
  await prepareItem(home);
  const { code, stderr } = await run([...SCHEDULE_COMMAND, "install", "--systemd"], { home, cwd: home });
  if (code !== 7) throw new Error(stderr);
  return "";
}

/** Scenes of commands for renewal items, including those that write files. */
export const RENEWAL_SCENES: readonly Scene[] = [
  { name: "renewals edit", prepare: prepareItem, line: ["renewals", "edit", "本社", "--expires", "2099-02-01"] },
  {
    name: "renewals confirm",
    prepare: prepareItem,
    line: ["renewals", "confirm", "本社", "--by", "髙橋"],
    readsDate: true,
  },
  { name: "renewals remove", prepare: prepareItem, line: ["renewals", "remove", "本社", "--yes"] },
  {
    name: "renewals calendar",
    prepare: prepareItem,
    line: ["renewals", "calendar", "-o", "renewals.ics"],
    outputs: ["renewals.ics"],
    readsDate: true,
  },
  {
    name: "renewals check for Prometheus",
    prepare: prepareItem,
    line: ["renewals", "check", "--prometheus", "renewals.prom"],
    outputs: ["renewals.prom"],
    tellsFaults: true,
    varies: /(?<=check_timestamp_seconds )\d+/g,
    failure: 3,
    readsDate: true,
  },
  {
    name: "renewals list as a page",
    prepare: prepareItem,
    line: ["renewals", "list", "--format", "html", "-o", "renewals.html"],
    outputs: ["renewals.html"],
    varies: CREATION_TIME,
    readsDate: true,
  },
  {
    name: "renewals schedule install for Windows",
    prepare: prepareItem,
    line: [...SCHEDULE_COMMAND, "install", "--task-scheduler", "-o", "renewals.xml", "--overwrite"],
    outputs: ["renewals.xml"],
    readsDate: true,
  },
  {
    name: "renewals schedule install",
    prepare: prepareItem,
    line: [...SCHEDULE_COMMAND, "install", "--systemd"],
    code: 7,
    whole: { output: SCRIPT_PATH, line: [...SCHEDULE_COMMAND, "show"] },
  },
  {
    name: "renewals schedule remove",
    prepare: prepareSchedule,
    line: [...SCHEDULE_COMMAND, "remove", "--systemd"],
    outputs: [getUnitPath("timer"), getUnitPath("service"), SCRIPT_PATH],
  },
];
