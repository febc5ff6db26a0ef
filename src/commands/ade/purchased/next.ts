import { line } from "../../../lib/advice/index.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { VERDICTS, type ReconciledDevice, type Verdict } from "./verdict.ts";

/** What determines the next steps: whether they are done in the console or with clomoctl. */
export interface StepContext {
  /** true if the devices came from the console and CLOMO holds the keys */
  readonly isMirror: boolean;
}

const FULL_FETCH_IN_CONSOLE_HINT = text(
  "in the console: 基本設定 > Automated Device Enrollment > 「全件を取得する」 > 「ADE デバイスの一覧を更新する」, then export the devices and import the file into the mirror",
  "管理画面の 基本設定 > Automated Device Enrollment で「全件を取得する」>「ADE デバイスの一覧を更新する」を行い、デバイスをエクスポートしてミラーに取り込んでください",
);

const ASSIGNMENT_STEP = text(
  "assign them in Apple Business Manager (デバイス > serial number > ・・・ > 「MDMサーバを編集します」), then sync",
  "Apple Business Manager の デバイス > シリアルナンバー > ・・・ > 「MDMサーバを編集します」で割り当ててから同期してください",
);

const FIND_MISSING_DEVICES_HINT = text(
  `run a full sync first: ${line("ade sync", [], { full: true })}; if they are still missing, check Apple Business Manager, or search with the Apple Business API: --apple-business`,
  `まず全件を取得してください: ${line("ade sync", [], { full: true })}。それでも見つからないときは Apple Business Manager で確認するか、--apple-business で調べてください`,
);

/** Describes what to do for devices with a verdict; returns undefined if nothing is left to do. */
function describeNextStep(verdict: Verdict, { isMirror }: StepContext): Text | undefined {
  switch (verdict) {
    case "ready":
    case "registered":
      return undefined;
    case "no-profile":
      return text(
        "assign an ADE profile with the MDM that uses this server",
        "この MDM サーバを使う MDM で ADE プロファイルを割り当ててください",
      );
    case "missing":
      return isMirror ? FULL_FETCH_IN_CONSOLE_HINT : FIND_MISSING_DEVICES_HINT;
    case "not-synced":
      return isMirror
        ? FULL_FETCH_IN_CONSOLE_HINT
        : text(
            `fetch them: ${line("ade sync", [], { full: true })}`,
            `取得してください: ${line("ade sync", [], { full: true })}`,
          );
    case "other-server":
      return isMirror
        ? text(
            `if CLOMO uses this server: ${FULL_FETCH_IN_CONSOLE_HINT.en}; otherwise: ${ASSIGNMENT_STEP.en}`,
            `CLOMO が使っている MDM サーバの場合: ${FULL_FETCH_IN_CONSOLE_HINT.ja}。それ以外の場合: ${ASSIGNMENT_STEP.ja}`,
          )
        : ASSIGNMENT_STEP;
    case "no-server":
      return ASSIGNMENT_STEP;
    case "not-in-organisation":
      return text(
        "ask the seller to register them with Apple for your organisation, or add them with Apple Configurator",
        "購入元に、自組織のデバイスとして Apple に登録するよう依頼するか、Apple Configurator で追加してください",
      );
    default:
      return verdict satisfies never;
  }
}

/** Generates a line for each verdict: the number of devices, and what to do for them. */
export function* listNextSteps(all: readonly ReconciledDevice[], steps: StepContext): Generator<Text> {
  for (const verdict of Object.keys(VERDICTS) as readonly Verdict[]) {
    const count = all.filter((one) => one.verdict === verdict).length;
    if (count === 0) continue;
    const name = VERDICTS[verdict];
    const step = describeNextStep(verdict, steps);
    yield text(
      `${formatCount(count, "device")} ${name.en}${step === undefined ? "" : `: ${step.en}`}`,
      `${name.ja}: ${count} 台${step === undefined ? "" : `。${step.ja}`}`,
    );
  }
}
