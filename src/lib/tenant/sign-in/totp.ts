import { commandName, line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { BACKUP_CODES } from "../../model/credential.ts";
import { text } from "../../text/index.ts";
import { getStoredAccount } from "../accounts/accounts.ts";
import { findAccountByName, type ActingAccount, type StoredTotp } from "../accounts/askers.ts";
import { permitAccountChange } from "../accounts/draft.ts";
import type { AppleAccess } from "../ade/guard.ts";
import { listSealedSecrets } from "../ade/sealed.ts";
import { getCurrentInstant } from "../ids.ts";
import type { ActorAccount } from "../policy/asker.ts";
import { readTenantName } from "../records/tenant-rows.ts";
import { getRecordById } from "../records/records.ts";
import { ACCOUNTS } from "../accounts/account-rows.ts";
import type { Session } from "../session.ts";
import type { Writer } from "../store/store.ts";
import { createCodeVerifier, generateCode, verifyCode } from "../verifier.ts";
import { deleteAttempt } from "./attempt-rows.ts";
import { countAttempt, limitGuesses } from "./attempts.ts";
import { deleteOtherSessions } from "./credential-rows.ts";
import { requireAccount } from "./credentials.ts";
import { buildTotpUri, findTotpStep, generateTotpSecret } from "./totp-code.ts";
import { deleteTotp, enableTotp, findPendingTotpSecret, storePendingTotpSecret } from "./totp-rows.ts";

/** Returns the purpose for sealing a secret. A secret that is sealed for one account is unusable for another. */
const sealPurposeOf = (accountId: string): string => `totp ${accountId}`;

/** A typed code, and the secret of the app that should have made it. */
interface TypedCode {
  /** undefined if the secret cannot be unsealed: then only backup codes are accepted */
  readonly secret: string | undefined;
  readonly code: string;
  /** milliseconds since 1970-01-01 UTC */
  readonly now: number;
}

/**
 * Decides whether a code is accepted. Every code is accepted only once.
 *
 * @returns the state of the app after the code was used; `not-needed` without an app
 */
export const acceptCode = (
  totp: StoredTotp | undefined,
  { secret, code, now }: TypedCode,
): StoredTotp | "not-needed" | "refused" => {
  if (totp === undefined) return "not-needed";
  const at = secret === undefined ? undefined : findTotpStep(secret, code, now);
  if (at !== undefined) return at > totp.lastStep ? { ...totp, lastStep: at } : "refused";
  const left = totp.backupCodes.filter((verifier) => !verifyCode(verifier, code));
  return left.length < totp.backupCodes.length ? { ...totp, backupCodes: left } : "refused";
};

/**
 * Returns the secret of an account's app; undefined without an app, or if the key that sealed the secret is lost (then
 * `doctor` reports it, and backup codes are still accepted).
 */
export const unsealTotpSecret = async (
  sealing: Pick<AppleAccess["sealing"], "unseal">,
  account: Pick<ActingAccount, "id" | "totp"> | undefined,
): Promise<string | undefined> => {
  if (account?.totp === undefined) return undefined;
  return sealing.unseal(sealPurposeOf(account.id), account.totp.secret).catch(() => undefined);
};

/** What setting up an authenticator app needs: the session of the account, and what seals secrets. */
export interface TotpParts {
  readonly session: Session;
  readonly sealing: AppleAccess["sealing"];
}

/** A secret for an authenticator app. It is returned only here. */
export interface NewTotp {
  /** in Base32, to type it into the app */
  readonly secret: string;
  /** `otpauth://…`, for the app's camera as a QR code */
  readonly uri: string;
}

const requireNoTotp = async (
  writer: Parameters<typeof findAccountByName>[0],
  { name }: ActorAccount,
): Promise<void> => {
  if ((await findAccountByName(writer, name))?.totp === undefined) return;
  throw new Failure("input-rejected", {
    what: text(`${name} already has an authenticator app`, `「${name}」には認証アプリが設定されています`),
    hint: step(
      "to set up another app, first disable this one",
      "別のアプリを設定するには、先に無効にしてください",
      line("clomo-account totp disable", []),
    ),
  });
};

/**
 * Creates a secret for the acting account's authenticator app. Codes are required only after a code was confirmed.
 *
 * @throws Failure `input-rejected` if the account has an app already
 */
export const beginTotp = async ({ session, sealing }: TotpParts): Promise<NewTotp> => {
  const account = requireAccount(session);
  const [issuer, kept] = await session.read(async (reader) => {
    await requireNoTotp(reader, account);
    return [await readTenantName(reader), await listSealedSecrets(reader)] as const;
  });
  const secret = generateTotpSecret(session.surroundings.random);
  const sealed = await sealing.seal(sealPurposeOf(account.id), secret, kept);
  await session.change({ action: null, locks: ["accounts"] }, async (writer) => {
    await requireNoTotp(writer, account);
    await storePendingTotpSecret(writer, account.user, sealed);
    return { result: undefined, objects: [] };
  });
  return { secret, uri: buildTotpUri(secret, { issuer, account: account.name }) };
};

/** The command of the hint has --code, because without it `enable` would create another key. */
const createWrongCodeFailure = (verb: "enable" | "disable"): Failure =>
  new Failure("input-rejected", {
    what: text("wrong code", "コードが違います"),
    where: "json.code",
    hint: step(
      "check the clock of the phone and of the server; to use the code that the app shows now",
      "スマートフォンとサーバーの時計を確認してから、アプリに今表示されているコードを指定してください",
      line(`clomo-account totp ${verb}`, [], { code: "CODE" }),
    ),
  });

/**
 * Enables the acting account's authenticator app with its first code.
 *
 * @returns the backup codes, which are returned only here
 * @throws Failure `input-rejected` if the code is wrong or there is no new secret; `throttled`
 */
export const confirmTotp = async (
  { session, sealing }: TotpParts,
  { code, address }: { readonly code: string; readonly address: string },
): Promise<{ readonly backupCodes: string[] }> => {
  const account = requireAccount(session);
  const sealed = await session.read((reader) => findPendingTotpSecret(reader, account.user));
  if (sealed === undefined) throw NOTHING_TO_CONFIRM_FAILURE;
  const { now, random } = session.surroundings;
  const secret = await sealing.unseal(sealPurposeOf(account.id), sealed);
  const backupCodes = Array.from({ length: BACKUP_CODES }, () => generateCode(random));
  return decideByCode(session, { account, address, verb: "enable" }, async (writer) => {
    if ((await findPendingTotpSecret(writer, account.user)) !== sealed) throw NOTHING_TO_CONFIRM_FAILURE;
    const lastStep = findTotpStep(secret, code, now());
    if (lastStep === undefined) return undefined;
    const verifiers = backupCodes.map((one) => createCodeVerifier(one, random));
    const at = getCurrentInstant(session.surroundings);
    await enableTotp(writer, { user: account.user, lastStep, backupCodes: verifiers, at });
    // sessions that began without a code end
    await deleteOtherSessions(writer, account.user, session.asker.credential?.id);
    return { backupCodes };
  });
};

const NOTHING_TO_CONFIRM_FAILURE = new Failure("input-rejected", {
  what: text("there is no key to confirm", "確認するキーがありません"),
  hint: step("to create a key", "キーを作るには", line("clomo-account totp enable", [])),
});

/**
 * Makes a change that the acting account proves with a code. A wrong code is counted like a failed attempt to sign in.
 *
 * @param decide makes the change; returns undefined if the code is wrong
 * @throws Failure `input-rejected` if the code is wrong; `throttled`
 */
const decideByCode = async <T>(
  session: Session,
  { account, address, verb }: Readonly<{ account: ActorAccount; address: string; verb: "enable" | "disable" }>,
  decide: (writer: Writer) => Promise<T | undefined>,
): Promise<T> => {
  const objects = [{ thing: "account", id: account.id, name: account.name }];
  const action = `totp.${verb}`;
  const decided = await session.change<T | undefined>({ action, locks: ["accounts"] }, async (writer) => {
    const limits = limitGuesses({ account: account.name, address });
    const attempt = await countAttempt(writer, session.surroundings, limits);
    const result = await decide(writer);
    if (result === undefined) return { result, objects: [] };
    await deleteAttempt(writer, attempt);
    return { result, objects };
  });
  if (decided === undefined) throw createWrongCodeFailure(verb);
  return decided;
};

/** Selects the app to disable: the acting account's own app, which needs a code, or the app of another account. */
export interface DisableTotpRequest {
  /** id of another account's user */
  readonly account?: string | undefined;
  readonly code?: string | undefined;
  readonly address: string;
}

/**
 * Disables the authenticator app of an account.
 *
 * @throws Failure `input-rejected` if the account has no app or the code is wrong; `not-permitted`; `not-found`;
 * `throttled`
 */
export const disableTotp = async (
  parts: TotpParts,
  { account: id, code, address }: DisableTotpRequest,
): Promise<{ readonly account: string }> => {
  const { session, sealing } = parts;
  if (id !== undefined && id !== session.asker.account?.id) return disableOtherTotp(session, id);
  const account = requireAccount(session);
  const found = await session.read((reader) => findAccountByName(reader, account.name));
  const secret = await unsealTotpSecret(sealing, found);
  const { now } = session.surroundings;
  return decideByCode(session, { account, address, verb: "disable" }, async (writer) => {
    const current = await findAccountByName(writer, account.name);
    if (current?.totp === undefined) throw createNoTotpFailure(account.name);
    if (current.totp.secret !== found?.totp?.secret) return undefined;
    const use = acceptCode(current.totp, { secret, code: code ?? "", now: now() });
    if (use === "refused" || use === "not-needed") return undefined;
    await deleteTotp(writer, account.user);
    return { account: account.name };
  });
};

/** Disables the app of somebody who has lost it. */
const disableOtherTotp = (session: Session, id: string): Promise<{ readonly account: string }> =>
  session.change({ action: "totp.disable", locks: ["accounts"] }, async (writer) => {
    const before = await getStoredAccount(writer, id);
    permitAccountChange(session, before, {});
    const { name } = await getRecordById(writer, ACCOUNTS, id);
    if (!(await deleteTotp(writer, before.pk))) throw createNoTotpFailure(name);
    return { result: { account: name }, objects: [{ thing: "account", id, name }] };
  });

const createNoTotpFailure = (name: string): Failure =>
  new Failure("input-rejected", {
    what: text(`${name} does not have an authenticator app`, `「${name}」に認証アプリは設定されていません`),
    hint: text(
      `to set up an app, its user runs ${commandName("clomo-account totp enable")}`,
      `設定するには、本人が ${commandName("clomo-account totp enable")} を実行してください`,
    ),
  });
