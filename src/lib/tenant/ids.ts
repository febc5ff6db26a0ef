/** Returns random bytes: the platform's in the program, a fixed sequence in tests. */
export type RandomBytes = (size: number) => Uint8Array;

/** From where a tenant is used. */
export interface Origin {
  /** the machine's name */
  readonly host: string;
  /** the operating system's user; undefined if it has no name */
  readonly user?: string | undefined;
  /** the program and its version */
  readonly program: string;
  /** how it reaches the tenant: `embedded` in the same process */
  readonly access: "embedded";
}

/** The tenant's sources of time and randomness, and where it is used. */
export interface Surroundings {
  /** the time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  readonly random: RandomBytes;
  readonly origin: Origin;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * The first 24 of the 36 characters of a UUIDv7 for the current time; the rest is `-` and 12 hexadecimal digits of a
 * counter, so that SQL can generate ids for a million rows without calling back.
 *
 * @see RFC 9562 6.2, method 1: a counter in the low bits
 */
export const idPrefix = ({ now, random }: Pick<Surroundings, "now" | "random">): string => {
  const time = now().toString(16).padStart(12, "0");
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  const low = hex(Uint8Array.of(a & 0x0f, b)).slice(1);
  const high = hex(Uint8Array.of(0x80 | (c & 0x3f), d));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${low}-${high}-`;
};

/** A UUIDv7 for the current time. */
export const newId = (surroundings: Surroundings): string => idPrefix(surroundings) + hex(surroundings.random(6));

/** The SHA-256 of a text, in hexadecimal. Node's crypto takes several milliseconds to load, which only changes need. */
export const sha256 = (content: string): string =>
  // oxlint-disable-next-line eslint/no-restricted-globals -- nothing else loads a module of Node late, and at once
  process.getBuiltinModule("node:crypto").hash("sha256", content);

/** The current time as a UTC instant. */
export const instant = ({ now }: Pick<Surroundings, "now">): string => new Date(now()).toISOString();
