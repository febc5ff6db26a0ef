import { ACCOUNT, ACCOUNT_SETTINGS } from "../model/account.ts";
import { ADE_DEVICE } from "../model/ade-device.ts";
import { ADE_PROFILE } from "../model/ade-profile.ts";
import { ANSWER } from "../model/answer.ts";
import { DEVICE } from "../model/device.ts";
import { ORG, ROOT_ORG_ID } from "../model/organisation.ts";
import { PUSH_CERTIFICATE } from "../model/push-certificate.ts";
import { RENEWAL_ITEM } from "../model/renewal.ts";
import { SCHEME } from "../model/scheme.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { TENANT } from "../model/tenant.ts";
import { idField, type Field, type Fields } from "../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../model/user.ts";
import { VPP_TOKEN } from "../model/vpp-token.ts";
import { text, type Text } from "../text/index.ts";

/** Why a resource is exported to be read alone, and never applied. */
export const STAYS = {
  apple: text("Apple holds it", "Apple 側の情報のため"),
  secret: text("it is a secret's: the secret is in no bundle", "機密情報に付属し、機密情報は書き出さないため"),
  derived: text("it follows from other resources", "ほかの情報から導かれるため"),
  history: text("it is history", "履歴のため"),
  attached: text("no tenant holds attached files", "添付ファイルはテナントに登録されないため"),
} as const satisfies Record<string, Text>;

/** The ids that a member holds: of a record, of each of a list (`many`), or as the values of its objects' `member`. */
export interface IdReference {
  readonly to: ResourceName;
  readonly many?: true | undefined;
  readonly member?: string | undefined;
}

/** What a bundle has a file of: `resources/NAME.ndjson`, a record a line in the order of `id`. */
export interface Resource {
  /** in the plural, for people */
  readonly title: Text;
  /** the members of a record, in their order. Nothing else is exported */
  readonly fields: Fields;
  /** the members that hold ids of other records */
  readonly holds: Readonly<Record<string, IdReference>>;
  /** one record, whose id is the resource's name */
  readonly single?: true | undefined;
  /** undefined: `apply` brings it to another tenant */
  readonly stays?: keyof typeof STAYS | undefined;
  /** recorded here alone: CLOMO's console has nothing of it */
  readonly here?: true | undefined;
  /** exported only where it is asked for */
  readonly optional?: true | undefined;
  /** fields of the thing that are not exported, as they cannot travel; for the manifest */
  readonly leftOut?: readonly string[] | undefined;
}

type FieldNames<F> = readonly (keyof F & string)[];

/** Fields of a thing by their names, in this order; a secret one cannot be picked. */
const pick = <F extends Fields, N extends FieldNames<F>>(fields: F, names: N): Pick<F, N[number]> => {
  const picked = names.map((name): [string, Field] => {
    const { [name]: field } = fields as Fields;
    if (field === undefined || field.secret === true) throw new TypeError(`${name} cannot be exported`);
    return [name, field];
  });
  return Object.fromEntries(picked) as Pick<F, N[number]>;
};

const ID = { id: idField(1) } as const satisfies Fields;

/** The id of another record. */
const idOf = (label: Text, nullable = false) =>
  ({ ...ID.id, label, ...(nullable ? ({ nullable: true } as const) : {}) }) as const;

/** The id of a record that has no UUID in the tenant: a text; of a number its twelve digits, so that bytes are in its order. */
const keyOf = (label: Text) => ({ type: "text", label, example: "SERIAL000001" }) as const satisfies Field;

const words = (en: string, ja: string) =>
  ({ type: "text", nullable: true, label: text(en, ja), example: null }) as const satisfies Field;

const instant = (en: string, ja: string) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example: null }) as const satisfies Field;

const ids = (en: string, ja: string) =>
  ({ type: "texts", label: text(en, ja), example: [], set: true }) as const satisfies Field;

const settingsOfSecuredUsers = Object.entries<Field>(SECURED_USER.fields).flatMap(([name, field]) =>
  field.within === "settings" ? [name] : [],
) as (keyof typeof SECURED_USER.fields)[];

/** Values by the names of columns; lists and several in one are JSON. */
const VALUES = {
  type: "objects",
  of: { field: { type: "text", example: "title" }, value: words("value", "値") },
  example: [],
} as const satisfies Field;

/** A setting, which only users of some apps have. */
const settings = Object.fromEntries(
  settingsOfSecuredUsers.map((name) => [name, { ...SECURED_USER.fields[name], within: undefined, nullable: true }]),
) as Fields;

