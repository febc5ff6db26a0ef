import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { RESET_CODE, type Account, type MailedResetCode } from "../../model/account.ts";
import { emailKey } from "../../model/normalise.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import { formatMinute } from "../../model/time.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import { DECEPTIVE_CHARACTERS, toTypableName } from "../../text/shell-word.ts";
import { getCurrentInstant } from "../ids.ts";
import { isOperationPermitted } from "../policy/check.ts";
import type { Session } from "../session.ts";
import {
  ACCOUNTS,
  readResetCode,
  deleteResetCode,
  writeResetCode,
  type ResetCode,
  type StoredAccount,
} from "./account-rows.ts";
import { advanceCollections } from "../store/collections.ts";
import type { Reader, Writer } from "../store/store.ts";
import { readProfile, readTenantName, isMirror } from "../records/tenant-rows.ts";
import { createCodeVerifier, generateCode, verifyCode, createPasswordVerifier } from "../verifier.ts";
import { toChangedObject, getRecordById, type ChangeResult } from "../records/records.ts";
import {
  getStoredAccount,
  applyAccountDraft,
  requireAccountName,
  ACCOUNT_RECORD_TYPE,
  listAccountOrgs,
} from "./accounts.ts";
import { buildAccountDraft, permitAccountChange } from "./draft.ts";

/** A plain-text email. */
export interface TenantMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

/**
 * Sends an email within a limited time. Returns undefined if the email was sent, otherwise the reason, without secrets.
 */
export type SendMail = (mail: TenantMail) => Promise<Text | undefined>;

/**
 * Opens the configured mail server. @throws Failure `input-rejected` if no mail server is configured, with a hint on
 * how to configure it
 */
export type OpenMail = () => Promise<SendMail>;

const CODE_LIFETIME_MS = RESET_CODE.minutes * 60_000;

const DEFAULT_MAIL_TIMEZONE = "Asia/Tokyo";

/** An account whose password can be reset with a code. */
interface ResettableAccount {
  readonly before: StoredAccount;
  readonly account: Account;
}

/** The account whose password is reset, and the address to which the code is sent. */
export interface ResetCodeRequest {
  readonly id: string;
  readonly address: string;
  /** true if the person is not signed in: the email then names the command for signing in */
  readonly isSignedOut?: boolean;
}

/**
 * Emails a code with which a person can set a new password, in place of the previous code. The code is sent only by
 * email; if the email cannot be sent, the code is deleted.
 *
 * @throws Failure `not-found`, `not-permitted`; `input-rejected` if the address does not belong to the account, or no
 * mail server is configured; `unavailable` if the email could not be sent
 * @see facts 2.3: CLOMO's login page sends a link by email
 */
export const sendResetCode = async (
  session: Session,
  openMail: OpenMail,
  { id, address: typed, isSignedOut = false }: ResetCodeRequest,
): Promise<MailedResetCode> => {
  const { random, now } = session.surroundings;
  await session.read(async (reader) =>
    resolveMailAddress(session, await getResettableAccount(session, reader, id, isSignedOut), typed),
  );
  const send = await openMail();
  const code = generateCode(random);
  const verifier = createCodeVerifier(code, random);
  const { before, sent, mail, ...traced } = await session.change(
    { action: "accounts.send-code", locks: ["accounts"] },
    async (writer) => {
      const person = await getResettableAccount(session, writer, id, isSignedOut);
      const address = resolveMailAddress(session, person, typed);
      const expiresAt = getCurrentInstant({ now: () => now() + CODE_LIFETIME_MS });
      const addressKey = emailKey(address);
      await writeResetCode(writer, person.before.pk, { verifier, addressKey, expiresAt, tries: 0 });
      const about = buildAuditObjects(person);
      const result = {
        before: person.before,
        sent: { id, name: person.account.name, address, expiresAt, tries: RESET_CODE.tries },
        mail: { to: address, ...(await buildCodeMail(writer, person.account, { code, expiresAt, isSignedOut })) },
        ...about,
      };
      return { result, ...about, detail: { address, expiresAt } };
    },
  );
  const refusal = await send(mail);
  if (refusal === undefined) return sent;
  const { address } = sent;
  await session.change({ action: "accounts.void-code", locks: ["accounts"] }, async (writer) => {
    // a newer code may have replaced this code in the meantime
    if (!(await deleteResetCode(writer, before.pk, verifier))) return { result: undefined, objects: [] };
    return { result: undefined, ...traced, detail: { address, reason: refusal.en } };
  });
  throw new Failure("unavailable", {
    what: text(
      `the code could not be sent to ${address} and is no longer valid: ${refusal.en}`,
      `コードを ${address} に送信できなかったため、無効にしました: ${refusal.ja}`,
    ),
    hint: isOperationPermitted(session.asker, "renewals.write") ? TEST_MAIL_SERVER_HINT : ASK_TO_CHECK_MAIL_SERVER_HINT,
  });
};

