import { line, renderAdvice, step, type CommandLine } from "../advice/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../model/renewal.ts";
import { shownWord } from "../text/shell-word.ts";
import { joined, text, type Text } from "../text/index.ts";
import type { Finding } from "./findings.ts";
import type { CheckedItem } from "./judge.ts";
import { NOTIFY_FILE } from "./notify/settings.ts";

/** A system administrator with the support option. */
export interface SupportHolder {
  /** name of the account */
  readonly name: string;
  /** name and main mail address of its user */
  readonly user: string;
  readonly email: string;
}

/** What the rule looks at of a tenant's administrators. */
export interface Administration {
  /** something of a CLOMO account was recorded by hand; names alone, as imports bring them, are nothing */
  readonly recorded: boolean;
  /** number of system administrators */
  readonly system: number;
  readonly supported: readonly SupportHolder[];
  /** items whose owner names a user who was deleted, or, `revoked`, had a role once and has none, or is called something else by `now` */
  readonly leavers: readonly (Pick<RenewalItem, "id" | "kind" | "name"> & {
    readonly owner: string;
    readonly revoked: boolean;
    readonly now?: string | null;
  })[];
  /** mail addresses of users who had a role once and have none */
  readonly revoked: readonly string[];
  /** the contact person's mail address, where it is that of somebody who left */
  readonly contact: { readonly address: string; readonly revoked: boolean; readonly now: string | null } | null;
}

/** How something is set right. */
const change = (command: CommandLine) => step("to change it", "対処", command);

const ANOTHER_HOLDER = change(line("clomo-account edit", ["NAME"], { supportOption: true, noticeMail: true }));
const ANOTHER_SYSTEM = change(line("clomo-account grant", ["NAME"], { role: "system" }));
/** where nobody else is a system administrator, whose account alone may hold it */
const ANOTHER_OF_BOTH = change(
  line("clomo-account grant", ["NAME"], { role: "system", supportOption: true, noticeMail: true }),
);

/** @see facts 3.2: mail about certificates goes to system administrators with the support option, and to nobody else */
const ofSupport = ({ system, supported }: Administration): readonly Finding[] => {
  const about = "support-option";
  const [holder] = supported;
  if (holder === undefined) {
    const what =
      system === 0
        ? text(
            "no system administrator is recorded, so nobody holds the support option: CLOMO's mail about certificates goes to nobody",
            "システム管理者の登録がなく、サポートオプションを付与された人がいません。証明書の更新に関する CLOMO からのメールは誰にも届きません",
          )
        : text(
            "nobody holds the support option: CLOMO's mail about certificates goes to nobody",
            "サポートオプションを付与されたシステム管理者がいません。証明書の更新に関する CLOMO からのメールは誰にも届きません",
          );
    return [{ about, level: "critical", what, next: system === 0 ? ANOTHER_OF_BOTH : ANOTHER_HOLDER }];
  }
  if (supported.length > 1) return [];
  const what = text(
    `only ${holder.name} holds the support option: nobody else gets CLOMO's mail about certificates`,
    `サポートオプションを付与されているのは「${holder.name}」だけです。証明書の更新に関する CLOMO からのメールはほかの誰にも届きません`,
  );
  return [{ about, level: "warning", what, next: system > 1 ? ANOTHER_HOLDER : ANOTHER_OF_BOTH }];
};

/** @see facts 2.1: a second system administrator is advised in case the first is lost */
const ofSystem = ({ system }: Administration): readonly Finding[] => {
  if (system !== 1) return [];
  const what = text(
    "there is one system administrator: the manual advises a second, in case the first is lost",
    "システム管理者が 1 人だけです。マニュアルは、紛失などに備えて 2 人目を勧めています",
  );
  return [{ about: "system-administrators", level: "warning", what, next: ANOTHER_SYSTEM }];
};

/** How somebody left: deleted, or a user still whose role was taken away, or who is called by a word no more. */
const leftBy = (isRevoked: boolean, { word, now }: { readonly word: string; readonly now: string | null }): Text => {
  if (now !== null)
    return word.includes("@")
      ? text(`a former mail address of the user ${now}`, `ユーザー ${now} の以前のメールアドレス`)
      : text(
          `a former account name or employee code of the user ${now}`,
          `ユーザー ${now} の以前の CLOMO アカウント名か社員コード`,
        );
  return isRevoked
    ? text("a user whose role was taken away", "管理者権限を外されたユーザー")
    : text("a user who was deleted", "削除されたユーザー");
};

