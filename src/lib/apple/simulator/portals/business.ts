import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { NO_MDM_SERVER, type DeviceFleet } from "../devices/fleet.ts";
import type { SeededIds } from "../ids.ts";
import { createJsonResponse, Refusal, type SimulatorResponse, type SimulatorRequest } from "../messages.ts";
import type { SimulatedMdmServer, MdmServerRegistry } from "./tokens.ts";

/** An API key that was created for a program. */
export interface BusinessKey {
  readonly clientId: string;
  readonly keyId: string;
  /** SPKI in PEM; the private key is not kept */
  readonly publicKey: string;
}

/** A new API key, as it is returned once when it is created. */
export interface NewBusinessKey extends Omit<BusinessKey, "publicKey"> {
  /** PKCS#8 in PEM */
  readonly privateKey: string;
}

/** The parts of the simulator that the simulated Apple Business API uses. */
export interface BusinessApiParts {
  readonly ids: SeededIds;
  readonly fleet: DeviceFleet;
  readonly servers: MdmServerRegistry;
  readonly random: (size: number) => Uint8Array;
  /** returns the real time in milliseconds, because clients sign assertions with it */
  readonly now: () => number;
}

const TOKEN_PATH = "/auth/oauth2/token";
const AUDIENCE_PATH = "/auth/oauth2/v2/token";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const OAUTH_SCOPE = "business.api";
const ACCESS_TOKEN_LIFE_SECONDS = 3600;
/** Longest period for which an assertion may be valid: 180 days. @see apple 6 */
const MAX_ASSERTION_SECONDS = 180 * 24 * 3600;

const MAX_PAGE_SIZE = 100;

/** Formats a date as JSON:API does, with milliseconds. */
const formatJsonApiDate = (ms: number): string => new Date(ms).toISOString();

/** Creates a refusal with an OAuth 2 error. @see RFC 6749 section 5.2 */
const createOAuthRefusal = (error: string): Refusal => new Refusal(createJsonResponse({ error }, 400));

const createApiRefusal = (status: number, code: string, title: string, detail: string): Refusal =>
  new Refusal(
    createJsonResponse(
      { errors: [{ id: `simulator-${status}`, status: String(status), code, title, detail }] },
      status,
    ),
  );

const createNotFoundRefusal = (what: string): Refusal =>
  createApiRefusal(
    404,
    "NOT_FOUND",
    "The specified resource does not exist",
    `There is no resource of type 'orgDevices' with id '${what}'`,
  );

function decodeJwtPart(jwt: string, at: number): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(jwt.split(".")[at] ?? "", "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return new Map(Object.entries(value));
  } catch {
    // refused below, like every assertion that cannot be read
  }
  throw createOAuthRefusal("invalid_client");
}

/** The simulated Apple Business API. Read-only: it cannot assign or release devices.  @see apple 6 */
export class SimulatedBusinessApi {
  readonly #parts: BusinessApiParts;
  readonly #keys: BusinessKey[];
  readonly #access = new Map<string, number>();

  constructor(parts: BusinessApiParts, keys: readonly BusinessKey[] = []) {
    this.#parts = parts;
    this.#keys = [...keys];
  }

  /** Creates an API key for a program, as the portal does in its settings. */
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

  /** Handles a request.  @returns undefined if the path is unknown  @throws Refusal */
  handle(request: SimulatorRequest): SimulatorResponse | undefined {
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

  /** Returns the state to save. */
  state(): readonly BusinessKey[] {
    return [...this.#keys];
  }

  #reader(route: string): ((request: SimulatorRequest, id: string) => SimulatorResponse) | undefined {
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

  /** Issues an access token for an assertion. @see RFC 7523 section 3 */
  #token({ body, origin }: SimulatorRequest): SimulatorResponse {
    const form = new URLSearchParams(body);
    if (form.get("grant_type") !== "client_credentials") throw createOAuthRefusal("unsupported_grant_type");
    if (form.get("scope") !== OAUTH_SCOPE) throw createOAuthRefusal("invalid_scope");
    const assertion = form.get("client_assertion") ?? "";
    if (form.get("client_assertion_type") !== ASSERTION_TYPE) throw createOAuthRefusal("invalid_request");
    this.#checkAssertion(assertion, form.get("client_id") ?? "", origin);
    const token = Buffer.from(this.#parts.random(32)).toString("base64url");
    this.#access.set(token, this.#parts.now() + ACCESS_TOKEN_LIFE_SECONDS * 1000);
    return createJsonResponse({
      access_token: token,
      token_type: "Bearer",
      expires_in: ACCESS_TOKEN_LIFE_SECONDS,
      scope: OAUTH_SCOPE,
    });
  }

  #checkAssertion(assertion: string, clientId: string, origin: string): void {
    const [header, claims] = [decodeJwtPart(assertion, 0), decodeJwtPart(assertion, 1)];
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
      exp - iat <= MAX_ASSERTION_SECONDS;
    const isNamed = iss === clientId && sub === clientId && header.get("alg") === "ES256";
    if (key === undefined || !isFor || !isInTime || !isNamed || !isSignedBy(assertion, key))
      throw createOAuthRefusal("invalid_client");
  }

  #enter({ headers }: SimulatorRequest): void {
    const token = /^Bearer (?<text>\S+)$/i.exec(headers["authorization"] ?? "")?.groups?.["text"] ?? "";
    const until = this.#access.get(token) ?? 0;
    if (until <= this.#parts.now()) {
      throw createApiRefusal(
        401,
        "NOT_AUTHORIZED",
        "Authentication credentials are missing or invalid.",
        "Provide a valid access token",
      );
    }
  }

