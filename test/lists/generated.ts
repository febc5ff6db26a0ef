import fc from "fast-check";

export const FIELDS = ["name", "kana", "mail", "org", "title", "code", "tel"] as const;

/** A person as a tenant has them; `org` is the code of an organisation. */
export type Person = Readonly<Record<(typeof FIELDS)[number], string>>;

/** A list, what the tenant has before, and what may be there afterwards. */
export interface GeneratedList {
  readonly before: readonly Person[];
  /** those of `before`, in their order, and those who are new */
  readonly truth: readonly Person[];
  /** what happened to each person of `truth`; undefined: not in the list */
  readonly events: readonly (string | undefined)[];
  readonly rows: readonly (readonly string[])[];
  readonly encoding: "utf-8" | "shift_jis";
  /** what was done to the list */
  readonly made: string;
}

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

/** Returns person number 1, 2, …; some share a name. */
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
  "sort-name sort-code sort-mail lost-zeros lost-zeros-in-tel doubles doubles-differ blank-cells swap-name-kana swap-code-title swap-org-title swap-mail-name swap-mail-code misname-code misname-mail misname-org misname-title totals titles number division wide-names joined-names wide-codes narrow-kana capitals",
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

/** Headers that do not say what a column holds, or say something else. */
const MISNAMED: typeof HEADERS = {
  code: words("番号 ID コード No 管理番号 内線番号 組織コード"),
  mail: words("連絡先 アドレス ID ログインID 住所 UPN"),
  org: words("コード 勤務地 グループ 備考 住所 異動先 役職"),
  title: words("資格 区分 組織 職種 所属"),
};

