import { join } from "node:path";
import { ERRORS, Failure, ignoreFailure } from "../../lib/errors/index.ts";
import { readSmallFile, ensureFolder, writeProgramFile } from "../../lib/files/index.ts";
import { formatLastRun, parseLastRun, type LastRun } from "../../lib/renewals/schedule.ts";
import type { Outcome } from "../command.ts";
import type { Tools } from "../tools.ts";

const MAX_NOTE_BYTES = 100;

const getFolder = ({ home }: Pick<Tools, "home">): string => join(home.data, "runs");

/** Returns when reminders of a context were last sent; undefined if they never were. */
export async function findLastRun(tools: Pick<Tools, "home">, context: string): Promise<LastRun | undefined> {
  const note = await readSmallFile(join(getFolder(tools), context), MAX_NOTE_BYTES).catch(() => undefined);
  return note === undefined ? undefined : parseLastRun(Buffer.from(note.bytes).toString("utf8"));
}

export async function stampRun(
  tools: Pick<Tools, "home" | "clock" | "temporary">,
  contexts: readonly string[],
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  let exit: number = ERRORS.unexpected.exit;
  try {
    const outcome = await run();
    exit = typeof outcome === "string" ? ERRORS[outcome].exit : (outcome ?? 0);
    return outcome;
  } catch (error) {
    if (error instanceof Failure) ({ exit } = ERRORS[error.code]);
    throw error;
  } finally {
    const note = formatLastRun({ at: tools.clock.now().toISOString(), exit });
    // a run that could not be noted counts as missed
    await ignoreFailure(async () => {
      await ensureFolder(getFolder(tools));
      for (const name of contexts) await writeProgramFile(join(getFolder(tools), name), note, tools.temporary);
    });
  }
}
