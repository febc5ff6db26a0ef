import { line } from "../../advice/index.ts";
import { CONFIG_PROFILE } from "../../nouns/config-profile.ts";
import {
  ROLES_WITH_MANAGED_ORGS,
  SUPPORT_OPTION_RULE,
  MAX_SUPPORT_OPTIONS,
  ROLES,
  type Role,
} from "../../nouns/account.ts";
import {
  ACCOUNT_PER_DEVICE_MODE,
  ACCOUNTLESS_MODE,
  ANDROID,
  DEVICE,
  DEVICE_STATUSES,
  NOT_MANAGED,
} from "../../nouns/device.ts";
import { ROOT_ORG_NAME } from "../../nouns/organisation.ts";
import { describeProblem, type ProblemCode, type ProblemParams } from "../../model/problem.ts";
import { getThingNoun } from "../../nouns/index.ts";
import { USER } from "../../nouns/user.ts";
import type { RuleProblem } from "../../rules/values.ts";
import { text, type Text } from "../../text/index.ts";
import { KEY_LISTS } from "./versions.ts";
import { ROOT_ORG_NUMBER } from "./org-rows.ts";
import { buildNameListSql } from "../store/sql.ts";
import type { Row } from "../store/types.ts";

/** SQL: the records of a type after a change, with `pk` and the columns. */
export type AllRecords = (thing: string, columns: readonly string[]) => string;

/**
 * A rule applies if a change writes one of its fields. Its SQL reads `old_FIELD` and `new_FIELD` of the record `s`;
 * `was` and `is_` are 1 if the record exists before or after the change.
 */
export interface RecordRule {
  readonly name: string;
  /** a name in {@link RULE_SUBJECTS} */
  readonly of: string;
  readonly fields: readonly string[];
  /** a new record can break the rule only if it has one of these fields; default: `fields` */
  readonly sets?: readonly string[];
  readonly checksDeletions?: true;
  /** `console`: does not apply to values from the console; `restored`: nor to values that undo restores */
  readonly spares?: "console" | "restored" | undefined;
  readonly breaks: string | ((all: AllRecords) => string);
  readonly told?: ((all: AllRecords) => string) | undefined;
  readonly problem: (row: Row, told: unknown) => RuleProblem;
}

export const RULE_SUBJECTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  org: { org: ["name", "code", "parent"] },
  scheme: { scheme: ["operations"] },
  user: { user: ["accountName"] },
  account: { user: ["accountName", "org"], account: ["role", "scheme", "managedOrgs", "supportOption", "noticeMail"] },
  ...Object.fromEntries(
    KEY_LISTS.map(({ from }) => {
      const lists = KEY_LISTS.flatMap(({ from: { name }, list }) => (name === from.name ? [list] : []));
      const others = from.name === CONFIG_PROFILE.name ? ["kind", "adeSettings"] : [];
      return [from.name, { [from.name]: [...others, ...lists] }];
    }),
  ),
  device: { device: ["serialNumber", "platform", "status", "androidMode", "owner", "ownerOrg"] },
  device_action: { device_action: ["serialNumber", "kind"] },
};

export const buildUsesAccountSql = (column: (name: string) => string): string =>
  `${column("owner")} is not null and ${column("platform")} = '${ANDROID}'
    and ${column("status")} is distinct from '${NOT_MANAGED}' and ${column("androidMode")} is distinct from '${ACCOUNTLESS_MODE}'`;

const refuse = (field: string | undefined, en: string, ja: string) => (): RuleProblem => ({
  field,
  what: text(en, ja),
});

const ORG_RULES: readonly RecordRule[] = [
  {
    name: "reserved-names",
    of: "org",
    fields: ["name", "code"],
    spares: "restored",
    // organisations of the console that already have this name may keep the name
    breaks: `new_parent is not null and (${["name", "code"]
      .map((field) => `new_${field} = '${ROOT_ORG_NAME}' and old_${field} is distinct from '${ROOT_ORG_NAME}'`)
      .join(" or ")})`,
    problem: ({ new_name: name }) => ({
      field: name === ROOT_ORG_NAME ? "name" : "code",
      what: text(`${ROOT_ORG_NAME} is reserved for the root organisation`, `${ROOT_ORG_NAME}は最上位の組織の名前です`),
    }),
  },
  {
    name: "root-stays",
    of: "org",
    fields: ["name", "code"],
    sets: [],
    breaks: `new_parent is null and (new_name <> '${ROOT_ORG_NAME}' or new_code is not null)`,
    problem: refuse(
      undefined,
      `${ROOT_ORG_NAME} represents the whole tenant, so its name cannot be changed and it cannot have a code`,
      `「${ROOT_ORG_NAME}」はテナント全体を表すため、名前の変更も組織コードの設定もできません`,
    ),
  },
];

