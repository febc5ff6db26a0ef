import { Failure } from "../../../errors/index.ts";
import { RESET_MAIL_LIMITS, SIGN_IN_LIMITS } from "../../../model/credential.ts";
import { comparisonKey } from "../../../model/normalise.ts";
import { text } from "../../../text/index.ts";
import { createId, getCurrentInstant, sha256, type Surroundings } from "../../store/ids.ts";
import { insertRow } from "../../ledger/rows.ts";
import type { Writer } from "../../store/types.ts";

/** An IPv4 address at the end of an IPv6 address counts as two groups. */
const splitGroups = (part: string): readonly string[] =>
  part === "" ? [] : part.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));

/** Returns the /64 network of an IPv6 address, or any other address unchanged. */
export const getSenderNetwork = (address: string): string => {
  if (!address.includes(":")) return address;
  const [start = "", end = ""] = address.toLowerCase().split("::");
  const [first, last] = [splitGroups(start), splitGroups(end)];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const network = [...first, ...zeros, ...last].slice(0, 4);
  return `${network.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
};

/** The account name is the typed text; there may be no such account. */
export interface AttemptSource {
  readonly account: string;
  readonly address: string;
}

interface AttemptLimit {
  /** a hash, because people sometimes type their password as the account name */
  readonly subject: string;
  readonly max: number;
  readonly minutes: number;
}

type Limits = Readonly<Record<"perAccount" | "perAddress" | "minutes", number>>;

const buildLimits = (
  kind: string,
  { account, address }: AttemptSource,
  { perAccount, perAddress, minutes }: Limits,
): readonly AttemptLimit[] => [
  { subject: sha256(`${kind} account ${comparisonKey("code", account)}`), max: perAccount, minutes },
  { subject: sha256(`${kind} address ${getSenderNetwork(address)}`), max: perAddress, minutes },
];

export const limitGuesses = (source: AttemptSource): readonly AttemptLimit[] =>
  buildLimits("guess", source, SIGN_IN_LIMITS);

export const limitResetMails = (source: AttemptSource): readonly AttemptLimit[] =>
  buildLimits("mail", source, RESET_MAIL_LIMITS);

const createTooManyAttemptsFailure = (waitMs: number): Failure =>
  new Failure("throttled", {
    what: text("too many attempts; try again later", "操作の回数が上限に達しました。しばらく待ってください"),
    retryAfterMs: waitMs,
  });

const COUNT_SQL = "select count(*) as count, min(until) as until from main.counted_attempt where subject = :subject";

/**
 * Counts an attempt before its outcome is known, so that parallel attempts cannot exceed the limit. @throws `throttled`
 */
export const countAttempt = async (
  writer: Writer,
  surroundings: Surroundings,
  limits: readonly AttemptLimit[],
): Promise<string> => {
  const time = surroundings.now();
  const now = getCurrentInstant({ now: () => time });
  await writer.run("delete from main.counted_attempt where until <= :now", { now });
  for (const { subject, max } of limits) {
    const { count = 0, until = null } =
      (await writer.get<{ count: number; until: string | null }>(COUNT_SQL, { subject })) ?? {};
    if (count >= max) throw createTooManyAttemptsFailure(until === null ? 0 : Date.parse(until) - time);
  }
  const attempt = createId(surroundings);
  for (const { subject, minutes } of limits) {
    const until = getCurrentInstant({ now: () => time + minutes * 60_000 });
    await insertRow(writer, "counted_attempt", { attempt, subject, until });
  }
  return attempt;
};

export const deleteAttempt = (writer: Writer, attempt: string): Promise<number> =>
  writer.run("delete from main.counted_attempt where attempt = :attempt", { attempt });
