import { ROLES_WITH_MANAGED_ORGS, SUPPORT_OPTION_RULE } from "../model/account.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../model/organisation.ts";
import { MAX_SUPPORT_OPTIONS, ROLES, type Role } from "../model/role.ts";
import { findTimeZone } from "../model/time.ts";
import { USER } from "../model/user.ts";
import { text } from "../text/index.ts";
import { takeFirstProblem, type Facts, type Rule, type RuleProblem } from "./rule.ts";

export interface AccountState {
  /** account name of the user; like `isInRoot`, undefined if only the account is known */
  readonly name?: string | null | undefined;
  /** true if the user belongs directly to 全社 */
  readonly isInRoot?: boolean | undefined;
  readonly role: Role;
  readonly hasScheme: boolean;
  readonly managesAll: boolean;
  readonly managedOrgs: readonly string[];
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly timezone: string | null;
}

const ACCOUNT_RULE_DEFAULTS = { of: "account", on: ["create", "edit"] } as const;

/** A tenant must keep at least one system administrator, because nobody else can grant this role again. */
const lastSystemAdministratorRule: Rule<
  Pick<AccountState, "name" | "role">,
  Pick<Facts, "otherSystemAdministrators">
> = {
  name: "last-system-administrator",
  of: "account",
  on: ["edit", "delete"],
  fields: ["role"],
  before: { role: "system" },
  facts: ["otherSystemAdministrators"],
  judge: ({ before, after, facts }) => {
    if (before === undefined || after?.role === "system" || facts.otherSystemAdministrators > 0) return [];
    return [
      {
        field: "role",
        what: text(
          "no system administrator would be left: grant another person this role first",
          "システム管理者がいなくなります。先に別の人をシステム管理者にしてください",
        ),
      },
    ];
  },
};

/** An account with a role must have an account name for signing in. @see facts 2.2 */
const administratorNameRule: Rule<Pick<AccountState, "name" | "role">> = {
  name: "administrator-name",
  ...ACCOUNT_RULE_DEFAULTS,
  fields: ["role", "name"],
  after: { role: { not: "none" }, name: null },
  spares: "restored",
  judge: () => [
    { field: "name", what: text("an administrator needs an account name", "管理者にはアカウント名が必要です") },
  ],
};

/** An operator works in the organisation of their user, which cannot be the whole tenant. @see facts 2.1 */
const operatorOrgRule: Rule<Pick<AccountState, "name" | "role" | "isInRoot">> = {
  name: "operator-organisation",
  ...ACCOUNT_RULE_DEFAULTS,
  fields: ["role", "isInRoot"],
  after: { role: "operator", isInRoot: true },
  spares: "restored",
  judge: ({ after }) => {
    const name = after?.name ?? null;
    const account = name === null ? text("this account", "このアカウント") : text(name, `「${name}」`);
    return [
      {
        field: "role",
        what: text(
          `${account.en} cannot be an operator in ${ROOT_ORG_NAME}: an operator must belong to another organisation`,
          `${account.ja}は${ROOT_ORG_NAME}ではオペレーターになれません。${ROOT_ORG_NAME}以外の所属組織が必要です`,
        ),
      },
    ];
  },
};

/** A tenant can have only a few accounts with the support option. @see facts 2.1 */
const supportOptionLimitRule: Rule<Pick<AccountState, "supportOption">, Pick<Facts, "otherSupportOptions">> = {
  name: "support-options",
  ...ACCOUNT_RULE_DEFAULTS,
  fields: ["supportOption"],
  after: { supportOption: true },
  facts: ["otherSupportOptions"],
  judge: ({ facts: { otherSupportOptions: others } }) => {
    if (others.length < MAX_SUPPORT_OPTIONS) return [];
    return [
      {
        field: "supportOption",
        what: text(
          `at most ${MAX_SUPPORT_OPTIONS} accounts can have the support option, and these already have it: ${others.join(", ")}`,
          `サポートオプションはすでに ${others.length} アカウントに付与されているため、これ以上付与できません: ${others.join("、")}`,
        ),
      },
    ];
  },
};

type AccountCheck = (account: AccountState) => readonly RuleProblem[];

const describeAccount = ({ name }: AccountState) =>
  (name ?? null) === null ? text("this account", "このアカウント") : text(`${name}`, `「${name}」`);

const checkScheme: AccountCheck = (account) => {
  if (account.role === "custom" && !account.hasScheme) {
    const { en, ja } = describeAccount(account);
    return [
      {
        field: "scheme",
        what: text(
          `${en} cannot be a custom administrator without a scheme`,
          `${ja}をカスタム管理者にするには、スキームが必要です`,
        ),
      },
    ];
  }
  if (account.role === "custom" || !account.hasScheme) return [];
  return [
    {
      field: "scheme",
      what: text("only a custom administrator can have a scheme", "スキームを設定できるのはカスタム管理者だけです"),
    },
  ];
};

