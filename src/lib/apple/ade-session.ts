import {
  parseJsonObject,
  createUndocumentedFailure,
  formatRequestTarget,
  sendWithRetry,
  type RetryEnvironment,
  type AppleResponse,
  type AppleRequest,
  parseHttpDate,
} from "./retry.ts";
import type { JsonObject } from "./renewable.ts";
import type { AdeToken } from "./tokens.ts";
import { createHmac } from "node:crypto";
import { line } from "../advice/index.ts";
import { Failure, type ErrorCode, tryOrUndefined } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

export interface DeviceServiceAccess extends RetryEnvironment {
  /** address of the service, without a trailing slash */
  readonly base: string;
  readonly token: AdeToken;
  readonly random: (size: number) => Uint8Array;
  /** name and version of this program, such as `clomoctl/0.1.0`; Apple requires a User-Agent */
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

interface ServiceCall {
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

  constructor(access: DeviceServiceAccess) {
    this.#access = access;
  }

  async call<T>(call: ServiceCall, parse: (where: string, answer: JsonObject) => T): Promise<T> {
    const request = this.#request(call);
    const send = async () => {
      if (this.#current === undefined) await this.#open();
      return this.#send(request, () => ({ [SESSION_HEADER]: this.#current ?? "" }));
    };
    let answer = await send();
    if (isSessionExpired(answer)) {
      this.#current = undefined;
      answer = await send();
    }
    return parse(formatRequestTarget(request), this.#accept(request, answer));
  }

  /** @param addHeaders called for each attempt */
  #send(request: AppleRequest, addHeaders: () => AppleRequest["headers"]): Promise<AppleResponse> {
    const send: RetryEnvironment["send"] = async ({ headers, ...rest }) => {
      const answer = await this.#access.send({ ...rest, headers: { ...headers, ...addHeaders() } });
      const { [SESSION_HEADER]: next } = answer.headers;
      if (next !== undefined && HEADER_VALUE_PATTERN.test(next) && !isSessionExpired(answer)) this.#current = next;
      // truncated JSON throws here, so that the request is repeated
      if (answer.status === 200 && /^\s*(?:\{|$)/.test(answer.body))
        parseJsonObject(formatRequestTarget(request), answer.body);
      return answer;
    };
    return sendWithRetry(request, { ...this.#access, send });
  }

  async #open(): Promise<void> {
    const { token, random, now } = this.#access;
    const request = this.#request({ method: "GET", path: "/session" });
    // each attempt has a new signature, because Apple accepts a nonce only once
    const answer = await this.#send(request, () => {
      const nonce = Buffer.from(random(NONCE_BYTES)).toString("hex");
      const timestamp = Math.floor(now() / 1000);
      return { authorization: buildAuthorizationHeader({ ...request, token, nonce, timestamp }) };
    });
    const { auth_session_token: session } = this.#accept(request, answer);
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

  #accept(request: AppleRequest, answer: AppleResponse): JsonObject {
    if (answer.status === 200) return parseJsonObject(formatRequestTarget(request), answer.body);
    throw createAppleRefusal(formatRequestTarget(request), answer, this.#access.now());
  }
}

/** The URL is absolute and has no query. */
export interface RequestToSign extends Pick<AppleRequest, "method" | "url"> {
  readonly token: Omit<AdeToken, "expiresAt">;
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
}

/** @see RFC 5849 3.6 */
const percentEncode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Uses HMAC-SHA1. @see RFC 5849 3.4 and 3.5.1; apple 2 */
export function buildAuthorizationHeader({ method, url, token, nonce, timestamp }: RequestToSign): string {
  const parameters = [
    ["oauth_consumer_key", token.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA1"],
    ["oauth_timestamp", String(timestamp)],
    ["oauth_token", token.accessToken],
    ["oauth_version", "1.0"],
  ].map(([name = "", value = ""]) => [name, percentEncode(value)] as const);
  const signed = parameters.map((pair) => pair.join("=")).join("&");
  // the origin of a URL omits the default port, as OAuth requires
  const { origin, pathname } = new URL(url);
  const base = [method, origin + pathname, signed].map(percentEncode).join("&");
  const key = `${percentEncode(token.consumerSecret)}&${percentEncode(token.accessSecret)}`;
  const signature = percentEncode(createHmac("sha1", key).update(base).digest("base64"));
  const all = [...parameters, ["oauth_signature", signature] as const];
  return `OAuth ${all.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}

const NEW_TOKEN_HINT = text(
  `download a new token of the same MDM server in Apple Business Manager, then: ${line("ade token set", ["FILE"])}`,
  `Apple Business Manager で同じ MDM サーバーのトークンをダウンロードし、設定してください: ${line("ade token set", ["FILE"])}`,
);

const REFUSAL_HINTS: Readonly<Record<string, Text>> = {
  T_C_NOT_SIGNED: text(
    "an administrator must sign in to https://business.apple.com and accept Apple's new terms",
    "組織の管理者が https://business.apple.com にサインインし、新しい利用規約に同意してください",
  ),
  token_rejected: NEW_TOKEN_HINT,
  signature_invalid: NEW_TOKEN_HINT,
  token_expired: NEW_TOKEN_HINT,
  SERVER_INACTIVE: text(
    "check the MDM server in Apple Business Manager; if it was deleted, create it again",
    "Apple Business Manager で MDM サーバーの状態を確認してください。削除されている場合は作り直しが必要です",
  ),
  TOO_MANY_REQUESTS: text("try again in a few minutes", "数分後にもう一度実行してください"),
};

const TOKEN_REJECTION_CODES: readonly string[] = ["token_rejected", "signature_invalid", "token_expired"];

const CURSOR_CODES: readonly string[] = ["INVALID_CURSOR", "EXPIRED_CURSOR", "EXHAUSTED_CURSOR"];

const KNOWN_ERROR_CODES: readonly string[] = [...Object.keys(REFUSAL_HINTS), ...CURSOR_CODES];

const MAX_SEARCHED_CHARACTERS = 4096;

const CLOCK_TOLERANCE_MS = 5 * 60_000;

export class AppleRefusal extends Failure {
  readonly apple: string | undefined;

  constructor(apple: string | undefined, exit: ErrorCode, problem: ConstructorParameters<typeof Failure>[1]) {
    super(exit, problem);
    this.apple = apple;
  }

  get rejectsToken(): boolean {
    return this.apple !== undefined && TOKEN_REJECTION_CODES.includes(this.apple);
  }
}

export const isCursorRefusal = (error: unknown): boolean =>
  error instanceof AppleRefusal && error.apple !== undefined && CURSOR_CODES.includes(error.apple);

function createAppleRefusal(where: string, answer: AppleResponse, now: number): AppleRefusal {
  const { status, body } = answer;
  const start = body.slice(0, MAX_SEARCHED_CHARACTERS);
  const code = KNOWN_ERROR_CODES.find((one) => start.includes(one));
  const isRefusal = status === 401 || status === 403 || (code !== undefined && TOKEN_REJECTION_CODES.includes(code));
  const phrase = formatErrorPhrase(body);
  const isInvalid = status === 400 && (code === undefined || !CURSOR_CODES.includes(code));
  return new AppleRefusal(code, isRefusal ? "not-permitted" : isInvalid ? "input-rejected" : "unavailable", {
    what: text(`Apple returned status ${status}${phrase}`, `Apple がステータス ${status}${phrase} を返しました`),
    where,
    hint: (code === undefined && isRefusal ? describeClockError(answer, now) : undefined) ?? REFUSAL_HINTS[code ?? ""],
  });
}

/** If the session is over, Apple responds with status 401, but the simulator depsim with 403. @see apple 2 */
const isSessionExpired = ({ status, body }: AppleResponse): boolean =>
  status === 401 || (status === 403 && body.slice(0, MAX_SEARCHED_CHARACTERS).includes("FORBIDDEN"));

function describeClockError({ headers }: AppleResponse, now: number): Text | undefined {
  const theirs = parseHttpDate(headers["date"]);
  if (theirs === undefined || Math.abs(theirs - now) <= CLOCK_TOLERANCE_MS) return undefined;
  const minutes = Math.round(Math.abs(theirs - now) / 60_000);
  const [en, ja] = now > theirs ? ["fast", "進んで"] : ["slow", "遅れて"];
  return text(
    `the clock of this computer is ${minutes} minutes ${en}: set it, and try again`,
    `このコンピューターの時計が ${minutes} 分${ja}います。時計を合わせてください`,
  );
}

function formatErrorPhrase(body: string): string {
  const bare = tryOrUndefined((): unknown => JSON.parse(body)) ?? body.trim();
  return typeof bare === "string" && /^[\w ]{1,80}$/.test(bare) ? ` (${bare})` : "";
}
