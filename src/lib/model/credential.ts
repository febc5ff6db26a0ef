import { text, type Text } from "../text/index.ts";
import { OPERATIONS, type Operation } from "./role.ts";

/** How a credential was made: `session` by signing in, `token` for a program. */
export const CREDENTIAL_KINDS = ["session", "token"] as const;

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** What every secret begins with, so that people and scanners recognise a leaked one. */
export const SECRET_PREFIX = "clomo_";

/** Pattern of a secret: the prefix and 256 random bits in base64url. */
export const SECRET_PATTERN = /^clomo_[\w-]{43}$/;

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** A session ends this long after its last use; the time of the last use is rounded down to the hour. */
const SESSION_IDLE_MS = 13 * HOUR_MS;

/** A session ends at the latest this long after it began. */
const SESSION_LIFETIME_MS = 30 * DAY_MS;

/**
 * Lifetime of a token in days, by default and at most; how long before its end its user is warned; and how long an
 * expired token is remembered, so that its user learns what happened to it.
 */
export const TOKEN_DAYS = { usual: 90, max: 366, warning: 7, remembered: 90 } as const;

/** The right to read the metrics of a server, which are not part of the tenant. */
export const METRICS_RIGHT = "metrics";

/** What a token can grant: operations, or the metrics of the server. */
export type TokenRight = Operation | typeof METRICS_RIGHT;

/** What an account does to how it signs in. No token grants it. */
export type OwnRight = "sign-in";

/** Stands for all operations that only read. */
export const ALL_READS = "read";

export const TOKEN_RIGHTS: readonly TokenRight[] = [...(Object.keys(OPERATIONS) as Operation[]), METRICS_RIGHT];

const READ_OPERATIONS = TOKEN_RIGHTS.filter((right) => right.endsWith(".read"));

/** Returns the rights that typed words stand for, each once, in the order of {@link TOKEN_RIGHTS}. */
export const expandRights = (words: readonly string[]): readonly TokenRight[] => {
  const wanted = new Set<string>(words.flatMap((word) => (word === ALL_READS ? READ_OPERATIONS : [word])));
  return TOKEN_RIGHTS.filter((right) => wanted.has(right));
};

/** Returns rights as they are typed, in the order of {@link TOKEN_RIGHTS}: `read,users.write`. */
export const formatRights = (rights: Iterable<TokenRight>): string => {
  const wanted = new Set(rights);
  const readsAll = READ_OPERATIONS.every((right) => wanted.has(right));
  const named = TOKEN_RIGHTS.filter((right) => wanted.has(right) && !(readsAll && READ_OPERATIONS.includes(right)));
  return [...(readsAll ? [ALL_READS] : []), ...named].join(",");
};

/** Returns what a right permits. */
export const describeRight = (right: TokenRight): Text =>
  right === METRICS_RIGHT ? text("read the server's metrics", "サーバーのメトリクスの閲覧") : OPERATIONS[right].about;

/** Limits on failed attempts to sign in, to reset a password with a code, and to type a code. */
export const SIGN_IN_LIMITS = { perAccount: 5, perAddress: 20, minutes: 15 } as const;

/** Limits on reset codes that are mailed at the request of people who are not signed in. */
export const RESET_MAIL_LIMITS = { perAccount: 3, perAddress: 20, minutes: 60 } as const;

/** The largest instant before which a session or token is valid; a UTC instant. */
export const getSessionEnd = ({
  createdAt,
  lastUsedAt,
}: {
  readonly createdAt: string;
  readonly lastUsedAt: string;
}): string =>
  new Date(
    Math.min(Date.parse(createdAt) + SESSION_LIFETIME_MS, Date.parse(lastUsedAt) + SESSION_IDLE_MS),
  ).toISOString();

/** Returns an instant rounded down to the hour. */
export const roundToHour = (instant: string): string =>
  new Date(Math.floor(Date.parse(instant) / HOUR_MS) * HOUR_MS).toISOString();
