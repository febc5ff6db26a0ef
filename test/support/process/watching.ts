import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Running } from "./program.ts";
import { TENANT } from "./tenant-state.ts";

/** The state of a running program, observed from outside. */
export interface ProgramSnapshot {
  readonly stdout: string;
  readonly stderr: string;
  /** files of the local tenant */
  readonly files: readonly string[];
  /** files and folders directly in the home */
  readonly homeFiles: readonly string[];
  /** size of the tenant's write-ahead log */
  readonly logBytes: number;
}

/** How often the state is checked. */
const EVERY_MS = 2;

/** Waits until the state of a program meets a condition, or until the program has ended. */
export async function waitUntil(
  { process, ended }: Running,
  home: string,
  wished: (seen: ProgramSnapshot) => boolean,
): Promise<void> {
  const folder = join(home, TENANT);
  const said = { stdout: "", stderr: "", over: false };
  process.stdout?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString("latin1")));
  process.stderr?.on("data", (chunk: string) => (said.stderr += chunk));
  void ended.then(() => (said.over = true));
  const look = (): ProgramSnapshot => ({
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
    // the folder does not exist yet, or a file was deleted while the folder was read
    return [];
  }
}
