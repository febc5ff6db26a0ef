import { line } from "../advice/index.ts";
import { MANAGING, SUPPORT_RULE } from "../model/account.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../model/organisation.ts";
import { MAX_SUPPORT_OPTIONS, ROLES, type Role } from "../model/role.ts";
import { zoneNamed } from "../model/time.ts";
import { USER } from "../model/user.ts";
import { text } from "../text/index.ts";
import { firstOf, type Facts, type Rule, type RuleProblem } from "./rule.ts";

/** What rules read of an account. */
export interface AccountState {
  /** the user's; undefined, as the next one, where only the account is known */
  readonly name?: string | null | undefined;
  /** its user belongs to 全社 itself */
  readonly isInRoot?: boolean | undefined;
  readonly role: Role;
  readonly hasScheme: boolean;
  readonly managesAll: boolean;
  /** their ids */
  readonly managedOrgs: readonly string[];
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly timezone: string | null;
}

const OF_ACCOUNT = { of: "account", on: ["create", "edit"] } as const;

/** A tenant keeps at least one system administrator, because nobody else can give the role back. */
const lastSystemAdministrator: Rule<Pick<AccountState, "name" | "role">, Pick<Facts, "otherSystemAdministrators">> = {
  name: "last-system-administrator",
  of: "account",
  on: ["edit", "delete"],
  fields: ["role"],
  before: { role: "system" },
  facts: ["otherSystemAdministrators"],
  judge: ({ before, after, facts }) => {
    if (before === undefined || after?.role === "system" || facts.otherSystemAdministrators > 0) return [];
    const grant = line("clomo-account grant", ["ACCOUNT"], { role: "system" });
    return [
      {
        field: "role",
        what: text(
          "no system administrator would be left; nobody else can give the role back",
          "システム管理者がいなくなります(ほかに権限を付与できる人がいません)",
        ),
        hint: text(
          `make another person a system administrator first: ${grant}`,
          `先に別の人をシステム管理者にしてください: ${grant}`,
        ),
      },
    ];
  },
};

/** An account with a role has a name to sign in with. @see facts 2.2 */
const nameOfAdministrator: Rule<Pick<AccountState, "name" | "role">> = {
  name: "administrator-name",
  ...OF_ACCOUNT,
  fields: ["role", "name"],
  after: { role: { not: "none" }, name: null },
  spares: "console",
  judge: () => [
    { field: "name", what: text("an administrator needs an account name", "管理者にはアカウント名が必要です") },
  ],
};

/** An operator acts in the organisation of its user, which cannot be the whole tenant. @see facts 2.1 */
const orgOfOperator: Rule<Pick<AccountState, "name" | "role" | "isInRoot">> = {
  name: "operator-organisation",
  ...OF_ACCOUNT,
  fields: ["role", "isInRoot"],
  after: { role: "operator", isInRoot: true },
  spares: "console",
  judge: ({ before, after }) => {
    const move = line("users move", ["USER"], { org: "ORG" });
    const grant = line("clomo-account grant", ["ACCOUNT"], { role: "ROLE" });
    const revoke = line("clomo-account revoke", ["ACCOUNT"]);
    const moved = text(`another organisation: ${move}`, `別の組織にするには: ${move}`);
    const otherwise = text(
      `another role: ${grant}; none: ${revoke}`,
      `別の権限にするには: ${grant}。権限を外すには: ${revoke}`,
    );
    const name = after?.name ?? "";
    return [
      {
        field: "role",
        what: text(
          `${name} cannot be an operator in ${ROOT_ORG_NAME}: an operator acts in an organisation of its own`,
          `「${name}」は${ROOT_ORG_NAME}ではオペレーターになれません。${ROOT_ORG_NAME}以外の所属組織が必要です`,
        ),
        hint:
          before?.role === "operator" ? text(`${moved.en}; ${otherwise.en}`, `${moved.ja}。${otherwise.ja}`) : moved,
      },
    ];
  },
};

