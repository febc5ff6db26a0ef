import type { BusinessClient, BusinessServer } from "../../../lib/apple/business/client.ts";
import type { Ade, AdeDeviceRecord, Client, Device } from "../../../lib/client/index.ts";
import { READY_PROFILE_STATES } from "../../../lib/model/ade-device.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { SerialRow } from "./serial-list.ts";

/** Results of comparing a purchased device, from good to bad. */
export const VERDICTS = {
  ready: text("ready", "準備完了"),
  registered: text("in the tenant", "テナントにあり"),
  "no-profile": text("without a profile", "プロファイルなし"),
  missing: text("missing", "未取得"),
  "not-synced": text("not synced", "未同期"),
  "other-server": text("on another server", "別の MDM サーバ"),
  "no-server": text("not assigned to a server", "MDM サーバ未割り当て"),
  "not-in-organisation": text("not in the organisation", "組織に未登録"),
} as const satisfies Record<string, Text>;

export type Verdict = keyof typeof VERDICTS;

/** Returns true if, as far as the tenant knows, the device can be switched on without further steps. */
export const isReadyVerdict = (verdict: Verdict): boolean => verdict === "ready" || verdict === "registered";

export interface ReconciledDevice extends SerialRow {
  readonly verdict: Verdict;
  readonly profileStatus: string | null;
  /** name of the MDM server in Apple's portal that it is assigned to; null if it has none or was not looked up */
  readonly server: string | null;
}

function compareWithApple(listed: SerialRow, device: AdeDeviceRecord | undefined): ReconciledDevice {
  const profileStatus = device?.profileStatus ?? null;
  const isReady = READY_PROFILE_STATES.includes(profileStatus ?? "");
  const verdict = device === undefined ? "missing" : isReady ? "ready" : "no-profile";
  return { ...listed, verdict, profileStatus, server: null };
}

/** Compares a listed device with the devices of a mirror. The console's exports do not contain the profile state. */
const compareWithMirror = (listed: SerialRow, device: Device | undefined): ReconciledDevice => ({
  ...listed,
  verdict: device === undefined ? "missing" : "registered",
  profileStatus: null,
  server: null,
});

/** Compares the listed devices with those in the tenant, one after another. */
export async function* reconcileWithTenant(
  client: Client<"ade" | "devices">,
  list: readonly SerialRow[],
  { mirror }: Pick<Ade, "mirror">,
): AsyncGenerator<ReconciledDevice> {
  for (const listed of list) {
    const query = { name: listed.serialNumber };
    const isIt = (one: { readonly serialNumber: string }): boolean =>
      one.serialNumber.toUpperCase() === listed.serialNumber;
    yield mirror
      ? compareWithMirror(listed, (await client.devices.find(query)).find(isIt))
      : compareWithApple(listed, (await client.ade.findDevices(query)).find(isIt));
  }
}

/**
 * Looks up missing devices with the Apple Business API: on another server, on no server, or not in the organisation.
 *
 * @param own name of the tenant's own server; undefined in a mirror, where the name is not known
 */
export async function locateMissingDevices(
  business: BusinessClient,
  all: readonly ReconciledDevice[],
  own: string | undefined,
): Promise<readonly ReconciledDevice[]> {
  const sought = all.filter(({ verdict }) => verdict === "missing");
  const servers = new Map<string, BusinessServer | null>();
  for (const { serialNumber } of sought) servers.set(serialNumber, await business.assignedServer(serialNumber));
  const lost = new Set([...servers].filter(([, server]) => server === null).map(([serialNumber]) => serialNumber));
  const known = lost.size === 0 ? new Set<string>() : await findInOrganisation(business, lost);
  return all.map((one) => {
    const server = servers.get(one.serialNumber);
    if (server === undefined) return one;
    if (server !== null)
      return { ...one, verdict: server.name === own ? "not-synced" : "other-server", server: server.name };
    return { ...one, verdict: known.has(one.serialNumber) ? "no-server" : "not-in-organisation" };
  });
}

async function findInOrganisation(business: BusinessClient, sought: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const page of business.orgDevices()) {
    for (const { serialNumber } of page) if (sought.has(serialNumber)) found.add(serialNumber);
    if (found.size === sought.size) break;
  }
  return found;
}
