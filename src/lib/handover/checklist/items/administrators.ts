import { line, step } from "../../../advice/index.ts";
import { ACCOUNT, SUPPORT_RULE } from "../../../model/account.ts";
import { isSupportOptionFree } from "../../../rules/account.ts";
import { judgeRecord } from "../../../rules/index.ts";
import { counted, text, type Text } from "../../../text/index.ts";
import { typableName } from "../../../text/shell-word.ts";
import type { Administrator, HandoverFacts } from "../facts.ts";
import { ItemDraft, type Item, type ChecklistContext } from "../item.ts";
import { GIVE_SUPPORT_OPTION } from "../support-option.ts";
import { countPeople, namesPerson, personOf, sharesName } from "../people.ts";

/** The question whether somebody reads the mailbox of an account. */
export const MAILBOX = "administrators.mailbox";

/** A second one is advised in case the first is lost. @see facts 2.1 */
const MIN_SYSTEM = 2;

const nameOf = ({ name, id }: Administrator): string => typableName(name ?? "", id);

/** System administrators, who holds the support option, and who reads its mails. @see facts 2.1, 2.3, 7.2 */
export function administratorsItem(facts: HandoverFacts, when: ChecklistContext): Item {
  const draft = new ItemDraft("administrators", facts, when);
  const { administrators } = facts;
  const system = administrators.filter(({ role }) => role === "system");
  const holders = administrators.filter(({ supportOption }) => supportOption);
  draft.tell(text("system administrators", "システム管理者"), namesOf(system));
  draft.tell(text("support option", "サポートオプション"), namesOf(holders));
  draft.note(
    text(
      "Mails about renewals, outages and releases go to the system administrators who hold the support option (five at most) and have お知らせメール受信 on.",
      "更新やサービスのお知らせメールは、サポートオプション(最大 5 アカウント)を付与され「お知らせメール受信」がオンのシステム管理者に届きます。",
    ),
  );
  ruleOfSupport(draft, holders);
  const staying = system.filter(({ id }) => id !== when.leaver?.id);
  if (staying.length < MIN_SYSTEM) {
    draft.gap(
      "one-system-administrator",
      text(
        `${staying.length === 0 ? "no system administrator" : "only one system administrator"} is left: a second one is advised in case the first is lost`,
        staying.length === 0
          ? "システム管理者が残りません"
          : "システム管理者が 1 人しか残りません。万一に備えて 2 人目を作成してください",
      ),
      GIVE_SUPPORT_OPTION,
    );
  }
  leaverStill(draft, holders);
  const said: AccountUser[] = [];
  for (const account of system) {
    const person = askOf(draft, account);
    if (person === null || countPeople(person) > 1) continue;
    onePerson(draft, { account, person }, said);
    said.push({ account, person });
  }
  return draft.item();
}

/** Who uses an account, by what was answered. */
interface AccountUser {
  readonly account: Administrator;
  readonly person: string;
}

const PERSON = line("handover answer", ["administrators.person"]);

/** Finds the gaps of somebody who uses an account of another user, or several. @see facts 2.1: one person, one account */
function onePerson(draft: ItemDraft, { account, person }: AccountUser, before: readonly AccountUser[]): void {
  const { id, name, user, emails } = account;
  const called = name ?? user;
  if (!namesPerson(personOf({ id, name: user, account: name, emails }), person)) {
    draft.gap(
      "other-person",
      text(
        `${called} is the account of ${user}, and ${person} uses it`,
        `${called} は ${user} さんのアカウントですが、${person} さんが使っています`,
      ),
      step(
        `give ${person} an account (${line("clomo-account create", ["USER"], { role: "system" })}), or correct the answer`,
        `本人のアカウントを作成する(${line("clomo-account create", ["USER"], { role: "system" })})か、回答を訂正`,
        PERSON,
      ),
    );
  }
  const other = before.find((one) => sharesName(one.person, person));
  if (other === undefined) return;
  const first = other.account.name ?? other.account.user;
  draft.gap(
    "several-accounts",
    text(
      `${person} uses both ${first} and ${called}: one person, one account`,
      `${person} さんが ${first} と ${called} の両方を使っています(1 人 1 アカウント)`,
    ),
    PERSON,
  );
}

const namesOf = (accounts: readonly Administrator[]): string =>
  accounts.map(({ name, user }) => (name === null ? user : `${user} (${name})`)).join(", ");

