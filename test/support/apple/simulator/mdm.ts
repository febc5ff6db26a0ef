import { createHmac } from "node:crypto";
import { parseEnvelope, decryptEnvelope } from "../../../../src/lib/apple/encoding/cms.ts";
import { decodeWrappedBase64 } from "../../../../src/lib/apple/encoding/pem.ts";
import type { AppleResponse, AppleRequest, Send } from "../../../../src/lib/apple/send.ts";
import {
  createSimulator,
  createInProcessSend,
  type Simulator,
  type SimulatorOptions,
} from "../../../../src/lib/apple/simulator/index.ts";
import { createTestKey } from "./key.ts";

/** The base URL of the simulator in tests. */
export const SIMULATOR_BASE_URL = "http://127.0.0.1:8080";

/** The time at which the simulator starts: 2026-11-20T01:00:00Z. */
export const SIMULATOR_START_TIME = Date.UTC(2026, 10, 20, 1);

const KEY = createTestKey();

/** The content of a server token. */
export interface ServerTokenContent {
  readonly consumer_key: string;
  readonly consumer_secret: string;
  readonly access_token: string;
  readonly access_secret: string;
  readonly access_token_expiry: string;
}

/** Parses the JSON body of a response. If the body is not JSON, the test fails with an error. */
export const parseBody = ({ body }: AppleResponse): Readonly<Record<string, unknown>> =>
  JSON.parse(body) as Readonly<Record<string, unknown>>;

/** Decrypts a server token (.p7m) with a private key. */
export function decryptServerToken(p7m: string, privateKey: string): ServerTokenContent {
  const envelope = parseEnvelope(decodeWrappedBase64(p7m) ?? new Uint8Array());
  const text = envelope && decryptEnvelope(envelope, [privateKey]);
  if (text === undefined) throw new TypeError("not opened");
  return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as ServerTokenContent;
}

const percentEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!*'()]/g, (mark) => `%${mark.codePointAt(0)?.toString(16).toUpperCase()}`);

/** The parameters of a signed request. */
export interface SignedRequestParams {
  readonly token: ServerTokenContent;
  readonly nonce: string;
  /** seconds since 1970-01-01 UTC */
  readonly timestamp: number;
  readonly url?: string;
}

/** Computes the signature of `GET /session`. This is a separate implementation of RFC 5849. */
export function computeSignature({
  token,
  nonce,
  timestamp,
  url = `${SIMULATOR_BASE_URL}/session`,
}: SignedRequestParams): string {
  const parameters = [
    `oauth_consumer_key=${percentEncode(token.consumer_key)}`,
    `oauth_nonce=${percentEncode(nonce)}`,
    "oauth_signature_method=HMAC-SHA1",
    `oauth_timestamp=${timestamp}`,
    `oauth_token=${percentEncode(token.access_token)}`,
    "oauth_version=1.0",
  ];
  const base = `GET&${percentEncode(url)}&${percentEncode(parameters.join("&"))}`;
  const key = `${percentEncode(token.consumer_secret)}&${percentEncode(token.access_secret)}`;
  return createHmac("sha1", key).update(base).digest("base64");
}

/** Returns the Authorization header of a signed `GET /session`. */
export const buildAuthorizationHeader = (signing: SignedRequestParams): string =>
  [
    'OAuth realm="ADM"',
    `oauth_consumer_key="${percentEncode(signing.token.consumer_key)}"`,
    `oauth_token="${percentEncode(signing.token.access_token)}"`,
    'oauth_signature_method="HMAC-SHA1"',
    `oauth_signature="${percentEncode(computeSignature(signing))}"`,
    `oauth_timestamp="${signing.timestamp}"`,
    `oauth_nonce="${percentEncode(signing.nonce)}"`,
    'oauth_version="1.0"',
  ].join(", ");

/** An MDM server that talks to a simulator. */
export class Mdm {
  readonly send: Send;
  /** current real time in milliseconds */
  now = SIMULATOR_START_TIME;
  token: ServerTokenContent | undefined;
  session = "";
  #nonces = 0;
  readonly base: string;

  constructor(send: Send, base = SIMULATOR_BASE_URL) {
    this.send = send;
    this.base = base;
  }

