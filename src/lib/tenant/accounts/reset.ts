import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { RESET_CODE, type Account, type SentCode } from "../../model/account.ts";
import { emailKey } from "../../model/normalise.ts";
import { fits, SENDABLE_ADDRESS } from "../../model/rules.ts";
import { minuteIn } from "../../model/time.ts";
import { text, type Language, type Text } from "../../text/index.ts";
import { DECEPTIVE, typableName } from "../../text/shell-word.ts";
import { instant } from "../ids.ts";
import { may } from "../policy/check.ts";
import type { Session } from "../session.ts";
import { ACCOUNTS, readCode, removeCode, writeCode, type ResetCode, type StoredAccount } from "./account-rows.ts";
import { advance } from "../store/collections.ts";
import type { Reader, Writer } from "../store/store.ts";
import { readProfile, readTenantName, isMirror } from "../records/tenant-rows.ts";
import { codeVerifierOf, newCode, provesCode, verifierOf } from "../verifier.ts";
import { objectOf, recordOf, type ChangeResult } from "../records/records.ts";
import { accountWith, apply, checkNamed, HAND_ACCOUNTS, orgsOf } from "./accounts.ts";
import { meantBy, permitChange } from "./draft.ts";

/** A mail in plain text. */
export interface TenantMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

/** Sends a mail in bounded time; why it could not be sent, without any secret, or undefined. */
export type SendMail = (mail: TenantMail) => Promise<Text | undefined>;

/** Looks up how mail is sent. @throws Failure `input-rejected` where nothing says how, with what does */
export type OpenMail = () => Promise<SendMail>;

const LIFE_MS = RESET_CODE.minutes * 60_000;

/** Where times are told in, where neither the account nor the tenant says. */
const USUAL_ZONE = "Asia/Tokyo";

/** An account of which codes are asked. */
interface Person {
  readonly before: StoredAccount;
  /** as the tenant API has it */
  readonly account: Account;
}

/**
 * Mails a code by which the person sets a new password, in place of the one before. Nobody gets it but by the mail: if that
 * cannot be sent, the code is void.
 *
 * @throws Failure `not-found`, `not-permitted`; `input-rejected` if it is no address of the account, or nothing says how mail
 *   is sent; `unavailable` if it could not be sent
 * @see facts 2.3: the maker's login page mails a link
 */
export const sendResetCode = async (
  session: Session,
  openMail: OpenMail,
  { id, address: typed }: { readonly id: string; readonly address: string },
): Promise<SentCode> => {
  const { random, now } = session.surroundings;
  await session.read(async (reader) => addressMeant(session, await personWith(session, reader, id), typed));
  const send = await openMail();
  const code = newCode(random);
  const verifier = codeVerifierOf(code, random);
  const { before, sent, mail, ...traced } = await session.change(
    { action: "accounts.send-code", locks: ["accounts"] },
    async (writer) => {
      const person = await personWith(session, writer, id);
      const address = addressMeant(session, person, typed);
      const expiresAt = instant({ now: () => now() + LIFE_MS });
      const addressKey = emailKey(address);
      await writeCode(writer, person.before.pk, { verifier, addressKey, expiresAt, tries: 0 });
      const about = aboutOf(person);
      const result = {
        before: person.before,
        sent: { id, name: person.account.name, address, expiresAt, tries: RESET_CODE.tries },
        mail: { to: address, ...(await messageOf(writer, person.account, { code, expiresAt })) },
        ...about,
      };
      return { result, ...about, detail: { address, expiresAt } };
    },
  );
  const refusal = await send(mail);
  if (refusal === undefined) return sent;
  const { address } = sent;
  await session.change({ action: "accounts.void-code", locks: ["accounts"] }, async (writer) => {
    // a later one may have taken its place
    if (!(await removeCode(writer, before.pk, verifier))) return { result: undefined, objects: [] };
    return { result: undefined, ...traced, detail: { address, reason: refusal.en } };
  });
  throw new Failure("unavailable", {
    what: text(
      `the code could not be sent to ${address}, and is void: ${refusal.en}`,
      `コードを ${address} に送信できなかったため、無効にしました: ${refusal.ja}`,
    ),
    hint: may(session.asker, "renewals.write") ? TRY_MAIL : ASK_FOR_MAIL,
  });
};