/** Returns only the first problem, because the others follow from it. */
const checkManagedOrgs: AccountCheck = (account) => {
  const { role, managesAll, managedOrgs: orgs } = account;
  const isManaging = ROLES_WITH_MANAGED_ORGS.includes(role);
  const { en, ja } = describeAccount(account);
  return takeFirstProblem([
    [
      !isManaging && orgs.length > 0,
      {
        what: text(
          "only division and custom administrators can have managed organisations",
          "管理対象組織を設定できるのは部門管理者とカスタム管理者だけです",
        ),
      },
    ],
    [
      managesAll && role !== "custom",
      {
        what: text(
          "only a custom administrator can manage all organisations",
          "すべての組織を管理対象にできるのはカスタム管理者だけです",
        ),
      },
    ],
    [
      managesAll && orgs.length > 0,
      {
        what: text(
          "an administrator manages either all organisations or individual organisations, not both",
          "管理対象組織には、「全て」か個別の組織のどちらか一方だけを指定できます",
        ),
      },
    ],
    [
      orgs.includes(ROOT_ORG_ID),
      {
        what: text(
          `${ROOT_ORG_NAME} cannot be a managed organisation (a clomoctl rule)`,
          `管理対象組織に「${ROOT_ORG_NAME}」は指定できません(clomoctl 独自の規則)`,
        ),
      },
    ],
    [
      isManaging && !managesAll && orgs.length === 0,
      {
        what: text(
          `${en} needs at least one managed organisation for the role ${ROLES[role].en}`,
          `${ja}を${ROLES[role].ja}にするには、管理対象組織が 1 つ以上必要です`,
        ),
      },
    ],
  ]).map((problem) => ({ field: "managedOrgs", ...problem }));
};

const checkSupportOption: AccountCheck = ({ supportOption, role }) =>
  supportOption && role !== "system" ? [{ field: "supportOption", what: SUPPORT_OPTION_RULE }] : [];

const checkNoticeMail: AccountCheck = ({ noticeMail, supportOption }) =>
  !noticeMail || supportOption
    ? []
    : [
        {
          field: "noticeMail",
          what: text(
            "only a system administrator with the support option can receive notice emails",
            "お知らせメールを受信できるのは、サポートオプションのあるシステム管理者だけです",
          ),
        },
      ];

const checkTimezone: AccountCheck = ({ timezone: zone }) =>
  zone === null || findTimeZone(zone) !== undefined
    ? []
    : [
        {
          field: "timezone",
          what: text(`there is no time zone "${zone}"`, `「${zone}」というタイムゾーンはありません`),
          hint: text("for example Asia/Tokyo", "例: Asia/Tokyo"),
        },
      ];

/** Returns true if another account can get the support option. @param others accounts that already have it */
export const isSupportOptionAvailable = (others: readonly string[]): boolean =>
  supportOptionLimitRule.judge({
    before: { supportOption: false },
    after: { supportOption: true },
    facts: { otherSupportOptions: others },
  }).length === 0;

/**
 * Creates a rule that depends only on the account itself, mostly on its role. @param fields the fields that the rule
 * checks
 */
const createAccountRule = (
  name: string,
  fields: readonly (keyof AccountState)[],
  judge: AccountCheck,
): Rule<AccountState> => ({
  name,
  ...ACCOUNT_RULE_DEFAULTS,
  fields,
  judge: ({ after }) => (after === undefined ? [] : judge(after)),
});

/** The rules of accounts. @see facts 2.1, 2.2 */
export const ACCOUNT_RULES = [
  lastSystemAdministratorRule,
  administratorNameRule,
  operatorOrgRule,
  createAccountRule("account-scheme", ["role", "hasScheme"], checkScheme),
  createAccountRule("managed-organisations", ["role", "managesAll", "managedOrgs"], checkManagedOrgs),
  createAccountRule("support-option-role", ["role", "supportOption"], checkSupportOption),
  createAccountRule("notice-mail", ["role", "supportOption", "noticeMail"], checkNoticeMail),
  createAccountRule("account-timezone", ["timezone"], checkTimezone),
  supportOptionLimitRule,
] as const;

interface UserState {
  readonly accountName: string | null;
}

/**
 * An account cannot be removed from its user: an account name can be changed but not cleared. Imports ignore a blank
 * cell, because the field is not `clearable`. @see facts 1.3
 */
export const accountNameKeptRule: Rule<UserState> = {
  name: "account-name-stays",
  of: "user",
  on: ["edit"],
  fields: ["accountName"],
  before: { accountName: { not: null } },
  after: { accountName: null },
  spares: "restored",
  judge: () => {
    const { en, ja } = USER.fields.accountName.label;
    const what = text(`${en} can be changed, but not cleared`, `${ja}は変更できますが、空にはできません`);
    return [{ field: "accountName", what }];
  },
};

/** A scheme must permit at least one operation. */
export const schemeItemsRule: Rule<{ readonly operations: readonly string[] }> = {
  name: "scheme-items",
  of: "scheme",
  on: ["create", "edit"],
  fields: ["operations"],
  judge: ({ after }) => {
    if (after === undefined || after.operations.length > 0) return [];
    return [
      {
        field: "operations",
        what: text("a scheme needs at least one check item", "スキームには 1 つ以上のチェック項目が必要です"),
      },
    ];
  },
};
