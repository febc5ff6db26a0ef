import { same, text, type Text } from "../../../text/index.ts";
import type { Step } from "../step.ts";
import type { Through } from "./through.ts";

const PREPARE = "Apple Configurator (Mac) > (デバイス) > 「準備」";

/** @see seed 003, 8-2-1 and 8-3-2, step 3 */
const WHILE_IT_WORKS = text(
  "Do not shut the Mac down while it prepares: the device may be damaged. Stopping half way takes long to end safely.",
  "準備中に Mac をシャットダウンしないでください。デバイスが損傷するおそれがあります。途中で停止すると、安全に終了するまで時間がかかります。",
);

/** @see seed 003, 8-2-1 and 8-3-2, step 4 */
const PAIRING = text(
  "Tick 「デバイスにほかのコンピューターとのペアリングを許可」 only if other Macs are to see the device.",
  "ほかの Mac の Apple Configurator からも認識させる場合だけ、「デバイスにほかのコンピューターとのペアリングを許可」にチェックを付けます。",
);

const connect = (what: Text, trap: Text): Step => ({
  id: "connect",
  where: same(PREPARE),
  what: text(
    `Save what is on the device, connect it to the Mac by USB cable, select it, choose 「準備」 and 「手動構成」. ${what.en}`,
    `必要なデータを保存してから、デバイスを USB ケーブルで Mac に接続し、選択して「準備」「手動構成」を選びます。${what.ja}`,
  ),
  trap: text(`${trap.en} ${WHILE_IT_WORKS.en}`, `${trap.ja}${WHILE_IT_WORKS.ja}`),
});

const CONSOLE_SERVER: Step = {
  id: "server",
  where: same(`${PREPARE} > 「新規サーバー...」`),
  what: text(
    "Enter a name and 「ホスト名または URL」: mdm.clomo.com/(your domain)/ios, from CLOMO PANEL > Settings > Mobile Device Management > iOS > 基本設定 > URL情報. Then select the trust anchor 「*.clomo.com」. From the second device on, choose the same server.",
    "「名前」と「ホスト名または URL」を入力します。URL は CLOMO PANEL > Settings > Mobile Device Management > iOS > 基本設定 > URL情報 の mdm.clomo.com/(お客さまドメイン)/ios です。トラストアンカー証明書は「*.clomo.com」を選びます。2 台目以降は同じサーバーを選びます。",
  ),
};

const OWN_SERVER: Step = {
  id: "server",
  where: same(`${PREPARE} > 「新規サーバー...」`),
  what: text(
    "Enter a name and 「ホスト名または URL」 of the server that enrols your devices, and its trust anchor. From the second device on, choose the same server.",
    "「名前」と、デバイスの登録を受け付けるサーバーの「ホスト名または URL」を入力し、そのトラストアンカー証明書を選びます。2 台目以降は同じサーバーを選びます。",
  ),
  trap: text(
    "clomoctl enrols nothing itself: that is a server of your own.",
    "clomoctl 自体は登録を受け付けません。登録用のサーバーは別に必要です。",
  ),
};

const organisation = (signIn: Text): Step => ({
  id: "organisation",
  where: same(`${PREPARE} > 「新規組織...」`),
  what: text(
    `${signIn.en} Enter the organisation (only 名前 is required) and make or choose a supervision identity (監視識別情報).`,
    `${signIn.ja}「組織」を入力し(必須は名前のみ)、監視識別情報を生成または選択します。`,
  ),
});

const SETUP_ITEMS = text("Choose which screens of the set-up appear.", "初期設定で表示する項目を選びます。");

const ERASES = text(
  "The device is erased now. If it is asked for, confirm with 「消去」.",
  "この時点でデバイスが初期化されます。確認されたら「消去」を押します。",
);

const SUPERVISED = text(
  "Double-click the device: 「監視対象」 stands at the top right.",
  "デバイスをダブルクリックし、右上に「監視対象」と表示されること。",
);

