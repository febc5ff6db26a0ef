import type { Reader, Writer } from "../store/store.ts";

interface CountedAttempts {
  readonly count: number;
  readonly until: string | null;
}

export const countAttempts = async (reader: Reader, subject: string, now: string): Promise<CountedAttempts> => {
  const row = await reader.get(
    "select count(*) as number, min(until) as until from main.counted_attempt where subject = :subject and until > :now",
    { subject, now },
  );
  const until = row?.["until"] ?? null;
  return { count: Number(row?.["number"] ?? 0), until: until === null ? null : String(until) };
};

/** Counts an attempt for a subject until an instant. */
export const insertAttempt = async (
  writer: Writer,
  attempt: { readonly attempt: string; readonly subject: string; readonly until: string },
): Promise<void> => {
  await writer.run(
    "insert into main.counted_attempt (attempt, subject, until) values (:attempt, :subject, :until)",
    attempt,
  );
};

/** Forgets the attempts that no longer count. */
export const deleteExpiredAttempts = async (writer: Writer, now: string): Promise<void> => {
  await writer.run("delete from main.counted_attempt where until <= :now", { now });
};

/** Forgets an attempt that succeeded. */
export const deleteAttempt = async (writer: Writer, attempt: string): Promise<void> => {
  await writer.run("delete from main.counted_attempt where attempt = :attempt", { attempt });
};
