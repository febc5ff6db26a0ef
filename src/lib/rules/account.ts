import { line } from "../advice/line.ts";
import { MANAGING, SUPPORT_RULE } from "../model/account.ts";
import { ROOT_ORG_ID, ROOT_ORG_NAME } from "../model/organisation.ts";
import { MAX_SUPPORT_OPTIONS, ROLES, type Role } from "../model/role.ts";
import { zoneNamed } from "../model/time.ts";
import { text } from "../text/index.ts";
import { firstOf, type Rule, type RuleProblem } from "./rule.ts";

/** What rules read of an account. */
export interface AccountState {
  readonly name: string | null;
  readonly role: Role;
  readonly hasScheme: boolean;
  readonly managesAll: boolean;
  /** their ids */
  readonly managedOrgs: readonly string[];
  readonly supportOption: boolean;
  readonly noticeMail: boolean;
  readonly timezone: string | null;
}

type NameAndRole = Pick<AccountState, "name" | "role">;

/** A tenant keeps at least one system administrator, because nobody else can give the role back. */
export const lastSystemAdministrator: Rule<NameAndRole, { readonly otherSystemAdministrators: number }> = ({
  before,
  after,
  facts,
}) => {
  if (before?.role !== "system" || after?.role === "system" || facts.otherSystemAdministrators > 0) return [];
  const grant = line("clomo-account grant", ["ACCOUNT"], { role: "system" });
  const name = before.name ?? "";
  return [
    {
      field: "role",
      what: text(
        `${name} is the last system administrator: nobody else could give the role back`,
        `「${name}」は最後のシステム管理者です。ほかに権限を付与できる人がいなくなります`,
      ),
      hint: text(
        `make another person a system administrator first: ${grant}`,
        `先に別の人をシステム管理者にしてください: ${grant}`,
      ),
    },
  ];
};

/** An account with a role has a name to sign in with. @see facts 2.2 */
export const nameOfAdministrator: Rule<NameAndRole> = ({ after }) =>
  after === undefined || after.role === "none" || (after.name ?? "").trim() !== ""
    ? []
    : [
        {
          field: "name",
          what: text("an administrator needs an account name", "管理者にはアカウント名が必要です"),
        },
      ];

/** An operator acts in the organisation of its user, which cannot be the whole tenant. @see facts 2.1 */
export const orgOfOperator: Rule<NameAndRole, { readonly isInRoot: boolean }> = ({ before, after, facts }) => {
  if (after?.role !== "operator" || !facts.isInRoot) return [];
  const move = line("users move", ["USER"], { org: "ORG" });
  const grant = line("clomo-account grant", ["ACCOUNT"], { role: "ROLE" });
  const revoke = line("clomo-account revoke", ["ACCOUNT"]);
  const moved = text(`another organisation: ${move}`, `別の組織にするには: ${move}`);
  const otherwise = text(
    `another role: ${grant}; none: ${revoke}`,
    `別の権限にするには: ${grant}。権限を外すには: ${revoke}`,
  );
  const name = after.name ?? "";
  return [
    {
      field: "role",
      what: text(
        `${name} cannot be an operator in ${ROOT_ORG_NAME}: an operator acts in an organisation of its own`,
        `「${name}」は${ROOT_ORG_NAME}ではオペレーターになれません。${ROOT_ORG_NAME}以外の所属組織が必要です`,
      ),
      hint: before?.role === "operator" ? text(`${moved.en}; ${otherwise.en}`, `${moved.ja}。${otherwise.ja}`) : moved,
    },
  ];
};

/** A tenant has few accounts with the support option. @see facts 2.1 */
export const supportOptions: Rule<Pick<AccountState, "supportOption">, { readonly others: readonly string[] }> = ({
  before,
  after,
  facts: { others },
}) => {
  if (after?.supportOption !== true || before?.supportOption === true || others.length < MAX_SUPPORT_OPTIONS) return [];
  const take = line("clomo-account edit", ["ACCOUNT"], { noSupportOption: true });
  return [
    {
      field: "supportOption",
      what: text(
        `${MAX_SUPPORT_OPTIONS} accounts hold the support option, and no more may: ${others.join(", ")}`,
        `サポートオプションはすでに ${MAX_SUPPORT_OPTIONS} アカウントに付与されていて、これ以上付与できません: ${others.join("、")}`,
      ),
      hint: text(`take it from one of them: ${take}`, `いずれかから外してください: ${take}`),
    },
  ];
};

/** What an account has follows from its role, whatever other accounts are. @see facts 2.1, 2.2 */
export const accountOfRole: Rule<AccountState> = ({ before, after }) =>
  after === undefined
    ? []
    : [scheme, managedOrgs, supportOption, noticeMail, timezone].flatMap((judge) => judge(after, before));

type Judge = (account: AccountState, before: AccountState | undefined) => readonly RuleProblem[];

const calledOf = ({ name }: AccountState) =>
  name === null ? text("this account", "このアカウント") : text(name, `「${name}」`);

const scheme: Judge = (account) => {
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
const managedOrgs: Judge = (account) => {
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

const supportOption: Judge = (account, before) =>
  account.supportOption && account.role !== "system"
    ? [{ field: "supportOption", what: SUPPORT_RULE, hint: asSystem(account, before) }]
    : [];

const noticeMail: Judge = (account, before) => {
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
    },
  ];
};

const timezone: Judge = ({ timezone: zone }) =>
  zone === null || zoneNamed(zone) !== undefined
    ? []
    : [
        {
          field: "timezone",
          what: text(`no such time zone: ${zone}`, `「${zone}」というタイムゾーンはありません`),
          hint: text("as Asia/Tokyo", "例: Asia/Tokyo"),
        },
      ];
