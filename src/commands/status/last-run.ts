import { join } from "node:path";
import { ensureFolder, readSmallFile, writeProgramFile } from "../../lib/files/index.ts";
import type { Tools } from "../tools.ts";

const MAX_RUN_FILE_BYTES = 100;

export const getRunFolder = ({ home }: Pick<Tools, "home">): string => join(home.folder, "runs");

export async function findLastRun(tools: Pick<Tools, "home">, context: string): Promise<string | undefined> {
  const note = await readSmallFile(join(getRunFolder(tools), context), MAX_RUN_FILE_BYTES).catch(() => undefined);
  const [at = ""] = note === undefined ? [] : Buffer.from(note.bytes).toString("utf8").split(/\s/);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at) ? at : undefined;
}

/** @throws if the end of the run cannot be recorded, because the run would then count as missed */
export async function recordRun(
  tools: Pick<Tools, "home" | "clock" | "temporary">,
  contexts: readonly string[],
): Promise<void> {
  await ensureFolder(getRunFolder(tools));
  const note = `${tools.clock.now().toISOString()}\n`;
  for (const name of contexts) await writeProgramFile(join(getRunFolder(tools), name), note, tools.temporary);
}
