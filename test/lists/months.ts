import fc from "fast-check";

const words = (line: string): readonly string[] => line.split(/\s+/);
const two = (value: number): string => String(value).padStart(2, "0");

/** Headers that HR systems give to a column; `other` columns say nothing that the program reads. */
const SPELLINGS = {
  code: words(
    "社員コード 社員番号 社員No 社員No. 社員ID 従業員番号 従業員コード 従業員No 従業員ID 職員番号 職員コード 職番 社員CD 従業員CD EmployeeID EmployeeNo EmployeeCode 社員ＮＯ",
  ),
  name: words("氏名 名前 お名前 社員名 従業員氏名 氏名(漢字) 漢字氏名 Name FullName 表示名 社員氏名"),
  mail: words(
    "メールアドレス メール Eメール 電子メール メルアド 社用メール 会社メール 社用メールアドレス 会社メールアドレス メールアドレス(会社) mail email e-mail E-Mail MailAddress Ｅメール",
  ),
  org: words(
    "組織コード 所属 所属名 所属名称 所属組織 所属部署 所属部署名 新所属 配属先 部署 部署名 部署名称 部門 部門名 部門名称 組織 所属コード 部門コード 部署コード Department 異動後所属 変更後部署",
  ),
  title: words("役職 肩書 肩書き 職位 職名 役職名 役職名称 新役職"),
  day: words(
    "退職日 退職年月日 退社日 退社年月日 離職日 離職年月日 退職予定日 退職予定年月日 最終出勤日 LastDay LeavingDate TerminationDate 退職（予定）日 退職日付 退社予定日",
  ),
  state: words(
    "退職 退職区分 退職フラグ 在籍区分 在籍状況 在職区分 在職状況 異動区分 EmploymentStatus 区分 種別 在籍種別 人事区分 発令区分 入退社区分 申請区分 処理区分 変更区分 異動種別 在職種別 状態 状況 ステータス",
  ),
  effect: words("発令日 異動日 適用日 発令年月日 適用開始日"),
  joining: words("入社日 入社年月日 採用日"),
  rejoining: words("再入社日 再雇用日 再雇用年月日"),
  post: words("本務区分 本務兼務 兼務区分 本兼区分 主務区分 本務/兼務 発令形態 所属形態"),
  other: words(
    "性別 生年月日 年齢 勤務地 雇用形態 備考 血液型 等級 号俸 給与区分 支給区分 通勤経路 扶養人数 入社区分 学歴 資格 国籍 郵便番号 住所 内線 契約開始日 契約終了日 有休残 休職開始日 復職日 社保番号 雇用保険番号 銀行コード 口座番号 前職 上長 上長コード 評価 勤続年数 定年日 事業所 コスト 原価センタ 座席 ロッカー 制服 駐車場 健診日 免許 MBO SPI 同意 メモ1 メモ2 連番 No. 更新日 更新者 登録日 作成日 部門長 勤怠区分 社宅 交通費 緊急連絡先 続柄 住民税 年調 賞与 資格等級 身分証 予備1 予備2 摘要",
  ),
} as const;

export const COUNT_OF_SPELLINGS = Object.values(SPELLINGS).flat().length;

type Field = keyof typeof SPELLINGS;
type Cells = Record<string, string>;

export const MARKED = ["-", "なし", "00000000", "9999/99/99", "ー"] as const;

/** How the maker of the list writes a day. */
const DAY_FORMS: readonly ((y: number, m: number, d: number) => string)[] = [
  (y, m, d) => `${y}/${m}/${d}`,
  (y, m, d) => `${y}/${two(m)}/${two(d)}`,
  (y, m, d) => `${y}-${two(m)}-${two(d)}`,
  (y, m, d) => `${y}.${m}.${d}`,
  (y, m, d) => `${y}年${m}月${d}日`,
  (y, m, d) => `${y}${two(m)}${two(d)}`,
  (y, m, d) => `R${y - 2018}.${m}.${d}`,
  (y, m, d) => `R${two(y - 2018)}/${two(m)}/${two(d)}`,
  (y, m, d) => `令和${y - 2018}年${m}月${d}日`,
  (y, m, d) => `${y}/${m}/${d} 0:00`,
  (y, m, d) => `${y}/${m}/${d} 00:00:00`,
  (y, m, d) => `${y}/${m}/${d}(月)`,
  (y, m, d) => String(Date.UTC(y, m - 1, d) / 86_400_000 + 25_569),
];

