import { text, type Text } from "../text/index.ts";
import type { DEVICE_STATUSES, PLATFORMS } from "./device.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "./rules.ts";
import { createExampleId, type Field, type Fields, type RecordOf, type Thing } from "./thing.ts";

/** The platforms whose devices depend on the push certificate, and the status of enrolled devices. @see facts 3.1 */
export const PUSH_PLATFORMS: readonly (typeof PLATFORMS)[number][] = ["iOS", "macOS"];
export const ENROLLED_STATUS: (typeof DEVICE_STATUSES)[number] = "管理中";

const EXAMPLE_TIME = "2026-03-01T05:00:00.000Z";

const defineNullableText = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const satisfies Field;

const defineNullableInstant = (en: string, ja: string, example: string | null) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example }) as const satisfies Field;

/** The applicant for a push certificate, as named in the signing request. @see facts 3.3 */
const REQUEST_SUBJECT_FIELDS = {
  email: { type: "text", label: text("email address", "メールアドレス"), example: "mdm@example.co.jp" },
  name: { type: "text", label: text("name", "氏名(半角英数)"), example: "Hanako Yamada" },
  country: { type: "text", label: text("country", "国名コード"), example: "JP" },
} as const satisfies Fields;

export type SigningRequestSubject = RecordOf<typeof REQUEST_SUBJECT_FIELDS>;

/** State of a tenant's MDM push certificate (プッシュ通知証明書). Fields are null if there is no certificate. */
const PUSH_CERTIFICATE_FIELDS = {
  topic: defineNullableText("topic", "トピック", `com.apple.mgmt.External.${createExampleId(1)}`),
  name: defineNullableText("name", "名前", `APSP:${createExampleId(1)}`),
  expiresAt: defineNullableInstant("expires at", "有効期限", "2027-03-01T05:00:00.000Z"),
  validFrom: defineNullableInstant("valid from", "有効期間の開始", EXAMPLE_TIME),
  appleAccount: defineNullableText("Apple Account", "Apple Account", "mdm@example.co.jp"),
  /** based on the issuer's name only */
  issuedByApple: {
    type: "boolean",
    nullable: true,
    label: text("issuer name is Apple", "発行者名が Apple"),
    example: true,
  },
  /** the issuer's name in one line; `issuerKeyId` is the authority key identifier in hexadecimal digits */
  issuer: defineNullableText(
    "issuer",
    "発行者",
    "CN=Apple Application Integration 2 Certification Authority, O=Apple Inc., C=US",
  ),
  issuerKeyId: defineNullableText("issuer key ID", "発行者の鍵 ID", "f7be7c216091db3d1b7bd83a328169df9e6c7f9b"),
  simulated: {
    type: "boolean",
    nullable: true,
    label: text("from a simulator", "シミュレーターが発行"),
    example: false,
  },
  /** the hash of the certificate in DER form */
  fingerprint: { type: "digest", nullable: true, label: text("fingerprint", "フィンガープリント"), example: null },
  publicKey: { type: "digest", nullable: true, label: text("public key", "公開鍵"), example: null },
  uploadedAt: defineNullableInstant("uploaded at", "アップロード日時", EXAMPLE_TIME),
  uploadedBy: defineNullableText("uploaded by", "アップロードした人", "owner"),
  /** a signing request that is waiting for its certificate */
  request: {
    type: "object",
    of: {
      ...REQUEST_SUBJECT_FIELDS,
      createdAt: { type: "instant", label: text("created at", "作成日時"), example: EXAMPLE_TIME },
      publicKey: { type: "digest", label: text("public key", "公開鍵"), example: "0".repeat(64) },
    },
    nullable: true,
    label: text("signing request", "CSR"),
    example: null,
    columns: [
      ["requestedAt", "createdAt"],
      ["requestEmail", "email"],
    ],
  },
  profilePasswordSetAt: defineNullableInstant("profile password set at", "プロファイル用パスワードの設定日時", null),
  enrolledDevices: { type: "integer", label: text("enrolled devices", "管理中のデバイス"), example: 120 },
  /** true if the tenant's endpoint is a simulator; certificates from a simulator may then be uploaded */
  simulator: { type: "boolean", label: text("endpoint is a simulator", "接続先がシミュレーター"), example: false },
} as const satisfies Fields;

