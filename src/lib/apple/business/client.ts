import type { KeyObject } from "node:crypto";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { isObject, objectOf, optionalText, requiredText, undocumented, type JsonObject } from "../answer.ts";
import { attempt } from "../encoding/foreign.ts";
import { placeOf, sendPatiently, wholeAnswers, type RetryTools } from "../patience.ts";
import type { AppleAnswer, AppleRequest } from "../send.ts";
import { clientAssertion } from "./assertion.ts";

/** Where the Apple Business API is; addresses without a slash at their end. @see apple 6 */
export interface BusinessPlace {
  /** Apple's is https://api-business.apple.com */
  readonly api: string;
  /** where access tokens are given: of Apple, https://account.apple.com */
  readonly account: string;
}

/** An organisation's access to the Apple Business API. */
export interface BusinessAccess extends RetryTools {
  readonly place: BusinessPlace;
  /** `BUSINESSAPI.` and a UUID */
  readonly clientId: string;
  /** one project reports that Apple refuses it: try without where it does */
  readonly keyId?: string | undefined;
  /** by `privateKeyOf` */
  readonly key: KeyObject;
  readonly random: (size: number) => Uint8Array;
  /** name and version, as `clomoctl/0.1.0` */
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

/** A device of the organisation. */
export interface BusinessDevice {
  readonly serialNumber: string;
  /** `ASSIGNED` to a server or `UNASSIGNED`; others may come */
  readonly status: string | null;
  readonly deviceModel: string | null;
  readonly orderNumber: string | null;
}

/** A server in Apple's portal. */
export interface BusinessServer {
  readonly id: string;
  readonly name: string;
}

/**
 * The Apple Business API, read only.
 *
 * All throw Failure `not-permitted` where Apple refuses the key, `unavailable` and `interrupted`.
 */
export interface Business {
  /** all devices of the organisation, a page at a time */
  readonly orgDevices: () => AsyncGenerator<readonly BusinessDevice[]>;
  /** null where the device is assigned to no server, or not in the organisation */
  readonly assignedServer: (serialNumber: string) => Promise<BusinessServer | null>;
  readonly mdmServers: () => Promise<readonly BusinessServer[]>;
}

const PAGE = 100;
const SECOND_MS = 1000;

/** What a token lasts less than it says, so that it does not end on its way. */
const MARGIN_MS = 60 * SECOND_MS;

/** Opens the Apple Business API; nothing is sent before the first call. */
export function openBusiness(access: BusinessAccess): Business {
  const api = new Api(access);
  return {
    async *orgDevices() {
      for await (const { where, rows } of api.pages(`/v1/orgDevices?limit=${PAGE}`)) {
        yield rows.map((row) => deviceOf(where, row));
      }
    },
    async assignedServer(serialNumber) {
      const path = `/v1/orgDevices/${encodeURIComponent(serialNumber)}/assignedServer`;
      const { request, answer } = await api.get(path);
      if (answer.status === 404) return null;
      const where = placeOf(request);
      const { data } = objectOf(where, accepted(request, answer).body);
      if (data === null) return null;
      if (!isObject(data)) throw undocumented(where, "data");
      return serverOf(where, data);
    },
    async mdmServers() {
      const servers: BusinessServer[] = [];
      for await (const { where, rows } of api.pages(`/v1/mdmServers?limit=${PAGE}`)) {
        servers.push(...rows.map((row) => serverOf(where, row)));
      }
      return servers;
    },
  };
}

interface BusinessPage {
  readonly where: string;
  readonly rows: readonly JsonObject[];
}

const wholly = (access: BusinessAccess): BusinessAccess => ({ ...access, send: wholeAnswers(access.send) });

/** Requests with an access token, which is asked for again when it ended. */
class Api {
  readonly #access: BusinessAccess;
  #token: { readonly text: string; readonly endMs: number } | undefined;

  constructor(access: BusinessAccess) {
    this.#access = access;
  }

