import { line, renderAdvice, step, type CommandLine } from "../advice/index.ts";
import { RENEWAL_KINDS, type RenewalItem } from "../model/renewal.ts";
import { quoteShellWord } from "../text/shell-word.ts";
import { joinTexts, text, type Text } from "../text/index.ts";
import type { Finding } from "./findings.ts";
import type { CheckedItem } from "./judge.ts";
import { NOTIFY_FILE } from "./notify/settings.ts";

export interface SupportHolder {
  readonly name: string;
  /** name of the account's user */
  readonly user: string;
  readonly email: string;
}

/** The facts about a tenant's administrators that the checks use. */
export interface AdministrationFacts {
  /** true if a CLOMO account was recorded by hand; account names alone, as imports write them, do not count */
  readonly recorded: boolean;
  readonly system: number;
  readonly supported: readonly SupportHolder[];
  /** items whose owner is an address that a user had and no user has now */
  readonly leavers: readonly (Pick<RenewalItem, "id" | "kind" | "name"> & { readonly owner: string })[];
}

const createFixStep = (command: CommandLine) => step("to fix this", "対処", command);

const ADD_SUPPORT_HOLDER_STEP = createFixStep(
  line("clomo-account edit", ["NAME"], { supportOption: true, noticeMail: true }),
);
const ADD_SYSTEM_ADMINISTRATOR_STEP = createFixStep(line("clomo-account edit", ["NAME"], { role: "system" }));
/** used if nobody else is a system administrator, because only system administrators can have the support option */
const ADD_SUPPORTED_ADMINISTRATOR_STEP = createFixStep(
  line("clomo-account edit", ["NAME"], { role: "system", supportOption: true, noticeMail: true }),
);

/** @see facts 3.2: emails about certificates go only to system administrators with the support option */
const checkSupportHolders = ({ system, supported }: AdministrationFacts): readonly Finding[] => {
  const about = "support-option";
  const [holder] = supported;
  if (holder === undefined) {
    const what =
      system === 0
        ? text(
            "no system administrator is recorded, so nobody has the support option and nobody receives CLOMO's emails about certificates",
            "システム管理者の登録がなく、サポートオプションを付与された人がいません。証明書の更新に関する CLOMO からのメールはだれにも届きません",
          )
        : text(
            "nobody has the support option, so nobody receives CLOMO's emails about certificates",
            "サポートオプションを付与されたシステム管理者がいません。証明書の更新に関する CLOMO からのメールはだれにも届きません",
          );
    return [
      {
        about,
        level: "critical",
        what,
        next: system === 0 ? ADD_SUPPORTED_ADMINISTRATOR_STEP : ADD_SUPPORT_HOLDER_STEP,
      },
    ];
  }
  if (supported.length > 1) return [];
  const what = text(
    `only ${holder.name} has the support option, so nobody else receives CLOMO's emails about certificates`,
    `サポートオプションを付与されているのは「${holder.name}」だけです。証明書の更新に関する CLOMO からのメールはほかのだれにも届きません`,
  );
  return [
    { about, level: "warning", what, next: system > 1 ? ADD_SUPPORT_HOLDER_STEP : ADD_SUPPORTED_ADMINISTRATOR_STEP },
  ];
};

/** @see facts 2.1: the manual recommends a second system administrator in case the first is not available */
const checkSystemAdministrators = ({ system }: AdministrationFacts): readonly Finding[] => {
  if (system !== 1) return [];
  const what = text(
    "there is only one system administrator, but CLOMO's manual recommends a second in case the first account is lost",
    "システム管理者が 1 人だけです。マニュアルでは、紛失などに備えて 2 人目の登録が推奨されています",
  );
  return [{ about: "system-administrators", level: "warning", what, next: ADD_SYSTEM_ADMINISTRATOR_STEP }];
};

const checkOwners = ({ leavers }: AdministrationFacts): readonly Finding[] =>
  leavers.map(({ id, kind, name, owner }) => {
    const { en, ja } = RENEWAL_KINDS[kind];
    return {
      about: "owner",
      level: "warning",
      item: name,
      what: text(
        `${owner}, the owner of ${en} "${name}", is no longer the address of a user`,
        `${ja}「${name}」の更新担当 ${owner} は、現在のユーザーのメールアドレスではありません`,
      ),
      next: createFixStep(buildOwnerCommand({ id, name })),
    };
  });

export const createRecipientFinding = (address: string): Finding => ({
  about: "recipient",
  level: "warning",
  item: address,
  what: text(
    `${address}, a recipient of reminders, is a user who was deleted: enter another recipient in ${NOTIFY_FILE}`,
    `通知先 ${address} は、削除されたユーザーです。${NOTIFY_FILE} の通知先を変更してください`,
  ),
  next: step("to send a test message", "テスト送信", line("renewals notify", ["test"])),
});

export const buildOwnerCommand = ({ id, name }: Pick<RenewalItem, "id" | "name">): CommandLine =>
  line("renewals edit", [quoteShellWord(name) === name ? name : id], { owner: "MAIL" });

/**
 * Returns the problems with who receives emails about a tenant's renewals, the most serious first. While no account is
 * recorded, administrators are not checked: see {@link ACCOUNTS_NOT_RECORDED}.
 */
export const checkAdministration = (administration: AdministrationFacts): readonly Finding[] => [
  ...(administration.recorded
    ? [...checkSupportHolders(administration), ...checkSystemAdministrators(administration)]
    : []),
  ...checkOwners(administration),
];

/** The note that it is not known who receives CLOMO's emails. */
export const ACCOUNTS_NOT_RECORDED = text(
  `no CLOMO account is recorded, so it is not known who receives CLOMO's emails about certificates; to record an account: ${line("clomo-account create", ["USER"], { role: "system", supportOption: true, noticeMail: true })} (for a user who already has an account name: ${line("clomo-account edit", ["NAME"], { role: "system", supportOption: true, noticeMail: true })})`,
  `CLOMO アカウントが登録されていないため、証明書の更新に関する CLOMO からのメールがだれに届くか判断できません。登録するには: ${line("clomo-account create", ["USER"], { role: "system", supportOption: true, noticeMail: true })}(アカウント名のあるユーザー: ${line("clomo-account edit", ["NAME"], { role: "system", supportOption: true, noticeMail: true })})`,
);

/** The note that the acting account may not see who receives CLOMO's emails. */
export const ACCOUNTS_NOT_VISIBLE = text(
  "not checked: who receives CLOMO's emails about certificates (requires permission to view all CLOMO accounts)",
  "証明書の更新に関する CLOMO からのメールがだれに届くかは確認していません(すべての CLOMO アカウントを閲覧できる管理者だけが確認できます)",
);

export const renderFinding = ({ what, next }: Pick<Finding, "what" | "next">): Text =>
  joinTexts([what, renderAdvice(next)], text("; ", "。"));

/** Returns a finding as a checked item, without a kind or a date.  @param context name of its tenant's context */
export const toCheckedItem = (finding: Finding, context: string): CheckedItem => ({
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
  remark: renderFinding(finding),
  finding,
});
