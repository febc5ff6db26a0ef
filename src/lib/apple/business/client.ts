import type { KeyObject } from "node:crypto";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import {
  isObject,
  parseJsonObject,
  readOptionalText,
  readRequiredText,
  createUndocumentedFailure,
  type JsonObject,
} from "../answer.ts";
import { attempt } from "../encoding/foreign.ts";
import { formatRequestTarget, sendWithRetry, rejectTruncatedResponses, type RetryTools } from "../patience.ts";
import type { AppleResponse, AppleRequest } from "../send.ts";
import { createClientAssertion } from "./assertion.ts";

/** The addresses of the Apple Business API, without a slash at the end. @see apple 6 */
export interface BusinessEndpoints {
  readonly api: string;
  /** address that issues access tokens; Apple's is https://account.apple.com */
  readonly account: string;
}

export interface BusinessAccess extends RetryTools {
  readonly place: BusinessEndpoints;
  /** `BUSINESSAPI.` and a UUID */
  readonly clientId: string;
  /** optional: one project reports that Apple rejects the key ID; if so, leave it out */
  readonly keyId?: string | undefined;
  /** private key, as parsed by `parseApiKey` */
  readonly key: KeyObject;
  readonly random: (size: number) => Uint8Array;
  /** name and version of the program, such as `clomoctl/0.1.0` */
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

export interface BusinessDevice {
  readonly serialNumber: string;
  /** `ASSIGNED` (to a server) or `UNASSIGNED`; Apple may add other values */
  readonly status: string | null;
  readonly deviceModel: string | null;
  readonly orderNumber: string | null;
}

export interface BusinessServer {
  readonly id: string;
  readonly name: string;
}

/**
 * A client of the Apple Business API that only reads.
 *
 * All methods throw Failure `not-permitted` if Apple rejects the key, and `unavailable` and `interrupted`.
 */
export interface BusinessClient {
  /** yields all devices of the organisation, page by page */
  readonly orgDevices: () => AsyncGenerator<readonly BusinessDevice[]>;
  /** returns null if the device is not assigned to a server or does not belong to the organisation */
  readonly assignedServer: (serialNumber: string) => Promise<BusinessServer | null>;
  readonly mdmServers: () => Promise<readonly BusinessServer[]>;
}

const PAGE_SIZE = 100;
const SECOND_MS = 1000;

/** Time by which a token is considered expired early, so that it does not expire during a request. */
const TOKEN_MARGIN_MS = 60 * SECOND_MS;

/** Creates a client of the Apple Business API. Nothing is sent before the first call. */
export function createBusinessClient(access: BusinessAccess): BusinessClient {
  const api = new BusinessApi(access);
  return {
    async *orgDevices() {
      for await (const { where, rows } of api.pages(`/v1/orgDevices?limit=${PAGE_SIZE}`)) {
        yield rows.map((row) => parseBusinessDevice(where, row));
      }
    },
    async assignedServer(serialNumber) {
      const path = `/v1/orgDevices/${encodeURIComponent(serialNumber)}/assignedServer`;
      const { request, answer } = await api.get(path);
      if (answer.status === 404) return null;
      const where = formatRequestTarget(request);
      const { data } = parseJsonObject(where, requireSuccess(request, answer).body);
      if (data === null) return null;
      if (!isObject(data)) throw createUndocumentedFailure(where, "data");
      return parseBusinessServer(where, data);
    },
    async mdmServers() {
      const servers: BusinessServer[] = [];
      for await (const { where, rows } of api.pages(`/v1/mdmServers?limit=${PAGE_SIZE}`)) {
        servers.push(...rows.map((row) => parseBusinessServer(where, row)));
      }
      return servers;
    },
  };
}

interface BusinessPage {
  readonly where: string;
  readonly rows: readonly JsonObject[];
}

const addTruncationCheck = (access: BusinessAccess): BusinessAccess => ({
  ...access,
  send: rejectTruncatedResponses(access.send),
});

class BusinessApi {
  readonly #access: BusinessAccess;
  #token: { readonly text: string; readonly endMs: number } | undefined;

  constructor(access: BusinessAccess) {
    this.#access = access;
  }

  /** Yields the pages of a list. Follows the links to the next pages, which must point to the same server. */
  async *pages(path: string): AsyncGenerator<BusinessPage> {
    const { api } = this.#access.place;
    const seen = new Set<string>();
    for (let next: string | undefined = path; next !== undefined;) {
      const { request, answer } = await this.get(next);
      const where = formatRequestTarget(request);
      const { data, links } = parseJsonObject(where, requireSuccess(request, answer).body);
      if (!Array.isArray(data) || !data.every(isObject)) throw createUndocumentedFailure(where, "data");
      yield { where, rows: data };
      seen.add(next);
      next = parseNextPath(where, api, links);
      if (next !== undefined && seen.has(next)) throw createUndocumentedFailure(where, "links.next");
    }
  }

