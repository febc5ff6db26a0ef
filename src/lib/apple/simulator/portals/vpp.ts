import type { Ids } from "../ids.ts";
import { json, type SimulatorAnswer, type SimulatorRequest } from "../messages.ts";
import { marked, type MdmInfo } from "../names.ts";
import type { TokenDownload } from "./tokens.ts";

/** A content token of a location. */
export interface ContentToken {
  /** the whole file's text, which is the bearer of requests */
  readonly bearer: string;
  readonly location: string;
  readonly uId: string;
  /** in milliseconds of the simulator's clock */
  readonly expiresAt: number;
}

/** What is kept of VPP. */
export interface VppState {
  readonly tokens: readonly ContentToken[];
  readonly holders: readonly (readonly [location: string, holder: MdmInfo])[];
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Apple's form, with an offset in place of Z. @see apple 5 */
const dateOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+0000`;

const ERRORS = [
  [9602, "Invalid argument"],
  [9621, "Your sToken has expired"],
  [9622, "Invalid sToken"],
] as const;

/** Errors come with 200 as well as with a status of their own. @see apple 5 */
const error = (errorNumber: number, status: number): SimulatorAnswer =>
  json({ errorInfo: {}, errorMessage: ERRORS.find(([number]) => number === errorNumber)?.[1], errorNumber }, status);

/** Apps and Books (VPP), of which only the configuration can be read. */
export class Vpp {
  readonly #ids: Ids;
  readonly #random: (size: number) => Uint8Array;
  readonly #tokens: Map<string, ContentToken>;
  readonly #holders: Map<string, MdmInfo>;

  constructor(ids: Ids, random: (size: number) => Uint8Array, { tokens, holders }: VppState) {
    this.#ids = ids;
    this.#random = random;
    this.#tokens = new Map(tokens.map((token) => [token.bearer, token]));
    this.#holders = new Map(holders);
  }

  /** Downloads a location's content token. @param holder the MDM that holds the location from now on; undefined: none does */
  download(organisation: string, holder: MdmInfo | undefined, now: number): TokenDownload {
    const location = marked(organisation);
    const expiresAt = now + YEAR_MS;
    const content = {
      token: Buffer.from(this.#random(48)).toString("base64"),
      expDate: dateOf(expiresAt),
      orgName: location,
    };
    const bearer = Buffer.from(JSON.stringify(content)).toString("base64");
    const uId = String(2_049_025_000_000_000 + this.#ids.number("location", location));
    if (holder === undefined) this.#holders.delete(location);
    else this.#holders.set(location, holder);
    this.#tokens.set(bearer, { bearer, location, uId, expiresAt });
    return { name: `sToken_for_${location.replaceAll(/[^A-Za-z0-9-]/g, "_")}_.vpptoken`, content: bearer };
  }

  /** @returns undefined for a path that it does not know */
  handle(request: SimulatorRequest, now: number): SimulatorAnswer | undefined {
    if (request.method !== "GET") return undefined;
    if (request.path === "/mdm/v2/service/config") return this.#service(request);
    return request.path === "/mdm/v2/client/config" ? this.#client(request, now) : undefined;
  }

  /** For saving. */
  state(): VppState {
    return { tokens: [...this.#tokens.values()], holders: [...this.#holders] };
  }

  #service({ origin }: SimulatorRequest): SimulatorAnswer {
    return json({
      errorCodes: ERRORS.map(([errorNumber, errorMessage]) => ({ errorNumber, errorMessage })),
      limits: { maxAssets: 25, maxClientUserIds: 1000, maxSerialNumbers: 1000, maxUsers: 100, maxMdmNameLength: 200 },
      notificationTypes: ["ASSET_COUNT", "ASSET_MANAGEMENT", "USER_ASSOCIATED", "USER_MANAGEMENT"],
      urls: {
        clientConfig: `${origin}/mdm/v2/client/config`,
        serviceConfig: `${origin}/mdm/v2/service/config`,
      },
    });
  }

  #client({ headers }: SimulatorRequest, now: number): SimulatorAnswer {
    const bearer = /^Bearer (?<text>\S+)$/i.exec(headers["authorization"] ?? "")?.groups?.["text"];
    const token = bearer === undefined ? undefined : this.#tokens.get(bearer);
    if (token === undefined) return error(9622, 401);
    if (token.expiresAt <= now) return error(9621, 200);
    return json({
      countryISO2ACode: "JP",
      defaultPlatform: "enterprisestore",
      locationName: token.location,
      mdmInfo: this.#holders.get(token.location) ?? {},
      tokenExpirationDate: dateOf(token.expiresAt),
      uId: token.uId,
      websiteURL: "https://business.apple.com",
    });
  }
}
