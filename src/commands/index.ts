// Generated from the folders beside it by `npm run generate`; do not edit.
import type { NounNode } from "./node.ts";

/** All nouns and verbs; a verb's file is loaded when it is needed. */
export const PROGRAM: NounNode = {
    name: "clomoctl",
    summary: {"en":"clomoctl: for the people who run tenants of CLOMO. Not the maker's product; there is no public CLOMO API.","ja":"clomoctl: CLOMO テナントを運用する人のためのコマンド。メーカー製品ではありません(CLOMO の公開 API は存在しません)。"},
    aliases: [],
    examples: ["clomoctl context add kanto --embedded","clomoctl context list","clomoctl context remove kanto --yes"],
    nouns: [{
    name: "context",
    summary: {"en":"the tenants known on this machine","ja":"この端末に登録されたテナント"},
    aliases: [],
    examples: ["clomoctl context add kanto --embedded","clomoctl context list","clomoctl context remove kanto --yes"],
    nouns: [],
    verbs: [{ name: "add", summary: {"en":"add a tenant to those known on this machine","ja":"テナントをこの端末に登録する"}, load: () => import("./context/add.ts") },{ name: "list", summary: {"en":"list the tenants known on this machine","ja":"この端末に登録されたテナントを一覧する"}, load: () => import("./context/list.ts") },{ name: "remove", summary: {"en":"remove a context; an embedded tenant's data is deleted with it","ja":"コンテキストを削除する(embedded テナントはデータも削除される)"}, load: () => import("./context/remove.ts") },{ name: "show", summary: {"en":"show one context, or the one in use","ja":"コンテキストの内容を表示する(省略時は使用中のもの)"}, load: () => import("./context/show.ts") },{ name: "use", summary: {"en":"make a context the one commands work on","ja":"以後のコマンドが操作するコンテキストを選ぶ"}, load: () => import("./context/use.ts") }],
  },{
    name: "csv",
    summary: {"en":"CSV files, without a tenant","ja":"CSV ファイル(テナントは不要)"},
    aliases: [],
    examples: [],
    nouns: [],
    verbs: [],
  },{
    name: "imports",
    summary: {"en":"imports: their plans and what became of them","ja":"インポートの計画と履歴"},
    aliases: [],
    examples: [],
    nouns: [],
    verbs: [],
  },{
    name: "orgs",
    summary: {"en":"the tenant's organisations","ja":"テナントの組織"},
    aliases: [],
    examples: ["clomoctl orgs import orgs.csv --yes"],
    nouns: [],
    verbs: [{ name: "import", summary: {"en":"import organisations from a CSV file","ja":"CSV ファイルから組織をインポートする"}, load: () => import("./orgs/import.ts") }],
  },{
    name: "secured",
    summary: {"en":"SECURED APPs: users and groups of the five apps","ja":"SECURED APPs: 5 アプリのユーザーとグループ"},
    aliases: [],
    examples: ["clomoctl secured users import docs.csv --app docs --create-groups --yes"],
    nouns: [{
    name: "groups",
    summary: {"en":"groups of a SECURED APP","ja":"SECURED APPs のグループ"},
    aliases: [],
    examples: [],
    nouns: [],
    verbs: [],
  },{
    name: "users",
    summary: {"en":"users of a SECURED APP","ja":"SECURED APPs のユーザー"},
    aliases: [],
    examples: ["clomoctl secured users import docs.csv --app docs --create-groups --yes"],
    nouns: [],
    verbs: [{ name: "import", summary: {"en":"import the users of a SECURED APP from a CSV file","ja":"CSV ファイルから SECURED APPs のユーザーをインポートする"}, load: () => import("./secured/users/import.ts") }],
  }],
    verbs: [],
  },{
    name: "users",
    summary: {"en":"the tenant's users (PANEL)","ja":"テナントのユーザー(PANEL)"},
    aliases: [],
    examples: ["clomoctl users import people.csv --create-orgs --yes"],
    nouns: [{
    name: "fields",
    summary: {"en":"the tenant's custom user fields","ja":"カスタムユーザー情報の項目"},
    aliases: [],
    examples: [],
    nouns: [],
    verbs: [],
  }],
    verbs: [{ name: "import", summary: {"en":"import users from a CSV file","ja":"CSV ファイルからユーザーをインポートする"}, load: () => import("./users/import.ts") }],
  }],
    verbs: [],
  };
