import { isObject, readRequiredText, createUndocumentedFailure, type JsonObject } from "../answer.ts";
import { formatRequestTarget } from "../patience.ts";
import { parseAccount, type AdeAccount } from "./account.ts";
import { parseDevice, parseDevicePage, type AdeDevice, type DevicePage } from "./device.ts";
import { AdeSession, type DeviceServiceAccess, type ServiceCall } from "./session.ts";

/** Result for a device. `NOT_ACCESSIBLE`: not a device of this server. `THROTTLED`: refused by Apple for some time. */
export type DeviceResult = (typeof DEVICE_RESULTS)[number];

const DEVICE_RESULTS = ["SUCCESS", "NOT_ACCESSIBLE", "FAILED", "THROTTLED"] as const;

/** The results of a request for its devices. */
export interface DeviceResults {
  /** result for each serial number that was sent; `FAILED` if Apple returns no result or an unknown result */
  readonly results: ReadonlyMap<string, DeviceResult>;
  /** number of seconds after which Apple accepts the throttled devices */
  readonly retryAfterSeconds?: number | undefined;
}

/** The details that were requested for a device. */
export interface DeviceDetail {
  readonly result: DeviceResult;
  /** null if Apple returns no details of the device */
  readonly device: AdeDevice | null;
}

/**
 * Apple's device service, as a server of Apple Business Manager uses it. A list of serial numbers must not be longer
 * than the limit in the account (`findDeviceLimit`).
 *
 * Every call throws an AppleRefusal (a Failure) if Apple refuses the request; a Failure `unavailable` if the service
 * cannot be reached, is still busy after all attempts, or returns an undocumented response; and `interrupted`.
 *
 * @see apple 3
 */
export interface AdeService {
  readonly account: () => Promise<AdeAccount>;
  /** fetches a page of all devices; the first page is fetched without a cursor. @throws CursorRefusal */
  readonly fetchDevices: (from: {
    readonly cursor?: string | undefined;
    readonly limit: number;
  }) => Promise<DevicePage>;
  /** fetches a page of the changes since the cursor. @throws CursorRefusal */
  readonly syncDevices: (from: { readonly cursor: string; readonly limit: number }) => Promise<DevicePage>;
  readonly devices: (serials: readonly string[]) => Promise<ReadonlyMap<string, DeviceDetail>>;
  /** @param profile in Apple's format; it is assigned to its `devices`, if any */
  readonly defineProfile: (profile: JsonObject) => Promise<{ readonly profileUuid: string } & DeviceResults>;
  /** fetches a profile in Apple's format. @throws `not-found` */
  readonly profile: (profileUuid: string) => Promise<JsonObject>;
  readonly assign: (profileUuid: string, serials: readonly string[]) => Promise<DeviceResults>;
  readonly unassign: (serials: readonly string[]) => Promise<DeviceResults>;
}

/** Opens the device service. Sends nothing before the first call. */
export function openDeviceService(access: DeviceServiceAccess): AdeService {
  const session = new AdeSession(access);
  const ask = async (call: ServiceCall): Promise<{ readonly where: string; readonly answer: JsonObject }> => {
    const answer = await session.call(call);
    return { where: formatRequestTarget({ method: call.method, url: access.base + call.path }), answer };
  };
  const get = (path: string) => ask({ method: "GET", path, repeatable: true });
  const read = (path: string, body: object) => ask({ method: "POST", path, body, repeatable: true });
  const change = (method: "POST" | "DELETE", path: string, body: object) =>
    ask({ method, path, body, repeatable: false });
  const page = async (path: string, body: object): Promise<DevicePage> => {
    const { where, answer } = await read(path, body);
    return parseDevicePage(where, answer);
  };
  return {
    async account() {
      const { where, answer } = await get("/account");
      return parseAccount(where, answer);
    },
    fetchDevices: ({ cursor, limit }) => page("/server/devices", { cursor, limit }),
    syncDevices: ({ cursor, limit }) => page("/devices/sync", { cursor, limit }),
    async devices(serials) {
      const { where, answer } = await read("/devices", { devices: serials });
      const rows = parseDeviceRows(where, answer);
      return new Map(serials.map((serial) => [serial, parseDeviceDetail(where, rows.get(serial))]));
    },
    async defineProfile(profile) {
      const { where, answer } = await change("POST", "/profile", profile);
      const { devices } = profile;
      const serials = Array.isArray(devices) ? devices.filter((serial) => typeof serial === "string") : [];
      return {
        profileUuid: readRequiredText(where, answer, "profile_uuid"),
        ...parseDeviceResults(where, answer, serials),
      };
    },
    async profile(profileUuid) {
      const { answer } = await get(`/profile?${String(new URLSearchParams({ profile_uuid: profileUuid }))}`);
      return answer;
    },
    async assign(profileUuid, serials) {
      const body = { profile_uuid: profileUuid, devices: serials };
      // assigning the same profile again is harmless, and returns the results that a lost response contained
      const { where, answer } = await ask({ method: "POST", path: "/profile/devices", body, repeatable: true });
      return parseDeviceResults(where, answer, serials);
    },
    async unassign(serials) {
      const { where, answer } = await change("DELETE", "/profile/devices", { devices: serials });
      return parseDeviceResults(where, answer, serials);
    },
  };
}

const parseDeviceRows = (where: string, { devices = {} }: JsonObject): ReadonlyMap<string, unknown> => {
  if (!isObject(devices)) throw createUndocumentedFailure(where, "devices");
  return new Map(Object.entries(devices));
};

/** Limit for the delay that a response requests, because nobody waits longer. */
const MAX_RETRY_AFTER_SECONDS = 7 * 24 * 60 * 60;

const toDeviceResult = (value: unknown): DeviceResult => DEVICE_RESULTS.find((result) => result === value) ?? "FAILED";

function parseDeviceResults(where: string, answer: JsonObject, serials: readonly string[]): DeviceResults {
  const rows = parseDeviceRows(where, answer);
  const { retry_after_seconds: seconds } = answer;
  return {
    results: new Map(serials.map((serial) => [serial, toDeviceResult(rows.get(serial))])),
    ...(typeof seconds === "number" && seconds >= 0 && Number.isFinite(seconds)
      ? { retryAfterSeconds: Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_SECONDS) }
      : {}),
  };
}

const parseDeviceDetail = (where: string, row: unknown): DeviceDetail => {
  if (!isObject(row)) return { result: "FAILED", device: null };
  const result = toDeviceResult(row["response_status"]);
  return { result, device: row["serial_number"] === undefined ? null : parseDevice(where, row) };
};
