import { findNearestWord } from "../../text/index.ts";
import type { Column } from "../../derived/format.ts";
import { normaliseHeader } from "../../model/normalise.ts";

/** Headers such as 旧所属 belong to columns with the values before a change. */
export const isFormerHeader = (header: string): boolean =>
  /^(?:旧|前|異動前|変更前|後任|引継|上長|上司|申請者|承認者)/u.test(header.normalize("NFKC").trim());

const NEW_VALUE_PREFIX = /^(?:新|異動後|変更後)/u;

export const isNewHeader = (header: string): boolean => NEW_VALUE_PREFIX.test(header.normalize("NFKC").trim());

const removeTrailingParentheses = (header: string): string => header.normalize("NFKC").replace(/\([^()]*\)\s*$/u, "");

const DEPARTMENT_HEADERS =
  "部署 部署名 部署名称 部門 部門名 部門名称 department organizationname organisationname".split(" ");
const ORG_HEADERS = "所属 所属名 所属名称 所属組織 所属部署 所属部署名 新所属 配属先 組織 組織名 組織パス".split(" ");
const ORG_LEVELS = "本部 事業部 事業所 営業所 支社 支店 店舗 部 課 室 係 グループ チーム".split(" ");
const ORG_LEVEL_HEADERS = ORG_LEVELS.flatMap((level) => ["", "名", "名称"].map((ending) => level + ending));
const ORG_CODE_HEADERS = ["部署", "部門", "所属", "所属組織", ...ORG_LEVELS]
  .map((org) => `${org}コード`)
  .concat("organizationcode", "organisationcode");
const TELEPHONE_HEADERS = ["電話", "携帯電話", "携帯", "直通"]
  .flatMap((telephone) => [telephone, `${telephone}番号`])
  .concat("携帯番号", "直通電話", "連絡先", "phone");
const EMPLOYEE_CODE_HEADERS = ["社員", "従業員", "職員", "employee"]
  .flatMap((person) => ["番号", "no", "no.", "id", "コード", "code", "number"].map((code) => person + code))
  .concat("職番");
const PARENT_HEADERS = ["上位", "親"].flatMap((above) =>
  ["", "組織", "部署", "部門"].flatMap((org) => [above + org, `${above}${org}コード`]),
);
const KANJI_NAME_HEADERS = "お名前 名前 社員名 社員氏名 従業員氏名 氏名(漢字) 漢字氏名 name fullname".split(" ");

const MAIL_HEADERS =
  `メール eメール 電子メール メルアド 社用メール 会社メール 社用メールアドレス 会社メールアドレス メールアドレス(会社)
  mail email e-mail mailaddress`.split(/\s+/);

const NOTE_HEADERS = ["備考", "備考欄", "メモ欄", "コメント", "memo"];

const HEADER_ALIASES: Readonly<Record<string, readonly string[]>> = {
  name: [...KANJI_NAME_HEADERS, "表示名", "ユーザー名", "ユーザ名"],
  displayName: ["氏名", ...KANJI_NAME_HEADERS],
  nameKana: ["ふりがな", "よみがな", "ヨミガナ", "カナ", "カナ氏名", "氏名カナ", "氏名(カナ)", "kana"],
  emails: MAIL_HEADERS,
  組織名: [...DEPARTMENT_HEADERS, ...ORG_LEVEL_HEADERS, "組織名称"],
  組織コード: ORG_CODE_HEADERS,
  code: ["コード"],
  parentCode: PARENT_HEADERS,
  orgCode: [...ORG_CODE_HEADERS, ...DEPARTMENT_HEADERS, ...ORG_HEADERS, ...ORG_LEVEL_HEADERS],
  title: ["肩書", "肩書き", "職位", "職名", "役職名", "役職名称"],
  employeeCode: [...EMPLOYEE_CODE_HEADERS, "コード"],
  tel: TELEPHONE_HEADERS,
  extension: ["内線番号"],
  postalCode: ["郵便", "〒"],
  addressType: ["住所種別"],
  address: ["所在地"],
  accountName: ["アカウント", "アカウント名"],
  userId: ["id", "ログインid", "ユーザid", ...EMPLOYEE_CODE_HEADERS],
  groups: ["グループ", "利用グループ", "所属グループ"],
  ownerEmail: ["使用者", "利用者", "所有者"]
    .flatMap((owner) => ["", "名", "氏名", "メール", "メールアドレス"].map((part) => owner + part))
    .concat(EMPLOYEE_CODE_HEADERS),
  platform: ["os", "os種別", "os名"],
  status: ["状態", "状況", "利用状況", "管理状態"],
  identificationName: ["端末名", "デバイス名"],
  imei: ["imei"],
  phoneNumber: TELEPHONE_HEADERS,
  memo: NOTE_HEADERS,
  description: NOTE_HEADERS,
  serialNumber: ["シリアル", "シリアル番号", "製造番号", "s/n", "serial", "serialnumber"],
};

const findColumnBy = (columns: readonly Column[], name: string, namesOf: (column: Column) => readonly string[]) => {
  const wanted = normaliseHeader(name);
  return columns.find((column) => namesOf(column).some((own) => normaliseHeader(own) === wanted));
};

const findColumnByAlias = (columns: readonly Column[], name: string): Column | undefined =>
  findColumnBy(columns, name, ({ field, header }) => [field, header].flatMap((key) => HEADER_ALIASES[key] ?? []));

/** Finds the column by its header or another usual name. The header may begin with 新. */
export const findColumnByAnyHeader = (columns: readonly Column[], typed: string): Column | undefined => {
  const header = typed.normalize("NFKC").trim().replace(NEW_VALUE_PREFIX, "");
  return findColumnBy(columns, header, (column) => [column.header]) ?? findColumnByAlias(columns, header);
};

const MAX_COMPARED_LENGTH = 64;

export const suggestHeader = (columns: readonly Column[], misspelt: string): string | undefined => {
  if (misspelt.length > MAX_COMPARED_LENGTH || isFormerHeader(misspelt)) return undefined;
  const findNamed = (name: string) => findColumnBy(columns, name, ({ header, field }) => [header, field]);
  const variants = [misspelt, removeTrailingParentheses(misspelt), misspelt.replace(NEW_VALUE_PREFIX, "")];
  const [likely] = variants.flatMap((name) => findNamed(name) ?? findColumnByAlias(columns, name) ?? []);
  const names = columns.flatMap(({ header, field }) => [header, field]);
  return (likely ?? findNamed(findNearestWord(misspelt, names, normaliseHeader) ?? ""))?.header;
};
