import type { Business, BusinessServer } from "../../../lib/apple/business/client.ts";
import type { Ade, AdeDeviceRecord, Client, Device } from "../../../lib/client/index.ts";
import { READY } from "../../../lib/model/ade-device.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { SerialRow } from "./serial-list.ts";

/** How a purchased device stands, from good to bad. */
export const VERDICTS = {
  ready: text("ready", "準備完了"),
  registered: text("in the tenant", "テナントにあり"),
  "no-profile": text("without profile", "プロファイルなし"),
  gone: text("no longer at Apple", "Apple 側で見つからない"),
  missing: text("missing", "未取得"),
  "not-synced": text("not synced", "未同期"),
  "other-server": text("on another server", "別の MDM サーバ"),
  "no-server": text("on no server", "MDM サーバ未割り当て"),
  "not-in-organisation": text("not in the organisation", "組織に未登録"),
} as const satisfies Record<string, Text>;

export type Verdict = keyof typeof VERDICTS;

/** Nothing is left to do before it may be switched on, as far as is known here. */
export const isGood = (verdict: Verdict): boolean => verdict === "ready" || verdict === "registered";

/** A purchased device, and how it stands. */
export interface ReconciledDevice extends SerialRow {
  readonly verdict: Verdict;
  readonly profileStatus: string | null;
  /** the server in Apple's portal that it is assigned to, where that was asked */
  readonly server: string | null;
}

/** How a device stands by what Apple told the tenant; `missing` where Apple did not tell of it. */
function byApple(listed: SerialRow, device: AdeDeviceRecord | undefined): ReconciledDevice {
  const { profileStatus = null, state = "released" } = device ?? {};
  const verdictOf = (): Verdict => {
    if (state === "released") return "missing";
    if (state === "missing") return "gone";
    return READY.includes(profileStatus ?? "") ? "ready" : "no-profile";
  };
  return { ...listed, verdict: verdictOf(), profileStatus, server: null };
}

/** How a device stands in a mirror, whose files have no profile state. */
const byMirror = (listed: SerialRow, device: Device | undefined): ReconciledDevice => ({
  ...listed,
  verdict: device === undefined ? "missing" : "registered",
  profileStatus: null,
  server: null,
});

/** Looks devices up in the tenant, one after another. */
export async function* inTenant(
  client: Client<"ade" | "devices">,
  list: readonly SerialRow[],
  { mirror, endpoint }: Pick<Ade, "mirror" | "endpoint">,
): AsyncGenerator<ReconciledDevice> {
  const asksApple = !mirror || endpoint?.kind === "simulator";
  for (const listed of list) {
    const query = { name: listed.serialNumber };
    const isIt = (one: { readonly serialNumber: string }): boolean =>
      one.serialNumber.toUpperCase() === listed.serialNumber;
    const atApple = asksApple ? (await client.ade.findDevices(query)).find(isIt) : undefined;
    // beside a rehearsal a mirror knows the console's devices
    yield mirror && atApple === undefined
      ? byMirror(listed, (await client.devices.find(query)).find(isIt))
      : byApple(listed, atApple);
  }
}

/**
 * Says where the missing ones are, by the Apple Business API: on which server, on none, or not in the organisation.
 *
 * @param own the name of the tenant's own server; undefined in a mirror, where nobody knows it
 */
export async function locate(
  business: Business,
  all: readonly ReconciledDevice[],
  own: string | undefined,
): Promise<readonly ReconciledDevice[]> {
  const sought = all.filter(({ verdict }) => verdict === "missing" || verdict === "gone");
  const servers = new Map<string, BusinessServer | null>();
  for (const { serialNumber } of sought) servers.set(serialNumber, await business.assignedServer(serialNumber));
  const lost = new Set([...servers].filter(([, server]) => server === null).map(([serialNumber]) => serialNumber));
  const known = lost.size === 0 ? new Set<string>() : await inOrganisation(business, lost);
  return all.map((one) => {
    const server = servers.get(one.serialNumber);
    if (server === undefined) return one;
    if (server !== null)
      return { ...one, verdict: server.name === own ? "not-synced" : "other-server", server: server.name };
    return { ...one, verdict: known.has(one.serialNumber) ? "no-server" : "not-in-organisation" };
  });
}

/** Which of these the organisation has; no further page is read once all are found. */
async function inOrganisation(business: Business, sought: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const page of business.orgDevices()) {
    for (const { serialNumber } of page) if (sought.has(serialNumber)) found.add(serialNumber);
    if (found.size === sought.size) break;
  }
  return found;
}
