import { join } from "node:path";
import { run } from "#support/process/program.ts";
import { MADE_AT, runOrThrow, type Scene } from "./scene.ts";

/** Prepares a tenant with a renewal item. */
export async function withItem(home: string): Promise<string> {
  await runOrThrow(home, "renewals", "add", "本社", "--kind", "custom", "--expires", "2099-01-01");
  return "";
}

const SCHEDULE = ["renewals", "schedule"];
const SCRIPT = join("schedule", "renewals-systemd.sh");
const UNITS = join(".config", "systemd", "user");
const unit = (kind: string): string => join(UNITS, `clomoctl-renewals.${kind}`);

/**
 * Prepares a tenant with a renewal item and a schedule for systemd, which does not respond because the user does not
 * have a session.
 */
async function withSchedule(home: string): Promise<string> {
  await withItem(home);
  const { code, stderr } = await run([...SCHEDULE, "install", "--systemd"], { home, cwd: home });
  if (code !== 7) throw new Error(stderr);
  return "";
}

/** Commands for renewal items, including those that write files. */
export const RENEWALS: readonly Scene[] = [
  { name: "renewals edit", prepare: withItem, line: ["renewals", "edit", "本社", "--expires", "2099-02-01"] },
  {
    name: "renewals confirm",
    prepare: withItem,
    line: ["renewals", "confirm", "本社", "--by", "髙橋"],
    readsDate: true,
  },
  { name: "renewals remove", prepare: withItem, line: ["renewals", "remove", "本社", "--yes"] },
  {
    name: "renewals calendar",
    prepare: withItem,
    line: ["renewals", "calendar", "-o", "renewals.ics"],
    outputs: ["renewals.ics"],
    readsDate: true,
  },
  {
    name: "renewals check for Prometheus",
    prepare: withItem,
    line: ["renewals", "check", "--prometheus", "renewals.prom"],
    outputs: ["renewals.prom"],
    tellsFaults: true,
    varies: /(?<=check_timestamp_seconds )\d+/g,
    failure: 3,
    readsDate: true,
  },
  {
    name: "renewals list as a page",
    prepare: withItem,
    line: ["renewals", "list", "--format", "html", "-o", "renewals.html"],
    outputs: ["renewals.html"],
    varies: MADE_AT,
    readsDate: true,
  },
  {
    name: "renewals schedule install for Windows",
    prepare: withItem,
    line: [...SCHEDULE, "install", "--task-scheduler", "-o", "renewals.xml", "--overwrite"],
    outputs: ["renewals.xml"],
    readsDate: true,
  },
  {
    name: "renewals schedule install",
    prepare: withItem,
    line: [...SCHEDULE, "install", "--systemd"],
    code: 7,
    whole: { output: SCRIPT, line: [...SCHEDULE, "show"] },
  },
  {
    name: "renewals schedule remove",
    prepare: withSchedule,
    line: [...SCHEDULE, "remove", "--systemd"],
    outputs: [unit("timer"), unit("service"), SCRIPT],
  },
];
