import { parseObjectResponse, parseJsonObject, createUndocumentedFailure, type JsonObject } from "../answer.ts";
import { formatRequestTarget, sendWithRetry, type RetryEnvironment } from "../retry.ts";
import type { AppleResponse, AppleRequest } from "../send.ts";
import { isSessionExpired, createAppleRefusal } from "./errors.ts";
import { buildAuthorizationHeader } from "./oauth.ts";
import type { AdeToken } from "./token.ts";

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

/** Do not make calls in parallel: each response can replace the session ID. */
export class AdeSession {
  readonly #access: DeviceServiceAccess;
  #current: string | undefined;
  #opening: Promise<string> | undefined;

  constructor(access: DeviceServiceAccess) {
    this.#access = access;
  }

  /** @throws AppleRefusal; `unavailable`, `interrupted` */
  async call(call: ServiceCall): Promise<JsonObject> {
    const request = this.#request(call);
    let { answer, object, session } = await this.#send(request);
    if (isSessionExpired(answer)) {
      if (this.#current === session) this.#current = undefined;
      ({ answer, object, session } = await this.#send(request));
    }
    return this.#accepted(request, answer, object);
  }

  async #send(request: AppleRequest) {
    // called before the retries below, because opening a session has its own retries
    let session = await this.#session();
    let object: JsonObject | undefined;
    const send: RetryEnvironment["send"] = async (request) => {
      session = this.#current ?? session;
      const answer = await this.#access.send({
        ...request,
        headers: { ...request.headers, [SESSION_HEADER]: session },
      });
      if (!isSessionExpired(answer)) this.#take(answer);
      // truncated JSON throws here, so that the request is repeated
      object = parseObjectResponse(formatRequestTarget(request), answer);
      return answer;
    };
    return { answer: await sendWithRetry(request, { ...this.#access, send }), object, session };
  }

  #take({ headers }: AppleResponse): void {
    const next = headers[SESSION_HEADER];
    if (next !== undefined && HEADER_VALUE_PATTERN.test(next)) this.#current = next;
  }

  async #session(): Promise<string> {
    if (this.#current !== undefined) return this.#current;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #open(): Promise<string> {
    const { token, random, now } = this.#access;
    const { method, url, headers } = this.#request({ method: "GET", path: "/session" });
    let object: JsonObject | undefined;
    // each attempt has a new signature, because Apple accepts a nonce only once
    const send: RetryEnvironment["send"] = async (request) => {
      const nonce = Buffer.from(random(NONCE_BYTES)).toString("hex");
      const timestamp = Math.floor(now() / 1000);
      const signature = buildAuthorizationHeader({ method, url, token, nonce, timestamp });
      const answer = await this.#access.send({ ...request, headers: { ...headers, authorization: signature } });
      object = parseObjectResponse(formatRequestTarget(request), answer);
      return answer;
    };
    const request = { method, url, headers, signal: this.#access.signal };
    const answer = await sendWithRetry(request, { ...this.#access, send });
    const { auth_session_token: session } = this.#accepted(request, answer, object);
    if (typeof session !== "string" || !HEADER_VALUE_PATTERN.test(session)) {
      throw createUndocumentedFailure(formatRequestTarget(request), "auth_session_token");
    }
    this.#current = session;
    this.#take(answer);
    return this.#current;
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

  #accepted(request: AppleRequest, answer: AppleResponse, object: JsonObject | undefined): JsonObject {
    if (object !== undefined) return object;
    if (answer.status === 200) return parseJsonObject(formatRequestTarget(request), answer.body);
    throw createAppleRefusal(formatRequestTarget(request), answer, this.#access.now());
  }
}
