import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { NOWHERE, type Fleet } from "../devices/fleet.ts";
import type { Ids } from "../ids.ts";
import { json, Refusal, type SimulatorAnswer, type SimulatorRequest } from "../messages.ts";
import type { Server, Servers } from "./tokens.ts";

/** A key that was made for a program. */
export interface BusinessKey {
  readonly clientId: string;
  readonly keyId: string;
  /** SPKI, PEM; the private one is not kept */
  readonly publicKey: string;
}

/** A key as it is handed out, once. */
export interface NewBusinessKey extends Omit<BusinessKey, "publicKey"> {
  /** PKCS#8, PEM */
  readonly privateKey: string;
}

/** What the Apple Business API stands on. */
export interface BusinessParts {
  readonly ids: Ids;
  readonly fleet: Fleet;
  readonly servers: Servers;
  readonly random: (size: number) => Uint8Array;
  /** the real time: assertions are signed by it */
  readonly now: () => number;
}

const TOKEN_PATH = "/auth/oauth2/token";
const AUDIENCE_PATH = "/auth/oauth2/v2/token";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SCOPE = "business.api";
const LIFE_SECONDS = 3600;
/** An assertion may be valid for 180 days. @see apple 6 */
const LONGEST_ASSERTION_SECONDS = 180 * 24 * 3600;

const MAX_ON_A_PAGE = 100;

/** As JSON:API has them: with milliseconds. */
const date = (ms: number): string => new Date(ms).toISOString();

/** An error of OAuth 2. @see RFC 6749 section 5.2 */
const refused = (error: string): Refusal => new Refusal(json({ error }, 400));

const failed = (status: number, code: string, title: string, detail: string): Refusal =>
  new Refusal(json({ errors: [{ id: `simulator-${status}`, status: String(status), code, title, detail }] }, status));

const notFound = (what: string): Refusal =>
  failed(
    404,
    "NOT_FOUND",
    "The specified resource does not exist",
    `There is no resource of type 'orgDevices' with id '${what}'`,
  );

function partOf(jwt: string, at: number): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(jwt.split(".")[at] ?? "", "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return new Map(Object.entries(value));
  } catch {
    // refused below, as every assertion that cannot be read
  }
  throw refused("invalid_client");
}

/** The Apple Business API, which only reads here: no activity that assigns or releases devices is known. @see apple 6 */
export class Business {
  readonly #parts: BusinessParts;
  readonly #keys: BusinessKey[];
  readonly #access = new Map<string, number>();

  constructor(parts: BusinessParts, keys: readonly BusinessKey[] = []) {
    this.#parts = parts;
    this.#keys = [...keys];
  }

