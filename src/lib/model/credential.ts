import { DAY_MS, HOUR_MS } from "./time.ts";

export const CREDENTIAL_KINDS = ["session", "token"] as const;

export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** People and scanners recognise a leaked secret by this prefix. */
export const SECRET_PREFIX = "clomo_";

export const SECRET_PATTERN = /^clomo_[\w-]{43}$/;

/** An access token of an identity provider: its header begins with `{"`. */
export const JWT_PATTERN = /^eyJ[\w-]{1,2000}\.[\w-]{1,8000}\.[\w-]{1,2000}$/;

const SESSION_IDLE_MS = 13 * HOUR_MS;

const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** For `storedAfterExpiry` days, clomoctl can explain that a rejected token has expired. */
export const TOKEN_DAYS = { default: 90, max: 366, storedAfterExpiry: 90 } as const;

/** `jobs`: to record runs of jobs and sent reminders, which a read-only token may have */
export type SignInRight = "sign-in" | "jobs";

export const SIGN_IN_LIMITS = { perAccount: 5, perAddress: 20, minutes: 15 } as const;

export const RESET_MAIL_LIMITS = { perAccount: 3, perAddress: 20, minutes: 60 } as const;

export const getSessionEnd = (session: Readonly<Record<"createdAt" | "lastUsedAt", string>>): string => {
  const [created, used] = [Date.parse(session.createdAt), Date.parse(session.lastUsedAt)];
  return new Date(Math.min(created + SESSION_LIFETIME_MS, used + SESSION_IDLE_MS)).toISOString();
};

export const floorToHour = (instant: string): string =>
  new Date(Math.floor(Date.parse(instant) / HOUR_MS) * HOUR_MS).toISOString();
