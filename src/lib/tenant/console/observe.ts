import type { Writer } from "../store/store.ts";
import { OBSERVING } from "./observed.ts";

/** Stores what the console of a mirror had of the records that a change wrote. Call it when its versions are settled. */
export const observe = async (writer: Writer): Promise<void> => {
  const revision = await writer.revision();
  for (const sql of OBSERVING) await writer.run(sql, { revision });
};
