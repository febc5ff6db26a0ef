import type { UnreadableRecord } from "../../../apple/service/device.ts";
import type { Reader, Writer } from "../store.ts";

const COUNT = "select count(*) from ade_unreadable";

/** Returns the number of records that could not be read, and were not read since. */
export const countUnreadable = (reader: Reader): Promise<number> => reader.count(COUNT);

/** Returns the records that a run could not read, in the order in which they came. */
export const unreadableOf = async (reader: Reader, run: number, most: number): Promise<UnreadableRecord[]> =>
  (await reader.all("select serialNumber, place, member from ade_unreadable where run = :run order by pk limit :most", {
    run,
    most,
  })) as unknown as UnreadableRecord[];

/**
 * Keeps the records of a page that could not be read, until a later record of the same device can be read.
 *
 * @param read the serial numbers that could be read
 * @returns how many records the run could not read until now
 */
export const storeUnreadable = async (
  writer: Writer,
  { run, read, unreadable }: { run: number; read: Iterable<string>; unreadable: readonly UnreadableRecord[] },
): Promise<number> => {
  const replaced = [...read, ...unreadable.flatMap(({ serialNumber }) => serialNumber ?? [])];
  if ((await countUnreadable(writer)) > 0) {
    await writer.runEach(
      "delete from ade_unreadable where serialNumber = :serialNumber",
      ["serialNumber"],
      replaced.map((serial) => [serial]),
    );
  }
  await writer.runEach(
    "insert into ade_unreadable (run, serialNumber, place, member) values (:run, :serialNumber, :place, :member)",
    ["run", "serialNumber", "place", "member"],
    unreadable.map(({ serialNumber, place, member }) => [run, serialNumber, place, member]),
  );
  return writer.count(`${COUNT} where run = :run`, { run });
};

/** Forgets the records of earlier runs: a full fetch has read, or named, everything again. */
export const forgetEarlierUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run <> :run", { run }));

/** Forgets the records of a run that begins anew. */
export const forgetUnreadable = async (writer: Writer, run: number): Promise<void> =>
  void (await writer.run("delete from ade_unreadable where run = :run", { run }));
