import { line } from "../../../advice/index.ts";
import { SUPPORT_OPTION_RULE } from "../../../model/account.ts";
import { isSupportOptionAvailable } from "../../../model/role.ts";
import { formatCount, text, type Text } from "../../../text/index.ts";
import { toTypableName } from "../../../text/shell-word.ts";
import type { Administrator, HandoverFacts } from "../facts.ts";
import { ItemDraft, type ChecklistItem, type ChecklistContext } from "../item.ts";
import { SUPPORT_OPTION_INSTRUCTIONS } from "../support-option.ts";

/** Name of the question that asks whether somebody reads the mailbox of an account. */
export const MAILBOX_QUESTION = "administrators.mailbox";

/** Minimum number of system administrators: two, in case the first account is lost.  @see facts 2.1 */
const MIN_SYSTEM_ADMINISTRATORS = 2;

const getTypableName = ({ name, id }: Administrator): string => toTypableName(name ?? "", id);

/**
 * Builds the item about system administrators, the support option, and who reads the emails. @see facts 2.1, 2.3, 7.2
 */
export function buildAdministratorsItem(facts: HandoverFacts, when: ChecklistContext): ChecklistItem {
  const draft = new ItemDraft("administrators", facts, when);
  const { administrators } = facts;
  const system = administrators.filter(({ role }) => role === "system");
  const holders = administrators.filter(({ supportOption }) => supportOption);
  draft.tell(text("system administrators", "システム管理者"), formatAccounts(system));
  draft.tell(
    text("accounts with the support option", "サポートオプションを付与されたアカウント"),
    formatAccounts(holders),
  );
  draft.note(
    text(
      "CLOMO sends emails about renewals, outages and releases to the system administrators who have the support option (at most five accounts) and have notice emails (お知らせメール受信) turned on.",
      "更新やサービスのお知らせメールは、サポートオプション(最大 5 アカウント)を付与され「お知らせメール受信」がオンのシステム管理者に届きます。",
    ),
  );
  checkSupportOption(draft, holders);
  const staying = system.filter(({ id }) => id !== when.leaver?.id);
  if (staying.length < MIN_SYSTEM_ADMINISTRATORS) {
    draft.gap(
      "one-system-administrator",
      text(
        staying.length === 0
          ? "no system administrator remains"
          : "only one system administrator remains: a second one is recommended in case the first account is lost",
        staying.length === 0
          ? "システム管理者が残りません"
          : "システム管理者が 1 人しか残りません。万一に備えて 2 人目を作成してください",
      ),
      SUPPORT_OPTION_INSTRUCTIONS,
    );
  }
  checkLeaverAccount(draft, holders);
  for (const account of system) askAboutAccount(draft, account);
  return draft.item();
}

const formatAccounts = (accounts: readonly Administrator[]): string =>
  accounts.map(({ name, user }) => (name === null ? user : `${user} (${name})`)).join(", ");

function checkSupportOption(draft: ItemDraft, holders: readonly Administrator[]): void {
  if (holders.length === 0) {
    draft.gap(
      "no-support-option",
      text(
        "nobody has the support option, so nobody receives CLOMO's emails about renewals",
        "サポートオプションを付与された人がいません(更新のお知らせメールがだれにも届きません)",
      ),
      SUPPORT_OPTION_INSTRUCTIONS,
    );
  }
  const [, ...others] = holders.map(({ user }) => user);
  if (!isSupportOptionAvailable(others)) {
    draft.gap(
      "support-option-rule",
      text(
        `${formatCount(holders.length, "account")} have the support option: ${SUPPORT_OPTION_RULE.en}`,
        `サポートオプションが ${holders.length} アカウントに付与されています。${SUPPORT_OPTION_RULE.ja}`,
      ),
      line("clomo-account edit", ["ACCOUNT"], { noSupportOption: true }),
    );
  }
  for (const holder of holders) {
    const { role, supportOption } = holder;
    if (supportOption && role !== "system") {
      draft.gap(
        "support-option-rule",
        text(
          `${holder.user} has the support option but is not a system administrator: ${SUPPORT_OPTION_RULE.en}`,
          `${holder.user} さんはシステム管理者ではないのに、サポートオプションが付与されています。${SUPPORT_OPTION_RULE.ja}`,
        ),
        line("clomo-account edit", [getTypableName(holder)], { noSupportOption: true }),
      );
    }
    checkNoticeMail(draft, holder);
  }
}