  #devices(request: SimulatorRequest): SimulatorResponse {
    const { fleet } = this.#parts;
    const isThere = (place: number) => fleet.stateAt(place).server !== NO_MDM_SERVER.released;
    return this.#page(request, isThere, (place) => this.#resource(request, place));
  }

  #devicesOf(request: SimulatorRequest, id: string): SimulatorResponse {
    const server = this.#parts.servers.list().findIndex(({ uuid }) => uuid === id);
    if (server === -1) throw createNotFoundRefusal(id);
    const { fleet } = this.#parts;
    const isIts = (place: number) => fleet.stateAt(place).server === server;
    return this.#page(request, isIts, (place) => ({ type: "orgDevices", id: fleet.serialAt(place) }));
  }

  /** Returns a page of devices. The cursor of the next page is the place of its first device. */
  #page(
    { origin, path, query }: SimulatorRequest,
    isWanted: (place: number) => boolean,
    resourceOf: (place: number) => unknown,
  ): SimulatorResponse {
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? MAX_PAGE_SIZE)];
    if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(limit) || limit < 1) {
      throw createApiRefusal(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value", "limit or cursor");
    }
    const size = Math.min(limit, MAX_PAGE_SIZE);
    const data: unknown[] = [];
    const end = this.#parts.fleet.places;
    let place = from;
    for (; place < end && data.length < size; place += 1) if (isWanted(place)) data.push(resourceOf(place));
    while (place < end && !isWanted(place)) place += 1;
    const self = `${origin}${path}`;
    const next = place < end ? `${self}?cursor=${place}&limit=${size}` : undefined;
    const paging = { limit: size, nextCursor: next === undefined ? undefined : String(place) };
    return createJsonResponse({ data, links: { self, next }, meta: { paging } });
  }

  #device(request: SimulatorRequest, serial: string): SimulatorResponse {
    const data = this.#resource(request, this.#placeOf(serial));
    return createJsonResponse({ data, links: { self: `${request.origin}${request.path}` } });
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
        addedToOrgDateTime: formatJsonApiDate(state.addedAt),
        updatedDateTime: formatJsonApiDate(state.changedAt),
        deviceModel: hardware.model,
        productFamily: hardware.family,
        productType: hardware.productType,
        deviceCapacity: hardware.capacity,
        partNumber: hardware.partNumber,
        orderNumber: String(order),
        color: hardware.color,
        status: state.server >= 0 ? "ASSIGNED" : "UNASSIGNED",
        orderDateTime: formatJsonApiDate(state.addedAt),
        imei: hardware.family === "iPhone" ? [generateImei(place)] : [],
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

  /** Returns the MDM server of a device. @param linkage returns only the type and ID of the server */
  #assignedServer(request: SimulatorRequest, serial: string, linkage = false): SimulatorResponse {
    const { server: number } = this.#parts.fleet.stateAt(this.#placeOf(serial));
    if (number < 0) throw createNotFoundRefusal(serial);
    const server = this.#parts.servers.at(number);
    const data = linkage ? { type: "mdmServers", id: server.uuid } : buildServerResource(request, server);
    return createJsonResponse({ data, links: { self: `${request.origin}${request.path}` } });
  }

  #servers(request: SimulatorRequest): SimulatorResponse {
    const data = this.#parts.servers.list().map((server) => buildServerResource(request, server));
    const links = { self: `${request.origin}${request.path}` };
    return createJsonResponse({ data, links, meta: { paging: { limit: MAX_PAGE_SIZE } } });
  }

  #placeOf(serial: string): number {
    const { fleet } = this.#parts;
    const place = fleet.placeOf(serial);
    if (place === undefined || fleet.stateAt(place).server === NO_MDM_SERVER.released)
      throw createNotFoundRefusal(serial);
    return place;
  }
}

const buildServerResource = ({ origin }: SimulatorRequest, { uuid, name, createdAt }: SimulatedMdmServer): unknown => ({
  type: "mdmServers",
  id: uuid,
  attributes: {
    serverName: name,
    serverType: "MDM",
    createdDateTime: formatJsonApiDate(createdAt),
    updatedDateTime: formatJsonApiDate(createdAt),
  },
  relationships: { devices: { links: { self: `${origin}/v1/mdmServers/${uuid}/relationships/devices` } } },
});

function isSignedBy(jwt: string, { publicKey }: BusinessKey): boolean {
  const [header = "", claims = "", signature = "", ...rest] = jwt.split(".");
  const key = { key: createPublicKey(publicKey), dsaEncoding: "ieee-p1363" } as const;
  const signed = Buffer.from(`${header}.${claims}`);
  return rest.length === 0 && verify("sha256", signed, key, Buffer.from(signature, "base64url"));
}

/** Returns an IMEI of fifteen digits. The last digit is the check digit (Luhn). */
function generateImei(place: number): string {
  const digits = `35${String(place % 1_000_000_000_000).padStart(12, "0")}`;
  const sum = [...digits].reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
