import type { Cells } from "./files.ts";
import type { Scene } from "./scene.ts";

/** Values that only some encodings hold. */
interface Words {
  readonly foreign: { readonly name: string; readonly mail: string; readonly org: string };
  /** the foreign address in other letters */
  readonly again: string;
  readonly composed: { readonly name: string; readonly mail: string; readonly org: string; readonly code: string };
  readonly rare: string;
}

const WIDE: Words = {
  foreign: { name: "İpek Straße", mail: "İpek.Straße@example.com", org: "ß-3" },
  again: "i\u0307pek.STRASSE@EXAMPLE.COM",
  composed: { name: "か\u3099っこう 花子", mail: "cafe\u0301@example.jp", org: "か\u3099", code: "e\u0301-4" },
  rare: "葛\u{e0100}城 𠮷郎",
};

/** What Windows-31J holds too. */
const WINDOWS: Words = {
  foreign: { name: "Ёлкина София", mail: "Σοφια.Ёлка@example.com", org: "Ω\u22123" },
  again: "ΣΟΦΙΑ.ёЛКА@EXAMPLE.COM",
  composed: { name: "がっこう 花子", mail: "ｃａｆｅ@example.jp", org: "ガ", code: "ｅ-4" },
  rare: "﨑山 纊①",
};

/** Look-alikes as JIS has them, and as Windows has them. */
const WAVE = { name: "波\u301c田 \u2212", title: "係\u2014長", account: "nami\u301c5", seat: "3\u301c5F" } as const;
const WAVE_AGAIN = {
  name: "波\uff5e田 \uff0d",
  title: "係\u2015長",
  account: "nami\uff5e5",
  seat: "1\uff5e2F",
} as const;

const FIELDS = ["入社年度", "座席"] as const;

/** A person, by the last part of the code. */
function person(number: string, name: string, more: Cells = {}): Cells {
  return {
    氏名: name,
    フリガナ: "",
    メールアドレス: `a${number}@example.jp`,
    組織コード: "S01",
    役職: "",
    社員コード: `A${number}`,
    UPN: `a${number}@corp.example.jp`,
    TEL: `03-0000-00${number}`,
    CLOMOアカウント名: "",
    CLOMOアカウントパスワード: "",
    [FIELDS[0]]: "",
    [FIELDS[1]]: "",
    ...more,
  };
}

const base = ({ foreign, composed, rare }: Words, waveCode: string): readonly Cells[] => [
  person("01", "髙橋 圭", {
    フリガナ: "タカハシ ケイ",
    メールアドレス: "kei.takahashi@example.jp",
    役職: "主任",
    CLOMOアカウント名: "takahashi",
    CLOMOアカウントパスワード: "Invented-0001",
    入社年度: "2020",
  }),
  person("02", "高橋 圭", {
    フリガナ: "タカハシ ケイ",
    メールアドレス: ["Kei.Takahashi2@Example.JP", "kei2@example.com", "圭２@例え.jp"],
    住所の区分: "自宅",
    郵便番号: "100-0000",
    住所: "東京都\n見本町 1, 「二」",
    内線: "12",
    FAX: "03-0000-9999",
    CLOMOアカウント名: "Takahashi",
  }),
  person("03", foreign.name, {
    メールアドレス: [foreign.mail, "third@example.com"],
    組織コード: foreign.org,
    役職: "Ⅲ",
    CLOMOアカウント名: foreign.name,
    CLOMOアカウントパスワード: "Invented-0003",
  }),
  person("04", composed.name, {
    メールアドレス: composed.mail,
    組織コード: composed.org,
    CLOMOアカウント名: composed.code,
    座席: composed.code,
  }),
  person("05", WAVE.name, { 社員コード: waveCode, 役職: WAVE.title, CLOMOアカウント名: WAVE.account, 座席: WAVE.seat }),
  person("06", rare, {
    メールアドレス: ["gone@example.jp", "Gone.Too@example.jp", "gone3@example.jp"],
    CLOMOアカウント名: "gone",
    CLOMOアカウントパスワード: "Invented-0006",
    入社年度: "2019",
    座席: "屋上",
  }),
  person("07", "佐藤 七", { 組織コード: "", CLOMOアカウント名: "sato" }),
  person("08", "表 八", { メールアドレス: ["eight@example.jp", "8@example.jp"], CLOMOアカウント名: "eight" }),
  person("09", "能 九", { メールアドレス: ["nine@example.jp", "9@example.jp"], CLOMOアカウント名: "nine" }),
  person("10", "ソ 十", { 役職: "係長", 入社年度: "2001" }),
  person("11", "新井 新", { 役職: "課長" }),
  person("12", "辻 二郎", { CLOMOアカウント名: "tsuji" }),
  person("13", "葛城 三郎", { メールアドレス: ["a13@example.jp", "A13.too@example.jp"] }),
];

/** What may change of people who are met by a key. */
interface Key {
  readonly option: string;
  /** the code of somebody, with a look-alike where codes are the key */
  readonly waveCode: readonly [then: string, again: string];
  /** somebody whose key stands in other letters */
  readonly again: (words: Words) => Cells;
  /** two people who swap what they have */
  readonly swap: readonly [Cells, Cells];
  readonly moved: Cells;
}

const PLAIN_CODE = ["A05", "A05"] as const;

