import { CURSOR_LIFE_MS, type DeviceChangeLog } from "../devices/changes.ts";
import type { Cursor, CursorCodec, ReturnedCursor } from "../devices/cursors.ts";
import { getProtocolDialect, type DeviceRenderer, type ProtocolDialect } from "../devices/device-texts.ts";
import type { DeviceFleet } from "../devices/fleet.ts";
import type { OrganisationDevices } from "../devices/organisation.ts";
import type { DevicePageCache } from "../devices/pages.ts";
import type { RequestFaults } from "../faults.ts";
import {
  formatAppleInstant,
  createJsonResponse,
  CachedText,
  parseJsonMembers,
  createPlainResponse,
  Refusal,
  createRefusal,
  createRawJsonResponse,
  type SimulatorResponse,
  type SimulatorRequest,
} from "../messages.ts";
import type { ServerToken } from "../portals/tokens.ts";
import { buildAccount, DEVICE_LIMIT } from "./account.ts";
import type { ProfileRegistry } from "./profiles.ts";
import { checkUserAgent, type SessionRegistry } from "./sessions.ts";

/** The parts of the simulator that the device service uses. */
export interface DeviceServiceParts {
  readonly fleet: DeviceFleet;
  readonly texts: DeviceRenderer;
  readonly pages: DevicePageCache;
  readonly changes: DeviceChangeLog;
  readonly cursors: CursorCodec;
  readonly organisation: OrganisationDevices;
  readonly profiles: ProfileRegistry;
  readonly sessions: SessionRegistry;
  readonly account: Parameters<typeof buildAccount>[0];
  /** returns the time of the simulator's clock, in milliseconds */
  readonly clock: () => number;
}

/** A request of an MDM server that is signed in. */
interface SignedInRequest {
  readonly request: SimulatorRequest;
  readonly token: ServerToken;
  /** number of the MDM server */
  readonly server: number;
  readonly dialect: ProtocolDialect;
  /** `X-Server-Protocol-Version` */
  readonly version: number;
  readonly met: RequestFaults;
}

type ServiceHandler = (call: SignedInRequest) => SimulatorResponse;

/** Default number of seconds to wait for a throttled device. */
const THROTTLED_SECONDS = 30;

/** A page of devices, and the cursor to continue with. */
interface DeviceBatch {
  readonly texts: CachedText;
  readonly cursor: Cursor;
  readonly more: boolean;
}

/** Apple's device service (ADE) without what our code must never call (disown, activation lock).  @see apple 3 */
export class DeviceService {
  readonly #parts: DeviceServiceParts;
  readonly #routes: ReadonlyMap<string, Readonly<Record<string, ServiceHandler>>>;

