export const CREDENTIAL_KINDS = ["session", "token"] as const;

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** What every secret begins with, so that people and scanners recognise a leaked one. */
export const SECRET_PREFIX = "clomo_";

/** Pattern of a secret: the prefix and 256 random bits in base64url. */
export const SECRET_PATTERN = /^clomo_[\w-]{43}$/;

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

const SESSION_IDLE_MS = 13 * HOUR_MS;

const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** Days of a token: by default, at most, and how long an expired one is remembered, to tell its user. */
export const TOKEN_DAYS = { usual: 90, max: 366, remembered: 90 } as const;

/** What an account does to how it signs in. No token grants it. */
export type OwnRight = "sign-in";

export const SIGN_IN_LIMITS = { perAccount: 5, perAddress: 20, minutes: 15 } as const;

export const RESET_MAIL_LIMITS = { perAccount: 3, perAddress: 20, minutes: 60 } as const;

/** The largest instant before which a session or token is valid; a UTC instant. */
export const getSessionEnd = (session: Readonly<Record<"createdAt" | "lastUsedAt", string>>): string => {
  const [created, used] = [Date.parse(session.createdAt), Date.parse(session.lastUsedAt)];
  return new Date(Math.min(created + SESSION_LIFETIME_MS, used + SESSION_IDLE_MS)).toISOString();
};

export const roundToHour = (instant: string): string =>
  new Date(Math.floor(Date.parse(instant) / HOUR_MS) * HOUR_MS).toISOString();
