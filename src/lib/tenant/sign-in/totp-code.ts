/**
 * Codes of an authenticator app: TOTP with SHA-1, 6 digits and 30 seconds, which Google Authenticator uses. This is a
 * separate module so that Node's crypto is loaded only when an account signs in or sets up the app.
 *
 * @see RFC 4226, RFC 6238; facts 2.3
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import type { RandomBytes } from "../ids.ts";

const STEP_MS = 30_000;
const DIGITS = 6;

/** Codes of the step before and after the current one are accepted, because clocks differ. */
const TOLERANCE_STEPS = 1;

/** Size of a secret: as long as the hash (RFC 4226, section 4). */
const SECRET_BYTES = 20;

/** @see RFC 4648, section 6 */
const BASE32_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE32_BITS = 5;

/** Returns bytes in Base32 without padding. */
const encodeBase32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32_ALPHABET[Number.parseInt(group.padEnd(BASE32_BITS, "0"), 2)]).join("");
};

/** Returns the complete bytes of a Base32 text. */
const decodeBase32 = (text: string): Buffer => {
  const bits = [...text].map((letter) => BASE32_ALPHABET.indexOf(letter).toString(2).padStart(BASE32_BITS, "0"));
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};

/** Returns a new secret in Base32: 160 random bits. */
export const generateTotpSecret = (random: RandomBytes): string => encodeBase32(random(SECRET_BYTES));

/**
 * Returns the address from which an authenticator app takes the secret.
 *
 * @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export const buildTotpUri = (secret: string, { issuer, account }: { issuer: string; account: string }): string => {
  const [from, name] = [issuer, account].map(encodeURIComponent);
  return `otpauth://totp/${from}:${name}?secret=${secret}&issuer=${from}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
};

/** Returns the code of a time step.  @see RFC 4226, section 5.3 */
export const computeTotpCode = (secret: string, step: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", decodeBase32(secret)).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 0x0f) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
};

/** Returns the number of the time step at a time in milliseconds. */
export const getTotpStep = (now: number): number => Math.floor(now / STEP_MS);

/**
 * Returns the time step whose code was typed; undefined if the code is not valid now. The check takes the same time
 * whether or not the code is valid.
 */
export const findTotpStep = (secret: string, typed: string, now: number): number | undefined => {
  const given = Buffer.from(typed.normalize("NFKC").replaceAll(/\s/g, ""));
  const current = getTotpStep(now);
  const steps = Array.from({ length: 2 * TOLERANCE_STEPS + 1 }, (_, n) => current - TOLERANCE_STEPS + n);
  const found = steps.filter((step) => {
    const expected = Buffer.from(computeTotpCode(secret, step));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return found.at(-1);
};
