import { line } from "../../../lib/advice/index.ts";
import type { AdeDeviceRecord, Client } from "../../../lib/client/index.ts";
import { READY_PROFILE_STATES } from "../../../lib/model/ade-device.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import type { SerialRow } from "./serial-list.ts";

export const VERDICTS = {
  ready: text("ready", "準備完了"),
  registered: text("in the tenant", "テナントにあり"),
  "no-profile": text("without a profile", "プロファイルなし"),
  missing: text("missing", "未取得"),
} as const satisfies Record<string, Text>;

export type Verdict = keyof typeof VERDICTS;

export const isReadyVerdict = (verdict: Verdict): boolean => verdict === "ready" || verdict === "registered";

export interface ReconciledDevice extends SerialRow {
  readonly verdict: Verdict;
  /** null in a mirror, because console exports do not contain the profile state */
  readonly profileStatus: string | null;
}

const judgeAdeDevice = (device: AdeDeviceRecord | undefined): Verdict => {
  if (device === undefined) return "missing";
  return READY_PROFILE_STATES.includes(device.profileStatus ?? "") ? "ready" : "no-profile";
};

/** @param isMirror true to compare with the device records, because a mirror does not know the ADE devices */
export async function* reconcileWithTenant(
  client: Client<"ade" | "devices">,
  list: readonly SerialRow[],
  isMirror: boolean,
): AsyncGenerator<ReconciledDevice> {
  for (const listed of list) {
    const query = { name: listed.serialNumber };
    const isIt = (one: { readonly serialNumber: string }): boolean =>
      one.serialNumber.toUpperCase() === listed.serialNumber;
    if (isMirror) {
      const isThere = (await client.devices.find(query)).some(isIt);
      yield { ...listed, verdict: isThere ? "registered" : "missing", profileStatus: null };
    } else {
      const device = (await client.ade.findDevices(query)).find(isIt);
      yield { ...listed, verdict: judgeAdeDevice(device), profileStatus: device?.profileStatus ?? null };
    }
  }
}

const FULL_FETCH_IN_CONSOLE_HINT = text(
  "in the console: 基本設定 > Automated Device Enrollment > 「全件を取得する」 > 「ADE デバイスの一覧を更新する」, then export the devices and import the file into the mirror",
  "管理画面の 基本設定 > Automated Device Enrollment で「全件を取得する」>「ADE デバイスの一覧を更新する」を行い、デバイスをエクスポートしてミラーに取り込んでください",
);

const FIND_MISSING_DEVICES_HINT = text(
  `run a full sync first: ${line("ade sync", [], { full: true })}; if they are still missing, check Apple Business Manager`,
  `まず全件を取得してください: ${line("ade sync", [], { full: true })}。それでも見つからないときは Apple Business Manager で確認してください`,
);

const ASSIGN_PROFILE_HINT = text(
  "assign an ADE profile in the MDM that uses this server",
  "この MDM サーバーを使う MDM で ADE プロファイルを割り当ててください",
);

export function* listNextSteps(all: readonly ReconciledDevice[], isMirror: boolean): Generator<Text> {
  const steps: Readonly<Partial<Record<string, Text>>> = {
    "no-profile": ASSIGN_PROFILE_HINT,
    missing: isMirror ? FULL_FETCH_IN_CONSOLE_HINT : FIND_MISSING_DEVICES_HINT,
  };
  for (const [verdict, name] of Object.entries(VERDICTS)) {
    const count = all.filter((one) => one.verdict === verdict).length;
    const { [verdict]: { en, ja } = { en: "", ja: "" } } = steps;
    if (count > 0)
      yield text(
        `${formatCount(count, "device")} ${name.en}${en && `: ${en}`}`,
        `${name.ja}: ${count} 台${ja && `。${ja}`}`,
      );
  }
}
