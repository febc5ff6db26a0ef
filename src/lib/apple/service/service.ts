import type { JsonObject } from "../answer.ts";
import { formatRequestTarget } from "../retry.ts";
import { parseAccount, type AdeAccount } from "./account.ts";
import { parseDevicePage, type DevicePage } from "./device.ts";
import { AdeSession, type DeviceServiceAccess, type ServiceCall } from "./session.ts";

/** @throws AppleRefusal; `unavailable`; `interrupted` @see apple 3 */
export interface AdeService {
  readonly account: () => Promise<AdeAccount>;
  readonly fetchDevices: (cursor?: string) => Promise<DevicePage>;
  readonly syncDevices: (cursor: string) => Promise<DevicePage>;
}

/** Apple's maximum number of devices in a page. @see apple 3 (limit) */
const PAGE_SIZE = 1000;

export function openDeviceService(access: DeviceServiceAccess): AdeService {
  const session = new AdeSession(access);
  const ask = async <T>(call: ServiceCall, parse: (where: string, answer: JsonObject) => T): Promise<T> => {
    const answer = await session.call(call);
    return parse(formatRequestTarget({ method: call.method, url: access.base + call.path }), answer);
  };
  return {
    account: () => ask({ method: "GET", path: "/account" }, parseAccount),
    fetchDevices: (cursor) =>
      ask({ method: "POST", path: "/server/devices", body: { cursor, limit: PAGE_SIZE } }, parseDevicePage),
    syncDevices: (cursor) =>
      ask({ method: "POST", path: "/devices/sync", body: { cursor, limit: PAGE_SIZE } }, parseDevicePage),
  };
}
