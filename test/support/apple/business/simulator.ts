import { generateKeyPairSync, verify } from "node:crypto";
import { Failure } from "../../../../src/lib/errors/index.ts";
import type { AppleRequest, AppleResponse, Send } from "../../../../src/lib/apple/retry.ts";
import { same } from "../../../../src/lib/text/index.ts";

// Written from Apple's documentation: "Implementing OAuth for the Apple School Manager and Apple Business API", "Get
// Organization Devices", "Get Device Management Services", "Get the Device Serial Numbers for a Device Management Service".

/** A device of the organisation. `server` is the name of a server. Times are in milliseconds. */
export interface OrganisationDevice {
  readonly serial: string;
  readonly hardware: number;
  readonly order: string;
  readonly addedAt: number;
  server: string | undefined;
}

const HARDWARE = [
  ["iPhone", "iPhone 16e", "BLACK"],
  ["iPad", "iPad (A16)", "SILVER"],
  ["Mac", "MacBook Air", "MIDNIGHT"],
] as const;

/** The responses with which the simulator can fail. */
const FAULTS = {
  "rate-limited": [429, { "retry-after": "2" }],
  unauthorized: [401, {}],
  forbidden: [403, {}],
  unavailable: [503, { "retry-after": "1" }],
  gateway: [502, {}],
} as const;

export type BusinessFault = keyof typeof FAULTS | "reset" | "cut-json";

const AUDIENCE_PATH = "/auth/oauth2/v2/token";
const TOKEN_PATH = "/auth/oauth2/token";
const TOKEN_SECONDS = 3600;
const MAX_PAGE = 1000;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

const refuse = (status: number, code: string): Answer => json({ errors: [{ status: String(status), code }] }, status);

