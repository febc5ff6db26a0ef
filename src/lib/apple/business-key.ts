import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { Failure, tryOrUndefined } from "../errors/index.ts";
import { text } from "../text/index.ts";
import type { RetryEnvironment } from "./retry.ts";

/** @param where name of the key's file @throws `input-rejected` if the key is not a P-256 key */
export function parseBusinessKey(where: string, pem: string): KeyObject {
  const key = tryOrUndefined(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new Failure("input-rejected", {
    what: text(
      "not the private key of an API account (EC P-256, PEM, without a password)",
      "API アカウントの秘密鍵(EC P-256、PEM 形式、パスワードなし)ではありません",
    ),
    where,
  });
}

export interface AssertionParameters extends Pick<RetryEnvironment, "now"> {
  readonly clientId: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly random: (size: number) => Uint8Array;
}

/** Apple accepts up to 180 days, but an assertion is used immediately. */
const ASSERTION_LIFETIME_SECONDS = 600;

const ASSERTION_ID_BYTES = 16;

const encodeJwtPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @see RFC 7523 3; apple 6 */
export function createClientAssertion(
  { clientId, keyId, key, now, random }: AssertionParameters,
  audience: string,
): string {
  const iat = Math.floor(now() / 1000);
  const jti = Buffer.from(random(ASSERTION_ID_BYTES)).toString("hex");
  const claims = { iss: clientId, sub: clientId, aud: audience, iat, exp: iat + ASSERTION_LIFETIME_SECONDS, jti };
  const signed = [{ alg: "ES256", kid: keyId, typ: "JWT" }, claims].map(encodeJwtPart).join(".");
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
