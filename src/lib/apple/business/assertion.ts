import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { text } from "../../text/index.ts";
import { attempt } from "../encoding/foreign.ts";
import { createRejectedFileFailure } from "../renewable.ts";

/** The values from which a client assertion is created. */
export interface AssertionOptions {
  readonly clientId: string;
  readonly keyId?: string | undefined;
  readonly key: KeyObject;
  readonly audience: string;
  /** milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

/** Lifetime of an assertion. Apple accepts up to 180 days, but the assertion is used immediately. */
const ASSERTION_LIFETIME_SECONDS = 600;

const JWT_ID_BYTES = 16;

const encodeJwtPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Creates the client assertion: a JSON Web Token signed with ES256. @see RFC 7523 3; apple 6 */
export function createClientAssertion({ clientId, keyId, key, audience, now, random }: AssertionOptions): string {
  const iat = Math.floor(now() / 1000);
  const header = encodeJwtPart({ alg: "ES256", ...(keyId === undefined ? {} : { kid: keyId }), typ: "JWT" });
  const claims = encodeJwtPart({
    iss: clientId,
    sub: clientId,
    aud: audience,
    iat,
    exp: iat + ASSERTION_LIFETIME_SECONDS,
    jti: Buffer.from(random(JWT_ID_BYTES)).toString("hex"),
  });
  const signature = sign("sha256", Buffer.from(`${header}.${claims}`), { key, dsaEncoding: "ieee-p1363" });
  return `${header}.${claims}.${signature.toString("base64url")}`;
}

/**
 * Parses the private key of the Apple Business API.
 *
 * @param name name of the key file
 * @throws Failure `input-rejected` if the file does not contain such a key
 */
export function parseApiKey(name: string, pem: string): KeyObject {
  const key = attempt(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw createRejectedFileFailure(
    name,
    text(
      "not the private key of an API account (EC P-256, PEM, without a password)",
      "API アカウントの秘密鍵(EC P-256、PEM 形式、パスワードなし)ではありません",
    ),
    text(
      "create an API account in Apple Business Manager and use its private key, which can be downloaded only once",
      "Apple Business Manager で API アカウントを作成し、一度だけダウンロードできる秘密鍵を指定してください",
    ),
  );
}
