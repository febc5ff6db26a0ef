import { ACCOUNT, ACCOUNT_SETTINGS } from "../model/account.ts";
import { ADE_DEVICE } from "../model/ade-device.ts";
import { ANSWER } from "../model/answer.ts";
import { DEVICE } from "../model/device.ts";
import { ORG } from "../model/organisation.ts";
import { RENEWAL_ITEM } from "../model/renewal.ts";
import { SCHEME } from "../model/scheme.ts";
import { SECURED_APPS, SECURED_GROUP, SECURED_USER } from "../model/secured-user.ts";
import { TENANT } from "../model/tenant.ts";
import { defineIdField, type Field, type Fields } from "../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../model/user.ts";
import { text, type Text } from "../text/index.ts";

/** A kind of data in a bundle. Its file `resources/NAME.ndjson` has one record per line, sorted by `id`. */
export interface Resource {
  /** plural noun, for people */
  readonly title: Text;
  /** the members of a record, in their order; nothing else is exported */
  readonly fields: Fields;
  /** true if there is exactly one record, which has the name of the resource as its ID */
  readonly single?: true | undefined;
  /** fields of the model that are not exported, because they are secret; for the manifest */
  readonly leftOut?: readonly string[] | undefined;
}

type Replacements = Readonly<Record<string, readonly [name: string, field: Field] | null>>;

type ExportedFields<F extends Fields, R> = {
  [
    K in keyof F as K extends keyof R
      ? R[K] extends readonly [infer N extends string, Field]
        ? N
        : never
      : F[K] extends { readonly secret: true } | { readonly derived: true } | { readonly resolves: string }
        ? never
        : K
  ]: K extends keyof R ? (R[K] extends readonly [string, infer O] ? O : never) : F[K];
};

/** Returns the stored fields of a record type without secrets, in its order; of a setting, the field itself. */
const exportFields = <
  F extends Fields,
  const R extends Replacements & { readonly [K in keyof R]: K extends keyof F ? unknown : never },
>(
  { fields }: { readonly fields: F },
  replacements: R,
): ExportedFields<F, R> =>
  Object.fromEntries(
    Object.entries<Field>(fields).flatMap(([name, field]): (readonly [string, Field])[] => {
      const { [name]: other } = replacements as Replacements;
      if (other !== undefined) return other === null ? [] : [other];
      if (field.secret === true || field.derived === true || field.resolves !== undefined) return [];
      return [[name, field.within === undefined ? field : { ...field, within: undefined, nullable: true }]];
    }),
  ) as ExportedFields<F, R>;

const ID_FIELD = { id: defineIdField(1) } as const satisfies Fields;

const createIdField = (label: Text, nullable = false) =>
  ({ ...ID_FIELD.id, label, ...(nullable ? ({ nullable: true } as const) : {}) }) as const;

/**
 * Creates a field for the ID of a record that does not have a UUID in the tenant. The ID is text. A number is written
 * with twelve digits, so that sorting by bytes sorts by number.
 */
const createKeyField = (label: Text) => ({ type: "text", label, example: "SERIAL000001" }) as const satisfies Field;

const createTextField = (en: string, ja: string) =>
  ({ type: "text", nullable: true, label: text(en, ja), example: null }) as const satisfies Field;

const createInstantField = (en: string, ja: string) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example: null }) as const satisfies Field;

const createTextSetField = (en: string, ja: string) =>
  ({ type: "texts", label: text(en, ja), example: [], set: true }) as const satisfies Field;

/**
 * The resources of a bundle in the order of writing: a resource comes after the resources that it refers
 * to.
 */