  /** Sends a request to the simulator's control API. */
  control(method: AppleRequest["method"], path: string, body?: unknown): Promise<AppleResponse> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return this.send({ method, url: `${this.base}/_simulator${path}`, headers: {}, body: sent });
  }

  /** Downloads a new server token. */
  async download(wish: { readonly server?: string; readonly admin?: string } = {}): Promise<ServerTokenContent> {
    const { body } = await this.control("POST", "/tokens", { certificate: KEY.certificate, ...wish });
    this.token = decryptServerToken(body, KEY.privateKey);
    return this.token;
  }

  /** Sends `GET /session`. The given headers replace the default headers. */
  openSession(headers: Readonly<Record<string, string>> = {}): Promise<AppleResponse> {
    if (this.token === undefined) throw new TypeError("no token was downloaded");
    this.#nonces += 1;
    const url = `${this.base}/session`;
    const signing = { token: this.token, nonce: `n${this.#nonces}`, timestamp: Math.floor(this.now / 1000), url };
    const usual = { "User-Agent": "test/1", Authorization: buildAuthorizationHeader(signing) };
    return this.send({ method: "GET", url, headers: { ...usual, ...headers } });
  }

  /** Downloads a server token and signs in. */
  async signIn(): Promise<this> {
    if (this.token === undefined) await this.download();
    this.session = String(parseBody(await this.openSession())["auth_session_token"]);
    return this;
  }

  /**
   * Sends a request to the device service with the current session. If the response contains a new session, later
   * requests use it.
   */
  async ask(
    line: `${AppleRequest["method"]} ${string}`,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<AppleResponse> {
    const [method, path] = line.split(" ") as [AppleRequest["method"], string];
    const usual = { "user-agent": "test/1", "x-adm-auth-session": this.session, "x-server-protocol-version": "10" };
    const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const answer = await this.send({
      method,
      url: `${this.base}${path}`,
      headers: { ...usual, ...headers },
      body: sent,
    });
    this.session = answer.headers["x-adm-auth-session"] ?? this.session;
    return answer;
  }

  /** Fetches all devices page by page, or only the first `most` pages. */
  async fetch(limit: number, cursor?: string, most?: number): Promise<FetchedDevices> {
    return this.#pages("/server/devices", limit, cursor, most);
  }

  /** Fetches the changes to devices page by page. */
  async sync(limit: number, cursor: string): Promise<FetchedDevices> {
    return this.#pages("/devices/sync", limit, cursor);
  }

  async #pages(path: string, limit: number, from: string | undefined, most?: number): Promise<FetchedDevices> {
    const devices: Device[] = [];
    let cursor = from;
    for (let pages = 1; ; pages += 1) {
      const answer = await this.ask(`POST ${path}`, { limit, cursor });
      if (answer.status !== 200) throw new TypeError(`${answer.status} ${answer.body}`);
      const page = parseBody(answer);
      devices.push(...(page["devices"] as Device[]));
      cursor = String(page["cursor"]);
      if (page["more_to_follow"] !== true || pages === most) return { devices, cursor, pages };
    }
  }
}

/** A device as the device service returns it. */
export type Device = Readonly<Record<string, string>>;

/** The devices of several pages, with the last cursor. */
export interface FetchedDevices {
  readonly devices: readonly Device[];
  readonly cursor: string;
  readonly pages: number;
}

/** Creates a simulator in this process and an MDM server that has not signed in yet. */
export function simulateApple(options: Partial<SimulatorOptions> = {}): {
  readonly simulator: Simulator;
  readonly mdm: Mdm;
} {
  let drawn = 0;
  const random = (size: number): Uint8Array =>
    Uint8Array.from({ length: size }, (_, at) => (at === 0 ? (drawn += 1) : drawn * 31 + at));
  const clock: { mdm?: Mdm } = {};
  const now = (): number => clock.mdm?.now ?? SIMULATOR_START_TIME;
  const simulator = createSimulator({ seed: "test", devices: 25, now, random, ...options });
  const mdm = new Mdm(createInProcessSend(simulator));
  clock.mdm = mdm;
  return { simulator, mdm };
}