/** A tenant has few accounts with the support option. @see facts 2.1 */
const supportOptions: Rule<Pick<AccountState, "supportOption">, Pick<Facts, "otherSupportOptions">> = {
  name: "support-options",
  ...OF_ACCOUNT,
  fields: ["supportOption"],
  after: { supportOption: true },
  facts: ["otherSupportOptions"],
  judge: ({ facts: { otherSupportOptions: others } }) => {
    if (others.length < MAX_SUPPORT_OPTIONS) return [];
    const take = line("clomo-account edit", ["ACCOUNT"], { noSupportOption: true });
    return [
      {
        field: "supportOption",
        what: text(
          `no more than ${MAX_SUPPORT_OPTIONS} accounts can have the support option; these have it: ${others.join(", ")}`,
          `サポートオプションはすでに ${others.length} アカウントに付与されていて、これ以上付与できません: ${others.join("、")}`,
        ),
        hint: text(`take it from one of them: ${take}`, `いずれかから外してください: ${take}`),
      },
    ];
  },
};

type AccountRule = (account: AccountState, before: AccountState | undefined) => readonly RuleProblem[];

const calledOf = ({ name }: AccountState) =>
  (name ?? null) === null ? text("this account", "このアカウント") : text(`${name}`, `「${name}」`);

const judgeScheme: AccountRule = (account) => {
  if (account.role === "custom" && !account.hasScheme) {
    const list = line("roles schemes list", []);
    const { en, ja } = calledOf(account);
    return [
      {
        field: "scheme",
        what: text(
          `${en} needs a scheme as a custom administrator`,
          `${ja}をカスタム管理者にするには、スキームが必要です`,
        ),
        hint: text(`see the schemes: ${list}`, `スキームの一覧: ${list}`),
      },
    ];
  }
  if (account.role === "custom" || !account.hasScheme) return [];
  return [
    {
      field: "scheme",
      what: text("only a custom administrator has a scheme", "スキームを設定できるのはカスタム管理者だけです"),
      hint: text(
        "leave --scheme out, or give the role that has one: --role custom",
        "--scheme を外すか、カスタム管理者にしてください: --role custom",
      ),
    },
  ];
};

const NAME_ORGS = text("name them: --managed-orgs ORG,ORG", "指定してください: --managed-orgs 組織,組織");
const NAME_ORGS_OR_ALL = text(
  "name them: --managed-orgs ORG,ORG; or all of them: --managed-orgs all",
  "指定してください: --managed-orgs 組織,組織(全て: --managed-orgs all)",
);

/** The first reason alone: the others follow from it. */
const judgeManagedOrgs: AccountRule = (account) => {
  const { role, managesAll, managedOrgs: orgs } = account;
  const isManaging = MANAGING.includes(role);
  const { en, ja } = calledOf(account);
  return firstOf([
    [
      !isManaging && orgs.length > 0,
      {
        what: text(
          "only division and custom administrators have managed organisations",
          "管理対象組織を設定できるのは部門管理者とカスタム管理者だけです",
        ),
        hint: withoutOrgs("division"),
      },
    ],
    [
      managesAll && role !== "custom",
      {
        what: text(
          "only a custom administrator may manage all organisations",
          "全組織を管理対象にできるのはカスタム管理者だけです",
        ),
        hint: isManaging ? NAME_ORGS : withoutOrgs("custom"),
      },
    ],
    [
      managesAll && orgs.length > 0,
      {
        what: text(
          "an administrator manages all organisations, or those that are named: not both",
          "管理対象組織は、「全て」か個別の組織のどちらか一方です",
        ),
      },
    ],
    [
      orgs.includes(ROOT_ORG_ID),
      {
        what: text(
          `${ROOT_ORG_NAME} cannot be a managed organisation (ours)`,
          `管理対象組織に「${ROOT_ORG_NAME}」は指定できません(clomoctl 独自の規則)`,
        ),
        hint: text(
          "for all organisations: --role system, or --role custom --managed-orgs all",
          "すべての組織を対象にするには: --role system か --role custom --managed-orgs all",
        ),
      },
    ],
    [
      isManaging && !managesAll && orgs.length === 0,
      {
        what: text(
          `${en} needs at least one managed organisation as ${ROLES[role].en}`,
          `${ja}を${ROLES[role].ja}にするには、管理対象組織が 1 つ以上必要です`,
        ),
        hint: role === "custom" ? NAME_ORGS_OR_ALL : NAME_ORGS,
      },
    ],
  ]).map((problem) => ({ field: "managedOrgs", ...problem }));
};

/** @param role that has them */
const withoutOrgs = (role: Role) =>
  text(
    `leave --managed-orgs out, or give a role that has them: --role ${role}`,
    `--managed-orgs を外すか、管理対象組織のある権限にしてください: --role ${role}`,
  );

