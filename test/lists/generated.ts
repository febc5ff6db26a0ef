import fc from "fast-check";

export const FIELDS = ["name", "kana", "mail", "org", "title", "code", "tel"] as const;

/** A person as a tenant has them; `org` is the code of an organisation. */
export type Person = Readonly<Record<(typeof FIELDS)[number], string>>;

const TREE =
  "営業本部 1000,東日本営業部 1100 1000,第一課 1110 1100,第二課 1120 1100,西日本営業部 1200 1000,第一課 1210 1200,製造本部 2000,堺工場 2100 2000,品質管理課 2110 2100,コールセンター 2120 2100,川崎工場 2200 2000,品質管理課 2210 2200,管理部 3000,総務課 3100 3000,システム室 0300 3000";

/** Organisations as a file has them: name, code, and the code of the one above. */
export const ORGS: readonly string[][] = [
  ["組織名", "組織コード", "上位組織コード"],
  ...TREE.split(",").map((org) => [...org.split(" "), ""].slice(0, 3)),
];

const words = (line: string): readonly string[] => line.split(" ");
const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T;

/** Returns the names from the top to an organisation. */
const pathOf = (code: string): readonly string[] => {
  const [name, , parent] = ORGS.find(([, one]) => one === code) ?? [];
  return name === undefined ? [] : [...pathOf(parent ?? ""), name];
};

const FAMILIES = words("佐藤サトウ 鈴木スズキ 髙橋タカハシ 田中タナカ 渡邉ワタナベ 金子カネコ");
const GIVEN = words("花子ハナコ 一郎イチロウ 直樹ナオキ 陽子ヨウコ 翔ショウ 恵メグミ 圭ケイ 太郎タロウ");
const TITLES = ["", "", "", "主任", "係長", "課長", "部長"];
const CODES = ORGS.slice(1).map(([, code = ""]) => code);

const inKana = (name: string): string => name.replaceAll(/[^\u30a1-\u30fc ]/g, "");
const inKanji = (name: string): string => name.replaceAll(/[\u30a1-\u30fc]/g, "");

const personOf = (number: number, width: number): Person => {
  const name = `${pick(FAMILIES, number)} ${pick(GIVEN, number % 7 === 0 ? number + 6 : Math.floor(number / 6) + number)}`;
  return {
    name: inKanji(name),
    kana: inKana(name),
    mail: `u${String(number * 37).padStart(4, "0")}@example.jp`,
    org: pick(CODES, number * 7),
    title: pick(TITLES, number * 3),
    code: String(number * 19).padStart(width, "0"),
    tel: `03${String(number * 7919).padStart(8, "0")}`,
  };
};

/** What happens to a person in the month of the list; `joins` and `reused`: to somebody new. */
const EVENTS = words(
  "same same move move title new-mail married joins joins joins-namesake reused-code reused-mail leaves",
);

/** What makers and people do to a list: `sort` one column alone, `swap` two columns, `misname` a header. */
const DAMAGES = words(
  "sort-name sort-code sort-mail lost-zeros lost-zeros-in-tel doubles blank-cells swap-name-kana swap-code-title swap-org-title swap-mail-name swap-mail-code misname-code misname-mail misname-org misname-title totals titles number division wide-names joined-names wide-codes narrow-kana capitals",
);

/** Headers of a field, the console's own first. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  code: words("社員コード 社員番号 従業員番号 社員No. 職番"),
  name: words("氏名 名前 お名前 社員名"),
  kana: words("フリガナ カナ ふりがな 氏名カナ"),
  mail: words("メールアドレス Eメール mail E-mail 社用メール"),
  org: words("組織コード 所属 部署 新所属 配属先 部署名 所属部署 所属コード"),
  title: words("役職 職位 役職名 新役職"),
  tel: words("TEL 電話番号 直通"),
};

/** Headers that do not say what a column holds, or mean another field. */
const MISNAMED: typeof HEADERS = {
  code: words("番号 ID コード No 管理番号 内線番号"),
  mail: words("連絡先 アドレス ID ログインID"),
  org: words("コード 勤務地 グループ 備考 異動先"),
  title: words("資格 区分 組織 職種 所属"),
};

