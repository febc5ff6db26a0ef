import type { Cells } from "./files.ts";
import type { Scene } from "./scene.ts";

const member = (userId: string, name: string, more: Cells = {}): Cells => ({
  表示名: name,
  ユーザーID: userId,
  パスワード: "",
  シークレットキー: "",
  グループ名: "",
  ファイル管理者権限: "",
  説明: "",
  ...more,
});

const made = (userId: string, name: string, more: Cells = {}): Cells =>
  member(userId, name, { パスワード: `Invented${userId}`, ...more });

/** Users of Docs: groups, secrets, names in the console's order. */
export const DOCS_SCENE: Scene = {
  name: "docs",
  language: "ja",
  encoding: "shift_jis",
  before: [],
  noun: "secured users",
  options: "--app docs --create-groups",
  named: "ユーザーID",
  imports: {
    base: {
      encoding: "utf-8",
      add: [
        made("D01", "髙橋 圭", {
          グループ名: ["営業", "波\u301c会"],
          ファイル管理者権限: "TRUE",
          シークレットキー: "Key01",
        }),
        made("D02", "高橋 圭", { グループ名: ["営業"], 説明: "二行の\n説明 \u2212" }),
        made("D03", "ａｂｃ Ёлка", { 説明: "①" }),
        made("D04", "波\u301c田", { グループ名: ["波\u301c会"] }),
        made("D05", "消 える", {
          グループ名: ["閉会", "営業"],
          ファイル管理者権限: "TRUE",
          シークレットキー: "Key05",
          説明: "屋上",
        }),
        made("D06", "消 えた"),
        made("d06", "小 文字"),
        made("D10", "戻 る", { 説明: "元" }),
        made("D11", "照 合"),
        made("D12", "待 ち", { グループ名: ["営業"] }),
        made("D13", "計 画"),
      ],
    },
    append: {
      change: {
        D01: {
          表示名: "髙橋 慧",
          パスワード: "Invented1001",
          グループ名: ["営業", "新会"],
          ファイル管理者権限: "FALSE",
        },
        D03: { 説明: "", シークレットキー: "Key03" },
      },
      add: [made("D21", "髙山 新", { グループ名: ["新会"], シークレットキー: "Key21" }), made("D22", "﨑山 纊")],
    },
    undone: {
      change: { D10: { 表示名: "戻 った", 説明: "", グループ名: ["戻会"] } },
      add: [made("D23", "戻 り", { グループ名: ["戻会"] })],
    },
    verified: { change: { D11: { 表示名: "照 会", 説明: "済" } }, add: [made("D24", "照 らす", { 説明: "新" })] },
    replace: {
      mode: "replace",
      change: { D04: { 表示名: "波\uff5e田 改", 説明: "新" }, D02: { グループ名: ["営業", "閉会"] } },
      drop: ["D05", "D06"],
      add: [made("D25", "後 継", { グループ名: ["閉会"] })],
    },
    discarded: { change: { D13: { 説明: "捨" } } },
    emitAppend: { change: { D12: { 説明: "待" } }, add: [made("D26", "待 つ")] },
    emitReplace: {
      mode: "replace",
      change: { D13: { 表示名: "計 略" } },
      drop: ["D12"],
      add: [made("D27", "髙木 待", { グループ名: ["待会"] })],
    },
    planAppend: {
      change: { D13: { パスワード: "Invented1013" } },
      add: [made("D28", "計 る", { グループ名: ["計会"] })],
    },
    planReplace: {
      mode: "replace",
      options: "--blank keep",
      change: { D12: { 説明: "", 表示名: "待 て" } },
      drop: ["D13"],
      add: [made("D29", "計 測")],
    },
    planInvalid: {
      change: { D13: { ファイル管理者権限: "maybe" } },
      add: [made("D 30", "誤 り"), member("D31", "無 印")],
    },
  },
  killed: (number) => made(`K${number}`, `山田 ${number}`),
  questions: [
    "secured users list --app docs --format json",
    "secured users list --app docs --format json --sort name",
    "secured users list --app docs --format json --filter-name 波\uff5e田",
    "secured groups list --app docs --format json",
    "secured users export --app docs --encoding utf-8 -o -",
  ],
};
