import { line } from "../../../lib/advice/index.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { VERDICTS, type ReconciledDevice, type Verdict } from "./verdict.ts";

const FULL_FETCH_IN_CONSOLE_HINT = text(
  "in the console: 基本設定 > Automated Device Enrollment > 「全件を取得する」 > 「ADE デバイスの一覧を更新する」, then export the devices and import the file into the mirror",
  "管理画面の 基本設定 > Automated Device Enrollment で「全件を取得する」>「ADE デバイスの一覧を更新する」を行い、デバイスをエクスポートしてミラーに取り込んでください",
);

const FIND_MISSING_DEVICES_HINT = text(
  `run a full sync first: ${line("ade sync", [], { full: true })}; if they are still missing, check Apple Business Manager`,
  `まず全件を取得してください: ${line("ade sync", [], { full: true })}。それでも見つからないときは Apple Business Manager で確認してください`,
);

const ASSIGN_PROFILE_HINT = text(
  "assign an ADE profile with the MDM that uses this server",
  "この MDM サーバを使う MDM で ADE プロファイルを割り当ててください",
);

/** Generates a line for each verdict: the number of devices, and what to do for them. */
export function* listNextSteps(all: readonly ReconciledDevice[], isMirror: boolean): Generator<Text> {
  const steps: Readonly<Partial<Record<Verdict, Text>>> = {
    "no-profile": ASSIGN_PROFILE_HINT,
    missing: isMirror ? FULL_FETCH_IN_CONSOLE_HINT : FIND_MISSING_DEVICES_HINT,
  };
  for (const [verdict, name] of Object.entries(VERDICTS)) {
    const count = all.filter((one) => one.verdict === verdict).length;
    if (count === 0) continue;
    const { [verdict as Verdict]: step } = steps;
    yield text(
      `${formatCount(count, "device")} ${name.en}${step === undefined ? "" : `: ${step.en}`}`,
      `${name.ja}: ${count} 台${step === undefined ? "" : `。${step.ja}`}`,
    );
  }
}
