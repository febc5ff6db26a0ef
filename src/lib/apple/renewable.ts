import { createHash } from "node:crypto";
import { Failure } from "../errors/index.ts";
import type { ExpiringItem } from "../nouns/renewal.ts";
import type { Text } from "../text/index.ts";
import { isCalendarDay } from "../model/time.ts";

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The issuer's name alone proves nothing, because anybody can write a name. */
export interface Issuer {
  readonly name: string;
  readonly namesApple: boolean;
}

export type SuccessorEvidence =
  | {
      readonly of: "certificate";
      readonly issuer: Issuer;
      readonly publicKey: string | null;
    }
  | {
      readonly of: "ade-token";
      /** name of the MDM server in Apple's portal, from the file name */
      readonly server: string | null;
      /** SHA-256 of the consumer key, which a renewal does not change; null if unknown */
      readonly consumer: string | null;
      /** issuer and serial number of the certificate for which the token is encrypted; null if unknown */
      readonly recipient: string | null;
      /** name of the key file that decrypted the token; null if none did */
      readonly key: string | null;
    }
  | {
      readonly of: "vpp-token";
      /** location in Apple's portal, from the file name */
      readonly location: string | null;
    }
  | { readonly of: "provisioning-profile" };

export interface Renewable {
  readonly expiring: ExpiringItem;
  readonly evidence: SuccessorEvidence;
}

export interface RenewableReadResult {
  readonly renewables: readonly Renewable[];
  readonly broken: readonly Text[];
}

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const toNonEmptyText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const fingerprintOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Omits the cause, because parser errors quote secret tokens. */
export const createRejectedFileFailure = (where: string, what: Text, hint?: Text): Failure =>
  new Failure("input-rejected", { what, where, hint });

/** Returns UTC without milliseconds. @throws RangeError if the date is invalid */
export const formatInstant = (date: Date): string => `${date.toISOString().slice(0, -5)}Z`;

const INSTANT_PATTERN = /^(?<day>\d{4}-\d{2}-\d{2})T(?<time>\d{2}:\d{2}:\d{2})(?:\.\d+)?(?<zone>Z|[+-]\d{2}:?\d{2})$/;

const MAX_INSTANT_MS = Date.parse("9999-12-31T23:59:59Z");

/** Reads a date of Apple's tokens, such as `2030-11-08T22:33:22+0000`. Returns UTC; undefined if invalid. */
export function parseInstant(written: string): string | undefined {
  const { day = "", time = "", zone = "" } = INSTANT_PATTERN.exec(written)?.groups ?? {};
  if (day === "" || !isCalendarDay(day)) return undefined;
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) || date.getTime() > MAX_INSTANT_MS ? undefined : formatInstant(date);
}
