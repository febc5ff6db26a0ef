import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { createUndocumentedFailure, isObject, parseJsonObject, readRequiredText, type JsonObject } from "../answer.ts";
import { attempt } from "../encoding/foreign.ts";
import { formatRequestTarget, sendWithRetry, type RetryTools } from "../patience.ts";
import type { AppleRequest, AppleResponse } from "../send.ts";
import { parseBusinessDevice, parseBusinessServer, type BusinessDevice, type BusinessServer } from "./device.ts";
import { createClientAssertion, type AssertedClient } from "./key.ts";

export interface BusinessAccess extends RetryTools, AssertedClient {
  /** an address with the paths of both of Apple's servers, without a trailing slash; null: Apple */
  readonly endpoint: string | null;
  /** name and version of this program, such as `clomoctl/0.1.0` */
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

export interface BusinessPage<T> {
  readonly rows: readonly T[];
  /** the number of rows of all pages; null if Apple does not say */
  readonly total: number | null;
}

/**
 * The calls of the Apple Business API that clomoctl uses. All of them only read.
 * @throws BusinessRefusal; `unavailable` if all attempts fail or the response is undocumented; `interrupted`
 */
export interface BusinessClient {
  readonly servers: () => Promise<readonly BusinessServer[]>;
  readonly devices: () => AsyncGenerator<BusinessPage<BusinessDevice>>;
  /** yields the serial numbers of the devices that are assigned to a server */
  readonly serialsOf: (serverId: string) => AsyncGenerator<BusinessPage<string>>;
  /** returns null if the device is not in the organisation */
  readonly device: (serialNumber: string) => Promise<BusinessDevice | null>;
  /** returns the ID of the server to which a device is assigned; null if there is none */
  readonly serverIdOf: (serialNumber: string) => Promise<string | null>;
}

/** Apple rejects the API account or its key. A retry does not help. */
export class BusinessRefusal extends Failure {}

/** The maximum number of rows in a page. @see apple 6 */
const PAGE_SIZE = 1000;

const SECOND_MS = 1000;

/** The time by which a token is renewed early, so that it does not expire during a request. */
const TOKEN_MARGIN_MS = 60 * SECOND_MS;

const SCHOOL_PREFIX = "SCHOOLAPI.";

/** Opens the Apple Business API, or the API of Apple School Manager if the client is one. Nothing is sent yet. */
export function openBusinessApi(access: BusinessAccess): BusinessClient {
  const api = new BusinessApi(access);
  return {
    async servers() {
      const servers: BusinessServer[] = [];
      for await (const { rows } of api.pages("/v1/mdmServers", parseBusinessServer)) servers.push(...rows);
      return servers;
    },
    devices: () => api.pages("/v1/orgDevices", parseBusinessDevice),
    serialsOf: (id) =>
      api.pages(`/v1/mdmServers/${encodeURIComponent(id)}/relationships/devices`, (where, row) =>
        readRequiredText(where, row, "id"),
      ),
    device: (serialNumber) => api.one(`/v1/orgDevices/${encodeURIComponent(serialNumber)}`, parseBusinessDevice),
    serverIdOf: (serialNumber) =>
      api.one(`/v1/orgDevices/${encodeURIComponent(serialNumber)}/relationships/assignedServer`, (where, row) =>
        readRequiredText(where, row, "id"),
      ),
  };
}

type Parse<T> = (where: string, row: JsonObject) => T;

class BusinessApi {
  readonly #access: BusinessAccess;
  readonly #api: string;
  readonly #account: string;
  readonly #scope: string;
  #token: { readonly text: string; readonly endMs: number } | undefined;

  constructor(access: BusinessAccess) {
    this.#access = access;
    const product = access.clientId.startsWith(SCHOOL_PREFIX) ? "school" : "business";
    this.#scope = `${product}.api`;
    this.#api = access.endpoint ?? `https://api-${product}.apple.com`;
    this.#account = access.endpoint ?? "https://account.apple.com";
  }

  async *pages<T>(path: string, parse: Parse<T>): AsyncGenerator<BusinessPage<T>> {
    const seen = new Set<string>();
    for (let cursor: string | undefined = ""; cursor !== undefined; seen.add(cursor)) {
      const further: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { where, answer } = await this.#get(`${path}?limit=${PAGE_SIZE}${further}`);
      const { data, links, meta } = requireObject(where, answer);
      if (!Array.isArray(data) || !data.every(isObject)) throw createUndocumentedFailure(where, "data");
      cursor = findCursor(where, links, meta);
      if (cursor !== undefined && seen.has(cursor)) throw createUndocumentedFailure(where, "nextCursor");
      yield { rows: data.map((row) => parse(where, row)), total: findTotal(meta) };
      if (cursor === undefined) return;
    }
  }

