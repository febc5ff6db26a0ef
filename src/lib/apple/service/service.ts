import { isObject, requiredText, undocumented, type JsonObject } from "../answer.ts";
import { placeOf } from "../patience.ts";
import { accountOf, type AdeAccount } from "./account.ts";
import { deviceOf, devicePageOf, type AdeDevice, type DevicePage } from "./device.ts";
import { AdeSession, type Access, type ServiceCall } from "./session.ts";

/** What became of a device of a request. `NOT_ACCESSIBLE`: not the server's; `THROTTLED`: refused for some time. */
export type DeviceResult = (typeof RESULTS)[number];

const RESULTS = ["SUCCESS", "NOT_ACCESSIBLE", "FAILED", "THROTTLED"] as const;

/** What became of the devices of a request. */
export interface DeviceResults {
  /** for each serial number that was sent: `FAILED` where Apple says nothing, or nothing known */
  readonly results: ReadonlyMap<string, DeviceResult>;
  /** after how many seconds Apple takes the others */
  readonly retryAfterSeconds?: number | undefined;
}

/** What of a device was asked for. */
export interface DeviceDetail {
  readonly result: DeviceResult;
  /** null where Apple tells nothing of it */
  readonly device: AdeDevice | null;
}

/**
 * The device service, as a server of Apple Business Manager reaches it. A list of serial numbers is at most as long as
 * `limitOf` of the account says.
 *
 * All throw AppleRefusal (a Failure) where Apple refuses, Failure `unavailable` where it is not reached, stays busy, or
 * answers otherwise than documented, and `interrupted`.
 *
 * @see apple 3
 */
export interface AdeService {
  readonly account: () => Promise<AdeAccount>;
  /** a page of all devices: the first one without a cursor. @throws CursorRefused */
  readonly fetchDevices: (from: {
    readonly cursor?: string | undefined;
    readonly limit: number;
  }) => Promise<DevicePage>;
  /** a page of what changed since. @throws CursorRefused */
  readonly syncDevices: (from: { readonly cursor: string; readonly limit: number }) => Promise<DevicePage>;
  readonly devices: (serials: readonly string[]) => Promise<ReadonlyMap<string, DeviceDetail>>;
  /** @param profile as Apple has it; its `devices`, if any, get it */
  readonly defineProfile: (profile: JsonObject) => Promise<{ readonly profileUuid: string } & DeviceResults>;
  /** a profile as Apple has it. @throws `not-found` */
  readonly profile: (profileUuid: string) => Promise<JsonObject>;
  readonly assign: (profileUuid: string, serials: readonly string[]) => Promise<DeviceResults>;
  readonly unassign: (serials: readonly string[]) => Promise<DeviceResults>;
}

/** Opens the device service; nothing is sent before the first call. */
export function openService(access: Access): AdeService {
  const session = new AdeSession(access);
  const ask = async (call: ServiceCall): Promise<{ readonly where: string; readonly answer: JsonObject }> => {
    const answer = await session.call(call);
    return { where: placeOf({ method: call.method, url: access.base + call.path }), answer };
  };
  const get = (path: string) => ask({ method: "GET", path, repeatable: true });
  const read = (path: string, body: object) => ask({ method: "POST", path, body, repeatable: true });
  const change = (method: "POST" | "DELETE", path: string, body: object) =>
    ask({ method, path, body, repeatable: false });
  const page = async (path: string, body: object): Promise<DevicePage> => {
    const { where, answer } = await read(path, body);
    return devicePageOf(where, answer);
  };
  return {
    async account() {
      const { where, answer } = await get("/account");
      return accountOf(where, answer);
    },
    fetchDevices: ({ cursor, limit }) => page("/server/devices", { cursor, limit }),
    syncDevices: ({ cursor, limit }) => page("/devices/sync", { cursor, limit }),
    async devices(serials) {
      const { where, answer } = await read("/devices", { devices: serials });
      const rows = rowsOf(where, answer);
      return new Map(serials.map((serial) => [serial, detailOf(where, rows.get(serial))]));
    },
    async defineProfile(profile) {
      const { where, answer } = await change("POST", "/profile", profile);
      const { devices } = profile;
      const serials = Array.isArray(devices) ? devices.filter((serial) => typeof serial === "string") : [];
      return { profileUuid: requiredText(where, answer, "profile_uuid"), ...resultsOf(where, answer, serials) };
    },
    async profile(profileUuid) {
      const { answer } = await get(`/profile?${String(new URLSearchParams({ profile_uuid: profileUuid }))}`);
      return answer;
    },
    async assign(profileUuid, serials) {
      const body = { profile_uuid: profileUuid, devices: serials };
      // a profile that is given once more is given: what the lost answer would have said comes again
      const { where, answer } = await ask({ method: "POST", path: "/profile/devices", body, repeatable: true });
      return resultsOf(where, answer, serials);
    },
    async unassign(serials) {
      const { where, answer } = await change("DELETE", "/profile/devices", { devices: serials });
      return resultsOf(where, answer, serials);
    },
  };
}

const rowsOf = (where: string, { devices = {} }: JsonObject): ReadonlyMap<string, unknown> => {
  if (!isObject(devices)) throw undocumented(where, "devices");
  return new Map(Object.entries(devices));
};

/** Nobody waits longer, whatever the answer says. */
const MAX_RETRY_SECONDS = 7 * 24 * 60 * 60;

const resultOf = (value: unknown): DeviceResult => RESULTS.find((result) => result === value) ?? "FAILED";

function resultsOf(where: string, answer: JsonObject, serials: readonly string[]): DeviceResults {
  const rows = rowsOf(where, answer);
  const { retry_after_seconds: seconds } = answer;
  return {
    results: new Map(serials.map((serial) => [serial, resultOf(rows.get(serial))])),
    ...(typeof seconds === "number" && seconds >= 0 && Number.isFinite(seconds)
      ? { retryAfterSeconds: Math.min(Math.ceil(seconds), MAX_RETRY_SECONDS) }
      : {}),
  };
}

const detailOf = (where: string, row: unknown): DeviceDetail => {
  if (!isObject(row)) return { result: "FAILED", device: null };
  const result = resultOf(row["response_status"]);
  return { result, device: row["serial_number"] === undefined ? null : deviceOf(where, row) };
};
