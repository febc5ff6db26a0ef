import { CURSOR_LIFE_MS, type Changes } from "../devices/changes.ts";
import type { Cursor, Cursors, ReturnedCursor } from "../devices/cursors.ts";
import { dialectOf, type DeviceTexts, type Dialect } from "../devices/device-texts.ts";
import type { Fleet } from "../devices/fleet.ts";
import type { Organisation } from "../devices/organisation.ts";
import type { Pages } from "../devices/pages.ts";
import type { RequestFaults } from "../faults.ts";
import {
  instant,
  json,
  KeptText,
  membersOf,
  plain,
  Refusal,
  refuse,
  written,
  type SimulatorAnswer,
  type SimulatorRequest,
} from "../messages.ts";
import type { ServerToken } from "../portals/tokens.ts";
import { accountOf, LIMIT } from "./account.ts";
import type { Profiles } from "./profiles.ts";
import { checkAgent, type Sessions } from "./sessions.ts";

/** What the device service stands on. */
export interface DeviceServiceParts {
  readonly fleet: Fleet;
  readonly texts: DeviceTexts;
  readonly pages: Pages;
  readonly changes: Changes;
  readonly cursors: Cursors;
  readonly organisation: Organisation;
  readonly profiles: Profiles;
  readonly sessions: Sessions;
  readonly account: Parameters<typeof accountOf>[0];
  /** the simulator's clock, in milliseconds */
  readonly clock: () => number;
}

/** One request of a server that is signed in. */
interface SignedInRequest {
  readonly request: SimulatorRequest;
  readonly token: ServerToken;
  /** number of the server */
  readonly server: number;
  readonly dialect: Dialect;
  /** `X-Server-Protocol-Version` */
  readonly version: number;
  readonly met: RequestFaults;
}

type ServiceHandler = (call: SignedInRequest) => SimulatorAnswer;

/** Seconds to wait for a device that is throttled. */
const THROTTLED_SECONDS = 30;

/** Devices of one page, and how it goes on. */
interface DeviceBatch {
  readonly texts: KeptText;
  readonly cursor: Cursor;
  readonly more: boolean;
}

/** Apple's device service (ADE), without `/devices/disown` and activation lock: nothing of ours may call those. @see apple 3 */
export class DeviceService {
  readonly #parts: DeviceServiceParts;
  readonly #routes: ReadonlyMap<string, Readonly<Record<string, ServiceHandler>>>;