const EVENTS = words(
  "same same same move move title leaves leaves leaves-today leaves-later joins joins joins-left rehired on-leave second-post second-post-ends moves-later",
);
const DAMAGES = words("totals titles lost-zeros shifted blank-rows wide-names");

const choices = fc.record({
  people: fc.integer({ min: 6, max: 24 }),
  fields: fc.subarray([
    "org",
    "title",
    "day",
    "state",
    "effect",
    "joining",
    "rejoining",
    "post",
    "other",
    "other2",
  ] as const),
  spelling: fc.array(fc.nat(9999), { minLength: 13, maxLength: 13 }),
  order: fc.array(fc.nat(9999), { minLength: 13, maxLength: 13 }),
  form: fc.nat(999),
  mark: fc.oneof(fc.constant(""), fc.constant(""), fc.constantFrom(...MARKED)),
  months: fc.tuple(
    ...[0, 1].map(() =>
      fc.record({
        happened: fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.nat(9999)), { minLength: 3, maxLength: 14 }),
        damages: fc.uniqueArray(fc.constantFrom(...DAMAGES), { maxLength: 2 }),
      }),
    ),
  ),
});

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

export interface Month {
  readonly rows: readonly (readonly string[])[];
  /** addresses of those who have left, and of new people who are there */
  readonly left: readonly string[];
  readonly joined: readonly string[];
  readonly made: readonly string[];
}

const mailOf = (number: number): string => `p${number}@example.jp`;
const FAMILIES = words("佐藤 鈴木 髙橋 田中 渡邉 金子 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 斎藤");

export const personOf = (number: number) => ({
  code: String(number * 19).padStart(6, "0"),
  name: `${FAMILIES[number % FAMILIES.length]} ${"一二三四五六七八九"[number % 9]}${"郎子美夫彦"[number % 5]}${number}`,
  mail: mailOf(number),
  org: ["1000", "2000", "3000"][number % 3] ?? "",
  title: ["", "主任", "課長"][number % 3] ?? "",
});

/** Returns what the cells of a person say in a month: left if they say that the person has left. */
function live(
  event: string,
  number: number,
  { form, mark, fields }: Choices,
): { cells: Cells; left: boolean; more?: Cells } {
  const write = DAY_FORMS[form % DAY_FORMS.length] ?? String;
  const [past, today, later] = [write(2026, 3, 31), write(2026, 4, 1), write(2026, 9, 30)];
  const [hasDay, hasState, hasEffect] = (["day", "state", "effect"] as const).map((one) => fields.includes(one));
  const hasRehired = fields.includes("joining") || fields.includes("rejoining");
  const stays = { day: mark, state: "在籍", effect: write(2026, 3, 1), joining: write(2020, 4, 1), post: "本務" };
  const person = { ...personOf(number), ...stays };
  const says = hasDay === true || hasState === true;
  const gone = { ...person, day: past, state: "退職" };
  switch (event) {
    case "move":
      return { cells: { ...person, org: ["2000", "3000", "1000"][number % 3] ?? "" }, left: false };
    case "title":
      return { cells: { ...person, title: "部長" }, left: false };
    case "leaves":
    case "joins-left":
      return { cells: gone, left: says };
    case "leaves-today":
      return { cells: { ...person, day: today, state: hasDay === true ? "退職" : "在籍" }, left: false };
    case "leaves-later":
      return { cells: { ...person, day: later, state: hasDay === true ? "退職" : "在籍" }, left: false };
    case "moves-later":
      return { cells: { ...gone, effect: later }, left: says && hasEffect !== true };
    case "rehired":
      return { cells: { ...gone, joining: today, rejoining: today }, left: says && !(hasRehired && hasDay === true) };
    case "on-leave":
      return { cells: { ...person, state: "休職" }, left: false };
    case "second-post":
      return { cells: person, left: false, more: { ...person, org: "3000", post: "兼務" } };
    case "second-post-ends":
      return { cells: person, left: false, more: { ...gone, post: "兼務" } };
    default:
      return { cells: person, left: false };
  }
}