const TRY_MAIL = text(
  `try the mail server: ${line("renewals notify", ["test"])}`,
  `メールサーバーの確認: ${line("renewals notify", ["test"])}`,
);

const ASK_FOR_MAIL = text(
  "ask a system administrator to check the mail server",
  "メールサーバーの確認をシステム管理者に依頼してください",
);

/**
 * Sets a new password by a code that was mailed, and uses the code up. A wrong code is counted, and told in the audit,
 * though the request fails; a password that the rules refuse is no try.
 *
 * @throws Failure `not-found`, `not-permitted`; `input-rejected` if the code is another one or holds no longer, or the
 *   password breaks a rule
 */
export const resetWithCode = async (
  session: Session,
  { id, code, password }: { readonly id: string; readonly code: string; readonly password: string },
): Promise<ChangeResult<Account>> => {
  // hashing takes its time, and a transaction waits for nothing else
  const verifier = await verifierOf(password, session.surroundings.random);
  const change = { action: "accounts.reset-password", locks: ["accounts"] };
  const outcome = await session.change<ChangeResult<Account> | Failure>(change, async (writer) => {
    const person = await personWith(session, writer, id);
    const { before, account } = person;
    const meant = await meantBy(writer, before, { password }, { id, asker: session.asker });
    const kept = heldBy(session, account, await readCode(writer, before.pk));
    if (!provesCode(kept.verifier, code)) {
      const left = await countTry(writer, before.pk, kept);
      return {
        action: "accounts.wrong-code",
        result: wrongCode(account, left),
        ...aboutOf(person),
        detail: { triesLeft: left },
      };
    }
    await writer.lock(["users"]);
    const applied = await apply(session, writer, { id, before, was: account, meant, verifier });
    await advance(writer, ["users"]);
    // a mirror has no codes
    const result = { before: account, after: applied.after, consoleTask: null, dryRun: false };
    return { result, ...applied, detail: { by: "code" } };
  });
  if (outcome instanceof Failure) throw outcome;
  return outcome;
};

/**
 * The account of a user, for whom the asker may do this: for himself, or as for any change of it.
 *
 * @throws Failure `not-found`, `not-permitted`, `input-rejected`
 */
const personWith = async (session: Session, reader: Reader, id: string): Promise<Person> => {
  const before = await accountWith(reader, id);
  checkNamed(before);
  if (session.asker.account?.user !== before.pk) permitChange(session, before, {});
  if (await isMirror(reader)) throw KEPT_BY_CONSOLE;
  const account = await recordOf(reader, ACCOUNTS, id);
  if (before.role === "none") throw withoutRole(account);
  return { before, account };
};

const aboutOf = ({ account }: Person) => ({ objects: [objectOf(HAND_ACCOUNTS, account)], orgs: orgsOf(account) });

/** The address of an account that was typed, as it is recorded: mail goes there. @throws Failure `input-rejected` */
const addressMeant = ({ asker }: Session, { account: { id, name, emails } }: Person, typed: string): string => {
  const found = emails.find((address) => emailKey(address) === emailKey(typed.trim()));
  if (found === undefined) {
    const show = line("clomo-account show", [typableName(name, id)]);
    throw new Failure("input-rejected", {
      what: text(
        `${typed} is no mail address of ${name}, which has ${emails.length}`,
        `「${typed}」は「${name}」のメールアドレス(${emails.length} 件)ではありません`,
      ),
      where: "--to",
      // who resets his own password may not be let to see accounts
      hint: may(asker, "accounts.read") ? step("see them", "確認", show) : undefined,
    });
  }
  if (fits(SENDABLE_ADDRESS, found)) return found;
  throw new Failure("input-rejected", {
    what: text(`no mail can be sent to ${found}`, `「${found}」にはメールを送信できません`),
    where: "--to",
    hint: text("choose another address of the account", "アカウントの別のメールアドレスを指定してください"),
  });
};

