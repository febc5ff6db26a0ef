import { text, type Text } from "../text/index.ts";
import {
  RECORD_TIMES,
  ID_FIELD,
  defineLabelledChoice,
  defineRight,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
} from "../model/thing.ts";

/** A file with all public certificate authorities is smaller than this limit. */
export const MAX_RENEWAL_FILE_BYTES = 1024 * 1024;

const nameAgentItem = (en: string, ja: string): Text => {
  const agent = "Agent Enterprise for iOS";
  return text(`${agent} ${en}`, `${agent} ${ja}`);
};

/** @see facts 3.1 */
export const RENEWAL_KINDS = {
  "push-certificate": text("MDM push certificate", "MDM プッシュ通知証明書"),
  "ade-token": text("ADE server token", "ADE サーバートークン"),
  "vpp-token": text("VPP content token", "VPP サービストークン"),
  "android-owner": text("Android Enterprise owner account", "Android Enterprise 管理用 Gmail アカウント"),
  "agent-build-certificate": nameAgentItem("build certificate", "ビルド用証明書"),
  "agent-push-certificate": nameAgentItem("push certificate", "プッシュ通知用証明書"),
  "agent-profile": nameAgentItem("provisioning profile", "プロビジョニングプロファイル"),
  "device-certificate": text("device certificate", "デバイス証明書"),
  certificate: text("certificate", "証明書"),
  contract: text("contract", "契約"),
  custom: text("other date", "その他の期日"),
} as const satisfies Record<string, Text>;

export type RenewalKind = keyof typeof RENEWAL_KINDS;

/** The kinds of items that can be recorded. A contract belongs to the tenant, and ends like an item. */
export const RECORDABLE_KINDS = (Object.keys(RENEWAL_KINDS) as readonly RenewalKind[]).filter(
  (kind) => kind !== "contract",
);

const EXPIRY_CERTAINTIES = {
  exact: text("exact", "確定"),
  estimated: text("estimated", "推定"),
  typed: text("entered by hand", "手入力"),
} as const satisfies Record<string, Text>;

const defineTextField = (en: string, ja: string) =>
  ({ type: "text", longest: 2000, nullable: true, label: text(en, ja) }) as const satisfies Field;

/** No field may contain a password. */
export const RECORDED_FIELDS = {
  kind: { ...defineLabelledChoice(RENEWAL_KINDS), label: text("kind", "種類") },
  name: { type: "text", longest: 255, blank: false, label: text("name", "名前") },
  organisation: defineTextField("organisation", "組織"),
  expiresAt: { type: "instant", nullable: true, label: text("expires at", "期限(日時)") },
  certainty: { ...defineLabelledChoice(EXPIRY_CERTAINTIES), label: text("certainty", "確かさ") },
  fingerprint: { type: "digest", nullable: true, label: text("fingerprint", "フィンガープリント") },
  /** topic of a push certificate (subject UID) */
  topic: defineTextField("topic", "トピック"),
  /** person or role that renews the item; an email address also receives the reminders */
  owner: { ...defineTextField("owner", "更新担当"), lines: true },
  account: defineTextField("account", "アカウント"),
  phone: { ...defineTextField("2-factor phone", "認証コードを受け取る電話番号"), code: true },
  phoneHolder: defineTextField("2-factor phone holder", "認証コードを受け取る電話の所持者・置き場所"),
  notes: { ...defineTextField("notes", "メモ"), lines: true },
  source: defineTextField("file", "ファイル"),
} as const satisfies Fields;

const { expiresAt, certainty, fingerprint, topic, organisation, source } = RECORDED_FIELDS;

export const RENEWAL_FILE_FIELDS = {
  expiresAt: { type: expiresAt.type, label: expiresAt.label },
  certainty,
  fingerprint: { type: fingerprint.type, label: fingerprint.label },
  topic,
  organisation,
  source,
} as const satisfies Fields;

export const RENEWAL_ITEM = {
  name: "renewal_item",
  collection: "renewals",
  single: text("renewal item", "期限の項目"),
  title: text("renewal items", "年次更新・期限"),
  rights: {
    read: defineRight("read renewal items", "年次更新・期限の閲覧", "all", "all", "all"),
    write: defineRight("record renewal items and reminders", "年次更新・期限の項目と通知の登録"),
  },
  audited: { single: text("renewal item", "年次更新・期限の項目") },
  withoutTasks: true,
  fields: {
    id: ID_FIELD,
    ...RECORDED_FIELDS,
    /** time at which `confirmedBy` last confirmed the yearly login or the upload */
    confirmedAt: { type: "instant", nullable: true, label: text("confirmed at", "確認日時") },
    confirmedBy: defineTextField("confirmed by", "実施者"),
    ...RECORD_TIMES,
  },
} as const satisfies RecordType;

/** `record` is the record that ends, by its noun and key, if the item itself is not recorded. */
export type RenewalItem = RecordOf<typeof RENEWAL_ITEM.fields> & {
  readonly record?: { readonly noun: string; readonly key: string } | undefined;
};