  constructor(parts: DeviceServiceParts) {
    this.#parts = parts;
    const assign: ServiceHandler = (call) => this.#assign(call);
    this.#routes = new Map<string, Readonly<Record<string, ServiceHandler>>>([
      ["/account", { GET: ({ token, version }) => createJsonResponse(buildAccount(parts.account, token, version)) }],
      ["/server/devices", { POST: (call) => this.#fetch(call) }],
      ["/devices/sync", { POST: (call) => this.#sync(call) }],
      ["/devices", { POST: (call) => this.#details(call) }],
      ["/profile", { POST: (call) => this.#define(call), GET: (call) => this.#profile(call) }],
      ["/profile/devices", { POST: assign, PUT: assign, DELETE: (call) => this.#unassign(call) }],
    ]);
  }

  /** Handles a request.  @returns undefined if the path is unknown  @throws Refusal */
  handle(request: SimulatorRequest, met: RequestFaults): SimulatorResponse | undefined {
    const isSession = request.path === "/session";
    const route = this.#routes.get(request.path);
    if (!isSession && route === undefined) return undefined;
    checkUserAgent(request);
    met.refuse();
    if (isSession)
      return request.method === "GET" ? this.#parts.sessions.open(request) : createNotAllowedResponse(["GET"]);
    const handler = route?.[request.method];
    if (handler === undefined) return createNotAllowedResponse(Object.keys(route ?? {}));
    const { token, renewed } = this.#parts.sessions.enter(request);
    const version = Number(request.headers["x-server-protocol-version"] ?? 1) || 1;
    const answer = callHandler(handler, {
      request,
      token,
      server: token.server,
      version,
      dialect: getProtocolDialect(version),
      met,
    });
    if (renewed === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, "x-adm-auth-session": renewed } };
  }

  #fetch({ request, server, dialect, met }: SignedInRequest): SimulatorResponse {
    const members = request.body === "" ? new Map<string, unknown>() : parseJsonMembers(request.body);
    const limit = parseDeviceLimit(members);
    const { fleet, pages, changes } = this.#parts;
    const given = this.#cursorOf(server, members, met);
    if (given?.phase === "sync") throw createRefusal(400, "EXHAUSTED_CURSOR");
    const { from, end, change } = given ?? { from: 0, end: fleet.places, change: changes.next };
    const doubled = met.has("duplicate-device") && limit > 1;
    const { objects, count, next } = pages.page(server, dialect, doubled ? limit - 1 : limit, [from, end]);
    const isTwice = met.has("duplicate-device") && count > 0;
    const texts = isTwice ? new CachedText(`${objects.text},${takeFirstObject(objects.text)}`) : objects;
    const more = next < end;
    const cursor: Cursor = more ? { phase: "fetch", from: next, end, change } : { phase: "sync", change };
    return this.#answer(
      server,
      { texts, cursor, more },
      met.has("stuck-cursor") ? (given ?? { phase: "fetch", from, end, change }) : undefined,
    );
  }

  #sync({ request, server, dialect, met }: SignedInRequest): SimulatorResponse {
    const members = parseJsonMembers(request.body);
    const limit = parseDeviceLimit(members);
    const given = this.#cursorOf(server, members, met);
    if (given === undefined) throw createRefusal(400, "CURSOR_REQUIRED");
    if (given.phase === "fetch") throw createRefusal(400, "INVALID_CURSOR");
    const { fleet, texts, changes } = this.#parts;
    const written: string[] = [];
    let [change, more] = [given.change, false];
    for (const [{ place, operation, at }, next] of changes.from(given.change, server)) {
      if (written.length >= limit) {
        more = true;
        break;
      }
      change = next;
      // the stream does not report a device that has since left the server without an entry in the stream
      if (operation !== "deleted" && fleet.stateAt(place).server !== server) continue;
      written.push(texts.ofChange(place, dialect, operation, at));
      if (met.has("duplicate-device")) written.push(texts.ofChange(place, dialect, "modified", at - 1000));
    }
    if (!more) change = changes.next;
    const cursor: Cursor = { phase: "sync", change };
    return this.#answer(
      server,
      { texts: new CachedText(written.join(",")), cursor, more },
      met.has("stuck-cursor") ? given : undefined,
    );
  }

  /** Creates the response for a page of devices.  @param stuck cursor to return again, with more pages announced */
  #answer(server: number, { texts, cursor, more }: DeviceBatch, stuck: Cursor | undefined): SimulatorResponse {
    const { cursors, clock } = this.#parts;
    const now = clock();
    const given = stuck as Partial<ReturnedCursor> | undefined;
    const next =
      stuck === undefined ? cursors.write(server, cursor, now) : cursors.write(server, stuck, given?.givenAt ?? now);
    const follows = stuck === undefined ? more : true;
    return createRawJsonResponse({
      head: `{"cursor":"${next}","devices":[`,
      middle: texts,
      tail: `],"fetched_until":"${formatAppleInstant(now)}","more_to_follow":${follows}}`,
    });
  }

  /** Reads the cursor of a request. @throws Refusal `INVALID_CURSOR`, `EXPIRED_CURSOR` (400) */
  #cursorOf(server: number, members: ReadonlyMap<string, unknown>, met: RequestFaults): ReturnedCursor | undefined {
    const { cursors, clock } = this.#parts;
    const given = members.get("cursor");
    if (given === undefined || given === null || given === "") return undefined;
    const cursor = typeof given === "string" ? cursors.read(server, given) : undefined;
    if (cursor === undefined) throw createRefusal(400, "INVALID_CURSOR");
    const isOld = clock() - cursor.givenAt > CURSOR_LIFE_MS;
    if (isOld || met.has("expired-cursor")) throw createRefusal(400, "EXPIRED_CURSOR");
    return cursor;
  }

  #details({ request, server, dialect }: SignedInRequest): SimulatorResponse {
    const entries = parseRequestSerials(parseJsonMembers(request.body)).map((serial) => {
      const place = this.#placeOf(serial, server);
      const known =
        place === undefined ? `{"serial_number":${JSON.stringify(serial)}}` : this.#parts.texts.of(place, dialect);
      const status = place === undefined ? "NOT_ACCESSIBLE" : "SUCCESS";
      return `${JSON.stringify(serial)}:${known.slice(0, -1)},"response_status":"${status}"}`;
    });
    return createRawJsonResponse(`{"devices":{${entries.join(",")}}}`);
  }

