import { commandName, line } from "../../../advice/line.ts";
import { same, text } from "../../../text/index.ts";
import type { Step } from "../step.ts";
import type { Through } from "./through.ts";

const IOS = "CLOMO PANEL > Settings > Mobile Device Management > iOS/macOS";

/** What holds of an ADE profile wherever it is made. @see facts 4.2; seed 003, 7-2-5 */
const FINAL = text(
  "An ADE profile cannot be edited, only deleted and made anew, and a device takes another one only after a wipe: look twice. Over the mobile network the screens 「位置情報サービス」 and 「復元」 may appear although they are skipped; use Wi-Fi.",
  "ADE プロファイルは編集できず、作り直しになります。適用済みのデバイスに別のプロファイルを適用するには初期化が必要です。よく確認してください。携帯回線で初期設定すると「位置情報サービス」「復元」がスキップされないことがあるため、Wi-Fi を使ってください。",
);

/** @see facts 4.3 */
const TOLD_TO_ALL = text(
  "Saving a change of the automatic profiles sends commands to all devices that are managed already, not just to new ones.",
  "自動適用プロファイルの変更を保存すると、新しいデバイスだけでなく、管理中のすべてのデバイスにコマンドが送信されます。",
);

const BY_CONSOLE: readonly Step[] = [
  {
    id: "profile",
    where: same(`${IOS} > 「ADE プロファイル」 > 「新規ADEプロファイルを作成」`),
    what: text(
      "Unless you have one: create an ADE profile. The maker recommends 監視対象モード 「設定する」, MDM 構成プロファイル削除 「許可しない」, ホスト PC との接続 「許可する」. Then 「追加」, 「OK」.",
      "ADE プロファイルがなければ作成します。推奨設定は、監視対象モード「設定する」、MDM 構成プロファイル削除「許可しない」、ホスト PC との接続「許可する」です。「追加」「OK」の順に押します。",
    ),
    trap: FINAL,
    check: text("A notice appears at the top of the screen.", "画面上部にお知らせが表示されること。"),
  },
  {
    id: "automatic-profile",
    where: same(`${IOS} > 基本設定 > 「自動適用プロファイル」 > 「ADE プロファイル」`),
    what: text(
      "Choose 「設定する」, the profile at 「ADEプロファイルを選択してください」, then 「保存」: every device that is fetched gets it.",
      "「設定する」を押し、「ADEプロファイルを選択してください」でプロファイルを選んで「保存」を押します。取得したデバイスに適用されます。",
    ),
    trap: TOLD_TO_ALL,
    check: text("A notice appears at the top of the screen.", "画面上部にお知らせが表示されること。"),
  },
];

const BY_COMMANDS: readonly Step[] = [
  {
    id: "profile",
    what: text(
      `Unless you have one: ${line("ade profiles create", ["NAME"], { url: "HTTPS-URL" })} (supervised, removal not allowed).`,
      `ADE プロファイルがなければ作成します: ${line("ade profiles create", ["NAME"], { url: "HTTPS-URL" })}(監視対象、削除は許可しない)`,
    ),
    trap: text(
      `${FINAL.en} clomoctl enrols nothing itself: a device whose URL does not answer stops at リモートマネージメント.`,
      `${FINAL.ja}clomoctl 自体は登録を受け付けません。URL が応答しないと、デバイスはリモートマネージメントの画面で止まります。`,
    ),
    check: text(`${line("ade profiles list", [])} shows it.`, `${line("ade profiles list", [])} に表示されること。`),
  },
  {
    id: "automatic-profile",
    what: text(
      `Let every new device get it: ${line("ade profiles auto-apply", ["PROFILE"])}`,
      `新しいデバイスに自動で適用されるようにします: ${line("ade profiles auto-apply", ["PROFILE"])}`,
    ),
    trap: text(
      `Until this is set, nothing is applied by itself: each device is assigned by ${commandName("ade profiles assign")}.`,
      `設定するまで自動では適用されません。その場合は ${commandName("ade profiles assign")} で 1 台ずつ割り当てます。`,
    ),
  },
];

/** A profile, before the devices. @see seed 003, 7-2-5 and 7-2-6 */
export const profileSteps = (through: Through): readonly Step[] => (through === "console" ? BY_CONSOLE : BY_COMMANDS);

/** @see facts 4.1; seed 003, 8-1-2 and 8-3-4 */
const SYNC: Readonly<Record<Through, Step>> = {
  console: {
    id: "sync",
    where: same(`${IOS} > 基本設定 > 「Automated Device Enrollment」 > 「ADE デバイス情報」`),
    what: text(
      "Choose 「全件を取得する」, then 「ADE デバイスの一覧を更新する」.",
      "「全件を取得する」を選び、「ADE デバイスの一覧を更新する」を押します。",
    ),
    trap: text(
      "「差分のみを取得する」 shows only devices that were registered before: neither new ones nor those that were unassigned and assigned again.",
      "「差分のみを取得する」では、以前に登録済みのデバイスしか表示されません。新規のデバイスと、紐付けを解除して再登録するデバイスには「全件を取得する」を選びます。",
    ),
    check: text(
      "「ADEデバイス一覧更新処理が完了しました」 appears.",
      "「ADEデバイス一覧更新処理が完了しました」と表示されること。",
    ),
  },
  commands: {
    id: "sync",
    what: text(
      `Fetch all devices: ${line("ade sync", [], { full: true })}`,
      `全件を取得します: ${line("ade sync", [], { full: true })}`,
    ),
    trap: text(
      "A delta finds new devices too, but none that Apple left out of its changes; after assigning in Apple Business Manager fetch all.",
      "差分でも新しいデバイスは見つかりますが、Apple の変更情報に載らないデバイスは見つかりません。割り当てた後は全件を取得してください。",
    ),
    check: text(
      "It ends with what is new, and with each device that is not ready.",
      "新しいデバイスと、準備のできていないデバイスが最後に表示されること。",
    ),
  },
};

export const syncSteps = (through: Through): readonly Step[] => [SYNC[through]];