  constructor(parts: DeviceServiceParts) {
    this.#parts = parts;
    const assign: ServiceHandler = (call) => this.#assign(call);
    this.#routes = new Map<string, Readonly<Record<string, ServiceHandler>>>([
      ["/account", { GET: ({ token, version }) => json(accountOf(parts.account, token, version)) }],
      ["/server/devices", { POST: (call) => this.#fetch(call) }],
      ["/devices/sync", { POST: (call) => this.#sync(call) }],
      ["/devices", { POST: (call) => this.#details(call) }],
      ["/profile", { POST: (call) => this.#define(call), GET: (call) => this.#profile(call) }],
      ["/profile/devices", { POST: assign, PUT: assign, DELETE: (call) => this.#unassign(call) }],
    ]);
  }

  /** @returns undefined for a path that it does not know @throws Refusal */
  handle(request: SimulatorRequest, met: RequestFaults): SimulatorAnswer | undefined {
    const isSession = request.path === "/session";
    const route = this.#routes.get(request.path);
    if (!isSession && route === undefined) return undefined;
    checkAgent(request);
    met.refuse();
    if (isSession) return request.method === "GET" ? this.#parts.sessions.open(request) : notAllowed(["GET"]);
    const handler = route?.[request.method];
    if (handler === undefined) return notAllowed(Object.keys(route ?? {}));
    const { token, renewed } = this.#parts.sessions.enter(request);
    const version = Number(request.headers["x-server-protocol-version"] ?? 1) || 1;
    const answer = handled(handler, {
      request,
      token,
      server: token.server,
      version,
      dialect: dialectOf(version),
      met,
    });
    if (renewed === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, "x-adm-auth-session": renewed } };
  }

  #fetch({ request, server, dialect, met }: SignedInRequest): SimulatorAnswer {
    const members = request.body === "" ? new Map<string, unknown>() : membersOf(request.body);
    const limit = limitOf(members);
    const { fleet, pages, changes } = this.#parts;
    const given = this.#cursorOf(server, members, met);
    if (given?.phase === "sync") throw refuse(400, "EXHAUSTED_CURSOR");
    const { from, end, change } = given ?? { from: 0, end: fleet.places, change: changes.next };
    const doubled = met.has("duplicate-device") && limit > 1;
    const { objects, count, next } = pages.page(server, dialect, doubled ? limit - 1 : limit, [from, end]);
    const isTwice = met.has("duplicate-device") && count > 0;
    const texts = isTwice ? new KeptText(`${objects.text},${firstOf(objects.text)}`) : objects;
    const more = next < end;
    const cursor: Cursor = more ? { phase: "fetch", from: next, end, change } : { phase: "sync", change };
    return this.#answer(
      server,
      { texts, cursor, more },
      met.has("stuck-cursor") ? (given ?? { phase: "fetch", from, end, change }) : undefined,
    );
  }

  #sync({ request, server, dialect, met }: SignedInRequest): SimulatorAnswer {
    const members = membersOf(request.body);
    const limit = limitOf(members);
    const given = this.#cursorOf(server, members, met);
    if (given === undefined) throw refuse(400, "CURSOR_REQUIRED");
    if (given.phase === "fetch") throw refuse(400, "INVALID_CURSOR");
    const { fleet, texts, changes } = this.#parts;
    const written: string[] = [];
    let [change, more] = [given.change, false];
    for (const [{ place, operation, at }, next] of changes.from(given.change, server)) {
      if (written.length >= limit) {
        more = true;
        break;
      }
      change = next;
      // what vanished without a word since is in no stream
      if (operation !== "deleted" && fleet.stateAt(place).server !== server) continue;
      written.push(texts.ofChange(place, dialect, operation, at));
      if (met.has("duplicate-device")) written.push(texts.ofChange(place, dialect, "modified", at - 1000));
    }
    if (!more) change = changes.next;
    const cursor: Cursor = { phase: "sync", change };
    return this.#answer(
      server,
      { texts: new KeptText(written.join(",")), cursor, more },
      met.has("stuck-cursor") ? given : undefined,
    );
  }

  /** @param stuck the cursor that does not move, though more is promised */
  #answer(server: number, { texts, cursor, more }: DeviceBatch, stuck: Cursor | undefined): SimulatorAnswer {
    const { cursors, clock } = this.#parts;
    const now = clock();
    const given = stuck as Partial<ReturnedCursor> | undefined;
    const next =
      stuck === undefined ? cursors.write(server, cursor, now) : cursors.write(server, stuck, given?.givenAt ?? now);
    const follows = stuck === undefined ? more : true;
    return written({
      head: `{"cursor":"${next}","devices":[`,
      middle: texts,
      tail: `],"fetched_until":"${instant(now)}","more_to_follow":${follows}}`,
    });
  }

  /** @throws Refusal `INVALID_CURSOR`, `EXPIRED_CURSOR` (400) */
  #cursorOf(server: number, members: ReadonlyMap<string, unknown>, met: RequestFaults): ReturnedCursor | undefined {
    const { cursors, clock } = this.#parts;
    const given = members.get("cursor");
    if (given === undefined || given === null || given === "") return undefined;
    const cursor = typeof given === "string" ? cursors.read(server, given) : undefined;
    if (cursor === undefined) throw refuse(400, "INVALID_CURSOR");
    const isOld = clock() - cursor.givenAt > CURSOR_LIFE_MS;
    if (isOld || met.has("expired-cursor")) throw refuse(400, "EXPIRED_CURSOR");
    return cursor;
  }

  #details({ request, server, dialect }: SignedInRequest): SimulatorAnswer {
    const entries = serialsOf(membersOf(request.body)).map((serial) => {
      const place = this.#placeOf(serial, server);
      const known =
        place === undefined ? `{"serial_number":${JSON.stringify(serial)}}` : this.#parts.texts.of(place, dialect);
      const status = place === undefined ? "NOT_ACCESSIBLE" : "SUCCESS";
      return `${JSON.stringify(serial)}:${known.slice(0, -1)},"response_status":"${status}"}`;
    });
    return written(`{"devices":{${entries.join(",")}}}`);
  }