  /** Pages follow their links, which lead to the same place. */
  async *pages(path: string): AsyncGenerator<BusinessPage> {
    const { api } = this.#access.place;
    const seen = new Set<string>();
    for (let next: string | undefined = path; next !== undefined;) {
      const { request, answer } = await this.get(next);
      const where = placeOf(request);
      const { data, links } = objectOf(where, accepted(request, answer).body);
      if (!Array.isArray(data) || !data.every(isObject)) throw undocumented(where, "data");
      yield { where, rows: data };
      seen.add(next);
      next = nextOf(where, api, links);
      if (next !== undefined && seen.has(next)) throw undocumented(where, "links.next");
    }
  }

  /** An answer of any status but 401, for which the token is asked for anew once. */
  async get(path: string): Promise<{ readonly request: AppleRequest; readonly answer: AppleAnswer }> {
    const { place, program, signal } = this.#access;
    const request: AppleRequest = { method: "GET", url: place.api + path, headers: { "user-agent": program }, signal };
    let answer = await this.#sent(request);
    if (answer.status === 401) {
      this.#token = undefined;
      answer = await this.#sent(request);
    }
    if (answer.status === 401) throw refused(request, answer);
    return { request, answer };
  }

  async #sent(request: AppleRequest): Promise<AppleAnswer> {
    const headers = { ...request.headers, accept: "application/json", authorization: `Bearer ${await this.#bearer()}` };
    return sendPatiently({ ...request, headers }, wholly(this.#access), true);
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
      client_assertion: clientAssertion({ ...this.#access, audience: `${place.account}/auth/oauth2/v2/token` }),
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
    const where = placeOf(request);
    const answer = accepted(request, await sendPatiently(request, wholly(this.#access), true));
    const given = objectOf(where, answer.body);
    const token = requiredText(where, given, "access_token");
    const { expires_in: seconds } = given;
    if (!/^[!-~]+$/.test(token)) throw undocumented(where, "access_token");
    if (typeof seconds !== "number") throw undocumented(where, "expires_in");
    return { text: token, endMs: now() + seconds * SECOND_MS - MARGIN_MS };
  }
}

/** The path of the next page. A link elsewhere would take the token there. */
function nextOf(where: string, api: string, links: unknown): string | undefined {
  const next = isObject(links) ? links["next"] : undefined;
  if (next === undefined || next === null) return undefined;
  const url = typeof next === "string" ? attempt(() => new URL(next, api)) : undefined;
  if (url === undefined || url.origin !== new URL(api).origin) throw undocumented(where, "links.next");
  return url.pathname + url.search;
}

const attributesOf = (where: string, { attributes }: JsonObject): JsonObject => {
  if (!isObject(attributes)) throw undocumented(where, "attributes");
  return attributes;
};

function deviceOf(where: string, row: JsonObject): BusinessDevice {
  const attributes = attributesOf(where, row);
  return {
    serialNumber: requiredText(where, attributes, "serialNumber"),
    status: optionalText(where, attributes, "status"),
    deviceModel: optionalText(where, attributes, "deviceModel"),
    orderNumber: optionalText(where, attributes, "orderNumber"),
  };
}

const serverOf = (where: string, row: JsonObject): BusinessServer => ({
  id: requiredText(where, row, "id"),
  name: requiredText(where, attributesOf(where, row), "serverName"),
});

const accepted = (request: AppleRequest, answer: AppleAnswer): AppleAnswer => {
  if (answer.status === 200) return answer;
  throw refused(request, answer);
};

function refused(request: AppleRequest, { status }: AppleAnswer): Failure {
  const where = placeOf(request);
  // a key that is not accepted is a bad request where tokens are given
  const isRefusal = status === 401 || status === 403 || (status === 400 && request.method === "POST");
  if (!isRefusal) {
    const what = text(`Apple answered ${status}`, `Apple の応答: ${status}`);
    return new Failure("unavailable", { what, where });
  }
  return new Failure("not-permitted", {
    what: text(
      `Apple does not accept the key of the Apple Business API (${status})`,
      `Apple Business の API キーが受け付けられません(${status})`,
    ),
    where,
    hint: text(
      "compare client ID, key ID and key with the API account in Apple Business Manager, and the clock of this machine; Apple may also refuse the key ID: leave it out",
      "クライアント ID、キー ID、鍵を Apple Business Manager の API アカウントと照らし合わせ、この PC の時計も確認してください。キー ID を省くと受け付けられることもあります",
    ),
  });
}