  /** Makes a key for a program, as the portal does under its settings. */
  createKey(): NewBusinessKey {
    const number = this.#keys.length;
    const clientId = `BUSINESSAPI.${this.#parts.ids.uuid("business client", number)}`;
    const keyId = this.#parts.ids.uuid("business key", number);
    const { publicKey, privateKey } = generateKeyPairSync("ec", {
      namedCurve: "prime256v1",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    this.#keys.push({ clientId, keyId, publicKey });
    return { clientId, keyId, privateKey };
  }

  /** @returns undefined for a path that it does not know @throws Refusal */
  handle(request: SimulatorRequest): SimulatorAnswer | undefined {
    const { path, method } = request;
    if (path === TOKEN_PATH && method === "POST") return this.#token(request);
    if (!path.startsWith("/v1/") || method !== "GET") return undefined;
    const [, , kind, id, ...rest] = path.split("/");
    const route = [kind, id === undefined ? [] : ["*"], rest].flat().join("/");
    const read = this.#reader(route);
    if (read === undefined) return undefined;
    this.#enter(request);
    return read(request, decodeURIComponent(id ?? ""));
  }

  /** For saving. */
  state(): readonly BusinessKey[] {
    return [...this.#keys];
  }

  #reader(route: string): ((request: SimulatorRequest, id: string) => SimulatorAnswer) | undefined {
    return {
      orgDevices: (request: SimulatorRequest) => this.#devices(request),
      "orgDevices/*": (request: SimulatorRequest, id: string) => this.#device(request, id),
      "orgDevices/*/assignedServer": (request: SimulatorRequest, id: string) => this.#assignedServer(request, id),
      "orgDevices/*/relationships/assignedServer": (request: SimulatorRequest, id: string) =>
        this.#assignedServer(request, id, true),
      mdmServers: (request: SimulatorRequest) => this.#servers(request),
      "mdmServers/*/relationships/devices": (request: SimulatorRequest, id: string) => this.#devicesOf(request, id),
    }[route];
  }

  /** @see RFC 7523 section 3 */
  #token({ body, origin }: SimulatorRequest): SimulatorAnswer {
    const form = new URLSearchParams(body);
    if (form.get("grant_type") !== "client_credentials") throw refused("unsupported_grant_type");
    if (form.get("scope") !== SCOPE) throw refused("invalid_scope");
    const assertion = form.get("client_assertion") ?? "";
    if (form.get("client_assertion_type") !== ASSERTION_TYPE) throw refused("invalid_request");
    this.#checkAssertion(assertion, form.get("client_id") ?? "", origin);
    const token = Buffer.from(this.#parts.random(32)).toString("base64url");
    this.#access.set(token, this.#parts.now() + LIFE_SECONDS * 1000);
    return json({ access_token: token, token_type: "Bearer", expires_in: LIFE_SECONDS, scope: SCOPE });
  }

  #checkAssertion(assertion: string, clientId: string, origin: string): void {
    const [header, claims] = [partOf(assertion, 0), partOf(assertion, 1)];
    const keyId = header.get("kid");
    const key = this.#keys.find((key) => key.clientId === clientId && (keyId === undefined || keyId === key.keyId));
    const [iss, sub, aud, iat, exp] = ["iss", "sub", "aud", "iat", "exp"].map((name) => claims.get(name));
    const now = this.#parts.now() / 1000;
    const isFor = [`https://account.apple.com${AUDIENCE_PATH}`, `${origin}${AUDIENCE_PATH}`].includes(String(aud));
    const isInTime =
      typeof iat === "number" &&
      typeof exp === "number" &&
      iat <= now + 60 &&
      exp > now &&
      exp - iat <= LONGEST_ASSERTION_SECONDS;
    const isNamed = iss === clientId && sub === clientId && header.get("alg") === "ES256";
    if (key === undefined || !isFor || !isInTime || !isNamed || !isSignedBy(assertion, key))
      throw refused("invalid_client");
  }

  #enter({ headers }: SimulatorRequest): void {
    const token = /^Bearer (?<text>\S+)$/i.exec(headers["authorization"] ?? "")?.groups?.["text"] ?? "";
    const until = this.#access.get(token) ?? 0;
    if (until <= this.#parts.now()) {
      throw failed(
        401,
        "NOT_AUTHORIZED",
        "Authentication credentials are missing or invalid.",
        "Provide a valid access token",
      );
    }
  }