/** What makes an account a system administrator with the support option; a new one has no name to grant the role to. */
const asSystem = ({ name, noticeMail: mailed }: AccountState, before: AccountState | undefined) => {
  const grant = line("clomo-account grant", [name ?? "ACCOUNT"], {
    role: "system",
    supportOption: true,
    noticeMail: mailed || undefined,
  });
  const options = mailed ? "--role system --support-option --notice-mail" : "--role system --support-option";
  const way = (before?.name ?? null) === null ? options : grant;
  return text(`make it one: ${way}`, `システム管理者にするには: ${way}`);
};

const judgeSupportOption: AccountRule = (account, before) =>
  account.supportOption && account.role !== "system"
    ? [{ field: "supportOption", what: SUPPORT_RULE, hint: asSystem(account, before) }]
    : [];

const judgeNoticeMail: AccountRule = (account, before) => {
  if (!account.noticeMail || account.supportOption) return [];
  return [
    {
      field: "noticeMail",
      what: text(
        "notice mail is for system administrators with the support option",
        "お知らせメールを受信できるのは、サポートオプションのあるシステム管理者だけです",
      ),
      hint:
        account.role === "system"
          ? text("add it: --support-option", "付与するには: --support-option")
          : asSystem(account, before),
      needs: account.role === "system" ? undefined : "accounts.roles",
    },
  ];
};

const judgeTimezone: AccountRule = ({ timezone: zone }) =>
  zone === null || zoneNamed(zone) !== undefined
    ? []
    : [
        {
          field: "timezone",
          what: text(`no such time zone: ${zone}`, `「${zone}」というタイムゾーンはありません`),
          hint: text("as Asia/Tokyo", "例: Asia/Tokyo"),
        },
      ];

/** Returns whether an account can get the support option. @param others who holds it */
export const isSupportOptionFree = (others: readonly string[]): boolean =>
  supportOptions.judge({
    before: { supportOption: false },
    after: { supportOption: true },
    facts: { otherSupportOptions: others },
  }).length === 0;

/** What an account has follows from its role, whatever other accounts are: each by the fields that it is about. */
const ofRole = (name: string, fields: readonly (keyof AccountState)[], judge: AccountRule): Rule<AccountState> => ({
  name,
  ...OF_ACCOUNT,
  fields,
  judge: ({ before, after }) => (after === undefined ? [] : judge(after, before)),
});

/** The rules of accounts. @see facts 2.1, 2.2 */
export const ACCOUNT_RULES = [
  lastSystemAdministrator,
  nameOfAdministrator,
  orgOfOperator,
  ofRole("account-scheme", ["role", "hasScheme"], judgeScheme),
  ofRole("managed-organisations", ["role", "managesAll", "managedOrgs"], judgeManagedOrgs),
  ofRole("support-option-role", ["role", "supportOption"], judgeSupportOption),
  ofRole("notice-mail", ["role", "supportOption", "noticeMail"], judgeNoticeMail),
  ofRole("account-timezone", ["timezone"], judgeTimezone),
  supportOptions,
] as const;

/** What rules read of a user. */
interface UserState {
  readonly accountName: string | null;
}

/** An account is made once, and keeps a name from then on. Imports take a blank cell for none by `clearable`. @see facts 1.3 */
export const accountNameStays: Rule<UserState> = {
  name: "account-name-stays",
  of: "user",
  on: ["edit"],
  fields: ["accountName"],
  before: { accountName: { not: null } },
  after: { accountName: null },
  spares: "states",
  judge: () => {
    const { en, ja } = USER.fields.accountName.label;
    const what = text(`${en}: can be changed and never cleared`, `${ja}: 変更はできますが、消すことはできません`);
    return [{ field: "accountName", what }];
  },
};

/** A scheme permits something. */
export const schemeItems: Rule<{ readonly operations: readonly string[] }> = {
  name: "scheme-items",
  of: "scheme",
  on: ["create", "edit"],
  fields: ["operations"],
  judge: ({ after }) => {
    if (after === undefined || after.operations.length > 0) return [];
    const revoke = line("clomo-account revoke", ["ACCOUNT"]);
    return [
      {
        field: "operations",
        what: text("a scheme needs at least one item", "スキームには 1 つ以上のチェック項目が必要です"),
        hint: text(`to take all rights from an account: ${revoke}`, `アカウントからすべての権限を外すには: ${revoke}`),
      },
    ];
  },
};