const UNRESTRICTED_FIELDS: readonly string[] =
  "id kind name organisation expiresAt certainty owner confirmedAt confirmedBy createdAt updatedAt".split(" ");

export const RESTRICTED_FIELDS: readonly string[] = Object.keys(RENEWAL_ITEM.fields).filter(
  (name) => !UNRESTRICTED_FIELDS.includes(name),
);

const MIN_PHONE_DIGITS = 4;

export function isTelephoneNumber(typed: string): boolean {
  const plain = typed.normalize("NFKC").trim();
  return /^(?:内線|ext\.?|tel\.?)?[\s:]*[+(\d]/i.test(plain) && (plain.match(/\d/g)?.length ?? 0) >= MIN_PHONE_DIGITS;
}

export const formatTwoFactorPhone = ({
  phone,
  phoneHolder,
}: Pick<RenewalItem, "phone" | "phoneHolder">): string | null => {
  const known = [phone, phoneHolder].filter((one) => one !== null);
  return known.length === 0 ? null : known.join(" / ");
};

export interface ExpiringItem extends Pick<RenewalItem, "kind" | "name" | "organisation" | "certainty" | "topic"> {
  readonly expiresAt: string;
  readonly validFrom: string | null;
  readonly fingerprint: string;
}

/** The stage of a notice about something else than an item, such as a failed job; `expiresAt` is its day. */
export const FINDING_STAGE = 10_000;

/** A reminder is about one stage of one item, and is sent to one recipient through one channel. */
export const REMINDER_KEY = {
  itemId: { type: "id" },
  /** expiry date of the item, which differs between the reminders of different years */
  expiresAt: { type: "instant" },
  /** days before the expiry date; negative after the expiry date */
  stage: { type: "integer" },
  way: { type: "text", longest: 20, blank: false },
  recipient: { type: "text", longest: 320, blank: false },
} as const satisfies Fields;

/** The state is `sending` until the outcome is recorded. */
export const REMINDER = {
  name: "renewal_notice",
  collection: "renewals",
  single: text("reminder", "通知"),
  title: text("reminders", "通知"),
  fields: {
    id: ID_FIELD,
    ...REMINDER_KEY,
    state: { type: "choice", choices: ["sending", "sent", "failed"] },
    /** the same for all attempts, so that mail programs recognise a repeated email */
    messageId: { type: "text" },
    attempts: { type: "integer" },
    at: { type: "instant" },
    error: { type: "text", nullable: true },
  },
} as const satisfies RecordType;

export type ReminderKeyRecord = RecordOf<typeof REMINDER_KEY>;
export type ReminderRecord = RecordOf<typeof REMINDER.fields>;

/** Null means that the effect depends on the item. @see facts 3.1, 3.5, 3.6 */
export const EXPIRY_CONSEQUENCES: Readonly<Record<RenewalKind, Text | null>> = {
  "push-certificate": text(
    "commands no longer reach any iPhone, iPad or Mac, and new ones do not report properly",
    "すべての iPhone・iPad・Mac に命令が届かなくなり、新しいデバイスの情報も正しく取得できなくなります",
  ),
  "ade-token": text(
    "CLOMO can no longer fetch devices from Apple (an assumption; CLOMO does not document this)",
    "CLOMO が Apple からデバイスの情報を取得できなくなります(推定。CLOMO の資料に記載なし)",
  ),
  "vpp-token": text("app licences are not synchronised or assigned", "アプリのライセンスの同期と割り当てができません"),
  "android-owner": text(
    "Google may disable the account; if the Android Enterprise environment is then removed, every device must be set up again",
    "アカウントが Google に無効化されるおそれがあります。Android Enterprise の環境が削除されると、全デバイスの再設定が必要です",
  ),
  "agent-build-certificate": text("the app can no longer update or start", "アプリの更新も起動もできなくなります"),
  "agent-push-certificate": text("the app no longer receives messages", "アプリにメッセージが届かなくなります"),
  "agent-profile": text("the app does not start until it is reinstalled", "アプリが起動せず、再インストールが必要です"),
  "device-certificate": text(
    "connections that use the certificate (Wi-Fi, VPN, email) fail (an assumption)",
    "その証明書を使う接続(Wi-Fi、VPN、メール)が使えなくなります(推定)",
  ),
  certificate: text("systems that verify it refuse the connection", "証明書を検証するシステムから、接続を拒否されます"),
  contract: null,
  custom: null,
};

/** The console shows the new expiry date after the upload. @see facts 3.1 */
export const isUploadedKind = (kind: RenewalKind): boolean => /^(?:push|ade|vpp|agent)-/.test(kind);

/** Dates of the same expiry can differ by two days, because the console's time zone is unknown. */
const MAX_DATE_DIFFERENCE_MS = 2 * 24 * 60 * 60 * 1000;

export const isNearlySameDate = (one: string, other: string): boolean =>
  Math.abs(Date.parse(one) - Date.parse(other)) <= MAX_DATE_DIFFERENCE_MS;