const HALF_WIDTH = Array.from({ length: 0x3a }, (_, at) => String.fromCharCode(0xff66 + at));
const NARROW = new Map(HALF_WIDTH.map((one) => [one.normalize("NFKC"), one]));
const narrow = (value: string): string => Array.from(value.normalize("NFD"), (one) => NARROW.get(one) ?? one).join("");
const widen = (value: string): string =>
  value.replaceAll(/\w/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
const dropZeros = (value: string): string => value.replace(/^0+/, "");

const KEYS = words("code,name code,name,mail name,mail code,mail code,name,kana,mail code,name,mail,tel");
const happening = fc.tuple(fc.constantFrom(...EVENTS), fc.nat(9999), fc.nat(999));

const choices = fc.record({
  width: fc.constantFrom(5, 5, 4),
  people: fc.integer({ min: 8, max: 60 }),
  happened: fc.array(happening, { minLength: 1, maxLength: 12, size: "max" }),
  damages: fc.uniqueArray(fc.constantFrom(...DAMAGES), { maxLength: 3, size: "max" }),
  headers: fc.oneof(fc.constant(0), fc.nat(40)),
  fields: fc
    .tuple(fc.constantFrom(...KEYS), fc.subarray(["org", "title"]))
    .map(([keys, others]) => [...keys.split(","), ...others])
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
  orgForm: fc.constantFrom("code", "name", "path", "joined", "bottom"),
  former: fc.constantFrom("none", "none", "before", "after"),
  at: fc.nat(999),
});

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

/** Lets the month happen, as far as a list with these columns can say it. */
function live({ width, people, happened, fields, damages }: Choices) {
  const before = Array.from({ length: people }, (_, at) => personOf(at + 1, width));
  const truth = [...before];
  const events: (string | undefined)[] = before.map(() => undefined);
  const rows: { readonly now: Person; readonly old: Person; readonly event: string }[] = [];
  const [hasCode, hasName] = [fields.includes("code") && !damages.includes("misname-code"), fields.includes("name")];
  for (const [event, who, other] of happened) {
    const at = who % people;
    const old = before[at];
    if (old === undefined || events[at] !== undefined) continue;
    events[at] = event;
    const joiner = personOf(truth.length + 1, width);
    const married = pick(FAMILIES, other);
    // who shares a part of the name could be the same person after a marriage
    const isOther = hasName && words(joiner.name).every((part) => !old.name.includes(part));
    const changes: Partial<Person> | undefined = {
      move: { org: pick(CODES, other) },
      title: { title: pick(TITLES, other) || "主任" },
      "new-mail": hasCode ? { mail: `n${who}@example.jp` } : {},
      married: { name: old.name.replace(/^\S+/, inKanji(married)), kana: old.kana.replace(/^\S+/, inKana(married)) },
    }[event];
    const joins: Partial<Person> | undefined = {
      joins: {},
      "joins-namesake": { name: old.name, kana: old.kana },
      ...(isOther && { "reused-code": { code: old.code }, "reused-mail": { mail: old.mail } }),
    }[event];
    if (joins === undefined && event.startsWith("reused")) continue;
    const now = joins === undefined ? { ...old, ...changes } : { ...joiner, ...joins };
    rows.push({ now, old: joins === undefined ? old : { ...now, org: "", title: "" }, event });
    if (joins === undefined) truth[at] = now;
    else [truth[truth.length], events[events.length]] = [now, event];
  }
  return { before, truth, events, rows };
}

function write({ damages, orgForm }: Choices, now: Person, old: Person, event: string): Record<string, string> {
  const does = (damage: string, change: (value: string) => string) => (value: string) =>
    damages.includes(damage) ? change(value) : value;
  const [dropped, narrowed] = [does("lost-zeros", dropZeros), does("narrow-kana", narrow)];
  const spaced = does("wide-names", (name) => name.replace(" ", "　"));
  const blankless = does("joined-names", (name) => name.replace(/\s/u, ""));
  const writeOrg = (code: string): string => {
    if (orgForm === "code") return dropped(code);
    const path = pathOf(code).slice(orgForm === "name" ? -1 : orgForm === "bottom" ? -2 : 0);
    return narrowed(path.join(orgForm === "joined" ? "" : "/"));
  };
  return {
    code: does("wide-codes", widen)(dropped(now.code)),
    name: blankless(spaced(now.name)),
    kana: narrowed(blankless(spaced(now.kana))),
    mail: does("capitals", (mail) => mail.toUpperCase())(now.mail),
    org: writeOrg(now.org),
    title: now.title,
    tel: does("lost-zeros-in-tel", dropZeros)(now.tel),
    "former org": writeOrg(old.org),
    "former title": old.title,
    division: event === "leaves" ? "退職" : /^(?:joins|reused)/.test(event) ? "入社" : "異動",
  };
}

type Table = Record<string, string>[];

/** Sorts a column alone, if a row then mixes two of the plain people, whom the tenant has under names of their own. */
function sort(table: Table, field: string, plain: Table): void {
  const sorted = table.map((cells) => cells[field] ?? "").toSorted();
  const known = new Set(plain.map((cells) => cells[field]));
  const isMixed = table.some((own, at) => plain.includes(own) && own[field] !== sorted[at] && known.has(sorted[at]));
  if (isMixed) for (const [at, cells] of table.entries()) cells[field] = sorted[at] ?? "";
}

/**
 * Returns a list, the people whom the tenant has before, and whom it may have afterwards: the same in their order, and
 * new ones, with what happened to each of them, or undefined if the list lacks them.
 */
function build(chosen: Choices) {
  const { damages, at, orgForm, former, fields, headers, width } = chosen;
  const has = (one: string): boolean => damages.includes(one);
  const { rows: happened, ...lived } = live(chosen);
  const table: Table = happened.map(({ now, old, event }) => write(chosen, now, old, event));
  const plain = table.filter((_, index) => {
    const { now, event } = happened[index] as (typeof happened)[number];
    const namesakes = lived.before.filter(({ name }) => name === now.name);
    return ["same", "move", "title"].includes(event) && namesakes.length === 1;
  });
  // a blank title or telephone number may mean that somebody has none
  const blank = ["title", "tel"].includes(pick(fields, at)) ? "kana" : pick(fields, at);
  for (const [verb = "", one = "", other = ""] of damages.map((all) => all.split("-"))) {
    if (verb === "sort" && fields.includes(one)) sort(table, one, plain);
    for (const [index, cells] of table.entries()) {
      if (verb === "swap" && fields.includes(one) && fields.includes(other))
        [cells[one], cells[other]] = [cells[other] ?? "", cells[one] ?? ""];
      if (verb === "blank" && (index + at) % 3 === 0) cells[blank] = "";
    }
    if (verb === "doubles") table.push(...structuredClone(table.slice(-1)));
  }
  const columns = fields.flatMap((field, index): [field: string, header: string][] => {
    const header = pick((has(`misname-${field}`) ? MISNAMED : HEADERS)[field] ?? [], headers * (index + 1));
    if (former === "none" || !["org", "title"].includes(field)) return [[field, header]];
    const name = header.replace(/^新/, "");
    const old: [string, string] = [`former ${field}`, `旧${name}`];
    return former === "before" ? [old, [field, `新${name}`]] : [[field, `新${name}`], old];
  });
  if (has("division") || happened.some(({ event }) => event === "leaves")) columns.push(["division", "区分"]);
  if (has("number")) columns.unshift(["number", pick(words("No. 番号 # NO"), at)]);
  const alone = (first: string): string[] => columns.map((_, index) => (index === 0 ? first : ""));
  const rows = [
    ...(has("titles") ? [alone("人事異動一覧"), alone("2027年4月1日付")] : []),
    columns.map(([, header]) => header),
    ...table.map((cells, index) => columns.map(([field]) => cells[field] ?? String(index + 1))),
    ...(has("totals") ? [alone(pick(words("計 合計 以上 ※4月1日付"), at)), alone("以上")] : []),
  ];
  return { ...lived, rows, made: [...damages, `org as ${orgForm}`, `former ${former}`, `width ${width}`] };
}

export type GeneratedList = ReturnType<typeof build>;

/** Lists as HR sends them, with what they mean. */
export const lists: fc.Arbitrary<GeneratedList> = choices.map(build);
