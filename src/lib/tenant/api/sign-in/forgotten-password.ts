import { setTimeout as sleep } from "node:timers/promises";
import { line, step } from "../../../advice/index.ts";
import { Failure } from "../../../errors/index.ts";
import { findPasswordFault } from "../../../nouns/account.ts";
import { text } from "../../../text/index.ts";
import { findAccountByName, type Actor, toActor } from "../../ledger/actor.ts";
import { applyResetCode, checkResetCode, sendResetCode, type OpenMail } from "../../subjects/account-reset.ts";
import { Session } from "../../ledger/session.ts";
import { createPasswordVerifier } from "../../subjects/verifier.ts";
import { countAttempt, deleteAttempt, limitGuesses, limitResetMails, type AttemptSource } from "./attempts.ts";
import { passwordQueue, refuseInConstantTime } from "./sign-in.ts";

/** Delay after which an email is sent, so that the response time does not reveal whether an email is sent. */
const MAIL_DELAY_MS = 100;

const openSession = ({ store, surroundings, actorName }: Session, actor: Actor): Session =>
  new Session(store, surroundings, actorName, actor);

/** Counts the request for a code. Returns a function that sends the code, if any. @throws `unavailable`, `throttled` */
export const requestResetCode = async (
  { owner, mail }: { readonly owner: Session; readonly mail: OpenMail },
  source: AttemptSource,
): Promise<((signal: AbortSignal) => Promise<void>) | undefined> => {
  const send = await mail();
  const found = await owner.change({ action: null, locks: [] }, async (writer) => {
    await countAttempt(writer, owner.surroundings, limitResetMails(source));
    return { result: await findAccountByName(writer, source.account), objects: [] };
  });
  const actor = found && toActor(found);
  if (found === undefined || actor === undefined) return undefined;
  const session = openSession(owner, actor);
  return async (signal) => {
    await sleep(MAIL_DELAY_MS, undefined, { signal }).catch(() => undefined);
    await sendResetCode(session, send, found.id);
  };
};

export interface ForgottenPassword {
  readonly account: string;
  readonly code: string;
  readonly password: string;
}

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

/** @throws `input-rejected`, `throttled`; `not-signed-in` after a fixed time */
export const resetForgottenPassword = (
  owner: Session,
  request: ForgottenPassword,
  address: string,
): Promise<{ readonly account: string }> =>
  refuseInConstantTime(RESET_REFUSED_FAILURE, () => tryToReset(owner, request, address));

const tryToReset = async (owner: Session, { account, code, password }: ForgottenPassword, address: string) => {
  const fault = findPasswordFault(password);
  if (fault !== undefined) throw new Failure("input-rejected", { what: fault, where: "json.password" });
  const { attempt, found, isRight } = await owner.change({ action: null, locks: ["accounts"] }, async (writer) => {
    const counted = await countAttempt(writer, owner.surroundings, limitGuesses({ account, address }));
    const named = await findAccountByName(writer, account);
    const isValid = named !== undefined && (await checkResetCode(owner, writer, { id: named.id, code }));
    return { result: { attempt: counted, found: named, isRight: isValid }, objects: [] };
  });
  const verifier = await passwordQueue.run(() => createPasswordVerifier(password, owner.surroundings.random));
  const actor = found && toActor(found);
  if (!isRight || found === undefined || actor === undefined) throw RESET_REFUSED_FAILURE;
  const session = openSession(owner, actor);
  await applyResetCode(session, { id: found.id, code, password, verifier }, RESET_REFUSED_FAILURE);
  await owner.change({ action: null, locks: [] }, async (writer) => {
    await deleteAttempt(writer, attempt);
    return { result: undefined, objects: [] };
  });
  return { account: found.name };
};
