import { text, type Text } from "../text/index.ts";
import type { Operation } from "./role.ts";
import {
  CREATED_AT,
  EXAMPLE_AT,
  UPDATED_AT,
  idField,
  namedChoice,
  type Field,
  type Fields,
  type RecordOf,
  type Thing,
} from "./thing.ts";

/** Maximum file size: far larger than any certificate or token, and than a bundle of all public authorities. */
export const MAX_BYTES = 1024 * 1024;

/**
 * The kinds of things to renew, and their names for people.
 *
 * @see facts 3.1
 */
export const RENEWAL_KINDS = {
  "push-certificate": text("MDM push certificate", "MDM プッシュ通知証明書"),
  "ade-token": text("ADE server token", "ADE サーバートークン"),
  "vpp-token": text("VPP content token", "VPP サービストークン"),
  "android-owner": text("Android Enterprise owner account", "Android Enterprise 管理用 Gmail アカウント"),
  "agent-build-certificate": text(
    "Agent Enterprise for iOS build certificate",
    "Agent Enterprise for iOS ビルド用証明書",
  ),
  "agent-push-certificate": text(
    "Agent Enterprise for iOS push certificate",
    "Agent Enterprise for iOS プッシュ通知用証明書",
  ),
  "agent-profile": text(
    "Agent Enterprise for iOS provisioning profile",
    "Agent Enterprise for iOS プロビジョニングプロファイル",
  ),
  "device-certificate": text("device certificate", "デバイス証明書"),
  certificate: text("certificate", "証明書"),
  custom: text("other date", "その他の期日"),
} as const satisfies Record<string, Text>;

export type RenewalKind = keyof typeof RENEWAL_KINDS;

/** Certainty of an expiry: read from the thing itself, derived (a file's name, a last login), or typed in. */
const CERTAINTIES = {
  exact: text("exact", "確定"),
  estimated: text("estimated", "推定"),
  typed: text("entered by hand", "手入力"),
} as const satisfies Record<string, Text>;

/**
 * How something that expires stands towards its renewed file. `downloaded`: the renewed file is there, and nobody has
 * confirmed that it was uploaded, so the date of the one before still counts. `superseded`: a valid newer file counts.
 */
export const RENEWAL_STATES = {
  current: text("current", "現行"),
  downloaded: text("renewed file downloaded, upload not confirmed", "更新ファイルあり(アップロード未確認)"),
  superseded: text("superseded", "置き換え済み"),
} as const satisfies Record<string, Text>;

export type RenewalState = keyof typeof RENEWAL_STATES;

/** Free text; blank means null. */
const words = (en: string, ja: string, example: string | null = null) =>
  ({ type: "text", longest: 2000, nullable: true, label: text(en, ja), example }) as const satisfies Field;

/** The fields of an item that people and files set; never a password. */
export const RECORDED_FIELDS = {
  kind: { ...namedChoice(RENEWAL_KINDS), label: text("kind", "種類"), example: "push-certificate" },
  /** for people */
  name: { type: "text", longest: 255, blank: false, label: text("name", "名前"), example: "本社のプッシュ証明書" },
  /** the organisation or customer a token is for */
  organisation: words("organisation", "組織"),
  /** null: not known */
  expiresAt: {
    type: "instant",
    nullable: true,
    label: text("expires at", "期限(日時)"),
    example: "2027-03-01T05:00:00.000Z",
  },
  certainty: { ...namedChoice(CERTAINTIES), label: text("certainty", "確かさ"), example: "exact" },
  /** of a certificate's DER, or of a token's file */
  fingerprint: { type: "digest", nullable: true, label: text("fingerprint", "フィンガープリント"), example: null },
  /** a push certificate's topic (subject UID) */
  topic: words("topic", "トピック", "com.apple.mgmt.External.0f9e8d7c-0000-4000-8000-000000000000"),
  /** the person or role that renews it; a mail address if notices are to be mailed to it */
  owner: { ...words("owner", "更新担当", "hanako@example.co.jp"), lines: true },
  /** the Apple or Google account it belongs to, by name */
  account: words("account", "アカウント", "mdm@example.co.jp"),
  /** telephone number that receives the code of the account's second factor */
  phone: words("2-factor phone", "認証コードを受け取る電話番号", "090-0000-0000"),
  /** who holds that phone, or where it is kept */
  phoneHolder: words("2-factor phone holder", "認証コードを受け取る電話の所持者・置き場所", "情報システム部の金庫"),
  notes: { ...words("notes", "メモ"), lines: true },
  /** the file it was read from */
  source: words("file", "ファイル"),
} as const satisfies Fields;

