import type { SeededIds } from "../ids.ts";
import { formatAppleInstant } from "../messages.ts";
import { SIMULATOR_MARK, addSimulatorMark } from "../names.ts";
import { encryptForCertificate } from "../../keys/envelope.ts";

/** An MDM server of the simulated organisation. */
export interface SimulatedMdmServer {
  readonly name: string;
  /** 32 upper-case hexadecimal digits */
  readonly uuid: string;
  /** in milliseconds of the simulator's clock */
  readonly createdAt: number;
}

/** The credentials that an MDM server signs in with. */
export interface ServerToken {
  /** number of the MDM server */
  readonly server: number;
  /** email address of the administrator who downloaded it */
  readonly admin: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  /** in milliseconds of the simulator's clock */
  readonly expiresAt: number;
}

/** A token that was replaced by a newer token. */
export type ReplacedToken = Pick<ServerToken, "consumerKey" | "accessToken">;

/** The MDM servers of the organisation. The first server exists from the start. */
export class MdmServerRegistry {
  readonly #ids: SeededIds;
  readonly #servers: SimulatedMdmServer[];

  constructor(ids: SeededIds, servers: readonly SimulatedMdmServer[]) {
    this.#ids = ids;
    this.#servers = [...servers];
  }

  /** Returns the number of the server with this name. Creates the server if it does not exist. */
  named(name: string, now: number): number {
    const wanted = addSimulatorMark(name);
    const known = this.#servers.findIndex((server) => server.name === wanted);
    if (known !== -1) return known;
    return this.#servers.push({ name: wanted, uuid: this.#ids.wide("server", wanted), createdAt: now }) - 1;
  }

  /** Returns a server by its number. @throws RangeError if no server has this number */
  at(number: number): SimulatedMdmServer {
    const server = this.#servers[number];
    if (server === undefined) throw new RangeError(`no server ${number}`);
    return server;
  }

  list(): readonly SimulatedMdmServer[] {
    return [...this.#servers];
  }
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** A token file as it is downloaded. */
export interface TokenDownload {
  readonly name: string;
  readonly content: string;
}

const MESSAGE_HEADERS = "Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n";
const FILE_HEADERS = [
  'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
  "Content-Transfer-Encoding: base64",
  'Content-Disposition: attachment; filename="smime.p7m"',
  "Content-Description: S/MIME Encrypted Message",
];

/** Builds the text that a server token contains in encrypted form. @see apple 1 */
const buildTokenMessage = ({
  consumerKey,
  consumerSecret,
  accessToken,
  accessSecret,
  expiresAt,
}: ServerToken): string => {
  const content = JSON.stringify({
    consumer_key: consumerKey,
    consumer_secret: consumerSecret,
    access_token: accessToken,
    access_secret: accessSecret,
    access_token_expiry: formatAppleInstant(expiresAt),
  });
  return `${MESSAGE_HEADERS}-----BEGIN MESSAGE-----\r\n${content}\r\n-----END MESSAGE-----\r\n`;
};

/** The tokens of the MDM servers. Each server has one token; a new token immediately invalidates the previous token. */
export class ServerTokenRegistry {
  readonly #ids: SeededIds;
  readonly #random: (size: number) => Uint8Array;
  readonly #current: Map<number, ServerToken>;
  readonly #replaced: ReplacedToken[];

  constructor(
    ids: SeededIds,
    random: (size: number) => Uint8Array,
    { current, replaced }: { readonly current: readonly ServerToken[]; readonly replaced: readonly ReplacedToken[] },
  ) {
    this.#ids = ids;
    this.#random = random;
    this.#current = new Map(current.map((token) => [token.server, token]));
    this.#replaced = [...replaced];
  }

  /**
   * Downloads a new token, as the button in Apple's portal does. From now on, the previous token is refused.
   *
   * @param certificate the server's public key as a PEM certificate
   * @throws Error if the certificate is invalid or its key is not RSA; in that case, the previous token remains valid
   */
  download(certificate: string, { number, server, admin, now }: TokenDownloadRequest): TokenDownload {
    const token = this.#made(number, server, admin, now + YEAR_MS);
    const message = Buffer.from(encryptForCertificate(certificate, Buffer.from(buildTokenMessage(token)))).toString(
      "base64",
    );
    const former = this.#current.get(number);
    if (former !== undefined) this.#replaced.push({ consumerKey: former.consumerKey, accessToken: former.accessToken });
    this.#current.set(number, token);
    const lines = [...FILE_HEADERS, "", ...(message.match(/.{1,76}/g) ?? []), ""];
    const at = formatAppleInstant(now).replaceAll(":", "-");
    const name = `${server.name.replaceAll(/[^A-Za-z0-9-]+/g, "_")}_Token_${at}_smime.p7m`;
    return { name, content: lines.join("\r\n") };
  }

  /** Returns a request's token; `unknown` if there is no such token; `replaced` if a newer token replaced it. */
  find(consumerKey: string, accessToken: string): ServerToken | "unknown" | "replaced" {
    const isIt = (token: ReplacedToken) => token.consumerKey === consumerKey && token.accessToken === accessToken;
    return this.#current.values().find(isIt) ?? (this.#replaced.some(isIt) ? "replaced" : "unknown");
  }

  isCurrent(token: ServerToken): boolean {
    return this.#current.get(token.server) === token;
  }

  /** Returns the state to save. */
  state(): { readonly current: readonly ServerToken[]; readonly replaced: readonly ReplacedToken[] } {
    return { current: [...this.#current.values()], replaced: [...this.#replaced] };
  }

  /** Creates a token. The consumer key depends only on server and administrator; the access token is always new. */
  #made(number: number, { uuid }: SimulatedMdmServer, admin: string, expiresAt: number): ServerToken {
    const secret = (size: number): string => Buffer.from(this.#random(size)).toString("hex");
    return {
      server: number,
      admin,
      consumerKey: `CK_${SIMULATOR_MARK}_${this.#ids.hex(40, "consumer", uuid, admin)}`,
      consumerSecret: `CS_${this.#ids.hex(40, "consumer secret", uuid, admin)}`,
      accessToken: `AT_${SIMULATOR_MARK}_${secret(20)}`,
      accessSecret: `AS_${secret(20)}`,
      expiresAt,
    };
  }
}

/** The parameters of a token download: the server, the administrator and the time. */
export interface TokenDownloadRequest {
  readonly number: number;
  readonly server: SimulatedMdmServer;
  readonly admin: string;
  readonly now: number;
}