export const RESOURCES = {
  tenant: {
    title: text("tenant", "テナント"),
    fields: { id: createKeyField(text("ID", "ID")), ...TENANT.fields },
    single: true,
  },
  "account-settings": {
    title: text("CLOMO account settings", "CLOMO アカウント設定"),
    fields: exportFields(ACCOUNT_SETTINGS, { id: ["id", createKeyField(text("ID", "ID"))] }),
    single: true,
  },
  "custom-fields": {
    title: text("custom fields of users", "カスタムユーザー情報の項目"),
    fields: exportFields(CUSTOM_FIELD, {}),
  },
  orgs: {
    title: text("organisations", "組織"),
    fields: exportFields(ORG, {}),
  },
  schemes: {
    title: text("custom schemes", "カスタム管理権限スキーム"),
    fields: exportFields(SCHEME, {}),
  },
  users: {
    title: text("users", "ユーザー"),
    fields: exportFields(USER, {
      org: ["orgId", createIdField(text("organisation ID", "組織 ID"))],
      accountPasswordSetAt: null,
      /** values by custom field, in the order of the fields */
      custom: [
        "custom",
        {
          type: "objects",
          of: { fieldId: ID_FIELD.id, value: { type: "text", lines: true, example: "2019" } },
          label: USER.fields.custom.label,
          example: [],
        },
      ],
    }),
    leftOut: ["accountPassword", "accountPasswordSetAt"],
  },
  accounts: {
    title: text("CLOMO accounts", "CLOMO アカウント"),
    fields: exportFields(ACCOUNT, {
      scheme: ["schemeId", createIdField(text("scheme ID", "スキーム ID"), true)],
      managesAll: ["managesAll", ACCOUNT.fields.managesAll],
      managedOrgs: ["managedOrgIds", createTextSetField("managed organisations", "管理対象組織")],
    }),
    /** an account has the ID of its user */
    leftOut: ["password", "passwordSetAt"],
  },
  administrators: {
    title: text("administrators", "管理者"),
    fields: {
      id: ID_FIELD.id,
      /** null for a user who is only marked as an administrator and has no account */
      name: createTextField("account name", "アカウント名"),
      user: ACCOUNT.fields.user,
      emails: ACCOUNT.fields.emails,
      orgId: createIdField(text("organisation ID", "組織 ID")),
      role: ACCOUNT.fields.role,
      marked: ACCOUNT.fields.marked,
      scheme: createTextField("scheme", "カスタム管理権限スキーム"),
      managesAll: ACCOUNT.fields.managesAll,
      managedOrgIds: createTextSetField("managed organisations", "管理対象組織"),
      supportOption: ACCOUNT.fields.supportOption,
      noticeMail: ACCOUNT.fields.noticeMail,
    },
  },
  "secured-groups": {
    title: text("SECURED APPs groups", "SECURED APPs のグループ"),
    fields: exportFields(SECURED_GROUP, {}),
  },
  "secured-users": {
    title: SECURED_USER.title,
    fields: exportFields(SECURED_USER, { secretsSet: null }),
    leftOut: ["secretsSet"],
  },
  devices: {
    title: DEVICE.title,
    fields: exportFields(DEVICE, {
      owner: ["ownerId", createIdField(text("owner ID", "所有者 ID"), true)],
      ownerOrg: ["ownerOrgId", createIdField(text("owning organisation ID", "所有組織 ID"), true)],
    }),
  },
  "ade-server": {
    title: text("ADE: MDM server and token", "ADE の MDM サーバとトークン"),
    fields: {
      id: createKeyField(text("ID", "ID")),
      endpoint: createTextField("endpoint", "接続先"),
      serverName: createTextField("MDM server name", "MDM サーバ名"),
      adminId: createTextField("administrator at Apple", "Apple 側の管理者"),
      orgName: createTextField("organisation name at Apple", "Apple での組織名"),
      tokenExpiresAt: createInstantField("token expires at", "トークンの有効期限"),
      tokenSetAt: createInstantField("token set at", "トークンの設定日時"),
      tokenSetBy: createTextField("token set by", "トークンを設定した人"),
      tokenRejectedAt: createInstantField("token rejected at", "トークンの拒否日時"),
      renewalId: {
        ...createIdField(text("ID of the token's renewal item", "トークンの年次更新・期限の ID")),
        nullable: true,
      },
      fullAt: createInstantField("last full sync", "前回の全件取得"),
    },
    // `renewalId` is missing, because the renewal item is in a file that is read later
    single: true,
  },
  "ade-devices": {
    title: text("ADE devices", "ADE デバイス"),
    fields: { id: createKeyField(text("serial number", "シリアルナンバー")), ...omitSerialNumber() },
  },
  renewals: {
    title: text("renewal items", "年次更新・期限"),
    fields: RENEWAL_ITEM.fields,
  },
  answers: {
    title: text("answers to the checklist", "引き継ぎ確認リストの回答"),
    fields: ANSWER.fields,
  },
  "console-tasks": {
    title: text("tasks in the console", "管理画面での作業"),
    fields: {
      /** the number of the task, and the position of the record in it: `000000000012-000000` */
      id: createKeyField(text("record type", "番号")),
      work: createTextField("task", "作業"),
      kind: createTextField("kind", "種類"),
      /** the type of the record: `account` */
      thing: createTextField("record kind", "対象の種類"),
      object: createTextField("record ID", "対象の ID"),
      name: createTextField("record", "対象"),
      state: createTextField("state", "状態"),
      /** the values to set, as people read them; the values of a list are separated by `, ` */
      changes: {
        type: "objects",
        of: {
          field: { type: "text", example: "title" },
          before: createTextField("before", "変更前"),
          after: createTextField("after", "変更後"),
        },
        label: text("changes", "変更"),
        example: [],
      },
      openedAt: createInstantField("opened at", "発生日時"),
      openedBy: createTextField("opened by", "発生させた人"),
    },
  },
} as const satisfies Readonly<Record<string, Resource>>;

export type ResourceName = keyof typeof RESOURCES;

export const RESOURCE_NAMES = Object.keys(RESOURCES) as readonly ResourceName[];

function omitSerialNumber(): Omit<typeof ADE_DEVICE.fields, "serialNumber"> {
  const { serialNumber: _, ...others } = ADE_DEVICE.fields;
  return others;
}

export const resourceOf = (name: ResourceName): Resource => RESOURCES[name];

/** Returns the path in a bundle of the file with the records of a resource. */
export const pathOfResource = (name: ResourceName): string => `resources/${name}.ndjson`;

/** A CSV file in a format of the console, with rows for records of a resource. */
export interface ConsoleFile {
  readonly path: string;
  readonly of: ResourceName;
}

/** A bundle's CSV files in console formats, without 全社 and without administrators of SECURED APPs.  @see facts 3 */
export const CONSOLE_FILES: readonly ConsoleFile[] = [
  { path: "csv/orgs.csv", of: "orgs" },
  { path: "csv/users.csv", of: "users" },
  { path: "csv/devices.csv", of: "devices" },
  ...SECURED_APPS.map((app): ConsoleFile => ({
    path: `csv/secured-${app}.csv`,
    of: "secured-users",
  })),
];