/** What a bundle has, in the order in which it is written and applied: what others name comes first. */
export const RESOURCES = {
  tenant: {
    title: text("the tenant itself", "テナント"),
    fields: { id: keyOf(text("id", "ID")), ...TENANT.fields },
    holds: {},
    single: true,
    here: true,
  },
  "account-settings": {
    title: text("settings of CLOMO accounts", "CLOMO アカウント設定"),
    fields: { id: keyOf(text("id", "ID")), ...pick(ACCOUNT_SETTINGS.fields, ["composition", "authentication"]) },
    holds: {},
    single: true,
  },
  "custom-fields": {
    title: text("custom fields of users", "カスタムユーザー情報の項目"),
    fields: pick(CUSTOM_FIELD.fields, ["id", "name", "createdAt"]),
    holds: {},
  },
  orgs: {
    title: text("organisations", "組織"),
    fields: pick(ORG.fields, ["id", "name", "code", "parentId", "createdAt", "updatedAt"]),
    holds: { parentId: { to: "orgs" } },
  },
  schemes: {
    title: text("custom administrator schemes", "カスタム管理権限スキーム"),
    fields: pick(SCHEME.fields, ["id", "name", "operations", "createdAt", "updatedAt"]),
    holds: {},
  },
  users: {
    title: text("users", "ユーザー"),
    fields: {
      ...pick(USER.fields, ["id", "name", "nameKana", "emails"]),
      orgId: idOf(text("organisation id", "組織 ID")),
      ...pick(USER.fields, [
        "title",
        "employeeCode",
        "upn",
        "addressType",
        "postalCode",
        "address",
        "tel",
        "extension",
        "fax",
        "googleWorkspaceEmail",
        "salesforceAccount",
        "accountName",
        "administrator",
      ]),
      /** values by custom field, in the order of the fields */
      custom: {
        type: "objects",
        of: { fieldId: ID.id, value: { type: "text", lines: true, example: "2019" } },
        label: USER.fields.custom.label,
        example: [],
      },
      ...pick(USER.fields, ["createdAt", "updatedAt"]),
    },
    holds: { orgId: { to: "orgs" }, custom: { to: "custom-fields", member: "fieldId" } },
    leftOut: ["accountPassword", "accountPasswordSetAt"],
  },
  accounts: {
    title: text("CLOMO accounts", "CLOMO アカウント"),
    fields: {
      ...pick(ACCOUNT.fields, ["id", "role"]),
      schemeId: idOf(text("scheme id", "スキーム ID"), true),
      managesAll: ACCOUNT.fields.managesAll,
      managedOrgIds: ids("managed organisations", "管理対象組織"),
      ...pick(ACCOUNT.fields, [
        "supportOption",
        "noticeMail",
        "language",
        "timezone",
        "memo",
        "createdAt",
        "updatedAt",
      ]),
    },
    /** an account is its user's, and has the user's id */
    holds: { id: { to: "users" }, schemeId: { to: "schemes" }, managedOrgIds: { to: "orgs", many: true } },
    leftOut: ["password", "passwordSetAt"],
  },
  administrators: {
    title: text("administrators", "管理者"),
    fields: {
      id: ID.id,
      /** null of who is marked, and has no account */
      name: words("account", "アカウント名"),
      ...pick(ACCOUNT.fields, ["user", "emails"]),
      orgId: idOf(text("organisation id", "組織 ID")),
      ...pick(ACCOUNT.fields, ["role", "marked"]),
      scheme: words("scheme", "カスタム管理権限スキーム"),
      managesAll: ACCOUNT.fields.managesAll,
      managedOrgIds: ids("managed organisations", "管理対象組織"),
      ...pick(ACCOUNT.fields, ["supportOption", "noticeMail"]),
    },
    holds: { id: { to: "users" }, orgId: { to: "orgs" }, managedOrgIds: { to: "orgs", many: true } },
    stays: "derived",
  },
  "secured-groups": {
    title: text("groups of SECURED APPs", "SECURED APPs のグループ"),
    fields: pick(SECURED_GROUP.fields, ["id", "app", "name", "createdAt"]),
    holds: {},
  },
  "secured-users": {
    title: SECURED_USER.title,
    fields: {
      ...pick(SECURED_USER.fields, [
        "id",
        "app",
        "userId",
        "displayName",
        "description",
        "groups",
        "device",
        "licenceException",
        "administrator",
      ]),
      ...settings,
      ...pick(SECURED_USER.fields, ["createdAt", "updatedAt"]),
    },
    holds: {},
    leftOut: ["secretsSet"],
  },
  devices: {
    title: DEVICE.title,
    fields: {
      ...pick(DEVICE.fields, [
        "id",
        "serialNumber",
        "platform",
        "status",
        "identificationName",
        "imei",
        "phoneNumber",
        "wifiMac",
        "androidId",
      ]),
      ownerId: idOf(text("owner's id", "所有者 ID"), true),
      ...pick(DEVICE.fields, ["memo", "androidMode"]),
      ownerOrgId: idOf(text("owning organisation's id", "所有組織 ID"), true),
      ...pick(DEVICE.fields, ["tags", "createdAt", "updatedAt"]),
    },
    holds: { ownerId: { to: "users" }, ownerOrgId: { to: "orgs" } },
  },
  "ade-server": {
    title: text("ADE: MDM server and token", "ADE の MDM サーバとトークン"),
    fields: {
      id: keyOf(text("id", "ID")),
      endpointKind: words("endpoint", "接続先の種類"),
      endpointUrl: words("address of the endpoint", "接続先"),
      serverName: words("MDM server", "MDM サーバ名"),
      adminId: words("administrator at Apple", "Apple 側の管理者"),
      orgName: words("organisation at Apple", "Apple での組織名"),
      tokenExpiresAt: instant("token expires at", "トークンの有効期限"),
      tokenSetAt: instant("token set at", "トークンの設定日時"),
      tokenSetBy: words("token set by", "トークンを設定した人"),
      tokenRejectedAt: instant("token rejected at", "トークンの拒否日時"),
      renewalId: { ...idOf(text("id of the token's renewal item", "トークンの更新期限の ID")), nullable: true },
      fullAt: instant("last full sync", "前回の全件取得"),
    },
    // the item stands behind it, in a file that is read later
    holds: {},
    single: true,
    stays: "apple",
  },
  "ade-profiles": {
    title: text("ADE profiles", "ADE プロファイル"),
    fields: {
      ...pick(ADE_PROFILE.fields, [
        "id",
        "name",
        "url",
        "supervised",
        "removable",
        "pairing",
        "mandatory",
        "sharedIpad",
        "awaitConfigured",
        "autoAdvance",
        "skipItems",
        "department",
        "supportPhone",
        "supportMail",
        "webUrl",
        "language",
        "region",
        "uuid",
        "state",
      ]),
      automaticOrgIds: ids("automatic for", "自動適用の組織"),
      createdAt: ADE_PROFILE.fields.createdAt,
    },
    holds: { automaticOrgIds: { to: "orgs", many: true } },
    stays: "apple",
  },
  "ade-devices": {
    title: text("devices at Apple (ADE)", "ADE デバイス"),
    /** its id is the serial number */
    fields: { id: keyOf(text("serial number", "シリアルナンバー")), ...withoutSerial() },
    holds: {},
    stays: "apple",
  },
  "push-certificate": {
    title: text("MDM push certificate", "MDM プッシュ通知証明書"),
    fields: {
      id: keyOf(text("id", "ID")),
      ...pick(PUSH_CERTIFICATE.fields, [
        "topic",
        "name",
        "expiresAt",
        "validFrom",
        "appleAccount",
        "issuedByApple",
        "simulated",
        "fingerprint",
        "publicKey",
        "uploadedAt",
        "uploadedBy",
        "profilePasswordSetAt",
      ]),
    },
    holds: {},
    single: true,
    stays: "secret",
  },
  "vpp-tokens": {
    title: text("VPP content tokens", "VPP サービストークン"),
    fields: {
      id: idOf(text("organisation id", "組織 ID")),
      ...pick(VPP_TOKEN.fields, [
        "location",
        "organisation",
        "expiresAt",
        "simulated",
        "fingerprint",
        "setAt",
        "setBy",
      ]),
    },
    holds: { id: { to: "orgs" } },
    stays: "secret",
  },
  renewals: {
    title: text("renewals", "更新期限"),
    fields: RENEWAL_ITEM.fields,
    holds: {},
    here: true,
  },
  answers: {
    title: text("what only people know", "人だけが知っていること"),
    fields: ANSWER.fields,
    holds: {},
    here: true,
  },
  observed: {
    title: text("what the console has otherwise", "管理画面との差異"),
    fields: {
      /** what the record is, and its id: `user/019a9f3c-5a00-7abc-8def-000000000001`; of exports their kind: `export/users` */
      id: keyOf(text("record", "対象")),
      inConsole: { type: "boolean", label: text("in the console", "管理画面にある"), example: true },
      /** names of columns; `presence` stands for the record as a whole */
      differs: ids("differs", "異なる項目"),
      /** the columns that exports of a kind have shown; a custom field as `custom:` and its id */
      exported: ids("exported", "エクスポートで確認した項目"),
      confirmed: ids("confirmed", "確認済みの項目"),
      contradicted: ids("contradicted", "矛盾のある項目"),
      confirmedBy: words("confirmed by", "確認者"),
      confirmedAt: instant("confirmed at", "確認日時"),
      /** in which the console may have the record: as it last showed it, then as it was here since */
      states: {
        type: "objects",
        of: { values: VALUES },
        label: text("states in the console", "管理画面での状態"),
        example: [],
      },
      /** what no other resource has: of a deleted record all that it had, of others when secrets were set */
      local: { ...VALUES, label: text("local values", "このテナントでの値") },
    },
    holds: {},
  },
  "console-tasks": {
    title: text("what is to be done in the console", "管理画面での作業"),
    fields: {
      /** the number of the task, and the place of the record in it: `000000000012-000000` */
      id: keyOf(text("number", "番号")),
      work: words("work", "作業"),
      kind: words("kind", "種類"),
      /** what the record is: `account` */
      thing: words("thing", "対象の種類"),
      object: words("record's id", "対象の ID"),
      name: words("record", "対象"),
      state: words("state", "状態"),
      /** what is to be set, as people read it, a list's values apart by `, ` */
      changes: {
        type: "objects",
        of: {
          field: { type: "text", example: "title" },
          before: words("before", "変更前"),
          after: words("after", "変更後"),
        },
        label: text("changes", "変更"),
        example: [],
      },
      openedAt: instant("opened at", "発生日時"),
      openedBy: words("opened by", "発生させた人"),
    },
    holds: {},
    stays: "derived",
  },
  audit: {
    title: text("audit", "監査ログ"),
    fields: {
      id: keyOf(text("number", "番号")),
      hash: { type: "digest", label: text("hash", "ハッシュ"), example: "0".repeat(64) },
      /** its text as it stands: what the hash is of */
      record: { type: "text", label: text("record", "記録"), example: "{}" },
    },
    holds: {},
    stays: "history",
    optional: true,
  },
} as const satisfies Readonly<Record<string, ResourceShape>>;

