/** The header of the file. The console has columns with these names; two of them must be unique in a tenant. */
export const USER_HEADER = [
  "氏名",
  "フリガナ",
  "メールアドレス",
  "組織コード",
  "役職",
  "社員コード",
  "TEL",
  "CLOMOアカウント名",
] as const;

/** Default number of organisations to which the people belong. */
const DEFAULT_ORG_COUNT = 200;

/** One in this many rows has a title that needs quotes. */
const ROWS_PER_QUOTED_TITLE = 40;

// difficult characters: 髙 and 﨑 are IBM extensions; 表, ソ and 能 have a backslash as their second byte
const FAMILY_NAMES = [
  ["佐藤", "サトウ", "sato"],
  ["髙橋", "タカハシ", "takahashi"],
  ["山﨑", "ヤマザキ", "yamazaki"],
  ["表", "オモテ", "omote"],
  ["能登", "ノト", "noto"],
  ["伊藤", "イトウ", "ito"],
  ["渡邊", "ワタナベ", "watanabe"],
  ["小林", "コバヤシ", "kobayashi"],
  ["曽根", "ソネ", "sone"],
  ["五十嵐", "イガラシ", "igarashi"],
] as const;

const GIVEN_NAMES = [
  ["太郎", "タロウ", "taro"],
  ["花子", "ハナコ", "hanako"],
  ["翔", "ショウ", "sho"],
  ["陽菜", "ヒナ", "hina"],
  ["健一", "ケンイチ", "kenichi"],
  ["美咲", "ミサキ", "misaki"],
  ["大輔", "ダイスケ", "daisuke"],
  ["さくら", "サクラ", "sakura"],
  ["ソフィア", "ソフィア", "sofia"],
  ["直樹", "ナオキ", "naoki"],
] as const;

const TITLES = ["部長", "課長", "主任", "係長", "①課主任", "㈱担当", "", ""] as const;
const QUOTED_TITLES = ['"部長, 営業"', '"通称 ""番頭"""', '"課長, 兼 主任"'] as const;

/**
 * Returns the code of an organisation.
 *
 * @param number from 0
 */
export const formatOrgCode = (number: number): string => `S${String(number).padStart(4, "0")}`;

/** Returns a well-mixed 32-bit number that depends only on `seed` (the final step of MurmurHash3). */
const mixSeed = (seed: number): number => {
  let h = Math.imul(seed + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const pickItem = <Items extends readonly [unknown, ...unknown[]]>(items: Items, chance: number): Items[number] =>
  items[chance % items.length];

/**
 * Returns the record of an invented person as it appears in the file, including the newline. It depends only on
 * `index`, so that a short file is the beginning of a long one. Email address and account name are unique and
 * unordered, as in real lists.
 *
 * @param index from 0
 */
export const formatPersonRecord = (index: number): string => formatPersonInOrgs(index, DEFAULT_ORG_COUNT);

/** The custom fields of {@link formatRecordWithFields}. */
export const CUSTOM_FIELDS: readonly string[] = Array.from({ length: 50 }, (_, at) => `項目${at + 1}`);

/** Returns the same record as {@link formatPersonRecord}, with values of all custom fields, the first of which is given. */
export const formatRecordWithFields = (index: number, first: string): string => {
  const values = CUSTOM_FIELDS.map((_, at) => (at === 0 ? first : `値${(index + at) % 100}`));
  return `${[formatPersonRecord(index).trimEnd(), ...values].join(",")}\r\n`;
};

/** How a telephone number begins that {@link formatChangedRecord} changed. */
export const CHANGED_TELEPHONE = "06-0000-";

/**
 * Returns the same record as {@link formatPersonRecord}, but with a different telephone number in one of 200 records.
 *
 * @param first index of the first changed record
 */
export const formatChangedRecord = (index: number, first: number): string => {
  const record = formatPersonRecord(index);
  return index % 200 === first ? record.replace(",03-0000-", `,${CHANGED_TELEPHONE}`) : record;
};

/** Returns the record of an invented person who belongs to one of `orgs` organisations. */
export const formatPersonInOrgs = (index: number, orgs: number): string => {
  const chance = mixSeed(index);
  const [family, familyKana, familyLatin] = pickItem(FAMILY_NAMES, chance);
  const [given, givenKana, givenLatin] = pickItem(GIVEN_NAMES, Math.floor(chance / 10));
  const number = String(index).padStart(7, "0");
  const title =
    index % ROWS_PER_QUOTED_TITLE === 7 ? pickItem(QUOTED_TITLES, chance >>> 8) : pickItem(TITLES, chance >>> 8);
  const org = formatOrgCode((chance >>> 4) % orgs);
  const tel = `03-0000-${String(chance % 10_000).padStart(4, "0")}`;
  const mail = `${givenLatin}.${familyLatin}${number}@example.jp`;
  const account = `${familyLatin}.${number}`;
  return `${family} ${given},${familyKana} ${givenKana},${mail},${org},${title},E${number},${tel},${account}\r\n`;
};