/** Adds gaps if the emails to an account do not arrive, or if nobody reads them. */
function checkNoticeMail(draft: ItemDraft, holder: Administrator): void {
  if (!holder.noticeMail) {
    draft.gap(
      "no-notice-mail",
      text(
        `${holder.user} has the support option, but notice emails (お知らせメール受信) are turned off, so CLOMO's emails do not arrive`,
        `${holder.user} さんの「お知らせメール受信」がオフのため、お知らせメールが届きません`,
      ),
      line("clomo-account edit", [getTypableName(holder)], { noticeMail: true }),
    );
  }
  const read = draft.ask({
    id: MAILBOX_QUESTION,
    label: text("somebody reads the mailbox", "メールボックスを読んでいる人がいる"),
    subject: holder.id,
    about: holder.user,
    wording: text(
      `Does anybody read the mailbox ${holder.emails[0] ?? ""}?`,
      `メールボックス ${holder.emails[0] ?? ""} を読んでいる人がいますか?`,
    ),
    yearly: true,
  });
  if (read !== "no") return;
  draft.gap(
    "mailbox-unread",
    text(`nobody reads the mailbox of ${holder.user}`, `${holder.user} さんのメールボックスを読んでいる人がいません`),
    line("users edit", [toTypableName(holder.emails[0] ?? "", holder.id)], { email: "MAIL" }),
  );
}
function checkLeaverAccount(draft: ItemDraft, holders: readonly Administrator[]): void {
  const { leaver } = draft.when;
  const account = draft.facts.administrators.find(({ id }) => id === leaver?.id);
  if (account === undefined) return;
  if (holders.includes(account)) {
    draft.gap(
      "leaver-support-option",
      text(
        `${account.user} is leaving and still has the support option, so CLOMO's emails about renewals still go to this account`,
        `退職する ${account.user} さんにサポートオプションが残っています。このままでは、更新のお知らせメールが途絶えるおそれがあります`,
      ),
      line("clomo-account edit", [getTypableName(account)], { noSupportOption: true }),
    );
  }
  if (account.role === "none") return;
  draft.gap(
    "leaver-role",
    text(
      `${account.user} is leaving and still has a role, so the account can sign in to CLOMO PANEL`,
      `退職する ${account.user} さんに管理者権限が残っています(CLOMO PANEL にログインできます)`,
    ),
    line("clomo-account revoke", [getTypableName(account)]),
  );
}

/** Asks what only people know about the account of a system administrator. */
function askAboutAccount(draft: ItemDraft, account: Administrator): void {
  const of = { subject: account.id, about: account.name ?? account.user };
  draft.ask({
    ...of,
    id: "administrators.person",
    label: text("used by", "使っている人"),
    wording: text(
      "Who uses this account? (one account per person)",
      "このアカウントを使っているのはだれですか?(1 人 1 アカウント)",
    ),
    lacking: "nobody-named",
    yearly: true,
  });
  const mfa = draft.ask({
    ...of,
    id: "administrators.mfa",
    label: text("Google Authenticator", "Google Authenticator による多要素認証"),
    wording: text(
      "Does this account sign in with Google Authenticator (two-step verification)?",
      "このアカウントは Google Authenticator による多要素認証を使っていますか?",
    ),
  });
  if (mfa !== "yes") return;
  const codes = draft.ask({
    ...of,
    id: "administrators.backup-codes",
    label: text("where the backup codes are kept", "バックアップコードの保管場所"),
    wording: text(
      "Where are the backup codes (バックアップコード) of this account kept? Write only the place, never a code itself",
      "このアカウントのバックアップコードはどこに保管していますか?(場所だけ。コード自体は書かないでください)",
    ),
    lacking: "no-backup-codes",
  });
  if (codes !== null) draft.held(codes, BACKUP_CODES, line("handover answer", ["administrators.backup-codes"]));
}

const BACKUP_CODES: Text = text("the backup codes", "バックアップコード");
