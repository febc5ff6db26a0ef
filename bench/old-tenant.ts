import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DATA } from "./bench.ts";
import { builtCheckout } from "./checkout.ts";
import { oldHomeOf } from "./old-home.ts";
import { OldTenant, type Left, type Opened } from "./opening.ts";
import { best, highest } from "./statistics.ts";

/**
 * Opens a large tenant of another commit: how long the first command takes, and what is left where it is killed.
 *
 *     node bench/old-tenant.ts --root FOLDER [--rows N] [--times N] [--kills N] [--json FILE]
 */
const { values } = parseArgs({
  options: {
    root: { type: "string" },
    rows: { type: "string", default: "1000000" },
    times: { type: "string", default: "3" },
    kills: { type: "string", default: "0" },
    json: { type: "string" },
  },
});
if (values.root === undefined) throw new Error("--root is a built checkout of an older commit");

function whole(name: "rows" | "times" | "kills", least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least) throw new Error(`--${name} is a whole number from ${least}`);
  return value;
}
const [rows, times, kills] = [whole("rows", 10), whole("times", 1), whole("kills", 0)];

/** What the first command on a million users and the changes of a tenth must keep to. */
const MUST = { seconds: 30, rssMb: 300 } as const;

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
process.once("SIGTERM", () => interrupt.abort(new Error("interrupted")));

const mb = (bytes: number): number => Math.round(bytes / 1e6);

/** The figures of the openings. */
function figuresOf(tenant: OldTenant, opened: readonly Opened[]) {
  const { shape, bytes } = opened[0] ?? { shape: tenant.shape, bytes: 0 };
  const peak = highest(opened.map(({ first }) => first.peakBytes));
  return {
    rows,
    changes: tenant.shape.rows["import_change"] ?? 0,
    version: { from: tenant.shape.version, to: shape.version },
    seconds: best(opened.map(({ first }) => first.seconds)),
    againSeconds: best(opened.map(({ again }) => again.seconds)),
    rssMb: peak === undefined ? undefined : mb(peak),
    diskMb: mb(bytes),
  };
}

/** Kills so many openings, each at a moment of its writing; those that end before do not count. */
async function killSome(tenant: OldTenant, migrated: Opened["shape"]): Promise<Readonly<Record<Left, number>>> {
  const left = { old: 0, new: 0, "not killed": 0 };
  if (kills === 0) return left;
  let lengthMs = await tenant.writingMs();
  while (left.old + left.new < kills) {
    const found = await tenant.kill(Math.random() * lengthMs, migrated);
    left[found] += 1;
    // the one that was timed may have been slower than most
    if (found === "not killed") lengthMs *= 0.9;
  }
  return left;
}

const folder = join(DATA, `run-${process.pid}`);
const home = await oldHomeOf(await builtCheckout(values.root), rows, interrupt.signal);
await mkdir(folder, { recursive: true });
try {
  const tenant = new OldTenant(home, folder, interrupt.signal);
  const opened: Opened[] = [];
  for (let at = 0; at < times; at += 1) opened.push(await tenant.open());
  const figures = figuresOf(tenant, opened);
  const { version, seconds, againSeconds, rssMb, diskMb, changes } = figures;
  process.stdout.write(
    `${rows} users, ${changes} changes kept, user_version ${version.from} to ${version.to}
first command: ${seconds.toFixed(3)} s, ${rssMb ?? "?"} MB; the next: ${againSeconds.toFixed(3)} s; on disk ${diskMb} MB
`,
  );
  const migrated = opened[0]?.shape ?? tenant.shape;
  const left = await killSome(tenant, migrated);
  if (kills > 0) {
    process.stdout.write(
      `killed ${kills} times: ${left.old} times the old tenant was left, ${left.new} times the new one\n`,
    );
  }
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ ...figures, kills, left }, undefined, 2)}\n`);
  }
  if (seconds > MUST.seconds || (rssMb ?? 0) > MUST.rssMb) {
    process.stdout.write(`MISSED: at most ${MUST.seconds} s and ${MUST.rssMb} MB\n`);
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