/** A code that may still be typed. @throws Failure `input-rejected` where there is none, or it has expired */
const heldBy = (
  { surroundings }: Pick<Session, "surroundings">,
  { name, emails }: Account,
  kept: ResetCode | undefined,
): ResetCode => {
  // who has an address no more is not to set the password by it
  if (kept === undefined || !emails.some((address) => emailKey(address) === kept.addressKey)) {
    throw refusedCode(name, text(`there is no code for ${name}`, `「${name}」の有効なコードはありません`));
  }
  if (kept.expiresAt > instant(surroundings)) return kept;
  const { minutes } = RESET_CODE;
  throw refusedCode(
    name,
    text(
      `the code for ${name} has expired: it holds for ${minutes} minutes`,
      `「${name}」のコードは期限切れです(有効期間は ${minutes} 分)`,
    ),
  );
};

/** @returns how many are left; with the last one the code is gone */
const countTry = async (writer: Writer, user: number, kept: ResetCode): Promise<number> => {
  const tries = kept.tries + 1;
  const left = RESET_CODE.tries - tries;
  if (left > 0) await writeCode(writer, user, { ...kept, tries });
  else await removeCode(writer, user);
  return Math.max(left, 0);
};

const refusedCode = (name: string, what: Text): Failure => {
  const command = line("clomo-account reset-password", [name], { byMail: true });
  return new Failure("input-rejected", {
    what,
    where: "--code",
    hint: step("ask for a new one", "新しいコードを送信するには", command),
  });
};

const wrongCode = ({ name }: Account, left: number): Failure => {
  if (left === 0) {
    return refusedCode(
      name,
      text(
        "this is not the code; that was the last try, and the code is void",
        "コードが違います。回数の上限に達したため、コードは無効になりました",
      ),
    );
  }
  return new Failure("input-rejected", {
    what: text(
      `this is not the code: ${left} ${left === 1 ? "try" : "tries"} left`,
      `コードが違います。あと ${left} 回入力できます`,
    ),
    where: "--code",
    hint: text("type it as the mail has it; the latest mail counts", "最新のメールのコードを入力してください"),
  });
};

/** @see facts 2.3: the login page's way is for administrators only */
const withoutRole = ({ name }: Account): Failure => {
  const command = line("clomo-account grant", [name], { role: "ROLE" });
  return new Failure("input-rejected", {
    what: text(
      `${name} has no role: a code is for administrators only`,
      `「${name}」は管理者ではありません。コードで再設定できるのは管理者だけです`,
    ),
    hint: step("to give it one", "管理者権限を付与するには", command),
  });
};

const KEPT_BY_CONSOLE = new Failure("input-rejected", {
  what: text(
    "this tenant mirrors a console, which keeps the passwords: a code of clomoctl sets none there",
    "このテナントは管理画面のミラーです。パスワードは管理画面が保持しているため、clomoctl のコードでは再設定できません",
  ),
  hint: text(
    "the console's login page mails a link: 「パスワードを忘れた場合はこちら」",
    "管理画面のログイン画面の「パスワードを忘れた場合はこちら」からメールでリンクを受け取ってください",
  ),
});

/** The mail that brings a code, in the language of the account. */
const messageOf = async (
  reader: Reader,
  account: Account,
  { code, expiresAt }: { readonly code: string; readonly expiresAt: string },
): Promise<Omit<TenantMail, "to">> => {
  const { id, timezone, language: own } = account;
  const language = own ?? "ja";
  const name = account.name.replaceAll(DECEPTIVE, " ");
  const tenant = (await readTenantName(reader)).replaceAll(DECEPTIVE, " ");
  const zone = timezone ?? (await readProfile(reader)).consoleTimezone ?? USUAL_ZONE;
  const until = `${minuteIn(expiresAt, zone)} (${zone})`;
  const command = line("clomo-account reset-password", [typableName(account.name, id)], { code });
  const { tries } = RESET_CODE;
  const subject = text(
    `Code to reset the password of the CLOMO account ${name}`,
    `CLOMOアカウント「${name}」のパスワード再設定コード`,
  );
  const body = text(
    `Somebody asked to reset the password of the CLOMO account ${name} in the tenant ${tenant}.

Code: ${code}
Valid until: ${until}, once, for at most ${tries} tries

To set a new password, type:
  ${command}

If it was not you, do nothing: the password stays as it is, and the code expires. Tell a system administrator of your tenant. Give the code to nobody.

-- 
Sent by clomoctl.
`,
    `テナント「${tenant}」の CLOMOアカウント「${name}」について、パスワードの再設定が依頼されました。

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