const TEST_MAIL_SERVER_HINT = text(
  `to test the mail server: ${line("renewals notify", ["test"])}`,
  `メールサーバーの確認: ${line("renewals notify", ["test"])}`,
);

const ASK_TO_CHECK_MAIL_SERVER_HINT = text(
  "ask a system administrator to check the mail server",
  "メールサーバーの確認をシステム管理者に依頼してください",
);

/**
 * Sets a new password with a code that was sent by email. A code can be used only once. A wrong code is counted and
 * recorded in the audit log, although the request fails. A password that breaks a rule does not count as an attempt.
 *
 * @throws Failure `not-found`, `not-permitted`; `input-rejected` if the code is wrong or has expired, or the password
 * breaks a rule
 */
export const resetWithCode = async (
  session: Session,
  reset: Omit<PasswordReset, "verifier">,
): Promise<ChangeResult<Account>> => {
  // hashing takes a while, so it is done before the transaction, which must be short
  const verifier = await createPasswordVerifier(reset.password, session.surroundings.random);
  return applyResetCode(session, { ...reset, verifier });
};

interface PasswordReset {
  readonly id: string;
  readonly code: string;
  readonly password: string;
  readonly verifier: string;
  /** true if the person is not signed in: in a mirror, the password is then the one for signing in */
  readonly isSignedOut?: boolean;
}

/** Sets a new password with a code, as {@link resetWithCode} does, from a verifier that was made before. */
export const applyResetCode = async (
  session: Session,
  { id, code, password, verifier, isSignedOut = false }: PasswordReset,
): Promise<ChangeResult<Account>> => {
  const change = { action: "accounts.reset-password", locks: ["accounts"] };
  const outcome = await session.change<ChangeResult<Account> | Failure>(change, async (writer) => {
    const person = await getResettableAccount(session, writer, id, isSignedOut);
    const { before, account } = person;
    const request = { password, forSignIn: isSignedOut && (await isMirror(writer)) };
    const meant = await buildAccountDraft(writer, before, request, { id, asker: session.asker });
    const kept = requireUsableCode(session, account, await readResetCode(writer, before.pk));
    if (!verifyCode(kept.verifier, code)) {
      const left = await countFailedAttempt(writer, before.pk, kept);
      return {
        action: "accounts.wrong-code",
        result: createWrongCodeFailure(account, left),
        ...buildAuditObjects(person),
        detail: { triesLeft: left },
      };
    }
    await writer.lock(["users"]);
    const applied = await applyAccountDraft(session, writer, { id, before, was: account, meant, verifier });
    await advanceCollections(writer, ["users"]);
    // a code never sets the console's password, so there is no task for the console
    const result = { before: account, after: applied.after, consoleTask: null, dryRun: false };
    return { result, ...applied, detail: { by: "code" } };
  });
  if (outcome instanceof Failure) throw outcome;
  return outcome;
};

/**
 * Returns the account of a user. The acting account must be that user's own account, or must be allowed to change the
 * account.
 *
 * @throws Failure `not-found`, `not-permitted`, `input-rejected`
 */
