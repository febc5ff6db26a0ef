// Generated from the folders beside it by `npm run generate`; do not edit.
import type { NounNode } from "./node.ts";

/** All nouns and verbs; a verb's file is loaded when it is needed. */
export const PROGRAM: NounNode = {
    name: "clomoctl",
    summary: {"en":"clomoctl: a command line for administrators of CLOMO tenants. Not a product of CLOMO's maker; there is no public CLOMO API.","ja":"clomoctl: CLOMO テナントの管理者のためのコマンド。メーカーの製品ではありません(CLOMO の公開 API は確認されていません)。"},
    aliases: [],
    examples: ["clomoctl csv check people.csv --as users","clomoctl users import people.csv --create-orgs --dry-run --format json","clomoctl renewals check certificates --within 60d --critical 2w"],
    nouns: [{
    name: "context",
    summary: {"en":"contexts: the tenants to work on","ja":"コンテキスト(操作するテナント)"},
    aliases: [],
    examples: ["clomoctl context add kanto --embedded","clomoctl context list","clomoctl context remove kanto --yes"],
    nouns: [],
    verbs: [{ name: "add", summary: {"en":"add a context: a tenant to work on","ja":"操作するテナントをコンテキストとして登録する"}, load: () => import("./context/add.ts") },{ name: "list", summary: {"en":"list contexts","ja":"コンテキストを一覧する"}, load: () => import("./context/list.ts") },{ name: "remove", summary: {"en":"remove a context, and the data of an embedded tenant with it","ja":"コンテキストを削除する(embedded テナントはデータも削除される)"}, load: () => import("./context/remove.ts") },{ name: "show", summary: {"en":"show a context (default: the one in use)","ja":"コンテキストの内容を表示する(省略時は使用中のもの)"}, load: () => import("./context/show.ts") },{ name: "use", summary: {"en":"choose the context that commands work on","ja":"以後のコマンドが操作するコンテキストを選ぶ"}, load: () => import("./context/use.ts") }],
  },{
    name: "csv",
    summary: {"en":"CSV files, without a tenant","ja":"CSV ファイル(テナントは不要)"},
    aliases: [],
    examples: ["clomoctl csv check people.csv --as users","clomoctl csv convert people.csv people-utf8.csv --to-encoding utf-8 --to-newline lf","clomoctl csv inspect people.csv"],
    nouns: [],
    verbs: [{ name: "check", summary: {"en":"check a file against a format, without a tenant","ja":"テナントなしでファイルを形式に照らして検査する"}, load: () => import("./csv/check.ts") },{ name: "convert", summary: {"en":"write a file in another encoding or with other newlines","ja":"ファイルの文字コードや改行コードを変換する"}, load: () => import("./csv/convert.ts") },{ name: "inspect", summary: {"en":"show the encoding and layout of a CSV file","ja":"CSV ファイルの文字コードや形式を調べる"}, load: () => import("./csv/inspect.ts") },{ name: "map", summary: {"en":"create a --map file by answering questions","ja":"質問に答えて対応表ファイル(--map 用)の雛形を作る"}, load: () => import("./csv/map.ts") },{ name: "template", summary: {"en":"write the header row of a format, without a tenant","ja":"テナントなしで形式のヘッダー行を書き出す"}, load: () => import("./csv/template.ts") }],
  },{
    name: "imports",
    summary: {"en":"plans and history of imports","ja":"インポートの計画と履歴"},
    aliases: [],
    examples: ["clomoctl imports commit 0198c0de --yes","clomoctl imports discard 0198c0de","clomoctl imports emitted"],
    nouns: [],
    verbs: [{ name: "commit", summary: {"en":"commit a kept plan","ja":"残しておいた計画を確定する"}, load: () => import("./imports/commit.ts") },{ name: "discard", summary: {"en":"discard a plan; the tenant is left unchanged","ja":"計画を破棄する(テナントは変更しない)"}, load: () => import("./imports/discard.ts") },{ name: "emitted", summary: {"en":"list plans written for the console that are waiting for verification","ja":"管理画面用に書き出し、照合を待っている計画を一覧する"}, load: () => import("./imports/emitted.ts") },{ name: "list", summary: {"en":"list imports, newest first","ja":"インポートを新しい順に一覧する"}, load: () => import("./imports/list.ts") },{ name: "replan", summary: {"en":"compare a plan with the current tenant again","ja":"計画を現在のテナントと比較し直す"}, load: () => import("./imports/replan.ts") },{ name: "revert", summary: {"en":"undo a committed import","ja":"確定したインポートを取り消す"}, load: () => import("./imports/revert.ts") },{ name: "show", summary: {"en":"show an import, and what it would do while its plan is open","ja":"インポートを表示する(確定前なら計画も表示)"}, load: () => import("./imports/show.ts") },{ name: "verify", summary: {"en":"compare the console's new export with a plan that was written for the console","ja":"管理画面の新しいエクスポートを、書き出した計画と照合する"}, load: () => import("./imports/verify.ts") }],
  },{
    name: "orgs",
    summary: {"en":"organisations","ja":"組織"},
    aliases: [],
    examples: ["clomoctl orgs export -o orgs-now.csv","clomoctl orgs import orgs/tree.utf-8.crlf.csv --yes","clomoctl orgs list --format table"],
    nouns: [],
    verbs: [{ name: "export", summary: {"en":"export organisations as a CSV file","ja":"組織を CSV ファイルにエクスポートする"}, load: () => import("./orgs/export.ts") },{ name: "import", summary: {"en":"import organisations from a CSV file","ja":"CSV ファイルから組織をインポートする"}, load: () => import("./orgs/import.ts") },{ name: "list", summary: {"en":"show organisations as a tree or a list","ja":"組織をツリーまたは一覧で表示する"}, load: () => import("./orgs/list.ts") },{ name: "show", summary: {"en":"show one organisation","ja":"組織を 1 つ表示する"}, load: () => import("./orgs/show.ts") },{ name: "template", summary: {"en":"write the header row of an organisations file","ja":"組織 CSV のヘッダー行を書き出す"}, load: () => import("./orgs/template.ts") }],
  },{
    name: "renewals",
    summary: {"en":"items that expire","ja":"期限のあるもの"},
    aliases: [],
    examples: ["clomoctl renewals add 本社 --file push.pem --owner it@example.jp --account push@example.jp","clomoctl renewals calendar -o renewals.ics","clomoctl renewals check"],
    nouns: [{
    name: "schedule",
    summary: {"en":"the scheduled daily check and notices","ja":"毎日の確認と通知の自動実行"},
    aliases: [],
    examples: ["clomoctl renewals schedule install --task-scheduler -o renewals.xml","clomoctl renewals schedule remove --task-scheduler","clomoctl renewals schedule show"],
    nouns: [],
    verbs: [{ name: "install", summary: {"en":"check renewals and send notices every day","ja":"期限の確認と通知を毎日自動で実行する"}, load: () => import("./renewals/schedule/install.ts") },{ name: "remove", summary: {"en":"remove the daily schedule","ja":"毎日の自動実行を取り消す"}, load: () => import("./renewals/schedule/remove.ts") },{ name: "show", summary: {"en":"show how and when the daily run is scheduled","ja":"毎日の自動実行の登録状況を表示する"}, load: () => import("./renewals/schedule/show.ts") }],
  }],
    verbs: [{ name: "add", summary: {"en":"record an item that expires","ja":"期限のあるものを登録する"}, load: () => import("./renewals/add.ts") },{ name: "calendar", summary: {"en":"write expiry dates as a calendar file","ja":"期限のあるものをカレンダーファイルに書き出す"}, load: () => import("./renewals/calendar.ts") },{ name: "check", summary: {"en":"check what is due, for cron and monitoring","ja":"期限の近いものを調べる(cron・監視用)"}, failureExit: 3, load: () => import("./renewals/check.ts") },{ name: "confirm", summary: {"en":"record that the yearly login was done, and by whom","ja":"年に一度のログインを済ませたことを記録する"}, load: () => import("./renewals/confirm.ts") },{ name: "edit", summary: {"en":"change a recorded item","ja":"登録した項目を変更する"}, load: () => import("./renewals/edit.ts") },{ name: "guide", summary: {"en":"show how to renew an item, step by step, with the pitfalls","ja":"更新の手順と注意点を示す"}, load: () => import("./renewals/guide.ts") },{ name: "list", summary: {"en":"list what expires, with a 15-month timeline","ja":"期限のあるものを 15 か月のタイムラインとともに一覧する"}, load: () => import("./renewals/list.ts") },{ name: "notify", summary: {"en":"notify the right people, once, of what is due","ja":"期限の近いものを通知先に 1 回ずつ知らせる"}, load: () => import("./renewals/notify.ts") },{ name: "remove", summary: {"en":"delete an item and the records of its notices","ja":"項目とその通知の記録を削除する"}, load: () => import("./renewals/remove.ts") },{ name: "verify", summary: {"en":"check that a new certificate or token can replace the current one","ja":"新しい証明書やトークンで更新してよいかを確かめる"}, load: () => import("./renewals/verify.ts") }],
  },{
    name: "secured",
    summary: {"en":"SECURED APPs: users and groups of the five apps","ja":"SECURED APPs: 5 アプリのユーザーとグループ"},
    aliases: [],
    examples: ["clomoctl secured groups list --app calendar","clomoctl secured users export --app docs -o docs-now.csv","clomoctl secured users import secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --yes"],
    nouns: [{
    name: "groups",
    summary: {"en":"SECURED APPs groups","ja":"SECURED APPs のグループ"},
    aliases: [],
    examples: ["clomoctl secured groups list --app calendar"],
    nouns: [],
    verbs: [{ name: "list", summary: {"en":"list SECURED APPs groups","ja":"SECURED APPs のグループを一覧する"}, load: () => import("./secured/groups/list.ts") }],
  },{
    name: "users",
    summary: {"en":"SECURED APPs users","ja":"SECURED APPs のユーザー"},
    aliases: [],
    examples: ["clomoctl secured users export --app docs -o docs-now.csv","clomoctl secured users import secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --yes","clomoctl secured users list --app docs"],
    nouns: [],
    verbs: [{ name: "export", summary: {"en":"export SECURED APPs users as a CSV file","ja":"SECURED APPs のユーザーを CSV ファイルにエクスポートする"}, load: () => import("./secured/users/export.ts") },{ name: "import", summary: {"en":"import SECURED APPs users from a CSV file","ja":"CSV ファイルから SECURED APPs のユーザーをインポートする"}, load: () => import("./secured/users/import.ts") },{ name: "list", summary: {"en":"list SECURED APPs users","ja":"SECURED APPs のユーザーを一覧する"}, load: () => import("./secured/users/list.ts") },{ name: "show", summary: {"en":"show one SECURED APPs user","ja":"SECURED APPs のユーザーを 1 人表示する"}, load: () => import("./secured/users/show.ts") },{ name: "template", summary: {"en":"write the header row of a SECURED APPs users file","ja":"SECURED APPs のユーザー CSV のヘッダー行を書き出す"}, load: () => import("./secured/users/template.ts") }],
  }],
    verbs: [],
  },{
    name: "users",
    summary: {"en":"users of CLOMO PANEL","ja":"CLOMO PANEL のユーザー"},
    aliases: [],
    examples: ["clomoctl users export -o users-now.csv","clomoctl users import people.csv --create-orgs --yes","clomoctl users list --limit 20"],
    nouns: [{
    name: "fields",
    summary: {"en":"custom user fields","ja":"カスタムユーザー情報の項目"},
    aliases: [],
    examples: ["clomoctl users fields add 入社年度","clomoctl users fields list","clomoctl users fields remove 入社年度 --yes"],
    nouns: [],
    verbs: [{ name: "add", summary: {"en":"add a custom user field","ja":"カスタムユーザー情報の項目を追加する"}, load: () => import("./users/fields/add.ts") },{ name: "list", summary: {"en":"list custom user fields","ja":"カスタムユーザー情報の項目を一覧する"}, load: () => import("./users/fields/list.ts") },{ name: "remove", summary: {"en":"remove a custom user field and its values","ja":"カスタムユーザー情報の項目と、全ユーザーのその値を削除する"}, load: () => import("./users/fields/remove.ts") }],
  }],
    verbs: [{ name: "export", summary: {"en":"export users as a CSV file","ja":"ユーザーを CSV ファイルにエクスポートする"}, load: () => import("./users/export.ts") },{ name: "import", summary: {"en":"import users from a CSV file","ja":"CSV ファイルからユーザーをインポートする"}, load: () => import("./users/import.ts") },{ name: "list", summary: {"en":"list users","ja":"ユーザーを一覧する"}, load: () => import("./users/list.ts") },{ name: "show", summary: {"en":"show one user","ja":"ユーザーを 1 人表示する"}, load: () => import("./users/show.ts") },{ name: "template", summary: {"en":"write the header row of a users file, custom fields included","ja":"ユーザー CSV のヘッダー行を書き出す(カスタムユーザー情報を含む)"}, load: () => import("./users/template.ts") }],
  }],
    verbs: [],
  };