  #define(call: SignedInRequest): SimulatorResponse {
    const members = parseJsonMembers(call.request.body);
    const asked = members.get("devices");
    const serials =
      asked === undefined || (Array.isArray(asked) && asked.length === 0) ? [] : parseRequestSerials(members);
    const { uuid } = this.#parts.profiles.define(call.server, members);
    return this.#assigned(call, uuid, serials);
  }

  #profile({ request, server }: SignedInRequest): SimulatorResponse {
    const { uuid, body } = this.#parts.profiles.find(server, request.query.get("profile_uuid"));
    return createJsonResponse({ profile_uuid: uuid, ...body });
  }

  #assign(call: SignedInRequest): SimulatorResponse {
    const members = parseJsonMembers(call.request.body);
    const serials = parseRequestSerials(members);
    const { uuid } = this.#parts.profiles.find(call.server, members.get("profile_uuid"));
    return this.#assigned(call, uuid, serials);
  }

  #assigned(call: SignedInRequest, uuid: string, serials: readonly string[]): SimulatorResponse {
    const results = this.#each(call, serials, (place) => this.#parts.organisation.assignProfile(place, uuid));
    const waits = call.version >= 10 && [...results.values()].includes("THROTTLED");
    const wait = waits ? { retry_after_seconds: call.met.seconds("throttled", THROTTLED_SECONDS) } : {};
    return createJsonResponse({ profile_uuid: uuid, devices: Object.fromEntries(results), ...wait });
  }

  #unassign(call: SignedInRequest): SimulatorResponse {
    const serials = parseRequestSerials(parseJsonMembers(call.request.body));
    const results = this.#each(call, serials, (place) => this.#parts.organisation.removeProfile(place));
    return createJsonResponse({ devices: Object.fromEntries(results) });
  }

  /** Applies a change to devices and returns their results.  @see apple 3: protocol versions below 9 lack THROTTLED */
  #each(
    { server, version, met }: SignedInRequest,
    serials: readonly string[],
    work: (place: number) => void,
  ): Map<string, string> {
    const results = new Map<string, string>();
    for (const serial of serials) {
      const place = this.#placeOf(serial, server);
      if (met.befalls("left-out", serial)) continue;
      if (place === undefined) results.set(serial, "NOT_ACCESSIBLE");
      else if (met.befalls("throttled", serial)) results.set(serial, version >= 9 ? "THROTTLED" : "FAILED");
      else if (met.befalls("failed", serial)) results.set(serial, "FAILED");
      else {
        work(place);
        results.set(serial, "SUCCESS");
      }
    }
    return results;
  }

  /** Returns the place of a device if it is assigned to the server. */
  #placeOf(serial: string, server: number): number | undefined {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    return place !== undefined && fleet.stateAt(place).server === server ? place : undefined;
  }
}

/** Calls a handler and converts a refusal into a response, so that a refusal can also return a new session. */
function callHandler(handler: ServiceHandler, call: SignedInRequest): SimulatorResponse {
  try {
    return handler(call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** Returns the first of several JSON objects that are joined by commas. The objects must not contain braces. */
const takeFirstObject = (text: string): string => text.slice(0, text.indexOf("}") + 1);

const createNotAllowedResponse = (allow: readonly string[]): SimulatorResponse =>
  createPlainResponse("METHOD_NOT_ALLOWED", 405, { allow: allow.join(", ") });

/** Reads the device limit of a request, at most the maximum.  @throws Refusal 400 if negative or not an integer */
function parseDeviceLimit(members: ReadonlyMap<string, unknown>): number {
  const limit = members.get("limit");
  if (limit === undefined || limit === null) return DEVICE_LIMIT.default;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0)
    throw createRefusal(400, "MALFORMED_REQUEST_BODY");
  return limit === 0 ? DEVICE_LIMIT.default : Math.min(limit, DEVICE_LIMIT.maximum);
}

/** Returns a request's serial numbers.  @throws Refusal 400: `DEVICE_ID_REQUIRED` if none, or if there are too many */
function parseRequestSerials(members: ReadonlyMap<string, unknown>): readonly string[] {
  const devices = members.get("devices");
  if (!Array.isArray(devices) || devices.length === 0) throw createRefusal(400, "DEVICE_ID_REQUIRED");
  if (!devices.every((serial): serial is string => typeof serial === "string" && serial !== "")) {
    throw createRefusal(400, "DEVICE_ID_REQUIRED");
  }
  if (devices.length > DEVICE_LIMIT.maximum) throw createRefusal(400, "MALFORMED_REQUEST_BODY");
  return devices;
}
