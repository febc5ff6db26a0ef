import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Running } from "./program.ts";
import { TENANT } from "./tenant-state.ts";

/** What can be seen of a running program from outside. */
export interface Seen {
  readonly stdout: string;
  readonly stderr: string;
  /** files of the embedded tenant */
  readonly files: readonly string[];
  /** what lies in the home itself */
  readonly homeFiles: readonly string[];
  /** size of the tenant's write-ahead log */
  readonly logBytes: number;
}

/** How often is looked. */
const EVERY_MS = 2;

/** Waits until what is seen of a program is as wished, or until it has ended. */
export async function until({ process, ended }: Running, home: string, wished: (seen: Seen) => boolean): Promise<void> {
  const folder = join(home, TENANT);
  const said = { stdout: "", stderr: "", over: false };
  process.stdout?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString("latin1")));
  process.stderr?.on("data", (chunk: string) => (said.stderr += chunk));
  void ended.then(() => (said.over = true));
  const look = (): Seen => ({
    ...said,
    files: filesIn(folder),
    homeFiles: readdirSync(home),
    logBytes: statSync(join(folder, "tenant.db-wal"), { throwIfNoEntry: false })?.size ?? 0,
  });
  while (!said.over && !wished(look())) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    // not made yet, or a file went while it was read
    return [];
  }
}
