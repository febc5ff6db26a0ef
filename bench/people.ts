/** The header of the file: every column the console knows by these names, two of them unique in a tenant. */
export const HEADER = [
  "氏名",
  "フリガナ",
  "メールアドレス",
  "組織コード",
  "役職",
  "社員コード",
  "TEL",
  "CLOMOアカウント名",
] as const;

/** Organisations the people are spread over, if nothing else is asked. */
const ORGS = 200;

/** One row in this many has a title that needs quotes. */
const QUOTED_EVERY = 40;

// 髙 and 﨑 are IBM extensions; 表, ソ and 能 have a backslash as their second byte
const FAMILIES = [
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

const GIVEN = [
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

/** The code of one of the organisations. @param number from 0 */
export const orgCode = (number: number): string => `S${String(number).padStart(4, "0")}`;

/** A well-mixed number of 32 bits that depends on `seed` alone (the finish of MurmurHash3). */
const mixed = (seed: number): number => {
  let h = Math.imul(seed + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const pick = <Items extends readonly [unknown, ...unknown[]]>(items: Items, chance: number): Items[number] =>
  items[chance % items.length];

/**
 * The record of an invented person, as it stands in the file, newline included. It depends on `index` alone, so that a
 * short file is the beginning of a long one. Mail address and account name are unique and in no order, as in the lists
 * people have.
 *
 * @param index from 0
 */
export const personRecord = (index: number): string => personOf(index, ORGS);

/** The same, but one in 200 has another telephone number. @param first the index of the first of these */
export const changedRecord = (index: number, first: number): string => {
  const record = personRecord(index);
  return index % 200 === first ? record.replace(",03-0000-", ",06-0000-") : record;
};

/** The same, spread over that many organisations. */
export const personOf = (index: number, orgs: number): string => {
  const chance = mixed(index);
  const [family, familyKana, familyLatin] = pick(FAMILIES, chance);
  const [given, givenKana, givenLatin] = pick(GIVEN, Math.floor(chance / 10));
  const number = String(index).padStart(7, "0");
  const title = index % QUOTED_EVERY === 7 ? pick(QUOTED_TITLES, chance >>> 8) : pick(TITLES, chance >>> 8);
  const org = orgCode((chance >>> 4) % orgs);
  const tel = `03-0000-${String(chance % 10_000).padStart(4, "0")}`;
  const mail = `${givenLatin}.${familyLatin}${number}@example.jp`;
  const account = `${familyLatin}.${number}`;
  return `${family} ${given},${familyKana} ${givenKana},${mail},${org},${title},E${number},${tel},${account}\r\n`;
};
