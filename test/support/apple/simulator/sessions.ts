import { createHash, createHmac, randomBytes } from "node:crypto";
import { formatAppleInstant } from "./devices.ts";
import { encryptForCertificate } from "./envelope.ts";
import { createJsonResponse, Refusal, type SimulatorRequest, type SimulatorResponse } from "./messages.ts";

export interface ServerToken {
  readonly server: string;
  readonly admin: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  readonly expiresAt: number;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;
const SESSION_LIFE_MS = 15 * 60 * 1000;

const ROTATE_EVERY = 20;

const REFUSED_AGENTS = [/^python-requests\//i, /^nanodep-godep\/0\b/i];

const percentEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** Server tokens and their sessions. A new token of a server invalidates the previous token. @see apple 2 */
export class Sessions {
  readonly #clock: { readonly real: () => number; readonly apple: () => number };
  readonly #tokens = new Map<string, ServerToken>();
  readonly #replaced = new Set<string>();
  readonly #sessions = new Map<
    string,
    { readonly token: ServerToken; readonly endsAt: number; answers: number; former?: string }
  >();
  readonly #nonces = new Set<string>();

  /** @param clock `real`: the time for checking signatures; `apple`: Apple's clock, in milliseconds */
  constructor(clock: { readonly real: () => number; readonly apple: () => number }) {
    this.#clock = clock;
  }

  /** Downloads a new token, like the button in Apple's portal. @param certificate the server's public key in PEM */
  download(certificate: string, server: string, admin: string): { readonly name: string; readonly content: string } {
    const now = this.#clock.apple();
    const hash = (word: string): string =>
      createHash("sha256").update(`${word} ${server} ${admin}`).digest("hex").slice(0, 40);
    const token: ServerToken = {
      server,
      admin,
      consumerKey: `CK_${hash("key")}`,
      consumerSecret: `CS_${hash("secret")}`,
      accessToken: `AT_${randomBytes(20).toString("hex")}`,
      accessSecret: `AS_${randomBytes(20).toString("hex")}`,
      expiresAt: now + YEAR_MS,
    };
    const json = JSON.stringify({
      consumer_key: token.consumerKey,
      consumer_secret: token.consumerSecret,
      access_token: token.accessToken,
      access_secret: token.accessSecret,
      access_token_expiry: formatAppleInstant(token.expiresAt),
    });
    const message = `Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n-----BEGIN MESSAGE-----\r\n${json}\r\n-----END MESSAGE-----\r\n`;
    const base64 = Buffer.from(encryptForCertificate(certificate, Buffer.from(message))).toString("base64");
    const former = this.#tokens.get(server);
    if (former !== undefined) this.#replaced.add(former.accessToken);
    this.#tokens.set(server, token);
    const lines = [
      'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: attachment; filename="smime.p7m"',
      "Content-Description: S/MIME Encrypted Message",
      "",
      ...(base64.match(/.{1,76}/g) ?? []),
      "",
    ];
    const at = formatAppleInstant(now).replaceAll(":", "-");
    return { name: `${server.replaceAll(/[^A-Za-z0-9-]+/g, "_")}_Token_${at}_smime.p7m`, content: lines.join("\r\n") };
  }

  open(request: SimulatorRequest): SimulatorResponse {
    const header = /^OAuth\s+(?<list>.*)$/is.exec(request.headers["authorization"] ?? "")?.groups?.["list"];
    const given = new Map(
      (header ?? "").split(",").map((part) => {
        const { name = "", value = "" } = /^\s*(?<name>[^\s=]+)="(?<value>[^"]*)"\s*$/.exec(part)?.groups ?? {};
        return [decodeURIComponent(name), decodeURIComponent(value)] as const;
      }),
    );
    given.delete("realm");
    const [key = "", accessToken = "", signature = "", nonce = "", timestamp = ""] = [
      "oauth_consumer_key",
      "oauth_token",
      "oauth_signature",
      "oauth_nonce",
      "oauth_timestamp",
    ].map((name) => given.get(name));
    if (!key || !accessToken || !signature || !nonce || given.get("oauth_signature_method") !== "HMAC-SHA1")
      throw new Refusal(400, "oauth_problem_adviceBad Request");
    if (this.#replaced.has(accessToken)) throw new Refusal(403, "token_rejectedForbidden");
    const token = this.#tokens.values().find((one) => one.consumerKey === key && one.accessToken === accessToken);
    const now = this.#clock.real();
    const isTimely = Math.abs(Number(timestamp) * 1000 - now) <= CLOCK_TOLERANCE_MS;
    const isFresh = !this.#nonces.has(`${key} ${timestamp} ${nonce}`);
    if (token === undefined || !isTimely || !isFresh || signature !== sign(request, given, token))
      throw new Refusal(401, "oauth_problem_adviceUnauthorized");
    this.#nonces.add(`${key} ${timestamp} ${nonce}`);
    if (token.expiresAt <= this.#clock.apple()) throw new Refusal(403, "token_expiredForbidden");
    return createJsonResponse({ auth_session_token: this.#add(token) });
  }

  /** Accepts a request of a session, and renews the session if necessary. */
  enter({ headers }: SimulatorRequest): { readonly token: ServerToken; readonly renewed: string | undefined } {
    const name = headers["x-adm-auth-session"] ?? "";
    const session = this.#sessions.get(name);
    if (session === undefined || session.endsAt <= this.#clock.apple()) throw new Refusal(401, "Unauthorized");
    if (this.#tokens.get(session.token.server) !== session.token) throw new Refusal(403, "token_rejectedForbidden");
    // the first request of the new session ends the old session
    if (session.former !== undefined) this.#sessions.delete(session.former);
    session.answers += 1;
    const renewed = session.answers % ROTATE_EVERY === 0 ? this.#add(session.token, name) : undefined;
    return { token: session.token, renewed };
  }

  #add(token: ServerToken, former?: string): string {
    const name = randomBytes(32).toString("hex").toUpperCase();
    const endsAt = this.#clock.apple() + SESSION_LIFE_MS;
    this.#sessions.set(name, { token, endsAt, answers: 0, ...(former !== undefined && { former }) });
    return name;
  }
}

export function checkUserAgent({ headers }: SimulatorRequest): void {
  const agent = headers["user-agent"]?.trim() ?? "";
  if (agent === "") throw new Refusal(400, "USER_AGENT_MISSING");
  if (REFUSED_AGENTS.some((refused) => refused.test(agent))) throw new Refusal(400, "USER_AGENT_INVALID");
}

/** Computes the signature of a request. @see RFC 5849 section 3.4 */
const sign = (
  { method, origin, path, query }: SimulatorRequest,
  given: ReadonlyMap<string, string>,
  { consumerSecret, accessSecret }: ServerToken,
): string => {
  const pairs = [...given, ...query]
    .filter(([name]) => name !== "oauth_signature")
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .toSorted();
  const base = [method.toUpperCase(), `${origin}${path}`, pairs.join("&")].map(percentEncode).join("&");
  return createHmac("sha1", `${percentEncode(consumerSecret)}&${percentEncode(accessSecret)}`)
    .update(base)
    .digest("base64");
};