  #devices(request: SimulatorRequest): SimulatorAnswer {
    const { fleet } = this.#parts;
    const isThere = (place: number) => fleet.stateAt(place).server !== NOWHERE.released;
    return this.#page(request, isThere, (place) => this.#resource(request, place));
  }

  #devicesOf(request: SimulatorRequest, id: string): SimulatorAnswer {
    const server = this.#parts.servers.list().findIndex(({ uuid }) => uuid === id);
    if (server === -1) throw notFound(id);
    const { fleet } = this.#parts;
    const isIts = (place: number) => fleet.stateAt(place).server === server;
    return this.#page(request, isIts, (place) => ({ type: "orgDevices", id: fleet.serialAt(place) }));
  }

  /** A page of devices; the cursor of the next is the place that it begins at. */
  #page(
    { origin, path, query }: SimulatorRequest,
    isWanted: (place: number) => boolean,
    resourceOf: (place: number) => unknown,
  ): SimulatorAnswer {
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? MAX_ON_A_PAGE)];
    if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(limit) || limit < 1) {
      throw failed(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value", "limit or cursor");
    }
    const size = Math.min(limit, MAX_ON_A_PAGE);
    const data: unknown[] = [];
    const end = this.#parts.fleet.places;
    let place = from;
    for (; place < end && data.length < size; place += 1) if (isWanted(place)) data.push(resourceOf(place));
    while (place < end && !isWanted(place)) place += 1;
    const self = `${origin}${path}`;
    const next = place < end ? `${self}?cursor=${place}&limit=${size}` : undefined;
    const paging = { limit: size, nextCursor: next === undefined ? undefined : String(place) };
    return json({ data, links: { self, next }, meta: { paging } });
  }

  #device(request: SimulatorRequest, serial: string): SimulatorAnswer {
    const data = this.#resource(request, this.#placeOf(serial));
    return json({ data, links: { self: `${request.origin}${request.path}` } });
  }

  #resource({ origin }: SimulatorRequest, place: number): unknown {
    const { fleet, ids } = this.#parts;
    const [serial, state, hardware] = [fleet.serialAt(place), fleet.stateAt(place), fleet.hardwareAt(place)];
    const self = `${origin}/v1/orgDevices/${encodeURIComponent(serial)}`;
    const order = ids.number("order", Math.floor(place / 10));
    return {
      type: "orgDevices",
      id: serial,
      attributes: {
        serialNumber: serial,
        addedToOrgDateTime: date(state.addedAt),
        updatedDateTime: date(state.changedAt),
        deviceModel: hardware.model,
        productFamily: hardware.family,
        productType: hardware.productType,
        deviceCapacity: hardware.capacity,
        partNumber: hardware.partNumber,
        orderNumber: String(order),
        color: hardware.color,
        status: state.server >= 0 ? "ASSIGNED" : "UNASSIGNED",
        orderDateTime: date(state.addedAt),
        imei: hardware.family === "iPhone" ? [imeiOf(place)] : [],
        meid: [],
        purchaseSourceId: "SIMULATOR",
        purchaseSourceType: "RESELLER",
      },
      relationships: {
        assignedServer: { links: { self: `${self}/relationships/assignedServer`, related: `${self}/assignedServer` } },
      },
      links: { self },
    };
  }

  /** @param linkage only which one it is */
  #assignedServer(request: SimulatorRequest, serial: string, linkage = false): SimulatorAnswer {
    const { server: number } = this.#parts.fleet.stateAt(this.#placeOf(serial));
    if (number < 0) throw notFound(serial);
    const server = this.#parts.servers.at(number);
    const data = linkage ? { type: "mdmServers", id: server.uuid } : serverResource(request, server);
    return json({ data, links: { self: `${request.origin}${request.path}` } });
  }

  #servers(request: SimulatorRequest): SimulatorAnswer {
    const data = this.#parts.servers.list().map((server) => serverResource(request, server));
    const links = { self: `${request.origin}${request.path}` };
    return json({ data, links, meta: { paging: { limit: MAX_ON_A_PAGE } } });
  }

  #placeOf(serial: string): number {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    if (place === undefined || fleet.stateAt(place).server === NOWHERE.released) throw notFound(serial);
    return place;
  }
}

const serverResource = ({ origin }: SimulatorRequest, { uuid, name, createdAt }: Server): unknown => ({
  type: "mdmServers",
  id: uuid,
  attributes: {
    serverName: name,
    serverType: "MDM",
    createdDateTime: date(createdAt),
    updatedDateTime: date(createdAt),
  },
  relationships: { devices: { links: { self: `${origin}/v1/mdmServers/${uuid}/relationships/devices` } } },
});

function isSignedBy(jwt: string, { publicKey }: BusinessKey): boolean {
  const [header = "", claims = "", signature = "", ...rest] = jwt.split(".");
  const key = { key: createPublicKey(publicKey), dsaEncoding: "ieee-p1363" } as const;
  const signed = Buffer.from(`${header}.${claims}`);
  return rest.length === 0 && verify("sha256", signed, key, Buffer.from(signature, "base64url"));
}

/** Fifteen digits, the last of which is the check digit (Luhn). */
function imeiOf(place: number): string {
  const digits = `35${String(place % 1_000_000_000_000).padStart(12, "0")}`;
  const sum = [...digits].reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
