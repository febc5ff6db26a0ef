import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { line, step } from "../../../advice/index.ts";
import { Failure, ignoreFailure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { findAccountByName, toActor, type Actor } from "../../ledger/actor.ts";
import { Session } from "../../ledger/session.ts";
import type { Sender } from "../../subjects/parts.ts";
import { verifyPassword, createPasswordVerifier } from "../../subjects/verifier.ts";
import { storeCredential } from "./credentials.ts";
import { RESET_MAIL_LIMITS, SIGN_IN_LIMITS } from "../../../model/credential.ts";
import { comparisonKey } from "../../../model/normalise.ts";
import { createId, getCurrentInstant, sha256, type Surroundings } from "../../store/ids.ts";
import { insertRow } from "../../ledger/rows.ts";
import type { AttemptLimit } from "../../store/change-log.ts";
import type { Writer } from "../../store/types.ts";
import { findPasswordFault } from "../../../nouns/account.ts";
import { applyResetCode, checkResetCode, sendResetCode, type OpenMail } from "../../subjects/account-reset.ts";

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
export type AttemptSource = Sender & { readonly account: string };

type Limits = Readonly<Record<"perAccount" | "perAddress" | "minutes", number>>;

const buildLimits = (
  kind: string,
  { account, address, missing }: AttemptSource,
  { perAccount, perAddress, minutes }: Limits,
): readonly AttemptLimit[] => {
  const own = missing === undefined ? kind : `${JSON.stringify(missing)} ${kind}`;
  return [
    { subject: sha256(`${own} account ${comparisonKey("code", account)}`), max: perAccount, minutes },
    { subject: sha256(`${own} address ${getSenderNetwork(address)}`), max: perAddress, minutes },
  ];
};

const createTooManyAttemptsFailure = (waitMs: number): Failure =>
  new Failure("throttled", {
    what: text("too many attempts; try again later", "操作の回数が上限に達しました。しばらく待ってください"),
    retryAfterMs: waitMs,
  });

const COUNT_SQL = "select count(*) as count, min(until) as until from main.counted_attempt where subject = :subject";

const countInFile = async (writer: Writer, surroundings: Surroundings, limits: readonly AttemptLimit[]) => {
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
  return { result: attempt, objects: [] };
};

const deleteFromFile = async (writer: Writer, attempt: string) => {
  const result = await writer.run("delete from main.counted_attempt where attempt = :attempt", { attempt });
  return { result, objects: [] };
};

const UNRECORDED = { action: null, locks: [] } as const;

/**
 * Counts an attempt before its outcome is known, so that parallel attempts cannot exceed the limit. Returns a function
 * that forgets the attempt. @throws `throttled`
 */
const countAttempt = async (owner: Session, limits: readonly AttemptLimit[]): Promise<() => Promise<unknown>> => {
  const { surroundings, store } = owner;
  const { shared } = store;
  if (shared === undefined) {
    const attempt = await owner.change(UNRECORDED, (writer) => countInFile(writer, surroundings, limits));
    return () => owner.change(UNRECORDED, (writer) => deleteFromFile(writer, attempt));
  }
  const waitMs = await shared.countAttempt(limits);
  if (waitMs !== undefined) throw createTooManyAttemptsFailure(waitMs);
  return () => shared.forgetAttempt(limits);
};

const countGuess = (owner: Session, source: AttemptSource) =>
  countAttempt(owner, buildLimits("guess", source, SIGN_IN_LIMITS));

type SignInRequest = Readonly<Record<"account" | "password", string>>;

const MAX_HASHES_AT_ONCE = 2;

const waitingHashes: (() => void)[] = [];
let freeHashes = MAX_HASHES_AT_ONCE;

/** Limits how many passwords are hashed at the same time for people who are not signed in. */
const queueHash = async <T>(work: () => Promise<T>): Promise<T> => {
  if (freeHashes > 0) freeHashes -= 1;
  else await new Promise<void>((resolve) => waitingHashes.push(resolve));
  try {
    return await work();
  } finally {
    const next = waitingHashes.shift();
    if (next === undefined) freeHashes += 1;
    else next();
  }
};

/** The failure is always the same, so that it does not reveal its cause. */
const SIGN_IN_REFUSED_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the account name or the password is wrong, or the account may not sign in",
    "アカウント名かパスワードが違うか、サインインできないアカウントです",
  ),
  hint: step("if you forgot the password", "パスワードを忘れたときは", line("login", [], { forgot: "ACCOUNT" })),
});

const FAILED_ATTEMPT_MS = 100;