const NARROW = new Map(
  Array.from({ length: 0xffa0 - 0xff66 }, (_, at) => String.fromCharCode(0xff66 + at)).map((one) => [
    one.normalize("NFKC"),
    one,
  ]),
);
const narrow = (value: string): string => Array.from(value.normalize("NFD"), (one) => NARROW.get(one) ?? one).join("");
const widen = (value: string): string =>
  value.replaceAll(/\w/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
const dropZeros = (value: string): string => value.replace(/^0+/, "");

type Row = Readonly<{ now: Person; old: Person; division: string }>;

type Column = Readonly<{ field: string; header: string; value: (row: Row, at: number) => string }>;

const KEYS = words("code,name code,name,mail name,mail code,mail code,name,kana,mail code,name,mail,tel");

const shuffle = (all: string[]) => fc.shuffledSubarray(all, { minLength: all.length });
const happening = fc.tuple(fc.constantFrom(...EVENTS), fc.nat(9999), fc.nat(999));

const choices = fc.record({
  width: fc.constantFrom(5, 5, 4),
  people: fc.integer({ min: 8, max: 60 }),
  happened: fc.array(happening, { minLength: 1, maxLength: 12, size: "max" }),
  damages: fc.uniqueArray(fc.constantFrom(...DAMAGES), { maxLength: 3, size: "max" }),
  headers: fc.oneof(fc.constant(0), fc.nat(40)),
  columns: fc
    .tuple(fc.constantFrom(...KEYS), fc.subarray(["org", "title"]))
    .chain(([keys, others]) => shuffle([...keys.split(","), ...others])),
  orgForm: fc.constantFrom("code", "name", "path", "joined", "bottom"),
  former: fc.constantFrom("none", "none", "before", "after"),
  encoding: fc.constantFrom("utf-8" as const, "shift_jis" as const),
  at: fc.nat(999),
});

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never;

/** Lets the month happen. Without a code nobody can say whether a new address belongs to another person of that name. */
function live({ width, people, happened }: Choices, hasCode: boolean) {
  const before = Array.from({ length: people }, (_, at) => personOf(at + 1, width));
  const truth = [...before];
  const events: (string | undefined)[] = before.map(() => undefined);
  const rows: Row[] = [];
  for (const [event, who, other] of happened) {
    const at = who % people;
    const old = before[at];
    if (old === undefined || events[at] !== undefined) continue;
    events[at] = event;
    const joiner = personOf(truth.length + 1, width);
    const married = pick(FAMILIES, other);
    // who shares a part of the name could be the same person after a marriage
    const isOther = words(joiner.name).every((part) => !old.name.includes(part));
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
    if (joins !== undefined) {
      const now = { ...joiner, ...joins };
      truth.push(now);
      events.push(event);
      rows.push({ now, old: { ...now, org: "", title: "" }, division: "入社" });
    } else if (!event.startsWith("reused")) {
      const now = { ...old, ...changes };
      truth[at] = now;
      rows.push({ now, old, division: event === "leaves" ? "退職" : "異動" });
    }
  }
  return { before, truth, events, rows };
}

function chooseColumns({ columns, damages, headers, orgForm, former, at }: Choices, rows: readonly Row[]): Column[] {
  const has = (damage: string): boolean => damages.includes(damage);
  const writeOrg = (code: string): string => {
    if (orgForm === "code") return has("lost-zeros") ? dropZeros(code) : code;
    const path = pathOf(code).slice(orgForm === "name" ? -1 : orgForm === "bottom" ? -2 : 0);
    const name = path.join(orgForm === "joined" ? "" : "/");
    return has("narrow-kana") ? narrow(name) : name;
  };
  const writeName = (name: string): string =>
    has("wide-names") ? name.replace(" ", "　") : has("joined-names") ? name.replace(" ", "") : name;
  const writeCode = (code: string): string => {
    const shown = has("lost-zeros") ? dropZeros(code) : code;
    return has("wide-codes") ? widen(shown) : shown;
  };
  const write: Readonly<Record<string, (person: Person) => string>> = {
    code: ({ code }) => writeCode(code),
    name: ({ name }) => writeName(name),
    kana: ({ kana }) => (has("narrow-kana") ? narrow(writeName(kana)) : writeName(kana)),
    mail: ({ mail }) => (has("capitals") ? mail.toUpperCase() : mail),
    org: ({ org }) => writeOrg(org),
    title: ({ title }) => title,
    tel: ({ tel }) => (has("lost-zeros-in-tel") ? dropZeros(tel) : tel),
  };
  const shown = columns.flatMap((field, index): Column[] => {
    const known = (has(`misname-${field}`) ? MISNAMED : HEADERS)[field] ?? [];
    const header = pick(known, headers * (index + 1));
    const value = ({ now }: Row): string => write[field]?.(now) ?? "";
    if (former === "none" || !["org", "title"].includes(field)) return [{ field, header, value }];
    const name = header.replace(/^新/, "");
    const old = { field: "", header: `旧${name}`, value: (row: Row) => write[field]?.(row.old) ?? "" };
    const both = [old, { field, header: `新${name}`, value }];
    return former === "before" ? both : both.toReversed();
  });
  if (has("division") || rows.some(({ division }) => division === "退職"))
    shown.push({ field: "division", header: "区分", value: ({ division }) => division });
  if (has("number"))
    shown.unshift({ field: "number", header: pick(words("No. 番号 # NO"), at), value: (_, row) => String(row + 1) });
  return shown;
}

function damage(table: string[][], columns: readonly Column[], { damages, at }: Choices): void {
  const find = (field: string): number => columns.findIndex((column) => column.field === field);
  for (const [verb = "", one = "", other = ""] of damages.map((all) => all.split("-"))) {
    const [a, b] = [find(one), find(other)];
    if (verb === "sort" && a >= 0) {
      const sorted = table.map((row) => row[a] ?? "").toSorted();
      for (const [index, row] of table.entries()) row[a] = sorted[index] ?? "";
    }
    if (verb === "swap" && a >= 0 && b >= 0) for (const row of table) [row[a], row[b]] = [row[b] ?? "", row[a] ?? ""];
    if (verb === "blank")
      for (const [index, row] of table.entries()) if ((index + at) % 3 === 0) row[(index + at) % columns.length] = "";
    if (verb === "doubles") {
      const org = one === "differ" ? find("org") : -1;
      table.push(pick(table, at).map((cell, index) => (index === org ? (pick(table, at + 1)[org] ?? "") : cell)));
    }
  }
}

function build(chosen: Choices): GeneratedList {
  const { damages, at, encoding, orgForm, former, width } = chosen;
  const has = (one: string): boolean => damages.includes(one);
  const { rows: happened, ...lived } = live(chosen, chosen.columns.includes("code") && !has("misname-code"));
  const columns = chooseColumns(chosen, happened);
  const table = happened.map((row, index) => columns.map(({ value }) => value(row, index)));
  if (table.length > 0) damage(table, columns, chosen);
  const alone = (first: string): string[] => columns.map((_, index) => (index === 0 ? first : ""));
  const rows = [
    ...(has("titles") ? [alone("人事異動一覧"), alone("2027年4月1日付")] : []),
    columns.map(({ header }) => header),
    ...table,
    ...(has("totals") ? [alone(pick(words("計 合計 以上 ※4月1日付"), at)), alone("以上")] : []),
  ];
  const made = [...damages, `org as ${orgForm}`, `former ${former}`, `width ${width}`].join(", ");
  return { ...lived, rows, encoding, made };
}

/** Lists as HR sends them, with what they mean. */
export const lists: fc.Arbitrary<GeneratedList> = choices.map(build);
