import { line } from "../../advice/index.ts";
import type { Failure } from "../../errors/index.ts";
import { RESET_CODE_LIMITS, type Account } from "../../nouns/account.ts";
import { emailKey } from "../../model/normalise.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import { DEFAULT_TIMEZONE, formatMinute } from "../../model/time.ts";
import { text } from "../../text/index.ts";
import { DECEPTIVE_CHARACTERS, toTypableName } from "../../text/shell-word.ts";
import { getCurrentInstant } from "../store/ids.ts";
import type { Session } from "../ledger/session.ts";
import { ACCOUNTS, readResetCode, deleteResetCode, writeResetCode } from "../ledger/account-rows.ts";
import { advanceCollections } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { readProfile, readTenantName, isMirror } from "../ledger/tenant-rows.ts";
import { createResetCodeVerifier, generateResetCode, verifyResetCode } from "./verifier.ts";
import { toChangedObject, getRecordById } from "../ledger/records.ts";
import { getStoredAccount, applyAccountDraft, ACCOUNT_RECORD_TYPE } from "./accounts.ts";
import { buildAccountDraft } from "./account-draft.ts";
import type { SendMail, TenantMail } from "../../renewals/notify/deliver.ts";

export type OpenMail = () => Promise<SendMail>;

const RESET_CODE_LIFETIME_MS = RESET_CODE_LIMITS.minutes * 60_000;

/** Emails a reset code, which replaces the previous code. Deletes the code if sending fails. @see facts 2.3 */
export const sendResetCode = async (session: Session, send: SendMail, id: string): Promise<void> => {
  const { random, now } = session.surroundings;
  const code = generateResetCode(random);
  const verifier = createResetCodeVerifier(code, random);
  const change = { action: "accounts.send-code", locks: ["accounts"] } as const;
  const sent = await session.change(change, async (writer) => {
    const account = await getRecordById(writer, ACCOUNTS, id);
    const address = account.emails.find((one) => satisfiesRule(SENDABLE_ADDRESS_RULE, one));
    if (address === undefined) return { result: undefined, objects: [] };
    const { pk } = await getStoredAccount(writer, id);
    const expiresAt = getCurrentInstant({ now: () => now() + RESET_CODE_LIFETIME_MS });
    await writeResetCode(writer, pk, { verifier, addressKey: emailKey(address), expiresAt, tries: 0 });
    const about = { objects: [toChangedObject(ACCOUNT_RECORD_TYPE, account)] };
    const mail = { to: address, ...(await buildCodeMail(writer, account, { code, expiresAt })) };
    return { result: { pk, mail, about }, ...about, detail: { address, expiresAt } };
  });
  if (sent === undefined) return;
  const refusal = await send(sent.mail);
  if (refusal === undefined) return;
  await session.change({ action: "accounts.void-code", locks: ["accounts"] }, async (writer) => {
    // a newer code may have replaced this code in the meantime
    if (!(await deleteResetCode(writer, sent.pk, verifier))) return { result: undefined, objects: [] };
    return { result: undefined, ...sent.about, detail: { address: sent.mail.to, reason: refusal.en } };
  });
};

/** Returns true if the code is valid. Counts wrong codes, and deletes the account's code after the last attempt. */
export const checkResetCode = async (
  { surroundings }: Session,
  writer: Writer,
  { id, code }: { readonly id: string; readonly code: string },
): Promise<boolean> => {
  const { pk } = await getStoredAccount(writer, id);
  const kept = await readResetCode(writer, pk);
  if (kept === undefined || kept.expiresAt <= getCurrentInstant(surroundings)) return false;
  // a reset code is invalid if its email address no longer belongs to the account
  const { emails } = await getRecordById(writer, ACCOUNTS, id);
  if (!emails.some((address) => emailKey(address) === kept.addressKey)) return false;
  if (verifyResetCode(kept.verifier, code)) return true;
  const tries = kept.tries + 1;
  if (tries < RESET_CODE_LIMITS.tries) await writeResetCode(writer, pk, { ...kept, tries });
  else await deleteResetCode(writer, pk);
  return false;
};

export const applyResetCode = (
  session: Session,
  { id, code, password, verifier }: Readonly<Record<"id" | "code" | "password" | "verifier", string>>,
  refusal: Failure,
): Promise<void> =>
  session.change({ action: "accounts.reset-password", locks: ["accounts"] }, async (writer) => {
    if (!(await checkResetCode(session, writer, { id, code }))) throw refusal;
    const before = await getStoredAccount(writer, id);
    const was = await getRecordById(writer, ACCOUNTS, id);
    const request = { password, forSignIn: await isMirror(writer) };
    const meant = await buildAccountDraft(writer, before, request);
    await writer.lock(["users"]);
    const applied = await applyAccountDraft(session, writer, { id, before, was, meant, verifier });
    await advanceCollections(writer, ["users"]);
    return { result: undefined, ...applied, detail: { by: "code" } };
  });

const buildCodeMail = async (
  reader: Reader,
  account: Account,
  { code, expiresAt }: { readonly code: string; readonly expiresAt: string },
): Promise<Omit<TenantMail, "to">> => {
  const { id, timezone, language: own } = account;
  const language = own ?? "ja";
  const name = account.name.replaceAll(DECEPTIVE_CHARACTERS, " ");
  const tenant = (await readTenantName(reader)).replaceAll(DECEPTIVE_CHARACTERS, " ");
  const zone = timezone ?? (await readProfile(reader)).consoleTimezone ?? DEFAULT_TIMEZONE;
  const until = `${formatMinute(expiresAt, zone)} (${zone})`;
  const command = line("login", [], { account: toTypableName(account.name, id), resetCode: code });
  const { tries } = RESET_CODE_LIMITS;
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

If you did not request this, do not use the code and inform a system administrator of your tenant: your password has not changed, and the code expires. Do not share the code with anyone.

-- 
Sent by clomoctl.
`,
    `テナント「${tenant}」の CLOMO アカウント「${name}」について、パスワードの再設定が依頼されました。

コード: ${code}
有効期限: ${until}(1 回だけ有効。入力は ${tries} 回まで)

次のコマンドで新しいパスワードを設定してください:
  ${command}

心当たりがない場合は、このコードを使わずに、テナントのシステム管理者に知らせてください。パスワードは変わっておらず、コードは期限が来ると無効になります。コードは誰にも教えないでください。

-- 
clomoctl から送信しています。
`,
  );
  return { subject: subject[language], text: body[language], language };
};