/** A simulation of the Apple Business API with one API account. */
export class BusinessSimulator {
  readonly clientId = "BUSINESSAPI.00000000-0000-4000-8000-000000000000";
  readonly keyId = "key-1";
  readonly privateKey: string;
  readonly devices = new Map<string, OrganisationDevice>();
  /** requests in their order, such as `GET /v1/orgDevices` */
  readonly asked: string[] = [];
  /** runs before each answer of the API, such as a change between two pages */
  before: (path: string) => void | Promise<void> = () => {};
  /** the maximum number of rows in a page, whatever the client asks for */
  pageSize = MAX_PAGE;
  /** true: Apple counts the rows of all pages */
  counts = true;
  issuedTokens = 0;
  /** true: the API account was deleted */
  isClosed = false;
  readonly #publicKey;
  readonly #now: () => number;
  readonly #servers = new Map<string, string>();
  readonly #tokens = new Map<string, number>();
  readonly #usedAssertions = new Set<string>();
  #faults: { readonly fault: BusinessFault; count: number; after: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#publicKey = pair.publicKey;
    this.privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }

  addServer(...names: readonly string[]): void {
    for (const name of names) this.#servers.set(name, Buffer.from(name).toString("hex").toUpperCase());
  }

  buy(serials: readonly string[], server?: string): void {
    for (const serial of serials) {
      const hardware = this.devices.size % HARDWARE.length;
      this.devices.set(serial, { serial, hardware, order: "4711", addedAt: this.#now(), server });
    }
  }

  assign(serials: readonly string[], server: string | undefined): void {
    for (const serial of serials) {
      const device = this.devices.get(serial);
      if (device !== undefined) device.server = server;
    }
  }

  release(serials: readonly string[]): void {
    for (const serial of serials) this.devices.delete(serial);
  }

  fail(
    fault: BusinessFault,
    { count = 1, after = 0 }: { readonly count?: number; readonly after?: number } = {},
  ): void {
    this.#faults.push({ fault, count, after });
  }

  recover(): void {
    this.#faults = [];
  }

  readonly send: Send = async (request): Promise<AppleResponse> => {
    const answer = await this.handle(request);
    if (answer === undefined) throw new Failure("unavailable", { what: same("reset") });
    return { status: answer.status, headers: answer.headers ?? {}, body: answer.body };
  };

  /** Returns undefined if the connection is reset. */
  async handle({ method, url, headers, body }: AppleRequest): Promise<Answer | undefined> {
    const { origin, pathname, searchParams } = new URL(url);
    this.asked.push(`${method} ${pathname}`);
    const fault = this.#meetFault();
    if (fault === "reset") return undefined;
    if (fault !== undefined && fault !== "cut-json")
      return { ...refuse(FAULTS[fault][0], fault), headers: FAULTS[fault][1] };
    const answer = await this.#answer({ method, origin, pathname, searchParams, headers, body: body ?? "" });
    return fault === "cut-json" ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer;
  }

  #meetFault(): BusinessFault | undefined {
    const [first] = this.#faults;
    if (first === undefined) return undefined;
    if (first.after > 0) {
      first.after -= 1;
      return undefined;
    }
    first.count -= 1;
    if (first.count === 0) this.#faults.shift();
    return first.fault;
  }

  async #answer(request: {
    readonly method: string;
    readonly origin: string;
    readonly pathname: string;
    readonly searchParams: URLSearchParams;
    readonly headers: AppleRequest["headers"];
    readonly body: string;
  }): Promise<Answer> {
    const { method, origin, pathname, headers, body } = request;
    if (pathname === TOKEN_PATH) return method === "POST" ? this.#issueToken(origin, body) : refuse(405, "METHOD");
    const token = headers["authorization"]?.replace(/^Bearer /, "") ?? "";
    if (this.isClosed || (this.#tokens.get(token) ?? 0) <= this.#now()) return refuse(401, "NOT_AUTHORIZED");
    if (method !== "GET") return refuse(403, "READ_ONLY_TEST");
    await this.before(pathname);
    const [, , noun = "", id = "", ...more] = pathname.split("/").map(decodeURIComponent);
    const path = [noun, ...more].join("/");
    if (path === "mdmServers" && id === "") return this.#page(request, [...this.#servers], toServerRow);
    if (path === "orgDevices" && id === "") return this.#page(request, [...this.devices.values()], toDeviceRow);
    if (path === "mdmServers/relationships/devices") {
      const own = [...this.devices.values()].filter(
        ({ server }) => server !== undefined && this.#servers.get(server) === id,
      );
      return this.#page(request, own, ({ serial }) => ({ type: "orgDevices", id: serial }));
    }
    return refuse(404, "NOT_FOUND");
  }

  #page<T>(
    {
      origin,
      pathname,
      searchParams,
    }: { readonly origin: string; readonly pathname: string; readonly searchParams: URLSearchParams },
    all: readonly T[],
    toRow: (one: T) => object,
  ): Answer {
    const limit = Number(searchParams.get("limit") ?? 100);
    if (!(limit >= 1 && limit <= MAX_PAGE)) return refuse(400, "PARAMETER_ERROR.INVALID");
    const size = Math.min(limit, this.pageSize);
    // a position in the list, so that a change shifts the rows of the next pages
    const from = Number(Buffer.from(searchParams.get("cursor") ?? "", "base64url").toString() || 0);
    const rows = all.slice(from, from + size);
    const nextCursor = from + size < all.length ? Buffer.from(String(from + size)).toString("base64url") : undefined;
    // half of the documentation's examples have the position in `meta`, all of them in a link, and one to another host
    const next = nextCursor === undefined ? {} : { next: `https://api.example.jp${pathname}?cursor=${nextCursor}` };
    return json({
      data: rows.map(toRow),
      links: { self: origin + pathname, ...next },
      meta: { paging: { limit, ...(this.counts && { total: all.length, ...(nextCursor && { nextCursor }) }) } },
    });
  }

  #issueToken(origin: string, body: string): Answer {
    const form = new URLSearchParams(body);
    const [header = "", claims = "", signature = ""] = (form.get("client_assertion") ?? "").split(".");
    const parse = (part: string) =>
      JSON.parse(Buffer.from(part, "base64url").toString() || "{}") as Record<string, unknown>;
    const { kid, alg } = parse(header);
    const { iss, sub, aud, exp, iat, jti } = parse(claims);
    const seconds = this.#now() / 1000;
    const isSigned = verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      { key: this.#publicKey, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    const isValid =
      isSigned &&
      !this.isClosed &&
      [alg, kid, iss, sub, form.get("client_id")].join() ===
        ["ES256", this.keyId, this.clientId, this.clientId, this.clientId].join() &&
      aud === origin + AUDIENCE_PATH &&
      form.get("scope") === "business.api" &&
      form.get("grant_type") === "client_credentials" &&
      Number(iat) <= seconds &&
      Number(exp) > seconds &&
      Number(exp) - Number(iat) <= 180 * 24 * 3600 &&
      !this.#usedAssertions.has(String(jti));
    if (!isValid) return json({ error: "invalid_client" }, 400);
    this.#usedAssertions.add(String(jti));
    this.issuedTokens += 1;
    const token = `token-${this.issuedTokens}`;
    this.#tokens.set(token, this.#now() + TOKEN_SECONDS * 1000);
    return json({ access_token: token, token_type: "Bearer", expires_in: TOKEN_SECONDS, scope: "business.api" });
  }
}

const toInstant = (ms: number): string => new Date(ms).toISOString();

const toServerRow = ([serverName, id]: readonly [string, string]): object => ({
  type: "mdmServers",
  id,
  attributes: { serverName, serverType: "MDM" },
});

const toDeviceRow = ({ serial, hardware, order, addedAt, server }: OrganisationDevice): object => {
  const [productFamily, deviceModel, color] = HARDWARE[hardware] ?? HARDWARE[0];
  return {
    type: "orgDevices",
    id: serial,
    attributes: {
      serialNumber: serial,
      addedToOrgDateTime: toInstant(addedAt),
      updatedDateTime: toInstant(addedAt),
      deviceModel,
      productFamily,
      color,
      orderNumber: order,
      status: server === undefined ? "UNASSIGNED" : "ASSIGNED",
      imei: ["123456789012345"],
    },
  };
};
