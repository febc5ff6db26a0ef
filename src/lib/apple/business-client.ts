import { SECOND_MS } from "../model/time.ts";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text } from "../text/index.ts";
import {
  createUndocumentedFailure,
  parseJsonObject,
  readOptionalInstant,
  readOptionalText,
  readRequiredText,
  formatRequestTarget,
  sendWithRetry,
  type RetryEnvironment,
  type AppleRequest,
  type AppleResponse,
} from "./retry.ts";
import { isObject, type JsonObject } from "./renewable.ts";
import { createPrivateKey, sign, type KeyObject } from "node:crypto";

/** @param where name of the key's file @throws `input-rejected` if the key is not a P-256 key */
export function parseBusinessKey(where: string, pem: string): KeyObject {
  const key = tryOrUndefined(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new Failure("input-rejected", {
    what: text(
      "not the private key of an API account (EC P-256, PEM, without a password)",
      "API アカウントの秘密鍵(EC P-256、PEM 形式、パスワードなし)ではありません",
    ),
    where,
  });
}

/** Apple accepts up to 180 days, but an assertion is used immediately. */
const ASSERTION_LIFETIME_SECONDS = 600;

const ASSERTION_ID_BYTES = 16;

const encodeJwtPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @see RFC 7523 3; apple 6 */
function createClientAssertion({ clientId, keyId, key, now, random }: BusinessAccess, audience: string): string {
  const iat = Math.floor(now() / 1000);
  const jti = Buffer.from(random(ASSERTION_ID_BYTES)).toString("hex");
  const claims = { iss: clientId, sub: clientId, aud: audience, iat, exp: iat + ASSERTION_LIFETIME_SECONDS, jti };
  const signed = [{ alg: "ES256", kid: keyId, typ: "JWT" }, claims].map(encodeJwtPart).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

export interface BusinessAccess extends RetryEnvironment {
  readonly clientId: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly random: (size: number) => Uint8Array;
  /** address of a test server, without a trailing slash; null for Apple's servers */
  readonly endpoint: string | null;
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
}

export class BusinessRefusal extends Failure {}

/** Apple's maximum number of rows in a page. @see apple 6 */
const PAGE_SIZE = 1000;

/** A token is renewed before it expires, so that it does not expire during a request. */
const TOKEN_MARGIN_MS = 60 * SECOND_MS;

/** @throws BusinessRefusal; `unavailable` for a failed request or an undocumented response */
export class BusinessApi {
  readonly #access: BusinessAccess;
  #token: { readonly text: string; readonly endMs: number } | undefined;

  constructor(access: BusinessAccess) {
    this.#access = access;
  }

  /** `total` is the number of rows in all pages together; 0 if unknown. */
  async *pages<K extends string = never>(path: string, members: Readonly<Record<K, string>>) {
    const seen = new Set<string>();
    for (let further = ""; ;) {
      const { where, answer } = await this.#get(`${path}?limit=${PAGE_SIZE}${further}`);
      const { data, links, meta } = requireObject(where, answer);
      if (!Array.isArray(data) || !data.every(isObject)) throw createUndocumentedFailure(where, "data");
      const { total } = (isObject(meta) && isObject(meta["paging"]) && meta["paging"]) || {};
      yield { rows: data.map((row) => readRow(where, row, members)), total: typeof total === "number" ? total : 0 };
      const cursor = findCursor(where, links);
      if (cursor === undefined) return;
      if (seen.has(cursor)) throw createUndocumentedFailure(where, "links.next");
      seen.add(cursor);
      further = `&cursor=${encodeURIComponent(cursor)}`;
    }
  }

  async #get(path: string): Promise<{ readonly where: string; readonly answer: AppleResponse }> {
    const url = (this.#access.endpoint ?? "https://api-business.apple.com") + path;
    const send = async (): Promise<AppleResponse> =>
      this.#send({ method: "GET", url, headers: { authorization: `Bearer ${await this.#bearer()}` } });
    let answer = await send();
    if (answer.status === 401) {
      this.#token = undefined;
      answer = await send();
    }
    return { where: formatRequestTarget({ method: "GET", url }), answer };
  }

  #send(request: AppleRequest): Promise<AppleResponse> {
    const { program, signal } = this.#access;
    const headers = { "user-agent": program, accept: "application/json", ...request.headers };
    // truncated JSON throws here, so that the request is repeated
    const send: RetryEnvironment["send"] = async (sent) => {
      const answer = await this.#access.send(sent);
      if (answer.status === 200) parseJsonObject(formatRequestTarget(request), answer.body);
      return answer;
    };
    return sendWithRetry({ ...request, headers, signal }, { ...this.#access, send });
  }

  async #bearer(): Promise<string> {
    const { clientId, endpoint, now } = this.#access;
    if (this.#token !== undefined && this.#token.endMs > now()) return this.#token.text;
    const account = endpoint ?? "https://account.apple.com";
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: createClientAssertion(this.#access, `${account}/auth/oauth2/v2/token`),
      scope: "business.api",
    });
    const request: AppleRequest = {
      method: "POST",
      url: `${account}/auth/oauth2/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: String(form),
    };
    const where = formatRequestTarget(request);
    const answer = await this.#send(request);
    const given = requireObject(where, answer.status === 400 ? { ...answer, status: 401 } : answer);
    const token = readRequiredText(where, given, "access_token");
    const { expires_in: seconds } = given;
    if (!/^[!-~]+$/.test(token) || typeof seconds !== "number") throw createUndocumentedFailure(where, "access_token");
    this.#token = { text: token, endMs: now() + seconds * SECOND_MS - TOKEN_MARGIN_MS };
    return token;
  }
}

const readRow = <K extends string>(where: string, row: JsonObject, members: Readonly<Record<K, string>>) => {
  const { attributes = {} } = row;
  if (!isObject(attributes)) throw createUndocumentedFailure(where, "attributes");
  const values = Object.entries<string>(members).map(([name, member]) => {
    const read = member.endsWith("DateTime") ? readOptionalInstant : readOptionalText;
    return [name, read(where, attributes, member)];
  });
  return { id: readRequiredText(where, row, "id"), ...(Object.fromEntries(values) as Record<K, string | null>) };
};

/** Returns the cursor in the link to the next page. The link itself could send the token to another server. */
function findCursor(where: string, links: unknown): string | undefined {
  const next = isObject(links) ? (links["next"] ?? null) : null;
  if (next === null) return undefined;
  const url = typeof next === "string" ? tryOrUndefined(() => new URL(next, "https://apple.invalid")) : undefined;
  const cursor = url?.searchParams.get("cursor") ?? "";
  if (cursor === "") throw createUndocumentedFailure(where, "links.next");
  return cursor;
}

function requireObject(where: string, { status, body }: AppleResponse): JsonObject {
  if (status === 200) return parseJsonObject(where, body);
  const what = text(`Apple returned status ${status}`, `Apple がステータス ${status} を返しました`);
  if (status !== 401 && status !== 403) throw new Failure("unavailable", { what, where });
  const hint = text(
    "check that client ID and key ID match the API account in Apple Business, and that this computer's clock is right",
    "クライアント ID・キー ID が Apple Business の API アカウントと同じか、このコンピューターの時計が正しいかを確認してください",
  );
  throw new BusinessRefusal("not-permitted", { what, where, hint });
}
