import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import {
  getSessionEnd,
  roundToHour,
  SIGN_IN_LIMITS,
  TOKEN_DAYS,
  type CredentialKind,
  type TokenRight,
} from "../../model/credential.ts";
import { comparisonKey } from "../../model/normalise.ts";
import { text } from "../../text/index.ts";
import { getCurrentInstant, createId, sha256, type Surroundings } from "../ids.ts";
import { toActor } from "../policy/acting.ts";
import type { Actor } from "../policy/asker.ts";
import { Session } from "../session.ts";
import type { Reader, Writer } from "../store/store.ts";
import { generateSecret, verifyPassword } from "../verifier.ts";
import { findAccountByName } from "./askers.ts";
import {
  countSignInFailures,
  deleteExpiredCredentials,
  deleteSignInAttempt,
  findOldestFailure,
  insertCredential,
  insertSignInFailures,
} from "./credential-rows.ts";

/** What somebody types to sign in. */
export interface SignInRequest {
  readonly account: string;
  readonly password: string;
}

/** A new session. The secret is returned only here. */
export interface NewSession {
  readonly secret: string;
  /** a UTC instant: the end if the session is not used again */
  readonly expiresAt: string;
  readonly account: string;
}

/** Limits how many passwords are verified at the same time: each takes 19 MiB and a core. */
class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

const MAX_VERIFICATIONS_AT_ONCE = 2;

const verifications = new Turnstile(MAX_VERIFICATIONS_AT_ONCE);

const DAY_MS = 24 * 60 * 60 * 1000;

const WINDOW_MS = SIGN_IN_LIMITS.minutes * 60_000;

/** The failure for every attempt that does not succeed, whatever the reason, so that it reveals nothing. */
const SIGN_IN_REFUSED_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the account name or the password is wrong, or the account may not sign in",
    "アカウント名かパスワードが違うか、サインインできないアカウントです",
  ),
  hint: step("to try again", "もう一度サインインするには", line("login", [])),
});

const createLockedOutFailure = (waitMs: number): Failure =>
  new Failure("throttled", {
    what: text("too many failed attempts to sign in", "サインインの失敗が続いたため、しばらくサインインできません"),
    retryAfterMs: waitMs,
  });

/** Returns how long a subject is locked out, in milliseconds; undefined if it is not. */
const findLockMs = async (
  reader: Reader,
  { subject, max, now }: { readonly subject: string; readonly max: number; readonly now: number },
): Promise<number | undefined> => {
  const since = getCurrentInstant({ now: () => now - WINDOW_MS });
  if ((await countSignInFailures(reader, subject, since)) < max) return undefined;
  const oldest = await findOldestFailure(reader, subject, since);
  return oldest === undefined ? undefined : Date.parse(oldest) + WINDOW_MS - now;
};

/**
 * Counts an attempt as failed before the password is verified, so that attempts at the same time cannot exceed the
 * limits, and the count survives a crash. An attempt that succeeds is removed again.
 *
 * @throws Failure `throttled` if the account or the address has too many failed attempts
 */
const beginAttempt = (
  owner: Session,
  { account, address, attempt }: { readonly account: string; readonly address: string; readonly attempt: string },
) =>
  owner.change({ action: null, locks: [] }, async (writer) => {
    const now = owner.surroundings.now();
    const subjects = [`account ${comparisonKey("code", account)}`, `address ${address}`] as const;
    const [ofAccount, ofAddress] = subjects;
    const { perAccount, perAddress } = SIGN_IN_LIMITS;
    const waitMs =
      (await findLockMs(writer, { subject: ofAccount, max: perAccount, now })) ??
      (await findLockMs(writer, { subject: ofAddress, max: perAddress, now }));
    if (waitMs !== undefined) throw createLockedOutFailure(waitMs);
    const at = getCurrentInstant({ now: () => now });
    const since = getCurrentInstant({ now: () => now - WINDOW_MS });
    await insertSignInFailures(writer, { attempt, subjects, at, since });
    return { result: await findAccountByName(writer, account), objects: [] };
  });

/**
 * Signs an account in with its password.
 *
 * @param address the address from which the request came, for the limit on failed attempts
 * @throws Failure `not-signed-in`, the same for every reason, after the same work; `throttled`
 */
export const signIn = async (
  owner: Session,
  { account, password }: SignInRequest,
  address: string,
): Promise<NewSession> => {
  const attempt = createId(owner.surroundings);
  const found = await beginAttempt(owner, { account, address, attempt });
  const actor = found && toActor(found);
  const verifier = actor === undefined ? null : (found?.verifier ?? null);
  const isRight = await verifications.run(() => verifyPassword(verifier, password));
  if (!isRight || actor === undefined || found?.verifier === null) throw SIGN_IN_REFUSED_FAILURE;
  const session = new Session(owner.store, owner.surroundings, owner.actor, actor);
  return session.change({ action: "sessions.create", locks: ["accounts"] }, async (writer) => {
    // the password or the role may have changed while the password was verified
    const current = await findAccountByName(writer, account);
    if (current?.verifier !== verifier || toActor(current) === undefined) throw SIGN_IN_REFUSED_FAILURE;
    await deleteSignInAttempt(writer, attempt);
    const { secret, expiresAt } = await storeCredential(writer, session.surroundings, { actor, kind: "session" });
    return {
      result: { secret, expiresAt, account: current.name },
      objects: [{ thing: "account", id: current.id, name: current.name }],
    };
  });
};

/** A credential to make: for a token also its name, its rights and its end. */
interface CredentialRequest {
  readonly actor: Actor;
  readonly kind: CredentialKind;
  readonly name?: string;
  readonly rights?: readonly TokenRight[] | null;
  /** a UTC instant; default: the end of a new session */
  readonly expiresAt?: string;
}

/** Stores a new credential, and forgets those that have expired.  @returns its id, its secret and its end */
export const storeCredential = async (
  writer: Writer,
  surroundings: Surroundings,
  { actor, kind, name = "", rights = null, expiresAt }: CredentialRequest,
): Promise<{
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: string;
  readonly createdAt: string;
}> => {
  const { account } = actor;
  if (account === undefined) throw new TypeError("the machine's owner does not have credentials");
  const secret = generateSecret(surroundings.random);
  const createdAt = getCurrentInstant(surroundings);
  const lastUsedAt = roundToHour(createdAt);
  const id = createId(surroundings);
  const ends = expiresAt ?? getSessionEnd({ createdAt, lastUsedAt });
  const row = { id, user: account.user, kind, name, rights, createdAt, lastUsedAt, expiresAt: ends };
  const rememberedSince = Date.parse(createdAt) - TOKEN_DAYS.remembered * DAY_MS;
  const tokensBefore = getCurrentInstant({ now: () => rememberedSince });
  await deleteExpiredCredentials(writer, { now: createdAt, tokensBefore });
  await insertCredential(writer, { ...row, hash: sha256(secret) });
  return { id, secret, expiresAt: ends, createdAt };
};