const getResettableAccount = async (
  session: Session,
  reader: Reader,
  id: string,
  isSignedOut: boolean,
): Promise<ResettableAccount> => {
  const before = await getStoredAccount(reader, id);
  requireAccountName(before);
  if (session.asker.account?.user !== before.pk) permitAccountChange(session, before, {});
  if (!isSignedOut && (await isMirror(reader))) throw PASSWORDS_IN_CONSOLE_FAILURE;
  const account = await getRecordById(reader, ACCOUNTS, id);
  if (before.role === "none") throw createNoRoleFailure(account);
  return { before, account };
};

const buildAuditObjects = ({ account }: ResettableAccount) => ({
  objects: [toChangedObject(ACCOUNT_RECORD_TYPE, account)],
  orgs: listAccountOrgs(account),
});

/**
 * Returns the email address that is recorded for a typed address; the code is sent to the recorded address. @throws
 * Failure `input-rejected`
 */
const resolveMailAddress = (
  { asker }: Session,
  { account: { id, name, emails } }: ResettableAccount,
  typed: string,
): string => {
  const found = emails.find((address) => emailKey(address) === emailKey(typed.trim()));
  if (found === undefined) {
    const show = line("clomo-account show", [toTypableName(name, id)]);
    throw new Failure("input-rejected", {
      what: text(
        `"${typed}" is not an email address of ${name} (recorded addresses: ${emails.length})`,
        `「${typed}」は「${name}」のメールアドレスとして記録されていません(記録されているアドレス: ${emails.length} 件)`,
      ),
      where: "--to",
      // a user who resets their own password may not be allowed to read accounts
      hint: isOperationPermitted(asker, "accounts.read")
        ? step("to see the recorded addresses", "記録されたアドレスの確認", show)
        : undefined,
    });
  }
  if (satisfiesRule(SENDABLE_ADDRESS_RULE, found)) return found;
  throw new Failure("input-rejected", {
    what: text(`email cannot be sent to "${found}"`, `「${found}」にはメールを送信できません`),
    where: "--to",
    hint: text("choose another address of the account", "アカウントの別のメールアドレスを指定してください"),
  });
};

/** Returns the stored reset code if it is usable.  @throws Failure `input-rejected` if it is missing or expired */
const requireUsableCode = (
  { surroundings }: Pick<Session, "surroundings">,
  { name, emails }: Account,
  kept: ResetCode | undefined,
): ResetCode => {
  // a code must not be used if its address no longer belongs to the account
  if (kept === undefined || !emails.some((address) => emailKey(address) === kept.addressKey)) {
    throw createCodeFailure(name, text(`there is no valid code for ${name}`, `「${name}」の有効なコードはありません`));
  }
  if (kept.expiresAt > getCurrentInstant(surroundings)) return kept;
  const { minutes } = RESET_CODE;
  throw createCodeFailure(
    name,
    text(
      `the code for ${name} has expired (codes are valid for ${minutes} minutes)`,
      `「${name}」のコードは期限切れです(有効期間は ${minutes} 分)`,
    ),
  );
};

/**
 * Returns true if a code that was typed by somebody who is not signed in is valid for an account now. A wrong code is
 * counted. What is wrong is not revealed.
 *
 * @param id id of the account's user
 */
export const checkResetCode = async (session: Session, writer: Writer, id: string, code: string): Promise<boolean> => {
  const before = await getStoredAccount(writer, id);
  const kept = await readResetCode(writer, before.pk);
  if (kept === undefined || kept.expiresAt <= getCurrentInstant(session.surroundings)) return false;
  if (verifyCode(kept.verifier, code)) return true;
  await countFailedAttempt(writer, before.pk, kept);
  return false;
};

const countFailedAttempt = async (writer: Writer, user: number, kept: ResetCode): Promise<number> => {
  const tries = kept.tries + 1;
  const left = RESET_CODE.tries - tries;
  if (left > 0) await writeResetCode(writer, user, { ...kept, tries });
  else await deleteResetCode(writer, user);
  return Math.max(left, 0);
};

