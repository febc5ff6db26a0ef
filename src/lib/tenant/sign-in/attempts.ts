import { Failure } from "../../errors/index.ts";
import { SIGN_IN_LIMITS } from "../../model/credential.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { getSenderNetwork } from "./sender.ts";
import { text } from "../../text/index.ts";
import { createId, getCurrentInstant, sha256, type Surroundings } from "../ids.ts";
import type { Writer } from "../store/store.ts";
import { countAttempts, deleteExpiredAttempts, insertAttempt } from "./attempt-rows.ts";

/** Who attempts something: the account as typed, which may not exist, and the address of the request. */
export interface AttemptSource {
  readonly account: string;
  readonly address: string;
}

interface AttemptLimit {
  /** a hash, because people also type passwords where the account name belongs */
  readonly subject: string;
  readonly max: number;
}

const listLimits = ({ account, address }: AttemptSource): readonly AttemptLimit[] => [
  { subject: sha256(`account ${comparisonKey("code", account)}`), max: SIGN_IN_LIMITS.perAccount },
  { subject: sha256(`address ${getSenderNetwork(address)}`), max: SIGN_IN_LIMITS.perAddress },
];

const createTooManyAttemptsFailure = (waitMs: number): Failure =>
  new Failure("throttled", {
    what: text("too many attempts", "回数の上限に達したため、しばらく受け付けません"),
    retryAfterMs: waitMs,
  });

/**
 * Counts an attempt before it is decided, so that attempts at the same time cannot exceed the limits, and the count
 * survives a crash. A successful attempt is deleted again.
 *
 * @returns the id of the attempt
 * @throws Failure `throttled` if a subject has as many attempts as its limit permits
 */
export const countAttempt = async (
  writer: Writer,
  surroundings: Surroundings,
  source: AttemptSource,
): Promise<string> => {
  const time = surroundings.now();
  const now = getCurrentInstant({ now: () => time });
  await deleteExpiredAttempts(writer, now);
  const limits = listLimits(source);
  for (const { subject, max } of limits) {
    const { count, until } = await countAttempts(writer, subject, now);
    if (count >= max) throw createTooManyAttemptsFailure(until === null ? 0 : Date.parse(until) - time);
  }
  const attempt = createId(surroundings);
  const until = getCurrentInstant({ now: () => time + SIGN_IN_LIMITS.minutes * 60_000 });
  for (const { subject } of limits) await insertAttempt(writer, { attempt, subject, until });
  return attempt;
};