/** Delays a refusal, so that all refusals take the same time. @throws `refusal`; other failures without a delay */
export const refuseInConstantTime = async <T>(refusal: Failure, attempt: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  try {
    return await attempt();
  } catch (error) {
    if (error === refusal) await sleep(Math.max(0, begun + FAILED_ATTEMPT_MS - performance.now()));
    throw error;
  }
};

export const signIn = (owner: Session, request: SignInRequest, sender: Sender) =>
  refuseInConstantTime(SIGN_IN_REFUSED_FAILURE, () => tryToSignIn(owner, request, sender));

const openSession = ({ store, surroundings, actorName }: Session, actor: Actor): Session =>
  new Session(store, surroundings, actorName, actor);

const tryToSignIn = async (owner: Session, { account, password }: SignInRequest, sender: Sender) => {
  const forget = await countGuess(owner, { ...sender, account });
  const found = await owner.read((reader) => findAccountByName(reader, account));
  const actor = found && toActor(found);
  const verifier = actor === undefined ? null : (found?.verifier ?? null);
  const isRight = await queueHash(() => verifyPassword(verifier, password));
  if (!isRight || actor === undefined) throw SIGN_IN_REFUSED_FAILURE;
  const session = openSession(owner, actor);
  const signedIn = await session.change({ action: "sessions.create", locks: ["accounts"] }, async (writer) => {
    // the password or the role may have changed meanwhile
    const current = await findAccountByName(writer, account);
    if (current?.verifier !== verifier || toActor(current) === undefined) throw SIGN_IN_REFUSED_FAILURE;
    const { secret, expiresAt } = await storeCredential(writer, session.surroundings, { actor, kind: "session" });
    return {
      result: { secret, expiresAt, account: current.name },
      objects: [{ thing: "account", id: current.id, name: current.name }],
    };
  });
  await ignoreFailure(forget);
  return signedIn;
};

/** Delay after which an email is sent, so that the response time does not reveal whether an email is sent. */
const MAIL_DELAY_MS = 100;

/** Counts the request for a code. Returns a function that sends the code, if any. @throws `unavailable`, `throttled` */
export const requestResetCode = async (
  { owner, mail }: { readonly owner: Session; readonly mail: OpenMail },
  source: AttemptSource,
): Promise<((signal: AbortSignal) => Promise<void>) | undefined> => {
  const send = await mail();
  await countAttempt(owner, buildLimits("mail", source, RESET_MAIL_LIMITS));
  const found = await owner.read((reader) => findAccountByName(reader, source.account));
  const actor = found && toActor(found);
  if (found === undefined || actor === undefined) return undefined;
  const session = openSession(owner, actor);
  return async (signal) => {
    await sleep(MAIL_DELAY_MS, undefined, { signal }).catch(() => undefined);
    await sendResetCode(session, send, found.id);
  };
};

type ForgottenPassword = SignInRequest & { readonly code: string };

const RESET_REFUSED_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the account name or the code is wrong, or the code has expired",
    "アカウント名かコードが違うか、コードの有効期限が切れています",
  ),
  hint: step(
    "to receive a new code by email",
    "新しいコードをメールで受け取るには",
    line("login", [], { forgot: "ACCOUNT" }),
  ),
});

export const resetForgottenPassword = (
  owner: Session,
  request: ForgottenPassword,
  sender: Sender,
): Promise<{ readonly account: string }> =>
  refuseInConstantTime(RESET_REFUSED_FAILURE, () => tryToReset(owner, request, sender));

const tryToReset = async (owner: Session, { account, code, password }: ForgottenPassword, sender: Sender) => {
  const fault = findPasswordFault(password);
  if (fault !== undefined) throw new Failure("input-rejected", { what: fault, where: "json.password" });
  const forget = await countGuess(owner, { ...sender, account });
  const { found, isRight } = await owner.change({ action: null, locks: ["accounts"] }, async (writer) => {
    const named = await findAccountByName(writer, account);
    const isValid = named !== undefined && (await checkResetCode(owner, writer, { id: named.id, code }));
    return { result: { found: named, isRight: isValid }, objects: [] };
  });
  const verifier = await queueHash(() => createPasswordVerifier(password, owner.surroundings.random));
  const actor = found && toActor(found);
  if (!isRight || found === undefined || actor === undefined) throw RESET_REFUSED_FAILURE;
  const session = openSession(owner, actor);
  await applyResetCode(session, { id: found.id, code, password, verifier }, RESET_REFUSED_FAILURE);
  await ignoreFailure(forget);
  return { account: found.name };
};
