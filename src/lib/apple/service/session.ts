import { parseObjectResponse, parseJsonObject, createUndocumentedFailure, type JsonObject } from "../answer.ts";
import { formatRequestTarget, sendWithRetry, type RetryEnvironment } from "../retry.ts";
import type { AppleResponse, AppleRequest } from "../send.ts";
import { isSessionExpired, createAppleRefusal } from "./errors.ts";
import { buildAuthorizationHeader } from "./oauth.ts";
import type { AdeToken } from "../server-token.ts";

export interface DeviceServiceAccess extends RetryEnvironment {
  /** address of the service, without a trailing slash */
  readonly base: string;
  readonly token: AdeToken;
  readonly random: (size: number) => Uint8Array;
  /** name and version of this program, such as `clomoctl/0.1.0`; Apple requires a User-Agent */
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ServiceCall {
  readonly method: AppleRequest["method"];
  readonly path: string;
  readonly body?: object | undefined;
}

/** Version of Apple's protocol. @see apple 2 */
const PROTOCOL_VERSION = "10";

const JSON_MEDIA_TYPE = "application/json;charset=UTF8";

const SESSION_HEADER = "x-adm-auth-session";

const HEADER_VALUE_PATTERN = /^[!-~]{1,4096}$/;

const NONCE_BYTES = 16;

interface SentRequest {
  readonly answer: AppleResponse;
  readonly object: JsonObject | undefined;
}

/** Do not make calls in parallel: each response can replace the session ID. */
export class AdeSession {
  readonly #access: DeviceServiceAccess;
  #current: string | undefined;

  constructor(access: DeviceServiceAccess) {
    this.#access = access;
  }

  /** @throws AppleRefusal; `unavailable`, `interrupted` */
  async call(call: ServiceCall): Promise<JsonObject> {
    const request = this.#request(call);
    const send = async () => {
      if (this.#current === undefined) await this.#open();
      return this.#send(request, () => ({ [SESSION_HEADER]: this.#current ?? "" }));
    };
    let sent = await send();
    if (isSessionExpired(sent.answer)) {
      this.#current = undefined;
      sent = await send();
    }
    return this.#accept(request, sent);
  }

  /** @param addHeaders called for each attempt */
  async #send(request: AppleRequest, addHeaders: () => AppleRequest["headers"]): Promise<SentRequest> {
    let object: JsonObject | undefined;
    const send: RetryEnvironment["send"] = async ({ headers, ...rest }) => {
      const answer = await this.#access.send({ ...rest, headers: { ...headers, ...addHeaders() } });
      const { [SESSION_HEADER]: next } = answer.headers;
      if (next !== undefined && HEADER_VALUE_PATTERN.test(next) && !isSessionExpired(answer)) this.#current = next;
      // truncated JSON throws here, so that the request is repeated
      object = parseObjectResponse(formatRequestTarget(request), answer);
      return answer;
    };
    return { answer: await sendWithRetry(request, { ...this.#access, send }), object };
  }

  async #open(): Promise<void> {
    const { token, random, now } = this.#access;
    const request = this.#request({ method: "GET", path: "/session" });
    // each attempt has a new signature, because Apple accepts a nonce only once
    const sent = await this.#send(request, () => {
      const nonce = Buffer.from(random(NONCE_BYTES)).toString("hex");
      const timestamp = Math.floor(now() / 1000);
      return { authorization: buildAuthorizationHeader({ ...request, token, nonce, timestamp }) };
    });
    const { auth_session_token: session } = this.#accept(request, sent);
    if (typeof session !== "string" || !HEADER_VALUE_PATTERN.test(session))
      throw createUndocumentedFailure(formatRequestTarget(request), "auth_session_token");
    this.#current ??= session;
  }

  #request({ method, path, body }: ServiceCall): AppleRequest {
    const { base, program, signal } = this.#access;
    const headers = {
      "user-agent": program,
      accept: JSON_MEDIA_TYPE,
      "content-type": JSON_MEDIA_TYPE,
      "x-server-protocol-version": PROTOCOL_VERSION,
    };
    return { method, url: base + path, headers, body: body && JSON.stringify(body), signal };
  }

  #accept(request: AppleRequest, { answer, object }: SentRequest): JsonObject {
    if (object !== undefined) return object;
    if (answer.status === 200) return parseJsonObject(formatRequestTarget(request), answer.body);
    throw createAppleRefusal(formatRequestTarget(request), answer, this.#access.now());
  }
}
