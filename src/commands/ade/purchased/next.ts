import { line } from "../../../lib/advice/index.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import { VERDICTS, type ReconciledDevice, type Verdict } from "./verdict.ts";

/** Whose screens the next steps are on. */
export interface Steps {
  /** the data came from the console, and CLOMO holds the keys */
  readonly isMirror: boolean;
}

const FULL_FETCH = text(
  "in the console: 基本設定 > Automated Device Enrollment > 「全件を取得する」 > 「ADE デバイスの一覧を更新する」, then export the devices and import them here",
  "管理画面の 基本設定 > Automated Device Enrollment で「全件を取得する」>「ADE デバイスの一覧を更新する」を行い、デバイスをエクスポートしてここにインポートしてください",
);

const assignThrough = (guide: string): Text =>
  text(
    `in Apple Business Manager: デバイス > serial number > ・・・ > 「MDMサーバを編集します」, then sync: ${guide}`,
    `Apple Business Manager の デバイス > シリアルナンバー > ・・・ > 「MDMサーバを編集します」で割り当ててから同期してください: ${guide}`,
  );

const FIND_OUT = text(
  `sync all first: ${line("ade sync", [], { full: true })}; if they stay missing, look in Apple Business Manager, or let the Apple Business API tell: --apple-business`,
  `まず全件を取得してください: ${line("ade sync", [], { full: true })}。それでもないときは Apple Business Manager で確認するか、--apple-business で調べてください`,
);

const ASSIGN = {
  console: assignThrough(line("ade guide", ["purchased"])),
  commands: assignThrough(line("ade guide", ["purchased"], { through: "commands" })),
};

/** What to do for devices that stand so; undefined where nothing is left. */
function stepOf(verdict: Verdict, { isMirror }: Steps): Text | undefined {
  switch (verdict) {
    case "ready":
    case "registered":
      return undefined;
    case "no-profile":
      return text(
        `give them a profile: ${line("ade profiles assign", ["PROFILE", "SERIAL…"])}`,
        `プロファイルを割り当ててください: ${line("ade profiles assign", ["PROFILE", "SERIAL…"])}`,
      );
    case "gone":
      return text(
        `Apple did not list them the last time; devices that Apple holds back come again in a day: ${line("ade sync", [], { full: true })}`,
        `前回の全件取得で見つかりませんでした。Apple 側の制限なら 1 日ほどで再び現れます: ${line("ade sync", [], { full: true })}`,
      );
    case "missing":
      return isMirror ? FULL_FETCH : FIND_OUT;
    case "not-synced":
      return isMirror
        ? FULL_FETCH
        : text(
            `fetch them: ${line("ade sync", [], { full: true })}`,
            `取得してください: ${line("ade sync", [], { full: true })}`,
          );
    case "other-server":
      return isMirror
        ? text(
            `if the server is the one that CLOMO uses: ${FULL_FETCH.en}; else: ${ASSIGN.console.en}`,
            `CLOMO が使っている MDM サーバの場合: ${FULL_FETCH.ja}。それ以外の場合: ${ASSIGN.console.ja}`,
          )
        : ASSIGN.commands;
    case "no-server":
      return isMirror ? ASSIGN.console : ASSIGN.commands;
    case "not-in-organisation":
      return text(
        `ask who sold them to register them with Apple for your organisation, or add them by hand: ${line("ade guide", ["manual"])}`,
        `購入元に、Apple への組織の登録を依頼するか、手動で追加してください: ${line("ade guide", ["manual"])}`,
      );
    default:
      return verdict satisfies never;
  }
}

/** How many stand so, and what to do for them, a line for each verdict. */
export function* nextSteps(all: readonly ReconciledDevice[], steps: Steps): Generator<Text> {
  for (const verdict of Object.keys(VERDICTS) as readonly Verdict[]) {
    const count = all.filter((one) => one.verdict === verdict).length;
    if (count === 0) continue;
    const name = VERDICTS[verdict];
    const step = stepOf(verdict, steps);
    yield text(
      `${counted(count, "device")} ${name.en}${step === undefined ? "" : `: ${step.en}`}`,
      `${name.ja}: ${count} 台${step === undefined ? "" : `。${step.ja}`}`,
    );
  }
}