const ofOwners = ({ leavers }: Administration): readonly Finding[] =>
  leavers.map(({ id, kind, name, owner, revoked, now = null }) => {
    const { en, ja } = RENEWAL_KINDS[kind];
    const left = leftBy(revoked, { word: owner, now });
    return {
      about: "owner",
      level: "warning",
      item: name,
      what: text(
        `${owner}, the owner of ${en} "${name}", is ${left.en}`,
        `${ja}「${name}」の更新担当 ${owner} は、${left.ja}です`,
      ),
      next: change(ownerLine({ id, name })),
    };
  });

/** That a recipient of notices left. @param isRevoked a user still, whose role was taken away */
export const recipientFinding = (address: string, isRevoked: boolean): Finding => {
  const left = leftBy(isRevoked, { word: address, now: null });
  return {
    about: "recipient",
    level: "warning",
    item: address,
    what: text(
      `${address}, a recipient of notices, is ${left.en}: name another in ${NOTIFY_FILE}`,
      `通知先 ${address} は、${left.ja}です。${NOTIFY_FILE} の通知先を変更してください`,
    ),
    next: step("to try it", "確認", line("renewals notify", ["test"])),
  };
};

/** The line to type to record another contact person. */
export const CONTACT_LINE = line("tenant set", [], { contactMail: "MAIL" });

/** @see facts 7.2: CLOMO's mail about the contract goes to the contact person, whom the application form alone changes */
const ofContact = ({ contact }: Administration): readonly Finding[] => {
  if (contact === null) return [];
  const { address, revoked, now } = contact;
  const left = leftBy(revoked, { word: address, now });
  return [
    {
      about: "contact",
      level: "warning",
      item: address,
      what: text(
        `${address}, the contact person (担当者), is ${left.en}: CLOMO changes that by the application form (申込書)`,
        `担当者 ${address} は、${left.ja}です(CLOMO での変更は申込書で行います)`,
      ),
      next: step("to record who it is now", "新しい担当者の登録", CONTACT_LINE),
    },
  ];
};

/** The line to type to record another owner. */
export const ownerLine = ({ id, name }: Pick<RenewalItem, "id" | "name">): CommandLine =>
  line("renewals edit", [shownWord(name) === name ? name : id], { owner: "MAIL" });

/**
 * What is wrong with who hears of a tenant's renewals, the worst first. Of administrators nothing is told while none are
 * recorded: that is {@link NOT_RECORDED}.
 */
export const findingsOf = (administration: Administration): readonly Finding[] => [
  ...(administration.recorded ? [...ofSupport(administration), ...ofSystem(administration)] : []),
  ...ofOwners(administration),
  ...ofContact(administration),
];

/** That nobody knows whom CLOMO's mail reaches. */
export const NOT_RECORDED = text(
  `no CLOMO account is recorded, so nobody knows who gets CLOMO's mail about certificates; to record one: ${line("clomo-account create", ["USER"], { role: "system", supportOption: true, noticeMail: true })} (who has an account name: ${line("clomo-account grant", ["NAME"], { role: "system", supportOption: true, noticeMail: true })})`,
  `CLOMO アカウントが登録されていないため、証明書の更新に関する CLOMO からのメールが誰に届くか判断できません。登録するには: ${line("clomo-account create", ["USER"], { role: "system", supportOption: true, noticeMail: true })}(アカウント名のあるユーザー: ${line("clomo-account grant", ["NAME"], { role: "system", supportOption: true, noticeMail: true })})`,
);

/** That who asks may not know. */
export const NOT_SHOWN = text(
  "who gets CLOMO's mail about certificates was not checked: it is shown to who may see all CLOMO accounts",
  "証明書の更新に関する CLOMO からのメールが誰に届くかは確認していません(すべての CLOMO アカウントを閲覧できる管理者だけが確認できます)",
);

/** What is wrong, and what to type. */
export const sentenceOf = ({ what, next }: Pick<Finding, "what" | "next">): Text =>
  joined([what, renderAdvice(next)], text("; ", "。"));

/** A finding among what was checked: without a kind or a date. @param context by which its tenant is reached */
export const checkedFinding = (finding: Finding, context: string): CheckedItem => ({
  kind: null,
  name: finding.item ?? finding.about,
  organisation: null,
  expiresAt: null,
  certainty: null,
  fingerprint: null,
  topic: null,
  validFrom: null,
  source: null,
  level: finding.level,
  expiresOn: null,
  daysLeft: null,
  state: "current",
  context,
  remark: sentenceOf(finding),
  finding,
});
