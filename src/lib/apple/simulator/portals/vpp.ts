import type { SeededIds } from "../ids.ts";
import { createJsonResponse, type SimulatorResponse, type SimulatorRequest } from "../messages.ts";
import { addSimulatorMark, type MdmInfo } from "../names.ts";
import type { TokenDownload } from "./tokens.ts";

/** A content token (VPP) of a location. */
export interface ContentToken {
  /** text of the whole token file, which clients send as the bearer token */
  readonly bearer: string;
  readonly location: string;
  readonly uId: string;
  /** in milliseconds of the simulator's clock */
  readonly expiresAt: number;
}

/** The saved state of the VPP service. */
export interface VppState {
  readonly tokens: readonly ContentToken[];
  readonly holders: readonly (readonly [location: string, holder: MdmInfo])[];
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Formats a date as Apple does, with an offset instead of Z. @see apple 5 */
const formatVppDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+0000`;

const VPP_ERRORS = [
  [9602, "Invalid argument"],
  [9621, "Your sToken has expired"],
  [9622, "Invalid sToken"],
] as const;

/** Creates an error response. Apple sends errors with status 200 as well as with error statuses. @see apple 5 */
const createVppErrorResponse = (errorNumber: number, status: number): SimulatorResponse =>
  createJsonResponse(
    { errorInfo: {}, errorMessage: VPP_ERRORS.find(([number]) => number === errorNumber)?.[1], errorNumber },
    status,
  );

/** The simulated Apps and Books service (VPP). Only its configuration can be read. */
export class SimulatedVppService {
  readonly #ids: SeededIds;
  readonly #random: (size: number) => Uint8Array;
  readonly #tokens: Map<string, ContentToken>;
  readonly #holders: Map<string, MdmInfo>;

  constructor(ids: SeededIds, random: (size: number) => Uint8Array, { tokens, holders }: VppState) {
    this.#ids = ids;
    this.#random = random;
    this.#tokens = new Map(tokens.map((token) => [token.bearer, token]));
    this.#holders = new Map(holders);
  }

  /** Downloads a location's content token.  @param holder MDM that holds the location from now on; undefined: none */
  download(organisation: string, holder: MdmInfo | undefined, now: number): TokenDownload {
    const location = addSimulatorMark(organisation);
    const expiresAt = now + YEAR_MS;
    const content = {
      token: Buffer.from(this.#random(48)).toString("base64"),
      expDate: formatVppDate(expiresAt),
      orgName: location,
    };
    const bearer = Buffer.from(JSON.stringify(content)).toString("base64");
    const uId = String(2_049_025_000_000_000 + this.#ids.number("location", location));
    if (holder === undefined) this.#holders.delete(location);
    else this.#holders.set(location, holder);
    this.#tokens.set(bearer, { bearer, location, uId, expiresAt });
    return { name: `sToken_for_${location.replaceAll(/[^A-Za-z0-9-]/g, "_")}_.vpptoken`, content: bearer };
  }

  /** Handles a request. Returns undefined if the path is unknown. */
  handle(request: SimulatorRequest, now: number): SimulatorResponse | undefined {
    if (request.method !== "GET") return undefined;
    if (request.path === "/mdm/v2/service/config") return this.#service(request);
    return request.path === "/mdm/v2/client/config" ? this.#client(request, now) : undefined;
  }

  /** Returns the state to save. */
  state(): VppState {
    return { tokens: [...this.#tokens.values()], holders: [...this.#holders] };
  }

  #service({ origin }: SimulatorRequest): SimulatorResponse {
    return createJsonResponse({
      errorCodes: VPP_ERRORS.map(([errorNumber, errorMessage]) => ({ errorNumber, errorMessage })),
      limits: { maxAssets: 25, maxClientUserIds: 1000, maxSerialNumbers: 1000, maxUsers: 100, maxMdmNameLength: 200 },
      notificationTypes: ["ASSET_COUNT", "ASSET_MANAGEMENT", "USER_ASSOCIATED", "USER_MANAGEMENT"],
      urls: {
        clientConfig: `${origin}/mdm/v2/client/config`,
        serviceConfig: `${origin}/mdm/v2/service/config`,
      },
    });
  }

  #client({ headers }: SimulatorRequest, now: number): SimulatorResponse {
    const bearer = /^Bearer (?<text>\S+)$/i.exec(headers["authorization"] ?? "")?.groups?.["text"];
    const token = bearer === undefined ? undefined : this.#tokens.get(bearer);
    if (token === undefined) return createVppErrorResponse(9622, 401);
    if (token.expiresAt <= now) return createVppErrorResponse(9621, 200);
    return createJsonResponse({
      countryISO2ACode: "JP",
      defaultPlatform: "enterprisestore",
      locationName: token.location,
      mdmInfo: this.#holders.get(token.location) ?? {},
      tokenExpirationDate: formatVppDate(token.expiresAt),
      uId: token.uId,
      websiteURL: "https://business.apple.com",
    });
  }
}
