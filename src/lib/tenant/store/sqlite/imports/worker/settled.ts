import { readOpenTasks, type OpenTasks } from "../../../../console/tasks.ts";
import { listImports, type ImportRecord, type Settled } from "../../../imports/record.ts";
import type { Reader, Writer } from "../../../store.ts";
import { readMirrored, setMirrored } from "../../../tenant.ts";

/** What is open before an export of the console is taken over, and how old the mirror is. */
export interface Unsettled extends OpenTasks {
  readonly mirroredBefore: string | null;
}

/** Returns what is open before an export of the console is taken over. */
export const readUnsettled = async (reader: Reader): Promise<Unsettled> => ({
  ...(await readOpenTasks(reader)),
  mirroredBefore: await readMirrored(reader),
});

/** Returns which tasks an export of the console settled, that was just taken over. */
export const readSettled = async (reader: Reader, { mirroredBefore, open: before }: Unsettled): Promise<Settled> => {
  const { open, contradicted } = await readOpenTasks(reader);
  return {
    mirroredBefore,
    closed: [...before].filter((number) => !open.has(number)),
    contradicted: [...contradicted].filter((number) => before.has(number)),
    reopened: [...open].filter((number) => !before.has(number)),
  };
};

/** Makes a mirror as old as it was before an export of the console that is undone. Exports may be undone in any order. */
export const restoreAge = async (writer: Writer, { detail: { settled, committedAt } }: ImportRecord): Promise<void> => {
  if (settled === undefined || (await readMirrored(writer)) !== committedAt) return;
  const undone = (await listImports(writer)).filter(({ detail }) => detail.settled && detail.revertedBy !== null);
  let before = settled.mirroredBefore;
  for (const { detail } of undone) if (detail.committedAt === before) before = detail.settled?.mirroredBefore ?? null;
  await setMirrored(writer, before);
};
