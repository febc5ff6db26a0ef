import type { Column } from "../../model/format.ts";
import { nameKey } from "../../model/normalise.ts";
import { nearest } from "../../text/nearest.ts";

/** Finds a column by its header or by its field's key. */
export const findColumn = (columns: readonly Column[], name: string): Column | undefined => {
  const key = nameKey(name);
  return columns.find((column) => nameKey(column.header) === key) ?? columns.find((column) => column.field === name);
};

/** A header without common variations: width, blanks, letter case, hiragana for katakana. */
const loose = (header: string): string =>
  header
    .normalize("NFKC")
    .replace(/\s+/gu, "")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
    .toLowerCase();

const KANJI_NAMES = ["お名前", "名前", "社員名", "氏名(漢字)", "name", "fullname"];

/** What people call columns in their own lists, by field. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  name: KANJI_NAMES,
  displayName: ["氏名", ...KANJI_NAMES],
  nameKana: ["ふりがな", "よみがな", "ヨミガナ", "カナ", "氏名カナ", "氏名(カナ)"],
  emails: ["メール", "eメール", "メルアド", "mail", "email", "e-mail", "mailaddress"],
  orgCode: ["部署コード", "部門コード", "所属コード", "所属組織コード", "部署", "所属", "所属組織", "所属部署", "組織"],
  title: ["肩書", "肩書き", "職位", "役職名"],
  employeeCode: ["社員番号", "社員no", "社員no.", "社員id", "従業員番号", "従業員コード", "職員番号"],
  tel: ["電話", "電話番号", "連絡先", "phone"],
  postalCode: ["郵便", "〒"],
  userId: ["id", "ログインid", "ユーザid"],
  serialNumber: ["シリアル", "シリアル番号", "製造番号", "s/n", "serial", "serialnumber"],
};

const nicknamed = (columns: readonly Column[], name: string): Column | undefined => {
  const wanted = loose(name);
  return columns.find(({ field }) => OTHER_NAMES[field]?.some((other) => loose(other) === wanted));
};

const LONGEST_COMPARED = 64;

/** One of these names, of those a column has; else what people call a column; else the nearest of them. */
const nearestOf = (columns: readonly Column[], names: readonly string[], misspelt: string): string | undefined => {
  if (misspelt.length > LONGEST_COMPARED) return undefined;
  const wanted = loose(misspelt);
  return (
    names.find((name) => loose(name) === wanted) ??
    nicknamed(columns, misspelt)?.header ??
    nearest(misspelt, names, loose)
  );
};

/** The header that a misspelt one, or what people call the column, probably means; undefined if none is close. */
export const nearestHeader = (columns: readonly Column[], misspelt: string): string | undefined =>
  nearestOf(
    columns,
    columns.map(({ header }) => header),
    misspelt,
  );

/** The header or field key that a name probably means, if either may be written. */
export const nearestName = (columns: readonly Column[], misspelt: string): string | undefined =>
  nearestOf(
    columns,
    columns.flatMap(({ header, field }) => [header, field]),
    misspelt,
  );