/** The path of what is counted while a bundle is made. */
export const SUMMARY = "summary.json";

/** {@link Resource}, before the names are known. */
type ResourceShape = Omit<Resource, "holds"> & {
  readonly holds: Readonly<Record<string, { readonly to: string; readonly many?: true; readonly member?: string }>>;
};

export type ResourceName = keyof typeof RESOURCES;

export const RESOURCE_NAMES = Object.keys(RESOURCES) as readonly ResourceName[];

function withoutSerial(): Omit<typeof ADE_DEVICE.fields, "serialNumber"> {
  const { serialNumber: _, ...others } = ADE_DEVICE.fields;
  return others;
}

/** A resource that `apply` brings to another tenant. */
export type TravellingName = {
  [N in ResourceName]: (typeof RESOURCES)[N] extends { readonly stays: string } ? never : N;
}[ResourceName];

/** Whether `apply` brings a resource to another tenant. */
export const isTravelling = (name: ResourceName): name is TravellingName => resourceOf(name).stays === undefined;

/** What a resource is. */
export const resourceOf = (name: ResourceName): Resource => RESOURCES[name];

/** The path of a resource's records in a bundle. */
export const pathOfResource = (name: ResourceName): string => `resources/${name}.ndjson`;

/** A file in a format of the console, a row a record of a resource. */
export interface ConsoleFile {
  readonly path: string;
  readonly of: ResourceName;
  /** which records have a row in it; undefined: all */
  readonly has?: ((record: Readonly<Record<string, unknown>>) => boolean) | undefined;
}

/** The console's files in a bundle. 全社 is in none, and the console exports no administrators of SECURED APPs. @see facts 3 */
export const CONSOLE_FILES: readonly ConsoleFile[] = [
  { path: "csv/orgs.csv", of: "orgs", has: ({ id }) => id !== ROOT_ORG_ID },
  { path: "csv/users.csv", of: "users" },
  { path: "csv/devices.csv", of: "devices" },
  ...SECURED_APPS.map((app): ConsoleFile => ({
    path: `csv/secured-${app}.csv`,
    of: "secured-users",
    has: (record) => record["app"] === app && record["administrator"] !== true,
  })),
];