  async one<T>(path: string, parse: Parse<T>): Promise<T | null> {
    const { where, answer } = await this.#get(path);
    if (answer.status === 404) return null;
    const { data } = requireObject(where, answer);
    if (data === null || data === undefined) return null;
    if (!isObject(data)) throw createUndocumentedFailure(where, "data");
    return parse(where, data);
  }

  /** Returns a response. After the first 401, requests a new token and tries once more. */
  async #get(path: string): Promise<{ readonly where: string; readonly answer: AppleResponse }> {
    const { program, signal } = this.#access;
    const send = async (): Promise<AppleResponse> => {
      const headers = { "user-agent": program, accept: "application/json", authorization: await this.#bearer() };
      return this.#send({ method: "GET", url: this.#api + path, headers, signal });
    };
    const where = formatRequestTarget({ method: "GET", url: this.#api + path });
    let answer = await send();
    if (answer.status === 401) {
      this.#token = undefined;
      answer = await send();
    }
    return { where, answer };
  }

  #send(request: AppleRequest): Promise<AppleResponse> {
    // throws if the JSON is truncated, so that the request is repeated as after no response
    const send: RetryTools["send"] = async (sent) => {
      const answer = await this.#access.send(sent);
      if (answer.status === 200) parseJsonObject(formatRequestTarget(request), answer.body);
      // Apple's gateways answer with any of these while the service is unavailable
      return answer.status >= 500 ? { ...answer, status: 503 } : answer;
    };
    return sendWithRetry(request, { ...this.#access, send }, true);
  }

  async #bearer(): Promise<string> {
    if (this.#token === undefined || this.#token.endMs <= this.#access.now()) this.#token = await this.#fetchToken();
    return `Bearer ${this.#token.text}`;
  }

  async #fetchToken(): Promise<{ readonly text: string; readonly endMs: number }> {
    const { clientId, program, signal, now } = this.#access;
    const url = `${this.#account}/auth/oauth2/token`;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: createClientAssertion(this.#access, `${this.#account}/auth/oauth2/v2/token`),
      scope: this.#scope,
    });
    const headers = { "user-agent": program, "content-type": "application/x-www-form-urlencoded" };
    const where = formatRequestTarget({ method: "POST", url });
    const answer = await this.#send({ method: "POST", url, headers, body: String(form), signal });
    const given = requireObject(where, answer.status === 400 ? { ...answer, status: 401 } : answer);
    const token = readRequiredText(where, given, "access_token");
    const { expires_in: seconds } = given;
    if (!/^[!-~]+$/.test(token)) throw createUndocumentedFailure(where, "access_token");
    if (typeof seconds !== "number") throw createUndocumentedFailure(where, "expires_in");
    return { text: token, endMs: now() + seconds * SECOND_MS - TOKEN_MARGIN_MS };
  }
}

function findPaging(meta: unknown): JsonObject {
  const paging = isObject(meta) ? meta["paging"] : undefined;
  return isObject(paging) ? paging : {};
}

function findTotal(meta: unknown): number | null {
  const { total } = findPaging(meta);
  return typeof total === "number" ? total : null;
}

/** Returns the position of the next page. Only the position of a link is used: the token is sent to no other server. */
function findCursor(where: string, links: unknown, meta: unknown): string | undefined {
  const { nextCursor } = findPaging(meta);
  if (typeof nextCursor === "string" && nextCursor !== "") return nextCursor;
  const next = isObject(links) ? (links["next"] ?? null) : null;
  if (next === null) return undefined;
  const url = typeof next === "string" ? attempt(() => new URL(next, "https://apple.invalid")) : undefined;
  const cursor = url?.searchParams.get("cursor") ?? "";
  if (cursor === "") throw createUndocumentedFailure(where, "links.next");
  return cursor;
}

function requireObject(where: string, { status, body }: AppleResponse): JsonObject {
  if (status === 200) return parseJsonObject(where, body);
  const what = text(`Apple returned status ${status}`, `Apple の応答: ${status}`);
  if (status !== 401 && status !== 403) throw new Failure("unavailable", { what, where });
  throw new BusinessRefusal("not-permitted", {
    what: text(
      `Apple rejected the API account or its key (${status})`,
      `API アカウントか鍵を Apple が拒否しました(${status})`,
    ),
    where,
    hint: text(
      "compare client ID and key ID with the API account in Apple Business, and check this computer's clock",
      "クライアント ID とキー ID を Apple Business の API アカウントと照らし合わせ、このコンピューターの時計も確認してください",
    ),
  });
}
