import type { AdeDeviceRecord, Client } from "../../../lib/client/index.ts";
import { READY_PROFILE_STATES } from "../../../lib/model/ade-device.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { SerialRow } from "./serial-list.ts";

/** Results of comparing a purchased device, from good to bad. */
export const VERDICTS = {
  ready: text("ready", "準備完了"),
  registered: text("in the tenant", "テナントにあり"),
  "no-profile": text("without a profile", "プロファイルなし"),
  missing: text("missing", "未取得"),
} as const satisfies Record<string, Text>;

export type Verdict = keyof typeof VERDICTS;

/** Returns true if, as far as the tenant knows, the device can be switched on without further steps. */
export const isReadyVerdict = (verdict: Verdict): boolean => verdict === "ready" || verdict === "registered";

export interface ReconciledDevice extends SerialRow {
  readonly verdict: Verdict;
  /** null in a mirror, because the console's exports do not contain the profile state */
  readonly profileStatus: string | null;
}

const judgeAdeDevice = (device: AdeDeviceRecord | undefined): Verdict => {
  if (device === undefined) return "missing";
  return READY_PROFILE_STATES.includes(device.profileStatus ?? "") ? "ready" : "no-profile";
};

/** Compares the listed devices with those in the tenant, one after another. @param isMirror compare with Devices */
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
