import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Running } from "./program.ts";
import { TENANT } from "./tenant-state.ts";

export interface ProgramSnapshot {
  readonly stderr: string;
  readonly files: readonly string[];
}

const CHECK_INTERVAL_MS = 2;

/** Waits until the state of a program meets a condition, or until the program ends. */
export async function waitUntil(
  { process, ended }: Running,
  home: string,
  wished: (seen: ProgramSnapshot) => boolean,
): Promise<void> {
  const folder = join(home, TENANT);
  const said = { stderr: "", over: false };
  process.stderr?.on("data", (chunk: string) => (said.stderr += chunk));
  void ended.then(() => (said.over = true));
  const look = (): ProgramSnapshot => ({ stderr: said.stderr, files: listFilesIn(folder) });
  while (!said.over && !wished(look())) await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS));
}

function listFilesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    // the folder does not exist yet, or a file was deleted while the folder was being read
    return [];
  }
}