/** Supervised by cable, without ADE. @see facts 4.7; seed 003, 8-2-1 */
export const SUPERVISE_STEPS: readonly Step[] = [
  connect(
    text("Tick 「デバイスを監視」.", "「デバイスを監視」にチェックを入れます。"),
    text(
      `Clear 「Apple School Manager または Apple Business Manager に追加」. ${PAIRING.en}`,
      `「Apple School Manager または Apple Business Manager に追加」のチェックは外します。${PAIRING.ja}`,
    ),
  ),
  CONSOLE_SERVER,
  {
    ...organisation(
      text(
        "Where it asks you to sign in to Apple Business Manager, choose 「スキップ」.",
        "Apple Business Manager へのサインインを求められたら「スキップ」を押します。",
      ),
    ),
    trap: text(
      "Do not sign in there: without ADE the device is not to be added to Apple Business Manager.",
      "ここではサインインしません。ADE を使わない場合、デバイスを Apple Business Manager に追加しないためです。",
    ),
  },
  {
    id: "prepare",
    where: same(`${PREPARE} > 「準備」`),
    what: text(
      `${SETUP_ITEMS.en} Then 「準備」, and wait until it is done.`,
      `${SETUP_ITEMS.ja}「準備」を押し、完了するまで待ちます。`,
    ),
    trap: ERASES,
    check: SUPERVISED,
  },
];

const BEFORE_SERVER: readonly Step[] = [
  {
    id: "network-profile",
    where: same("Apple Configurator (Mac) > ファイル > 新規プロファイル > Wi-Fi > 「構成」"),
    what: text(
      "Make a network profile: a name at 「一般」, the Wi-Fi, and tick 「自動接続」. Save it where you find it again.",
      "ネットワークプロファイルを作成します。「一般」の名前と Wi-Fi の項目を入力し、「自動接続」にチェックを付けて、わかりやすい場所に保存します。",
    ),
    trap: text(
      "Without 「自動接続」 the device has no network while it is prepared (inferred).",
      "「自動接続」がないと、準備の途中でデバイスがネットワークに接続できません(推定)。",
    ),
  },
  connect(
    text(
      "Tick 「Apple School Manager または Apple Business Manager に追加」.",
      "「Apple School Manager または Apple Business Manager に追加」にチェックを入れます。",
    ),
    text(
      `Clear 「アクティベートして登録を完了」: the device would be set up before it has its profile (inferred). ${PAIRING.en}`,
      `「アクティベートして登録を完了」のチェックは外します。プロファイルが割り当たる前にセットアップが進んでしまうためです(推定)。${PAIRING.ja}`,
    ),
  ),
];

const AFTER_SERVER: readonly Step[] = [
  {
    ...organisation(
      text(
        "Sign in with the Managed Apple Account of Apple Business Manager, with its 2-factor code if asked.",
        "Apple Business Manager の管理対象 Apple Account でサインインします(2ファクタ認証を求められたら認証コードを入力)。",
      ),
    ),
    trap: text(
      "Not 「スキップ」 here, and not the Apple Account of the device.",
      "ここでは「スキップ」を押しません。デバイスの Apple Account でもありません。",
    ),
  },
  {
    id: "prepare",
    where: same(`${PREPARE} > 「選択」`),
    what: text(
      `${SETUP_ITEMS.en} Choose the network profile at 「選択」, then 「準備」, and wait until it is done.`,
      `${SETUP_ITEMS.ja}「選択」でネットワークプロファイルを選び、「準備」を押して、完了するまで待ちます。`,
    ),
    trap: text(
      `If an account and a password are asked for, enter nothing and press 「準備」. ${ERASES.en}`,
      `アカウントとパスワードを求められた場合は、何も入力せずに「準備」を押します。${ERASES.ja}`,
    ),
    check: SUPERVISED,
  },
  {
    id: "hello",
    where: text("the device", "デバイス"),
    what: text(
      "Leave it at 「こんにちは」: do not activate it yet.",
      "「こんにちは」の画面のまま待ちます。まだアクティベートしません。",
    ),
    trap: text(
      "It needs its server and its profile first: the next steps.",
      "先に MDM サーバとプロファイルの割り当てが必要です(次の手順)。",
    ),
  },
];

/** Added to Apple Business Manager by cable. @see facts 4.7; seed 003, 8-3-1 and 8-3-2 */
export const addToAppleSteps = (through: Through): readonly Step[] => [
  ...BEFORE_SERVER,
  through === "console" ? CONSOLE_SERVER : OWN_SERVER,
  ...AFTER_SERVER,
];
