import { createHash } from "node:crypto";
import { Failure } from "../../../../src/lib/errors/index.ts";
import type { Send } from "../../../../src/lib/apple/retry.ts";
import { text } from "../../../../src/lib/text/index.ts";
import { Devices, formatAppleInstant, renderDevice, type SimulatedDevice } from "./devices.ts";
import { Faults, type Fault, type MetFaults } from "./faults.ts";
import {
  createJsonResponse,
  parseMembers,
  Refusal,
  type SimulatorRequest,
  type SimulatorResponse,
} from "./messages.ts";
import { checkUserAgent, Sessions, type ServerToken } from "./sessions.ts";

export interface SimulatorOptions {
  /** determines the devices */
  readonly seed?: string;
  readonly devices?: number;
  readonly now: () => number;
  /** number of devices per page, as `/account` returns it */
  readonly pageSize?: number;
}

/** Name of the MDM server to which all initial devices are assigned. */
export const FIRST_SERVER = "Head office";

const CURSOR_LIFE_MS = 7 * 24 * 3600 * 1000;

/** A position in the list of all devices, followed by the changes from number `change` on; or in the changes. */
interface Cursor {
  readonly server: string;
  readonly givenAt: number;
  readonly change: number;
  readonly from?: number;
}

/** Apple's device service and server tokens. Requests below `/_simulator` do what people do in Apple's portal. */
export class Simulator {
  readonly devices: Devices;
  readonly faults = new Faults();
  readonly #now: () => number;
  readonly #pageSize: number;
  readonly #sessions: Sessions;
  #aheadMs = 0;

  constructor({ seed = "", devices = 0, now, pageSize = 1000 }: SimulatorOptions) {
    this.#now = now;
    this.#pageSize = pageSize;
    const apple = (): number => now() + this.#aheadMs;
    this.devices = new Devices(apple, seed);
    this.#sessions = new Sessions({ real: now, apple });
    for (let added = 0; added < devices; added += 1) this.devices.add(FIRST_SERVER, undefined, true);
  }

  handle(request: SimulatorRequest): SimulatorResponse {
    const met = request.path.startsWith("/_simulator") ? undefined : this.faults.meet(request.path);
    const date = new Date(this.#now() + (met?.clockErrorMs ?? 0)).toUTCString();
    const answer = this.#answer(request, met);
    const { headers, ...rest } = met === undefined ? answer : met.spoil(answer);
    return { ...rest, headers: { ...headers, date } };
  }

  #answer(request: SimulatorRequest, met: MetFaults | undefined): SimulatorResponse {
    try {
      return met === undefined ? this.#control(request) : this.#serve(request, met);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  #serve(request: SimulatorRequest, met: MetFaults): SimulatorResponse {
    const { method, path } = request;
    checkUserAgent(request);
    met.refuse();
    if (method === "GET" && path === "/session") return this.#sessions.open(request);
    const { token, renewed } = this.#sessions.enter(request);
    const answer = this.#page(request, token, met);
    return {
      ...answer,
      headers: { ...answer.headers, ...(renewed !== undefined && { "x-adm-auth-session": renewed }) },
    };
  }

  #page({ method, path, body }: SimulatorRequest, token: ServerToken, met: MetFaults): SimulatorResponse {
    if (method === "GET" && path === "/account") return createJsonResponse(this.#account(token));
    if (method !== "POST" || !["/server/devices", "/devices/sync"].includes(path)) throw new Refusal(404, "NOT_FOUND");
    const { cursor: written, limit = 100 } = parseMembers(body);
    const size = Math.min(Number(limit) || 100, this.#pageSize);
    const given = this.#readCursor(token.server, written, met);
    const isFetch = path === "/server/devices";
    if (isFetch && given !== undefined && given.from === undefined) throw new Refusal(400, "EXHAUSTED_CURSOR");
    if (!isFetch && given === undefined) throw new Refusal(400, "CURSOR_REQUIRED");
    if (!isFetch && given?.from !== undefined) throw new Refusal(400, "INVALID_CURSOR");
    const position = given ?? { from: 0, change: this.devices.changes.length };
    const page = isFetch ? this.#fetch(token.server, position, size) : this.#sync(token.server, position, size);
    if (met.has("duplicate-device") && page.texts.length > 0) page.texts.push(page.texts[0] ?? "");
    const isStuck = met.has("stuck-cursor");
    const cursor = isStuck && given !== undefined ? given : this.#stamp(token.server, page.next);
    const more = page.more || isStuck;
    return createJsonResponse(
      `{"cursor":"${Buffer.from(JSON.stringify(cursor)).toString("base64url")}","devices":[${page.texts.join(",")}],"fetched_until":"${formatAppleInstant(this.#apple)}","more_to_follow":${more}}`,
    );
  }

  get #apple(): number {
    return this.#now() + this.#aheadMs;
  }

  #stamp(server: string, position: Omit<Cursor, "server" | "givenAt">): Cursor {
    return { server, givenAt: this.#apple, ...position };
  }

  #readCursor(server: string, written: unknown, met: MetFaults): Cursor | undefined {
    if (written === undefined || written === null || written === "") return undefined;
    if (typeof written !== "string") throw new Refusal(400, "INVALID_CURSOR");
    let cursor: Cursor;
    try {
      cursor = JSON.parse(Buffer.from(written, "base64url").toString()) as Cursor;
    } catch {
      throw new Refusal(400, "INVALID_CURSOR");
    }
    if (cursor.server !== server) throw new Refusal(400, "INVALID_CURSOR");
    const isOld = this.#apple - cursor.givenAt > CURSOR_LIFE_MS;
    if (isOld || met.has("expired-cursor")) throw new Refusal(400, "EXPIRED_CURSOR");
    return cursor;
  }