const describeAccount = ({ new_accountName: name = null }: Row): Text =>
  name === null ? text("this account", "このアカウント") : text(String(name), `「${String(name)}」`);

const HAS_MANAGED_ORGS_SQL = `new_role in (${buildNameListSql(ROLES_WITH_MANAGED_ORGS)})`;

/** @see facts 2.1, 2.2 */
const ACCOUNT_RULES: readonly RecordRule[] = [
  {
    // without a system administrator, nobody could make another account a system administrator
    name: "last-system-administrator",
    of: "account",
    fields: ["role"],
    sets: [],
    checksDeletions: true,
    breaks: (all) => `old_role = 'system' and (is_ = 0 or new_role is distinct from 'system') and not exists (
      select 1 from ${all("account", ["role"])} a join ${all("user", [])} u on u.pk = a.pk where a.role = 'system' and a.pk <> s.pk)`,
    problem: refuse(
      "role",
      "no system administrator would be left; grant another person this role first",
      "システム管理者がいなくなります。先に別の人をシステム管理者にしてください",
    ),
  },
  {
    name: "administrator-name",
    of: "account",
    fields: ["role", "accountName"],
    sets: ["role"],
    spares: "restored",
    breaks: "new_role <> 'none' and new_accountName is null",
    problem: refuse("name", "an administrator needs an account name", "管理者にはアカウント名が必要です"),
  },
  {
    name: "operator-organisation",
    of: "account",
    fields: ["role", "org"],
    sets: ["role"],
    spares: "restored",
    breaks: `new_role = 'operator' and new_org = ${ROOT_ORG_NUMBER}`,
    problem: (row) => {
      const { en, ja } = describeAccount(row);
      return {
        field: "role",
        what: text(
          `${en} cannot be an operator in ${ROOT_ORG_NAME}: an operator must belong to another organisation`,
          `${ja}は「${ROOT_ORG_NAME}」ではオペレーターになれません。「${ROOT_ORG_NAME}」以外の所属組織が必要です`,
        ),
      };
    },
  },
  {
    name: "account-scheme",
    of: "account",
    fields: ["role", "scheme"],
    breaks: "(new_role = 'custom') <> (new_scheme is not null)",
    problem: refuse(
      "scheme",
      "a custom administrator needs a scheme, and only a custom administrator can have a scheme",
      "カスタム管理者にはスキームの指定が必要です。カスタム管理者以外には指定できません",
    ),
  },
  {
    name: "managed-organisations",
    of: "account",
    fields: ["role", "managedOrgs"],
    breaks: `not ${HAS_MANAGED_ORGS_SQL} and json_array_length(new_managedOrgs) > 0`,
    problem: refuse(
      "managedOrgs",
      "only division administrators and custom administrators can have managed organisations",
      "管理対象組織を設定できるのは部門管理者とカスタム管理者だけです",
    ),
  },
  {
    name: "managed-root",
    of: "account",
    fields: ["managedOrgs"],
    breaks: `exists (select 1 from json_each(new_managedOrgs) e where e.value = ${ROOT_ORG_NUMBER})`,
    problem: refuse(
      "managedOrgs",
      `${ROOT_ORG_NAME} cannot be a managed organisation (a clomoctl rule)`,
      `管理対象組織に「${ROOT_ORG_NAME}」は指定できません(clomoctl 独自の規則)`,
    ),
  },
  {
    // a custom administrator without managed organisations would manage all organisations
    name: "managed-nothing",
    of: "account",
    fields: ["role", "managedOrgs"],
    breaks: `${HAS_MANAGED_ORGS_SQL} and coalesce(json_array_length(new_managedOrgs), new_role = 'custom') = 0`,
    problem: (row) => {
      const { en, ja } = describeAccount(row);
      const { [row["new_role"] as Role]: role } = ROLES;
      return {
        field: "managedOrgs",
        what: text(
          `${en} needs at least one managed organisation for the role ${role.en}`,
          `${ja}を${role.ja}にするには、管理対象組織が 1 つ以上必要です`,
        ),
      };
    },
  },
  {
    name: "support-option-role",
    of: "account",
    fields: ["role", "supportOption"],
    sets: ["supportOption"],
    breaks: "new_supportOption = 1 and new_role <> 'system'",
    problem: () => ({ field: "supportOption", what: SUPPORT_OPTION_RULE }),
  },
  {
    name: "notice-mail",
    of: "account",
    fields: ["role", "supportOption", "noticeMail"],
    sets: ["noticeMail"],
    breaks: "new_noticeMail = 1 and new_supportOption = 0",
    problem: refuse(
      "noticeMail",
      "only a system administrator with the support option can receive notice emails",
      "お知らせメールを受信できるのは、サポートオプションのあるシステム管理者だけです",
    ),
  },
  {
    name: "support-options",
    of: "account",
    fields: ["supportOption"],
    breaks: (all) => `new_supportOption = 1 and (select count(*) from ${all("account", ["supportOption"])} a
      join ${all("user", [])} u on u.pk = a.pk where a.supportOption = 1 and a.pk <> s.pk) >= ${MAX_SUPPORT_OPTIONS}`,
    told: (all) => `select json_group_array(concat(u.accountName, ' (', u.name, ')') order by u.pk)
      from ${all("account", ["supportOption"])} a join ${all("user", ["name", "accountName"])} u on u.pk = a.pk
      where a.supportOption = 1 and a.pk <> s.pk`,
    problem: (_, told) => {
      const others = told as readonly string[];
      return {
        field: "supportOption",
        what: text(
          `at most ${MAX_SUPPORT_OPTIONS} accounts can have the support option, and these already have it: ${others.join(", ")}`,
          `サポートオプションはすでに ${others.length} アカウントに付与されているため、これ以上付与できません: ${others.join("、")}`,
        ),
      };
    },
  },
];