const createCodeFailure = (name: string, what: Text): Failure => {
  const command = line("clomo-account reset-password", [name], { byMail: true });
  return new Failure("input-rejected", {
    what,
    where: "--code",
    hint: step("to send a new code", "新しいコードを送信するには", command),
  });
};

const createWrongCodeFailure = ({ name }: Account, left: number): Failure => {
  if (left === 0) {
    return createCodeFailure(
      name,
      text(
        "wrong code; this was the last attempt, and the code is no longer valid",
        "コードが違います。回数の上限に達したため、コードは無効になりました",
      ),
    );
  }
  return new Failure("input-rejected", {
    what: text(`wrong code; attempts left: ${left}`, `コードが違います。あと ${left} 回入力できます`),
    where: "--code",
    hint: text("type the code from the latest email", "最新のメールのコードを入力してください"),
  });
};

/** Returns the failure for an account without a role.  @see facts 2.3: CLOMO's reset link is for administrators */
const createNoRoleFailure = ({ name }: Account): Failure => {
  const command = line("clomo-account grant", [name], { role: "ROLE" });
  return new Failure("input-rejected", {
    what: text(
      `${name} is not an administrator; only administrators can reset their password with a code`,
      `「${name}」は管理者ではありません。コードで再設定できるのは管理者だけです`,
    ),
    hint: step("to grant a role", "管理者権限を付与するには", command),
  });
};

const PASSWORDS_IN_CONSOLE_FAILURE = new Failure("input-rejected", {
  what: text(
    "this tenant is a mirror; its passwords are stored in the console and cannot be reset with a code from clomoctl",
    "このテナントは管理画面のミラーです。パスワードは管理画面に保存されているため、clomoctl のコードでは再設定できません",
  ),
  hint: text(
    "to get a link by email, click 「パスワードを忘れた場合はこちら」 on the console's login page",
    "管理画面のログイン画面の「パスワードを忘れた場合はこちら」からメールでリンクを受け取ってください",
  ),
});

const buildCodeMail = async (
  reader: Reader,
  account: Account,
  {
    code,
    expiresAt,
    isSignedOut,
  }: { readonly code: string; readonly expiresAt: string; readonly isSignedOut: boolean },
): Promise<Omit<TenantMail, "to">> => {
  const { id, timezone, language: own } = account;
  const language = own ?? "ja";
  const name = account.name.replaceAll(DECEPTIVE_CHARACTERS, " ");
  const tenant = (await readTenantName(reader)).replaceAll(DECEPTIVE_CHARACTERS, " ");
  const zone = timezone ?? (await readProfile(reader)).consoleTimezone ?? DEFAULT_MAIL_TIMEZONE;
  const until = `${formatMinute(expiresAt, zone)} (${zone})`;
  const typable = toTypableName(account.name, id);
  const command = isSignedOut
    ? line("login", [], { account: typable, resetCode: code })
    : line("clomo-account reset-password", [typable], { code });
  const { tries } = RESET_CODE;
  const subject = text(
    `Code for resetting the password of the CLOMO account ${name}`,
    `CLOMO アカウント「${name}」のパスワード再設定コード`,
  );
  const body = text(
    `Someone requested a password reset for the CLOMO account ${name} in the tenant ${tenant}.

Code: ${code}
Valid until: ${until}; one use, at most ${tries} tries

To set a new password, run:
  ${command}

If you did not request this, do nothing: your password does not change, and the code expires. Inform a system administrator of your tenant. Do not share the code with anyone.

-- 
Sent by clomoctl.
`,
    `テナント「${tenant}」の CLOMO アカウント「${name}」について、パスワードの再設定が依頼されました。

コード: ${code}
有効期限: ${until}(1 回だけ有効。入力は ${tries} 回まで)

次のコマンドで新しいパスワードを設定してください:
  ${command}

心当たりがない場合は、何もしないでください。パスワードは変わらず、コードは期限が来ると無効になります。テナントのシステム管理者に知らせてください。コードは誰にも教えないでください。

-- 
clomoctl から送信しています。
`,
  );
  return { subject: subject[language], text: body[language], language };
};