/** The renewed file that was downloaded and not confirmed as uploaded; null if there is none. It becomes the recorded file. */
export const DOWNLOAD_FIELDS = {
  downloadedExpiresAt: {
    type: "instant",
    nullable: true,
    label: text("renewed file: expires at", "更新ファイルの期限(日時)"),
    example: null,
  },
  downloadedCertainty: {
    ...namedChoice(CERTAINTIES),
    nullable: true,
    label: text("renewed file: certainty", "更新ファイルの期限の確かさ"),
    example: null,
  },
  downloadedFingerprint: {
    type: "digest",
    nullable: true,
    label: text("renewed file: fingerprint", "更新ファイルのフィンガープリント"),
    example: null,
  },
  downloadedTopic: words("renewed file: topic", "更新ファイルのトピック"),
  downloadedSource: words("renewed file", "更新ファイル"),
} as const satisfies Fields;

/** Something that expires, and who renews it. */
export const RENEWAL_ITEM = {
  name: "renewal_item",
  fields: {
    id: idField(8),
    ...RECORDED_FIELDS,
    /** when the yearly login, or the upload, was last confirmed, and by whom */
    confirmedAt: { type: "instant", nullable: true, label: text("confirmed at", "確認日時"), example: null },
    confirmedBy: words("confirmed by", "実施者"),
    createdAt: CREATED_AT,
    updatedAt: UPDATED_AT,
    ...DOWNLOAD_FIELDS,
  },
  formats: {},
  keys: [],
  usual: [],
} as const satisfies Thing;

export type RenewalItem = RecordOf<typeof RENEWAL_ITEM.fields>;

/** The fields that every role reads: what expires, when, and who renews it. */
const OPEN_FIELDS: readonly string[] = [
  "id",
  "kind",
  "name",
  "organisation",
  "expiresAt",
  "certainty",
  "owner",
  "confirmedAt",
  "confirmedBy",
  "createdAt",
  "updatedAt",
  "downloadedExpiresAt",
  "downloadedCertainty",
];

/** The fields that only those read who may read Apple's services or record renewals; a new field is one of them. */
export const RESERVED_FIELDS: readonly string[] = Object.keys(RENEWAL_ITEM.fields).filter(
  (name) => !OPEN_FIELDS.includes(name),
);

/** Who may do one of these reads the fields of {@link RESERVED_FIELDS}. */
export const RESERVED_READERS = ["apple.read", "renewals.write"] as const satisfies readonly Operation[];

/** Digits of the shortest telephone number, an extension. */
const MIN_DIGITS = 4;

/** Returns whether a text is a telephone number or an extension, and not a person or a place; more may stand behind it. */
export function isTelephoneNumber(typed: string): boolean {
  const plain = typed.normalize("NFKC").trim();
  return /^(?:内線|ext\.?|tel\.?)?[\s:]*[+(\d]/i.test(plain) && (plain.match(/\d/g)?.length ?? 0) >= MIN_DIGITS;
}

/** Returns the number of the 2-factor phone and who holds it, in one text; null if neither is recorded. */
export const phoneWords = ({ phone, phoneHolder }: Pick<RenewalItem, "phone" | "phoneHolder">): string | null => {
  const known = [phone, phoneHolder].filter((one) => one !== null);
  return known.length === 0 ? null : known.join(" / ");
};

/** The part of an item that a file can say. */
export interface ExpiringItem extends Pick<RenewalItem, "kind" | "name" | "organisation" | "certainty" | "topic"> {
  /** UTC instant */
  readonly expiresAt: string;
  /** UTC instant; null if unknown */
  readonly validFrom: string | null;
  readonly fingerprint: string;
}

/** What distinguishes a notice: one stage of one item to one recipient, by one channel. */
export const NOTICE_KEY = {
  itemId: { type: "id", example: RENEWAL_ITEM.fields.id.example },
  /** distinguishes the item's years */
  expiresAt: { type: "instant", example: RECORDED_FIELDS.expiresAt.example },
  /** days before expiry; negative for days after it */
  stage: { type: "integer", example: 90 },
  /** `mail`, `webhook` or `command` */
  way: { type: "text", longest: 20, example: "mail" },
  /** a mail address, a webhook's name, a command's name */
  recipient: { type: "text", longest: 320, example: RECORDED_FIELDS.owner.example },
} as const satisfies Fields;

const NOTICE_ID = idField(9);

/** A notice that was started: `sending` until its outcome is recorded. */
export const NOTICE = {
  name: "renewal_notice",
  fields: {
    /** ordered by time: the smaller was started earlier */
    id: NOTICE_ID,
    ...NOTICE_KEY,
    state: { type: "choice", choices: ["sending", "sent", "failed"], example: "sending" },
    /** the same for repeated attempts, so that a repeated mail is recognised */
    messageId: { type: "text", example: `${NOTICE_ID.example}@clomoctl.invalid` },
    attempts: { type: "integer", example: 1 },
    /** when it was last started or settled */
    at: { type: "instant", example: EXAMPLE_AT },
    error: { type: "text", nullable: true, example: null },
  },
  formats: {},
  keys: [],
  usual: [],
} as const satisfies Thing;

export type NoticeClaim = RecordOf<typeof NOTICE_KEY>;
export type Notice = RecordOf<typeof NOTICE.fields>;