const createDeviceProblem = (
  { new_serialNumber: serial }: Row,
  field: string,
  code: ProblemCode,
  params: ProblemParams = {},
): RuleProblem => {
  const { en, ja } = describeProblem({ code, params }, getThingNoun);
  return { field, code, params, what: text(`${String(serial)}: ${en}`, `${String(serial)}: ${ja}`) };
};

const usesAccount = (side: "old" | "new"): string => buildUsesAccountSql((name) => `${side}_${name}`);

const buildSharedDevicesSql = (all: AllRecords): string =>
  `${all("device", ["serialNumber", "owner", "platform", "status", "androidMode"])} d
    where d.owner = new_owner and d.pk <> s.pk and ${buildUsesAccountSql((name) => `d.${name}`)}
      and '${ACCOUNT_PER_DEVICE_MODE}' in (new_androidMode, d.androidMode)`;

export const SINGLE_OWNER_RULE = text(
  "a device can have only one owner: a user or an organisation",
  "デバイスの所有者は、ユーザーか組織のどちらか 1 つです",
);

/** @see facts 1.3, 2.4, 3.5 */
const DEVICE_RULES: readonly RecordRule[] = [
  {
    name: "device-owner",
    of: "device",
    fields: ["owner", "ownerOrg"],
    sets: ["ownerOrg"],
    breaks: "new_owner is not null and new_ownerOrg is not null",
    problem: () => ({
      field: "ownerOrg",
      code: "owner-both",
      params: { one: DEVICE.fields.owner.column.header, other: DEVICE.fields.ownerOrg.column.header },
      what: SINGLE_OWNER_RULE,
    }),
  },
  {
    name: "android-mode",
    of: "device",
    fields: ["androidMode", "platform"],
    sets: ["androidMode"],
    breaks: `new_androidMode is not null and new_platform is distinct from '${ANDROID}'`,
    problem: (row) => createDeviceProblem(row, "androidMode", "android-mode-elsewhere"),
  },
  {
    name: "owner-not-managed",
    of: "device",
    fields: ["owner", "ownerOrg"],
    spares: "restored",
    breaks: `new_status = '${NOT_MANAGED}'
      and (new_owner is not null or new_ownerOrg is not null or old_status is not distinct from '${NOT_MANAGED}')`,
    problem: (row) =>
      createDeviceProblem(row, "owner", "owner-not-managed", {
        status: NOT_MANAGED,
        allowed: DEVICE_STATUSES.filter((status) => status !== NOT_MANAGED).join(" / "),
      }),
  },
  {
    name: "device-account",
    of: "device",
    fields: ["owner", "platform", "status", "androidMode"],
    sets: ["owner"],
    spares: "console",
    breaks: (all) => `${usesAccount("new")}
      and not coalesce(was = 1 and old_owner = new_owner and old_androidMode is not distinct from new_androidMode and ${usesAccount("old")}, 0)
      and exists (select 1 from ${buildSharedDevicesSql(all)})`,
    told: (all) => `select json_object('device', x.serialNumber,
        'owner', (select u.name || ' <' || (u.emails ->> 0) || '>' from ${all("user", ["name", "emails"])} u where u.pk = new_owner))
      from (select d.serialNumber from ${buildSharedDevicesSql(all)} order by d.pk limit 1) x`,
    problem: (row, told) => createDeviceProblem(row, "owner", "account-taken", told as ProblemParams),
  },
  {
    name: "action-carried-out",
    of: "device_action",
    fields: ["kind"],
    checksDeletions: true,
    spares: "console",
    breaks: `is_ = 0 and (select mirroredAt from main.tenant) is not null and not exists (select 1 from main.device_action_observed o where o.pk = s.pk)`,
    problem: ({ old_kind: kind, old_serialNumber: serial }) => {
      const next = kind === "lost-mode" ? `: ${line("devices action end-lost-mode", [String(serial)])}` : "";
      const en = `it was carried out, so it cannot be undone; record another action instead${next}`;
      return { what: text(en, `実施済みのため取り消せません。代わりに別の操作を記録してください${next}`) };
    },
  },
];

