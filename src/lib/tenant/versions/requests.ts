import type { RecordHistory } from "../../contract/index.ts";
import type { Session } from "../session.ts";
import type { NounWithHistory } from "./history.ts";

/** Returns the histories of a noun's records that have or had a name, also of deleted ones. */
export const history = async (
  session: Session,
  noun: NounWithHistory,
  name: string,
): Promise<readonly RecordHistory[]> => {
  // lists start sooner without it
  const { readHistory } = await import("./history.ts");
  return session.read((reader) => readHistory(reader, noun, name));
};
