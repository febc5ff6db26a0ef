import { text, type Text } from "../text/index.ts";
import type { DEVICE_STATUSES, PLATFORMS } from "./device.ts";
import { fits, SENDABLE_ADDRESS } from "./rules.ts";
import { exampleId, type Field, type Fields, type RecordOf, type Thing } from "./thing.ts";

/** The platforms whose devices hang on the push certificate, and the status of those that are enrolled. @see facts 3.1 */
export const PUSHED_PLATFORMS: readonly (typeof PLATFORMS)[number][] = ["iOS", "macOS"];
export const ENROLLED: (typeof DEVICE_STATUSES)[number] = "管理中";

const AT = "2026-03-01T05:00:00.000Z";

const told = (en: string, ja: string, example: string | null) =>
  ({ type: "text", nullable: true, label: text(en, ja), example }) as const satisfies Field;

const instant = (en: string, ja: string, example: string | null) =>
  ({ type: "instant", nullable: true, label: text(en, ja), example }) as const satisfies Field;

/** Who asks for a push certificate, as the signing request says it. @see facts 3.3 */
const SUBJECT = {
  email: { type: "text", label: text("mail address", "メールアドレス"), example: "mdm@example.co.jp" },
  name: { type: "text", label: text("name", "氏名(半角英数)"), example: "Hanako Yamada" },
  country: { type: "text", label: text("country", "国名コード"), example: "JP" },
} as const satisfies Fields;

export type RequestFields = RecordOf<typeof SUBJECT>;

/** How a tenant stands with its MDM push certificate (プッシュ通知証明書); null where there is none. */
const FIELDS = {
  topic: told("topic", "トピック", `com.apple.mgmt.External.${exampleId(1)}`),
  name: told("name", "名前", `APSP:${exampleId(1)}`),
  expiresAt: instant("expires at", "有効期限", "2027-03-01T05:00:00.000Z"),
  validFrom: instant("valid from", "有効期間の開始", AT),
  appleAccount: told("Apple Account", "Apple Account", "mdm@example.co.jp"),
  /** by its name alone */
  issuedByApple: {
    type: "boolean",
    nullable: true,
    label: text("issuer is named Apple", "発行者名が Apple"),
    example: true,
  },
  /** its name in one line, and the authority key identifier in hexadecimal digits */
  issuer: told("issuer", "発行者", "CN=Apple Application Integration 2 Certification Authority, O=Apple Inc., C=US"),
  issuerKeyId: told("issuer's key", "発行者の鍵", "f7be7c216091db3d1b7bd83a328169df9e6c7f9b"),
  simulated: { type: "boolean", nullable: true, label: text("of the simulator", "シミュレーター製"), example: false },
  /** of its DER */
  fingerprint: { type: "digest", nullable: true, label: text("fingerprint", "フィンガープリント"), example: null },
  publicKey: { type: "digest", nullable: true, label: text("public key", "公開鍵"), example: null },
  uploadedAt: instant("uploaded at", "アップロード日時", AT),
  uploadedBy: told("uploaded by", "アップロードした人", "owner"),
  /** a signing request whose certificate has not come yet */
  request: {
    type: "object",
    of: {
      ...SUBJECT,
      createdAt: { type: "instant", label: text("made at", "作成日時"), example: AT },
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
  profilePasswordSetAt: instant("profile password set at", "プロファイル用パスワードの設定日時", null),
  enrolledDevices: { type: "integer", label: text("enrolled devices", "管理中のデバイス"), example: 120 },
  /** where the tenant's endpoint is one: what it makes may be uploaded */
  simulator: { type: "boolean", label: text("endpoint is a simulator", "接続先がシミュレーター"), example: false },
} as const satisfies Fields;

export const PUSH_CERTIFICATE = {
  name: "push_certificate",
  fields: FIELDS,
  formats: {},
  keys: [],
  usual: ["topic", "expiresAt", "appleAccount", "request", "profilePasswordSetAt", "enrolledDevices"],
} as const satisfies Thing;

export type PushCertificate = RecordOf<typeof FIELDS>;

/** Of a certificate's common name; ours for the name that is asked for. @see RFC 5280 appendix A (ub-common-name) */
const LONGEST_NAME = 64;

/** Half-width letters and digits, in words with one blank between. @see facts 3.3 */
const NAME = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)+$/;

/** ISO 3166-1 alpha-2. @see https://www.iso.org/obp/ui/#search (officially assigned codes) */
const COUNTRIES = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
  CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
  GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
  KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
  NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
  SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
  VN VU WF WS YE YT ZA ZM ZW`.match(/[A-Z]{2}/g);

/** The country of a request that names none. */
export const USUAL_COUNTRY = "JP";

/** What is wrong with a part of a request, and what may be typed in its place; undefined where nothing is. */
export function requestFault(part: keyof RequestFields, value: string): Text | undefined {
  if (part === "country") {
    return COUNTRIES?.includes(value) === true
      ? undefined
      : text(`not a country code of ISO 3166-1: ${value}`, `ISO 3166-1 の国名コードではありません: ${value}`);
  }
  if (part === "email") {
    return fits(SENDABLE_ADDRESS, value) && /^[\x21-\x7e]+$/.test(value)
      ? undefined
      : text(`not a mail address in half-width characters: ${value}`, `半角のメールアドレスではありません: ${value}`);
  }
  if (value.length > LONGEST_NAME) {
    return text(`the name has at most ${LONGEST_NAME} characters`, `氏名は ${LONGEST_NAME} 文字までです`);
  }
  return NAME.test(value)
    ? undefined
    : text(
        `the name has half-width letters and digits, and a half-width space between given and family name: ${value}`,
        `氏名は半角英数字で、名と姓の間に半角スペースを入れてください: ${value}`,
      );
}

/** The most characters of a password for installing the profile by hand. @see facts 3.3 */
const LONGEST_PASSWORD = 64;

/** What a password for installing the profile by hand may be. @see facts 3.3 */
export const PROFILE_PASSWORD_RULE = text(
  `half-width letters, digits and symbols, at most ${LONGEST_PASSWORD} characters`,
  `半角の英数字と記号、${LONGEST_PASSWORD} 文字以内`,
);

/** What is wrong with one; undefined where nothing is. It never tells the password. */
export function profilePasswordFault(password: string): Text | undefined {
  if (password.length > 0 && password.length <= LONGEST_PASSWORD && /^[\x21-\x7e]+$/.test(password)) return undefined;
  return text(`the password has to be: ${PROFILE_PASSWORD_RULE.en}`, `パスワードの条件: ${PROFILE_PASSWORD_RULE.ja}`);
}
