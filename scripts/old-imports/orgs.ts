import type { Cells } from "./files.ts";
import type { Scene } from "./scene.ts";

const org = (name: string, code: string, parent: { readonly code?: string; readonly path?: string } = {}): Cells => ({
  組織名: name,
  組織コード: code,
  上位組織コード: parent.code ?? "",
  上位組織パス: parent.path ?? "",
});

const USERS: readonly Cells[] = [
  { 氏名: "髙橋 圭", メールアドレス: "kei@example.jp", 組織コード: "H0" },
  { 氏名: "山﨑 花子", メールアドレス: "hanako@example.jp", 組織コード: "S1" },
  { 氏名: "表 太郎", メールアドレス: "taro@example.jp", 組織コード: "N\u301c1" },
];

/** Organisations: codes in rings, names without codes, look-alikes, composed characters. */
export const ORGS_SCENE: Scene = {
  name: "orgs",
  language: "en",
  encoding: "utf-8",
  before: [],
  noun: "orgs",
  options: "",
  named: "組織名",
  imports: {
    base: {
      add: [
        org("本社", "H0"),
        org("営業/部", "", { path: "本社" }),
        org("一課", "S1", { path: "本社/営業\\/部" }),
        org("波\u301c支店", "N\u301c1"),
        org("か\u3099\u2212店", "e\u0301", { code: "N\u301c1" }),
        org("高橋会", "X1", { code: "H0" }),
        org("髙橋会", "X2", { code: "H0" }),
        org("İ𠮷ß", "ß", { code: "H0" }),
        org("廃止課", "D1", { code: "H0" }),
        org("廃止係", "D2", { code: "D1" }),
        org("無印", "", { code: "D2" }),
        org("戻係", "R1"),
        org("照係", "V1"),
        org("待係", "W1"),
        org("計係", "P1"),
      ],
    },
    append: {
      encoding: "shift_jis",
      change: {
        一課: { 組織名: "第一課" },
        "波\u301c支店": { 上位組織コード: "H0", 上位組織パス: "" },
      },
      add: [org("二課", "S2", { code: "S1" }), org("三課", "", { code: "S2" })],
    },
    undone: {
      change: { 戻係: { 組織名: "戻課", 上位組織コード: "H0", 上位組織パス: "" } },
      add: [org("戻支店", "R2", { code: "R1" })],
    },
    verified: {
      change: { 照係: { 組織名: "照\u301c係" } },
      add: [org("照合", "V2", { code: "V1" })],
    },
    replace: {
      mode: "replace",
      change: {
        高橋会: { 組織コード: "X2" },
        髙橋会: { 組織コード: "X1" },
        "か\u3099\u2212店": { 組織名: "が\uff0d店", 組織コード: "é" },
      },
      drop: ["廃止課", "廃止係", "無印"],
      add: [org("後継", "D9", { code: "X1" })],
    },
    discarded: { change: { 計係: { 組織名: "捨係" } } },
    emitAppend: { change: { 待係: { 組織名: "待課" } }, add: [org("待ち", "W2", { code: "W1" })] },
    emitReplace: {
      mode: "replace",
      change: { 計係: { 上位組織コード: "V1", 上位組織パス: "" } },
      drop: ["待係"],
      add: [org("髙待ち", "W9")],
    },
    planAppend: { change: { 計係: { 組織名: "計課" } }, add: [org("計画", "P2", { code: "P1" })] },
    planReplace: {
      mode: "replace",
      change: { 待係: { 組織名: "待班" } },
      drop: ["計係"],
      add: [org("計画", "", { code: "H0" })],
    },
    planInvalid: { change: { 計係: { 上位組織コード: "なし" } }, add: [org("", "P3")] },
  },
  users: USERS,
  killed: (number) => org(`課 ${number}`, `K${number}`, { code: "H0" }),
  questions: [
    "orgs show N\uff5e1 --format json",
    "orgs show \u00e9 --format json",
    "users list --format json --fields name,org,orgCode",
  ],
};