/** The tenant has the people from 1 to `people`; all others are new. */
function build(chosen: Choices): {
  readonly people: number;
  readonly months: readonly Month[];
  readonly fields: readonly string[];
} {
  const { people, spelling, order, form } = chosen;
  const shows = (field: Choices["fields"][number]): boolean => chosen.fields.includes(field);
  const isPosted = shows("post");
  // who has left and joined again, without a day, is an error
  const isUnclear = shows("rejoining") && shows("state") && !shows("day");
  const fields = ["code", "name", "mail", ...chosen.fields];
  const headers = new Map(
    fields.map((field, at) => {
      const spellings = SPELLINGS[field.replace(/\d$/, "") as Field];
      return [field, spellings[(spelling[at] ?? 0) % spellings.length] ?? field];
    }),
  );
  const columns = fields
    .filter((field, at) => fields.findIndex((one) => headers.get(one) === headers.get(field)) === at)
    .toSorted((one, other) => (order[fields.indexOf(one)] ?? 0) - (order[fields.indexOf(other)] ?? 0));
  let next = people;
  // what a list can say is in the first month, too
  const words = ["same", "on-leave", "second-post", "second-post-ends"];
  const first = (chosen.months[1]?.happened ?? []).filter(([event]) => words.includes(event)).slice(0, 3);
  const months = chosen.months.map(({ happened: own, damages }, month): Month => {
    const happened = month === 0 ? [["same", 1] as const, ...first, ...own] : own;
    const has = (damage: string): boolean => damages.includes(damage);
    const table: Cells[] = [];
    const [left, joined, seen] = [new Set<string>(), new Set<string>(), new Set<number>()];
    for (const [event, who] of happened) {
      const isNew = event.startsWith("joins");
      if ((event.startsWith("second") && !isPosted) || (event === "rehired" && isUnclear)) continue;
      const number = isNew ? (next += 1) : (who % people) + 1;
      if (seen.has(number)) continue;
      seen.add(number);
      const { cells, left: hasLeft, more } = live(event, number, chosen);
      table.push(cells, ...(more === undefined ? [] : [more]));
      if (hasLeft) left.add(mailOf(number));
      else if (isNew) joined.add(mailOf(number));
    }
    for (const cells of table) {
      if (has("lost-zeros")) cells["code"] = (cells["code"] ?? "").replace(/^0+/, "");
      if (has("wide-names")) cells["name"] = (cells["name"] ?? "").replace(" ", "　");
      for (const field of ["other", "other2"])
        cells[field] =
          headers.get(field)?.endsWith("日") === true
            ? (DAY_FORMS[form % 6]?.(2020, 4, 1) ?? "")
            : `値${table.indexOf(cells) % 3}`;
    }
    const body = table.map((cells) => columns.map((column) => cells[column] ?? ""));
    const damaged = has("shifted") ? (body[spelling[0] === undefined ? 0 : spelling[0] % body.length] ?? []) : [];
    if (damaged.length > 3) damaged.unshift(...damaged.splice(-1));
    const alone = (first: string): string[] => columns.map((_, at) => (at === 0 ? first : ""));
    return {
      rows: [
        ...(has("titles") ? [alone("社員一覧"), alone("2026年4月1日現在")] : []),
        columns.map((column) => headers.get(column) ?? column),
        ...body,
        ...(has("blank-rows") ? [alone("")] : []),
        ...(has("totals") ? [alone("合計"), alone("以上")] : []),
      ],
      left: [...left],
      joined: [...joined],
      made: damages,
    };
  });
  return { people, months, fields };
}

export type TwoMonths = ReturnType<typeof build>;

/** Lists of two months from one HR system, with what they mean. */
export const twoMonths: fc.Arbitrary<TwoMonths> = choices.map(build);
