import type { Ids } from "../ids.ts";
import { instant } from "../messages.ts";
import { MARK, marked } from "../names.ts";
import { encryptFor } from "../../keys/envelope.ts";

/** An MDM server of the organisation. */
export interface Server {
  readonly name: string;
  /** 32 digits in capitals */
  readonly uuid: string;
  /** in milliseconds of the simulator's clock */
  readonly createdAt: number;
}

/** What a server signs in with. */
export interface ServerToken {
  /** number of the server */
  readonly server: number;
  /** mail address of the administrator who downloaded it */
  readonly admin: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  /** in milliseconds of the simulator's clock */
  readonly expiresAt: number;
}

/** A token that another has replaced. */
export type ReplacedToken = Pick<ServerToken, "consumerKey" | "accessToken">;

/** The MDM servers of the organisation; the first one is there from the beginning. */
export class Servers {
  readonly #ids: Ids;
  readonly #servers: Server[];

  constructor(ids: Ids, servers: readonly Server[]) {
    this.#ids = ids;
    this.#servers = [...servers];
  }

  /** The number of a server of this name, which is made where there is none. */
  named(name: string, now: number): number {
    const wanted = marked(name);
    const known = this.#servers.findIndex((server) => server.name === wanted);
    if (known !== -1) return known;
    return this.#servers.push({ name: wanted, uuid: this.#ids.wide("server", wanted), createdAt: now }) - 1;
  }

  /** @throws RangeError where there is none of this number */
  at(number: number): Server {
    const server = this.#servers[number];
    if (server === undefined) throw new RangeError(`no server ${number}`);
    return server;
  }

  list(): readonly Server[] {
    return [...this.#servers];
  }
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A token that was downloaded. */
export interface TokenDownload {
  readonly name: string;
  readonly content: string;
}

const MESSAGE_HEAD = "Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
const FILE_HEAD = [
  'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
  "Content-Transfer-Encoding: base64",
  'Content-Disposition: attachment; filename="smime.p7m"',
  "Content-Description: S/MIME Encrypted Message",
];

/** The text that stands encrypted in a server token. @see apple 1 */
const messageOf = ({ consumerKey, consumerSecret, accessToken, accessSecret, expiresAt }: ServerToken): string => {
  const content = JSON.stringify({
    consumer_key: consumerKey,
    consumer_secret: consumerSecret,
    access_token: accessToken,
    access_secret: accessSecret,
    access_token_expiry: instant(expiresAt),
  });
  return `${MESSAGE_HEAD}-----BEGIN MESSAGE-----\r\n${content}\r\n-----END MESSAGE-----\r\n`;
};

/** The tokens of the servers: each has one, and a new one ends the former at once. */
export class Tokens {
  readonly #ids: Ids;
  readonly #random: (size: number) => Uint8Array;
  readonly #current: Map<number, ServerToken>;
  readonly #replaced: ReplacedToken[];

  constructor(
    ids: Ids,
    random: (size: number) => Uint8Array,
    { current, replaced }: { readonly current: readonly ServerToken[]; readonly replaced: readonly ReplacedToken[] },
  ) {
    this.#ids = ids;
    this.#random = random;
    this.#current = new Map(current.map((token) => [token.server, token]));
    this.#replaced = [...replaced];
  }

  /**
   * Downloads a new token, as the button of Apple's portal does: from now on the former one is refused.
   *
   * @param certificate the server's public key: a certificate in PEM
   * @throws Error where the certificate is none, or has no RSA key; the former token stays
   */
  download(certificate: string, { number, server, admin, now }: DownloadRequest): TokenDownload {
    const token = this.#made(number, server, admin, now + YEAR_MS);
    const message = Buffer.from(encryptFor(certificate, Buffer.from(messageOf(token)))).toString("base64");
    const former = this.#current.get(number);
    if (former !== undefined) this.#replaced.push({ consumerKey: former.consumerKey, accessToken: former.accessToken });
    this.#current.set(number, token);
    const lines = [...FILE_HEAD, "", ...(message.match(/.{1,76}/g) ?? []), ""];
    const at = instant(now).replaceAll(":", "-");
    const name = `${server.name.replaceAll(/[^A-Za-z0-9-]+/g, "_")}_Token_${at}_smime.p7m`;
    return { name, content: lines.join("\r\n") };
  }

  /** The token that a request names; or that it is unknown, or was replaced by a newer one. */
  find(consumerKey: string, accessToken: string): ServerToken | "unknown" | "replaced" {
    const isIt = (token: ReplacedToken) => token.consumerKey === consumerKey && token.accessToken === accessToken;
    return this.#current.values().find(isIt) ?? (this.#replaced.some(isIt) ? "replaced" : "unknown");
  }

  isCurrent(token: ServerToken): boolean {
    return this.#current.get(token.server) === token;
  }

  /** For saving. */
  state(): { readonly current: readonly ServerToken[]; readonly replaced: readonly ReplacedToken[] } {
    return { current: [...this.#current.values()], replaced: [...this.#replaced] };
  }

  /** The consumer key belongs to server and administrator; the access token is new each time. */
  #made(number: number, { uuid }: Server, admin: string, expiresAt: number): ServerToken {
    const secret = (size: number): string => Buffer.from(this.#random(size)).toString("hex");
    return {
      server: number,
      admin,
      consumerKey: `CK_${MARK}_${this.#ids.hex(40, "consumer", uuid, admin)}`,
      consumerSecret: `CS_${this.#ids.hex(40, "consumer secret", uuid, admin)}`,
      accessToken: `AT_${MARK}_${secret(20)}`,
      accessSecret: `AS_${secret(20)}`,
      expiresAt,
    };
  }
}

/** Who downloads a token, for which server, when. */
export interface DownloadRequest {
  readonly number: number;
  readonly server: Server;
  readonly admin: string;
  readonly now: number;
}