const SWAP = [
  { メールアドレス: ["nine@example.jp", "9@example.jp"], CLOMOアカウント名: "nine" },
  { メールアドレス: ["eight@example.jp", "8@example.jp"], CLOMOアカウント名: "eight" },
] as const;

const EMAIL: Key = {
  option: "",
  waveCode: PLAIN_CODE,
  again: ({ again }) => ({ メールアドレス: [again, "third@example.com"], 役職: "" }),
  swap: [
    { メールアドレス: ["eight@example.jp", "9@example.jp"], CLOMOアカウント名: "nine" },
    { メールアドレス: ["nine@example.jp", "8@example.jp"], CLOMOアカウント名: "eight" },
  ],
  moved: { メールアドレス: ["A11@example.jp", "a11.too@example.jp"] },
};

const EMPLOYEE_CODE: Key = {
  option: " --key employee-code",
  waveCode: ["A\u301c05", "A\uff5e05"],
  again: ({ again }) => ({ メールアドレス: ["new.main@example.com", again], 役職: "" }),
  swap: SWAP,
  moved: { メールアドレス: ["other.a11@example.jp", "a11@example.jp"] },
};

const UPN: Key = {
  option: " --key upn",
  waveCode: PLAIN_CODE,
  again: ({ foreign }) => ({
    メールアドレス: ["third@example.com", foreign.mail],
    UPN: "A03@CORP.example.jp",
    役職: "",
  }),
  swap: SWAP,
  moved: { メールアドレス: "other.a11@example.jp" },
};

function users(name: string, key: Key, words: Words, language: "ja" | "en"): Scene {
  const [waveCode, waveCodeAgain] = key.waveCode;
  return {
    name,
    language,
    encoding: language === "ja" ? "shift_jis" : "utf-8",
    before: FIELDS.map((field) => `users fields add ${field}`),
    noun: "users",
    options: `--create-orgs${key.option}`,
    named: "社員コード",
    imports: {
      base: { add: base(words, waveCode), encoding: "utf-8" },
      append: {
        change: {
          A01: {
            組織コード: "S09",
            役職: "部長",
            CLOMOアカウント名: "takahashi.kei",
            CLOMOアカウントパスワード: "Invented-1001",
            入社年度: "2021",
            座席: WAVE_AGAIN.seat,
          },
          A03: key.again(words),
        },
        add: [
          person("21", "髙山 新", {
            組織コード: "S09",
            CLOMOアカウント名: "new21",
            CLOMOアカウントパスワード: "Invented-1021",
          }),
          person("22", words.rare, { メールアドレス: ["a22@example.jp", "a22.too@example.jp"], 入社年度: "2026" }),
        ],
      },
      undone: {
        change: { A10: { 氏名: "ソ 十一", 役職: "", CLOMOアカウント名: "ten", 入社年度: "" } },
        add: [person("23", "戻 る", { 組織コード: "S10", CLOMOアカウントパスワード: "Invented-1023" })],
      },
      verified: { change: { A11: { ...key.moved, 座席: "4F" } }, add: [person("24", "照 合")] },
      replace: {
        mode: "replace",
        change: {
          [waveCode]: { 社員コード: waveCodeAgain, 氏名: WAVE_AGAIN.name, 入社年度: "1999", 座席: "" },
          A08: key.swap[0],
          A09: key.swap[1],
        },
        drop: ["A06", "A07"],
        // what the deleted ones had
        add: [
          person("25", "後 継", {
            メールアドレス: ["a25@example.jp", "gone.TOO@example.jp"],
            CLOMOアカウント名: "gone",
          }),
        ],
      },
      discarded: { change: { A02: { 役職: "捨" } } },
      emitAppend: {
        change: { A02: { 役職: "参与" } },
        add: [person("26", "待 ち", { CLOMOアカウントパスワード: "Invented-1026" })],
      },
      emitReplace: {
        mode: "replace",
        change: { A04: { 役職: "主査", 座席: "5F" } },
        drop: ["A12"],
        add: [person("27", "髙木 待", { CLOMOアカウント名: "tsuji" })],
      },
      planAppend: {
        change: { A02: { 役職: "顧問", CLOMOアカウントパスワード: "Invented-1002" } },
        add: [person("28", "計 画", { 組織コード: "S11", CLOMOアカウントパスワード: "Invented-1028" })],
      },
      planReplace: {
        mode: "replace",
        options: "--blank keep",
        change: { A08: { 役職: "", TEL: "" } },
        drop: ["A13"],
        add: [person("29", "計 画")],
      },
      planInvalid: {
        change: { A02: { 役職: "x" } },
        add: [person("30", ""), person("31", "重 複", { CLOMOアカウント名: "eight" })],
      },
    },
    killed: (number) => person(String(number), `山田 ${number}`),
    questions: [
      `users show ${words.again} --format json`,
      `users show ${WAVE_AGAIN.account} --format json`,
      "users list --format json --filter-name 波\uff5e田",
      "users list --format json --filter-name 高橋",
      "users fields list --format json",
    ],
  };
}

export const USER_SCENES: readonly Scene[] = [
  users("users-email", EMAIL, WIDE, "en"),
  users("users-employee-code", EMPLOYEE_CODE, WIDE, "en"),
  users("users-upn", UPN, WINDOWS, "ja"),
];