  /** Returns a response with any status except 401. After the first 401, requests a new token and tries once more. */
  async get(path: string): Promise<{ readonly request: AppleRequest; readonly answer: AppleResponse }> {
    const { place, program, signal } = this.#access;
    const request: AppleRequest = { method: "GET", url: place.api + path, headers: { "user-agent": program }, signal };
    let answer = await this.#sent(request);
    if (answer.status === 401) {
      this.#token = undefined;
      answer = await this.#sent(request);
    }
    if (answer.status === 401) throw createRefusalFailure(request, answer);
    return { request, answer };
  }

  async #sent(request: AppleRequest): Promise<AppleResponse> {
    const headers = { ...request.headers, accept: "application/json", authorization: `Bearer ${await this.#bearer()}` };
    return sendWithRetry({ ...request, headers }, addTruncationCheck(this.#access), true);
  }

  async #bearer(): Promise<string> {
    const { now } = this.#access;
    if (this.#token === undefined || this.#token.endMs <= now()) this.#token = await this.#newToken();
    return this.#token.text;
  }

  async #newToken(): Promise<{ readonly text: string; readonly endMs: number }> {
    const { place, clientId, program, signal, now } = this.#access;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: createClientAssertion({ ...this.#access, audience: `${place.account}/auth/oauth2/v2/token` }),
      scope: "business.api",
    });
    const request: AppleRequest = {
      method: "POST",
      url: `${place.account}/auth/oauth2/token`,
      headers: {
        "user-agent": program,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: String(form),
      signal,
    };
    const where = formatRequestTarget(request);
    const answer = requireSuccess(request, await sendWithRetry(request, addTruncationCheck(this.#access), true));
    const given = parseJsonObject(where, answer.body);
    const token = readRequiredText(where, given, "access_token");
    const { expires_in: seconds } = given;
    if (!/^[!-~]+$/.test(token)) throw createUndocumentedFailure(where, "access_token");
    if (typeof seconds !== "number") throw createUndocumentedFailure(where, "expires_in");
    return { text: token, endMs: now() + seconds * SECOND_MS - TOKEN_MARGIN_MS };
  }
}

function parseNextPath(where: string, api: string, links: unknown): string | undefined {
  const next = isObject(links) ? links["next"] : undefined;
  if (next === undefined || next === null) return undefined;
  const url = typeof next === "string" ? attempt(() => new URL(next, api)) : undefined;
  if (url === undefined || url.origin !== new URL(api).origin) throw createUndocumentedFailure(where, "links.next");
  return url.pathname + url.search;
}

const requireAttributes = (where: string, { attributes }: JsonObject): JsonObject => {
  if (!isObject(attributes)) throw createUndocumentedFailure(where, "attributes");
  return attributes;
};

function parseBusinessDevice(where: string, row: JsonObject): BusinessDevice {
  const attributes = requireAttributes(where, row);
  return {
    serialNumber: readRequiredText(where, attributes, "serialNumber"),
    status: readOptionalText(where, attributes, "status"),
    deviceModel: readOptionalText(where, attributes, "deviceModel"),
    orderNumber: readOptionalText(where, attributes, "orderNumber"),
  };
}

const parseBusinessServer = (where: string, row: JsonObject): BusinessServer => ({
  id: readRequiredText(where, row, "id"),
  name: readRequiredText(where, requireAttributes(where, row), "serverName"),
});

const requireSuccess = (request: AppleRequest, answer: AppleResponse): AppleResponse => {
  if (answer.status === 200) return answer;
  throw createRefusalFailure(request, answer);
};

function createRefusalFailure(request: AppleRequest, { status }: AppleResponse): Failure {
  const where = formatRequestTarget(request);
  // the token endpoint returns 400 if it does not accept the key
  const isRefusal = status === 401 || status === 403 || (status === 400 && request.method === "POST");
  if (!isRefusal) {
    const what = text(`Apple returned HTTP status ${status}`, `Apple からの応答: HTTP ${status}`);
    return new Failure("unavailable", { what, where });
  }
  return new Failure("not-permitted", {
    what: text(
      `Apple rejected the key of the Apple Business API (HTTP status ${status})`,
      `Apple Business の API キーが受け付けられませんでした(HTTP ${status})`,
    ),
    where,
    hint: text(
      "compare the client ID, the key ID and the key with the API account in Apple Business Manager, and check the clock of this computer; if Apple still rejects the key, try without the key ID",
      "クライアント ID、キー ID、鍵を Apple Business Manager の API アカウントと照らし合わせ、このコンピューターの時計も確認してください。キー ID を省くと受け付けられることもあります",
    ),
  });
}