  #fetch(server: string, { from = 0, change }: Pick<Cursor, "from" | "change">, size: number) {
    const texts: string[] = [];
    const { all } = this.devices;
    let place = from;
    for (; place < all.length && texts.length < size; place += 1) {
      const device = all[place];
      if (device?.server === server) texts.push(renderDevice(device));
    }
    const more = place < all.length;
    return { texts, more, next: more ? { from: place, change } : { change } };
  }

  #sync(server: string, { change }: Pick<Cursor, "change">, size: number) {
    const texts: string[] = [];
    const { changes } = this.devices;
    let number = change;
    for (; number < changes.length && texts.length < size; number += 1) {
      const one = changes[number];
      // the changes do not include devices that have left the server since
      if (one?.server !== server || (one.operation !== "deleted" && one.device.server !== server)) continue;
      texts.push(renderDevice(one.device, one));
    }
    return { texts, more: number < changes.length, next: { change: number } };
  }

  #account({ server, admin }: ServerToken): unknown {
    return {
      server_name: server,
      server_uuid: createHash("sha256").update(server).digest("hex").slice(0, 32).toUpperCase(),
      admin_id: admin,
      org_name: "Example Inc.",
    };
  }

  add({ count = 0, serials, server = FIRST_SERVER, silent = false }: AdditionRequest): readonly string[] {
    const wanted = serials ?? Array.from({ length: count }, () => undefined);
    return wanted.map((serial) => this.devices.add(server, serial, silent).serial);
  }

  assign(serials: readonly string[], server: string | undefined, isSilent = false): void {
    for (const device of this.#find(serials)) this.devices.move(device, server, isSilent);
  }

  token(certificate: string, server = FIRST_SERVER, admin = "admin@example.jp"): { name: string; content: string } {
    return this.#sessions.download(certificate, server, admin);
  }

  /** Moves Apple's clock forward, so that cursors, sessions and tokens expire. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  *present(): Generator<SimulatedDevice> {
    for (const device of this.devices.all) if (device.server === FIRST_SERVER) yield device;
  }

  #find(serials: readonly string[]): readonly SimulatedDevice[] {
    return serials.map((serial) => {
      const device = this.devices.find(serial);
      if (device === undefined) throw new Refusal(404, `no device ${serial}`);
      return device;
    });
  }

  #control({ method, path, query, body }: SimulatorRequest): SimulatorResponse {
    const asked = parseMembers(body) as ControlRequest;
    const { serials = [] } = asked;
    switch (`${method} ${path.slice("/_simulator".length)}`) {
      case "POST /tokens":
        return this.#tokenFile(asked);
      case "POST /devices":
        return createJsonResponse({ serials: this.add(asked) });
      case "POST /devices/assign":
        this.assign(serials, asked.server ?? FIRST_SERVER, asked.silent);
        return createJsonResponse({});
      case "POST /devices/release":
        this.assign(serials, undefined, asked.silent);
        return createJsonResponse({});
      case "POST /devices/profile":
        for (const device of this.#find(serials)) this.devices.setStatus(device, asked.status ?? "assigned");
        return createJsonResponse({});
      case "GET /devices":
        return this.#list(Number(query.get("from") ?? 0), Number(query.get("limit") ?? 1000));
      case "POST /faults":
        this.faults.add(asked as Fault);
        return createJsonResponse({});
      case "DELETE /faults":
        this.faults.clear();
        return createJsonResponse({});
      case "POST /advance":
        this.advance((asked.hours ?? 0) * 3_600_000);
        return createJsonResponse({});
      default:
        throw new Refusal(404, "NOT_FOUND");
    }
  }

  #tokenFile({ certificate = "", server, admin }: ControlRequest): SimulatorResponse {
    const { name, content } = this.token(certificate, server, admin);
    return {
      status: 200,
      headers: { "content-type": "application/pkcs7-mime", "content-disposition": `attachment; filename="${name}"` },
      body: content,
    };
  }

  #list(from: number, limit: number): SimulatorResponse {
    const found = [...this.present()].slice(from, from + limit);
    const next = found.length < limit ? null : from + limit;
    return createJsonResponse({ devices: found.map(({ serial, status }) => ({ serial, status })), next });
  }
}

interface AdditionRequest {
  readonly count?: number;
  readonly serials?: readonly string[];
  readonly server?: string;
  /** true to omit the devices from the changes, as Apple sometimes does */
  readonly silent?: boolean;
}

interface ControlRequest extends AdditionRequest {
  readonly certificate?: string;
  readonly admin?: string;
  readonly status?: SimulatedDevice["status"];
  readonly hours?: number;
}

/** Returns a `Send` that calls a simulator in this process for every URL. */
export const createInProcessSend =
  (simulator: Pick<Simulator, "handle">): Send =>
  async ({ method, url, headers, body = "", signal }) => {
    signal?.throwIfAborted();
    const { origin, pathname: path, searchParams: query } = new URL(url);
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const answer = simulator.handle({ method, origin, path, query, headers: given, body });
    if (answer.isLost === true)
      throw new Failure("unavailable", { what: text("connection lost", "接続が切れました"), where: origin });
    return answer;
  };
