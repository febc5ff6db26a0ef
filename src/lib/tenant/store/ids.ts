export interface Processes {
  readonly self: number;
  isAlive(pid: number): boolean;
}

export type RandomBytes = (size: number) => Uint8Array;

export interface AccessOrigin {
  readonly host: string;
  readonly user?: string | undefined;
  readonly program: string;
  /** `embedded` for a request of the same process */
  readonly access: "embedded" | "socket";
  /** for a request over a socket: network address, request id and name of the access token */
  readonly address?: string | undefined;
  readonly request?: string | undefined;
  readonly token?: string | undefined;
}

export interface Surroundings {
  /** returns milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly origin: AccessOrigin;
}

const encodeHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Returns the first 24 characters of a UUIDv7. SQL adds 12 digits. @see RFC 9562 6.2, method 1 */
export const createIdPrefix = ({ now, random }: Pick<Surroundings, "now" | "random">): string => {
  const time = now().toString(16).padStart(12, "0");
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  const low = encodeHex(Uint8Array.of(a & 0x0f, b)).slice(1);
  const high = encodeHex(Uint8Array.of(0x80 | (c & 0x3f), d));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${low}-${high}-`;
};

export const createId = (surroundings: Surroundings): string =>
  createIdPrefix(surroundings) + encodeHex(surroundings.random(6));

/** Returns hexadecimal digits. Node's crypto is loaded at the first call, because loading takes milliseconds. */
export const sha256 = (content: string | Uint8Array): string =>
  // oxlint-disable-next-line eslint/no-restricted-globals -- only this function loads a Node module lazily
  process.getBuiltinModule("node:crypto").hash("sha256", content);

export const getCurrentInstant = ({ now }: Pick<Surroundings, "now">): string => new Date(now()).toISOString();