export const PUSH_CERTIFICATE = {
  name: "push_certificate",
  fields: PUSH_CERTIFICATE_FIELDS,
  formats: {},
  keys: [],
  usual: ["topic", "expiresAt", "appleAccount", "request", "profilePasswordSetAt", "enrolledDevices"],
} as const satisfies Thing;

export type PushCertificate = RecordOf<typeof PUSH_CERTIFICATE_FIELDS>;

/** Maximum length of a common name, also used for the applicant's.  @see RFC 5280 appendix A (ub-common-name) */
const MAX_APPLICANT_NAME_LENGTH = 64;

/** Two or more words of ASCII letters and digits, separated by single spaces. @see facts 3.3 */
const APPLICANT_NAME_PATTERN = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)+$/;

/** The ISO 3166-1 alpha-2 country codes. @see https://www.iso.org/obp/ui/#search (officially assigned codes) */
const COUNTRY_CODES = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
  CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
  GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
  KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
  NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
  SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
  VN VU WF WS YE YT ZA ZM ZW`.match(/[A-Z]{2}/g);

/** The country of a signing request that does not specify a country. */
export const DEFAULT_COUNTRY = "JP";

/** Checks a value of a signing request; returns what is wrong and which values are valid, or undefined if valid. */
export function validateRequestField(part: keyof SigningRequestSubject, value: string): Text | undefined {
  if (part === "country") {
    return COUNTRY_CODES?.includes(value) === true
      ? undefined
      : text(`not an ISO 3166-1 country code: ${value}`, `ISO 3166-1 の国名コードではありません: ${value}`);
  }
  if (part === "email") {
    return satisfiesRule(SENDABLE_ADDRESS_RULE, value) && /^[\x21-\x7e]+$/.test(value)
      ? undefined
      : text(`not an email address in half-width characters: ${value}`, `半角のメールアドレスではありません: ${value}`);
  }
  if (value.length > MAX_APPLICANT_NAME_LENGTH) {
    return text(
      `the name must have at most ${MAX_APPLICANT_NAME_LENGTH} characters`,
      `氏名は ${MAX_APPLICANT_NAME_LENGTH} 文字までです`,
    );
  }
  return APPLICANT_NAME_PATTERN.test(value)
    ? undefined
    : text(
        `the name must consist of half-width letters and digits, with a half-width space between given and family name: ${value}`,
        `氏名は半角英数字で、名と姓の間に半角スペースを入れてください: ${value}`,
      );
}

/** The maximum length of the password for installing the profile by hand. @see facts 3.3 */
const MAX_PROFILE_PASSWORD_LENGTH = 64;

/** The rule for the password for installing the profile by hand. @see facts 3.3 */
export const PROFILE_PASSWORD_RULE = text(
  `half-width letters, digits and symbols, at most ${MAX_PROFILE_PASSWORD_LENGTH} characters`,
  `半角の英数字と記号、${MAX_PROFILE_PASSWORD_LENGTH} 文字以内`,
);

/** Checks a profile password; returns what is wrong, or undefined if valid. The text never contains the password. */
export function validateProfilePassword(password: string): Text | undefined {
  if (password.length > 0 && password.length <= MAX_PROFILE_PASSWORD_LENGTH && /^[\x21-\x7e]+$/.test(password))
    return undefined;
  return text(
    `the password must consist of ${PROFILE_PASSWORD_RULE.en}`,
    `パスワードの条件: ${PROFILE_PASSWORD_RULE.ja}`,
  );
}