function ruleOfSupport(draft: ItemDraft, holders: readonly Administrator[]): void {
  if (holders.length === 0) {
    draft.gap(
      "no-support-option",
      text(
        "nobody holds the support option: nobody gets the mails about renewals",
        "サポートオプションを付与された人がいません(更新のお知らせメールが誰にも届きません)",
      ),
      GIVE_SUPPORT_OPTION,
    );
  }
  const [, ...others] = holders.map(({ user }) => user);
  if (!isSupportOptionFree(others)) {
    draft.gap(
      "support-option-rule",
      text(
        `${counted(holders.length, "account")} hold the support option: ${SUPPORT_RULE.en}`,
        `サポートオプションが ${holders.length} アカウントに付与されています。${SUPPORT_RULE.ja}`,
      ),
      line("clomo-account grant", ["ACCOUNT"], { noSupportOption: true }),
    );
  }
  for (const holder of holders) {
    const { role, supportOption } = holder;
    if (judgeRecord(ACCOUNT.name, { after: { role, supportOption } }).length > 0) {
      draft.gap(
        "support-option-rule",
        text(
          `${holder.user} holds the support option, and is no system administrator: ${SUPPORT_RULE.en}`,
          `${holder.user} さんはシステム管理者ではないのに、サポートオプションが付与されています。${SUPPORT_RULE.ja}`,
        ),
        line("clomo-account grant", [nameOf(holder)], { noSupportOption: true }),
      );
    }
    mailOf(draft, holder);
  }
}

/** Whether the mails to somebody come, and are read. */
function mailOf(draft: ItemDraft, holder: Administrator): void {
  if (!holder.noticeMail) {
    draft.gap(
      "no-notice-mail",
      text(
        `${holder.user} holds the support option without お知らせメール受信: no mail comes`,
        `${holder.user} さんの「お知らせメール受信」がオフのため、お知らせメールが届きません`,
      ),
      line("clomo-account grant", [nameOf(holder)], { noticeMail: true }),
    );
  }
  const read = draft.ask({
    id: MAILBOX,
    label: text("somebody reads the mailbox", "メールボックスを読んでいる人がいる"),
    subject: holder.id,
    about: holder.user,
    wording: text(
      `Does somebody read the mailbox ${holder.emails[0] ?? ""}?`,
      `メールボックス ${holder.emails[0] ?? ""} を読んでいる人がいますか?`,
    ),
    yearly: true,
  });
  if (read !== "no") return;
  draft.gap(
    "mailbox-unread",
    text(`nobody reads the mailbox of ${holder.user}`, `${holder.user} さんのメールボックスを読んでいる人がいません`),
    line("users edit", [typableName(holder.emails[0] ?? "", holder.id)], { email: "MAIL" }),
  );
}
function leaverStill(draft: ItemDraft, holders: readonly Administrator[]): void {
  const { leaver } = draft.when;
  const account = draft.facts.administrators.find(({ id }) => id === leaver?.id);
  if (account === undefined) return;
  if (holders.includes(account)) {
    draft.gap(
      "leaver-support-option",
      text(
        `${account.user} leaves, and still holds the support option: the mails about renewals end with that`,
        `退任する ${account.user} さんにサポートオプションが残っています。更新のお知らせメールが途絶えます`,
      ),
      line("clomo-account grant", [nameOf(account)], { noSupportOption: true }),
    );
  }
  if (account.role === "none") return;
  draft.gap(
    "leaver-role",
    text(
      `${account.user} leaves, and still has a role: the account can sign in to CLOMO PANEL`,
      `退任する ${account.user} さんに管理者権限が残っています(CLOMO PANEL にログインできます)`,
    ),
    line("clomo-account revoke", [nameOf(account)]),
  );
}

/** Asks what only people know of the account of a system administrator. @returns who uses it */
function askOf(draft: ItemDraft, account: Administrator): string | null {
  const of = { subject: account.id, about: account.name ?? account.user };
  const person = draft.ask({
    ...of,
    id: "administrators.person",
    label: text("used by", "使っている人"),
    wording: text(
      "Who uses this account? (one person, one account)",
      "このアカウントを使っているのは誰ですか?(1 人 1 アカウント)",
    ),
    lacking: "nobody-named",
    yearly: true,
  });
  if (person !== null && countPeople(person) > 1) {
    draft.gap(
      "shared-account",
      text(
        `${of.about} is shared (${person}): who did what cannot be told from the log`,
        `${of.about} を複数人で共用しています(${person})。ログから操作した人を特定できません`,
      ),
      line("clomo-account create", ["USER"], { role: "system" }),
    );
  }
  const mfa = draft.ask({
    ...of,
    id: "administrators.mfa",
    label: text("Google Authenticator", "Google Authenticator による多要素認証"),
    wording: text(
      "Does this account sign in with Google Authenticator (two-step verification)?",
      "このアカウントは Google Authenticator による多要素認証を使っていますか?",
    ),
  });
  if (mfa !== "yes") return person;
  const codes = draft.ask({
    ...of,
    id: "administrators.backup-codes",
    label: text("where the backup codes are kept", "バックアップコードの保管場所"),
    wording: text(
      "Where are the backup codes (バックアップコード) of this account kept? The place, never a code itself",
      "このアカウントのバックアップコードはどこに保管していますか?(場所だけ。コード自体は書かないでください)",
    ),
    lacking: "no-backup-codes",
  });
  if (codes !== null) draft.held(codes, BACKUP_CODES, line("handover answer", ["administrators.backup-codes"]));
  return person;
}

const BACKUP_CODES: Text = text("the backup codes", "バックアップコード");
