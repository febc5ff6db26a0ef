import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { line, step } from "../../../advice/index.ts";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { findAccountByName, toActor } from "../../ledger/actor.ts";
import { Session } from "../../ledger/session.ts";
import { verifyPassword } from "../../subjects/verifier.ts";
import { countAttempt, deleteAttempt, limitGuesses, type AttemptSource } from "./attempts.ts";
import { storeCredential } from "./credentials.ts";

export interface SignInRequest {
  readonly account: string;
  readonly password: string;
}

export interface NewSession {
  readonly secret: string;
  readonly expiresAt: string;
  readonly account: string;
}

class PasswordQueue {
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

/** Limits how many passwords are hashed at the same time for people who are not signed in. */
export const passwordQueue = new PasswordQueue(MAX_VERIFICATIONS_AT_ONCE);

/** The failure is always the same, so that it does not reveal its cause. */
const SIGN_IN_REFUSED_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the account name or the password is wrong, or the account may not sign in",
    "アカウント名かパスワードが違うか、サインインできないアカウントです",
  ),
  hint: step("to try again", "もう一度サインインするには", line("login", [])),
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

const beginAttempt = (owner: Session, source: AttemptSource) =>
  owner.change({ action: null, locks: [] }, async (writer) => {
    const attempt = await countAttempt(writer, owner.surroundings, limitGuesses(source));
    return { result: { attempt, found: await findAccountByName(writer, source.account) }, objects: [] };
  });

/** @throws `not-signed-in` after a fixed time; `throttled` */
export const signIn = (owner: Session, request: SignInRequest, address: string): Promise<NewSession> =>
  refuseInConstantTime(SIGN_IN_REFUSED_FAILURE, () => tryToSignIn(owner, request, address));

const tryToSignIn = async (owner: Session, { account, password }: SignInRequest, address: string) => {
  const { attempt, found } = await beginAttempt(owner, { account, address });
  const actor = found && toActor(found);
  const verifier = actor === undefined ? null : (found?.verifier ?? null);
  const isRight = await passwordQueue.run(() => verifyPassword(verifier, password));
  if (!isRight || actor === undefined) throw SIGN_IN_REFUSED_FAILURE;
  const session = new Session(owner.store, owner.surroundings, owner.actorName, actor);
  return session.change({ action: "sessions.create", locks: ["accounts"] }, async (writer) => {
    // the password or the role may have changed meanwhile
    const current = await findAccountByName(writer, account);
    if (current?.verifier !== verifier || toActor(current) === undefined) throw SIGN_IN_REFUSED_FAILURE;
    await deleteAttempt(writer, attempt);
    const { secret, expiresAt } = await storeCredential(writer, session.surroundings, { actor, kind: "session" });
    return {
      result: { secret, expiresAt, account: current.name },
      objects: [{ thing: "account", id: current.id, name: current.name }],
    };
  });
};