  #define(call: SignedInRequest): SimulatorAnswer {
    const members = membersOf(call.request.body);
    const asked = members.get("devices");
    const serials = asked === undefined || (Array.isArray(asked) && asked.length === 0) ? [] : serialsOf(members);
    const { uuid } = this.#parts.profiles.define(call.server, members);
    return this.#assigned(call, uuid, serials);
  }

  #profile({ request, server }: SignedInRequest): SimulatorAnswer {
    const { uuid, body } = this.#parts.profiles.find(server, request.query.get("profile_uuid"));
    return json({ profile_uuid: uuid, ...body });
  }

  #assign(call: SignedInRequest): SimulatorAnswer {
    const members = membersOf(call.request.body);
    const serials = serialsOf(members);
    const { uuid } = this.#parts.profiles.find(call.server, members.get("profile_uuid"));
    return this.#assigned(call, uuid, serials);
  }

  #assigned(call: SignedInRequest, uuid: string, serials: readonly string[]): SimulatorAnswer {
    const results = this.#each(call, serials, (place) => this.#parts.organisation.assignProfile(place, uuid));
    const waits = call.version >= 10 && [...results.values()].includes("THROTTLED");
    const wait = waits ? { retry_after_seconds: call.met.seconds("throttled", THROTTLED_SECONDS) } : {};
    return json({ profile_uuid: uuid, devices: Object.fromEntries(results), ...wait });
  }

  #unassign(call: SignedInRequest): SimulatorAnswer {
    const serials = serialsOf(membersOf(call.request.body));
    const results = this.#each(call, serials, (place) => this.#parts.organisation.removeProfile(place));
    return json({ devices: Object.fromEntries(results) });
  }

  /** The answer for each device. @see apple 3: THROTTLED is told from version 9 on */
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

  /** The place of a device that the server may see. */
  #placeOf(serial: string, server: number): number | undefined {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    return place !== undefined && fleet.stateAt(place).server === server ? place : undefined;
  }
}

/** A refusal of a request whose session was replaced with it must carry the new one, too. */
function handled(handler: ServiceHandler, call: SignedInRequest): SimulatorAnswer {
  try {
    return handler(call);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** The first object of several that are joined by commas; none has a brace within. */
const firstOf = (text: string): string => text.slice(0, text.indexOf("}") + 1);

const notAllowed = (allow: readonly string[]): SimulatorAnswer =>
  plain("METHOD_NOT_ALLOWED", 405, { allow: allow.join(", ") });

/** @throws Refusal 400 where it is no number of devices; more than the most are the most */
function limitOf(members: ReadonlyMap<string, unknown>): number {
  const limit = members.get("limit");
  if (limit === undefined || limit === null) return LIMIT.default;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0) throw refuse(400, "MALFORMED_REQUEST_BODY");
  return limit === 0 ? LIMIT.default : Math.min(limit, LIMIT.maximum);
}

/** @throws Refusal `DEVICE_ID_REQUIRED` (400) where there is none; 400 where there are more than the most */
function serialsOf(members: ReadonlyMap<string, unknown>): readonly string[] {
  const devices = members.get("devices");
  if (!Array.isArray(devices) || devices.length === 0) throw refuse(400, "DEVICE_ID_REQUIRED");
  if (!devices.every((serial): serial is string => typeof serial === "string" && serial !== "")) {
    throw refuse(400, "DEVICE_ID_REQUIRED");
  }
  if (devices.length > LIMIT.maximum) throw refuse(400, "MALFORMED_REQUEST_BODY");
  return devices;
}