export const describeUnknownKeys = (to: string, keys: string): Text => {
  const { en, ja } = getThingNoun(to);
  return text(`${en} not found: ${keys}`, `${ja}が見つかりません: ${keys}`);
};

const KEY_LIST_RULES = KEY_LISTS.flatMap(({ from, list, to, by }): readonly RecordRule[] => {
  const noun = getThingNoun(from.name);
  const buildUnknownSql = (all: AllRecords): string => `select e.value from json_each(new_${list}) e
    where e.value <> '${ROOT_ORG_NAME}' and not exists (select 1 from ${all(to, [by])} o where o.${by} = e.value)`;
  const buildNamingSql = (all: AllRecords): string =>
    `(select e.value, a.name from ${all(from.name, ["name", list])} a, json_each(a.${list}) e)`;
  return [
    {
      name: `${from.name}-${list}`,
      of: from.name,
      fields: [list],
      spares: "console",
      breaks: (all) => `exists (${buildUnknownSql(all)})`,
      told: (all) => `select json_quote(string_agg(value, ', ')) from (${buildUnknownSql(all)} limit 3)`,
      problem: (_, keys) => ({ field: list, what: describeUnknownKeys(to, String(keys)) }),
    },
    {
      name: `${to}-of-${from.name}`,
      of: to,
      fields: [by],
      sets: [],
      checksDeletions: true,
      spares: "console",
      breaks: (all) => `(is_ = 0 or new_${by} is null) and old_${by} in (select value from ${buildNamingSql(all)})`,
      told: (all) => `select json_quote(name) from ${buildNamingSql(all)} where value = old_${by} limit 1`,
      problem: ({ [`old_${by}`]: key }, name) => {
        const edit = line(`${from.collection as "apps" | "config-profiles"} edit`, [String(name)], {
          [to]: to === "device" ? "SERIAL" : "CODE",
        });
        const what = text(
          `the ${noun.en} ${String(name)} is assigned to ${String(key)}; change the assignment first: ${edit}`,
          `${noun.ja}「${String(name)}」が ${String(key)} に適用されています。先に適用先を変更してください: ${edit}`,
        );
        return { what };
      },
    },
  ];
});

const buildHasAdeSettingSql = (setting: string): string =>
  `exists (select 1 from json_each(new_adeSettings) e where e.value = '${setting}')`;

/** @see seed 003, 7-2-5 */
const PROFILE_RULES: readonly RecordRule[] = [
  {
    name: "ade-settings",
    of: CONFIG_PROFILE.name,
    fields: ["kind", "adeSettings"],
    breaks: "new_kind <> 'ade' and json_array_length(new_adeSettings) > 0",
    problem: refuse(
      "adeSettings",
      "only an ADE profile can have ADE settings",
      "ADE の設定項目を設定できるのは ADE プロファイルだけです",
    ),
  },
  {
    name: "ade-profile-removal",
    of: CONFIG_PROFILE.name,
    fields: ["adeSettings"],
    breaks: `${buildHasAdeSettingSql("MDM 構成プロファイル削除:許可しない")} and not ${buildHasAdeSettingSql("監視対象モード:設定する")}`,
    problem: refuse(
      "adeSettings",
      "MDM 構成プロファイル削除:許可しない also requires 監視対象モード:設定する",
      "「MDM 構成プロファイル削除:許可しない」には「監視対象モード:設定する」も必要です",
    ),
  },
];

export const RECORD_RULES: readonly RecordRule[] = [
  ...ORG_RULES,
  {
    name: "scheme-items",
    of: "scheme",
    fields: ["operations"],
    breaks: "json_array_length(new_operations) = 0",
    problem: refuse(
      "operations",
      "a scheme needs at least one check item",
      "スキームには 1 つ以上のチェック項目が必要です",
    ),
  },
  {
    // imports do not report blank cells, because the field is not `clearable`; see facts 1.3
    name: "account-name-stays",
    of: "user",
    fields: ["accountName"],
    sets: [],
    spares: "restored",
    breaks: "old_accountName is not null and new_accountName is null",
    problem: () => {
      const { en, ja } = USER.fields.accountName.label;
      const what = text(`${en} can be changed, but not cleared`, `${ja}は変更できますが、空にはできません`);
      return { field: "accountName", what };
    },
  },
  ...ACCOUNT_RULES,
  ...DEVICE_RULES,
  ...PROFILE_RULES,
  ...KEY_LIST_RULES,
];
