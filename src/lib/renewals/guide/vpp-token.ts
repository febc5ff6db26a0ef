import { same, text } from "../../text/index.ts";
import { prepareAppleBusiness, type Step, type StepsOf } from "./step.ts";

const SERVICE = "CLOMO PANEL > Settings > CLOMO MOBILE APP PORTAL > サービス設定 > 「VPP 管理配布」 > 「設定する」";
const CONTENT_TOKENS = same(
  "Apple Business Manager > (左下のアカウント) > 環境設定 > お支払いと請求 > 「コンテンツトークン」",
);

/**
 * A VPP content token; a tenant may have several, one an organisation.
 *
 * @see facts 3.5
 */
export const vppTokenSteps: StepsOf = (known) => [
  prepareAppleBusiness(
    known,
    text(
      "Changing this account's password invalidates the token immediately, whatever its date: do not change it afterwards, and use a dedicated account for tokens.",
      "このアカウントのパスワードを変更すると、期限前でもトークンは直ちに無効になります。ダウンロード後は変更せず、トークン専用のアカウントを使ってください。",
    ),
  ),
  DOWNLOAD,
  ...upload,
];

/** The place in Apple's portal is nothing that is recorded: an organisation is CLOMO's, or the company. */
const DOWNLOAD: Step = {
  id: "download",
  where: CONTENT_TOKENS,
  what: text(
    "Download the token of the location whose token was used last (the location is in the name of last year's file).",
    "前回と同じ場所のトークンを「ダウンロード」します(場所は前回のファイル名でわかります)。",
  ),
  trap: text(
    "There may be several tokens with different dates: choose the one for the same location.",
    "トークンは複数あり、期限もそれぞれ異なることがあります。同じ場所のものを選んでください。",
  ),
  check: text(
    "sToken_for_(location)_.vpptoken; full-width characters of the location become _.",
    "sToken_for_(場所名)_.vpptoken ができること(全角文字は _ になります)。",
  ),
  waitsFor: "vpp-token",
};

const upload: readonly Step[] = [
  {
    id: "organisation",
    beginsUpload: true,
    where: same(SERVICE),
    what: text(
      "Under 「組織を選択してください」 choose 「全社」, or the organisation that uses this token.",
      "「組織を選択してください」で「全社」、またはこのトークンを使う組織を選びます。",
    ),
    trap: text(
      "Start with 「全社」: it needs a token even if organisations have their own. For which organisation of CLOMO a token was set is not recorded here (what its file tells is the organisation at Apple): if you do not know, ask who set it last.",
      "最初に「全社」です。組織ごとにトークンを設定する場合も、全社への登録が先に必要です。CLOMO のどの組織に設定したかは、ここでは記録していません(ファイルからわかる「組織」は Apple 側の組織名です)。わからない場合は、前回設定した人に確認してください。",
    ),
  },
  {
    id: "register",
    where: same(SERVICE),
    what: text("「ファイルを選択」, then 「登録」.", "「ファイルを選択」で指定し、「登録」を押します。"),
    check: text("「*」 appears beside the organisation.", "組織名の横に「*」が表示されること。"),
  },
  {
    id: "save",
    where: same(SERVICE),
    what: text("Then 「保存」.", "続けて「保存」を押します。"),
    trap: text("「登録」 alone does not save anything.", "「登録」だけでは保存されません。"),
  },
  {
    id: "look",
    where: same(
      "CLOMO PANEL > HOME > Mobile Device Management > 「VPPサービストークン」 / Settings > CLOMO MOBILE APP PORTAL > サービス設定 > 「VPP管理配布」",
    ),
    what: text("Check that the date is a year from now.", "有効期限が 1 年後になったことを確認します。"),
  },
  {
    id: "licences",
    where: same("CLOMO PANEL > 「管理配布のライセンス数を更新」 / 「ライセンス情報を同期する」"),
    what: text(
      "Fetch the licences, or wait for the daily fetch.",
      "ライセンスを取得します(自動でも 1 日 1 回取得します)。",
    ),
    check: text(
      "If licences could not be synchronised before, this renewal is CLOMO's first remedy: try again now.",
      "以前からライセンスの同期に失敗していた場合、CLOMO が最初に勧める対処がこの更新です。もう一度同期してください。",
    ),
  },
];
