import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { text } from "../../text/index.ts";
import { attempt } from "../encoding/foreign.ts";
import { rejected } from "../renewable.ts";

/** What a client asserts of itself. */
export interface Assertion {
  readonly clientId: string;
  readonly keyId?: string | undefined;
  readonly key: KeyObject;
  readonly audience: string;
  /** milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

/** Apple takes 180 days; it is used at once. */
const LASTS_SECONDS = 600;

const ID_BYTES = 16;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JSON Web Token, signed by ES256. @see RFC 7523 3; apple 6 */
export function clientAssertion({ clientId, keyId, key, audience, now, random }: Assertion): string {
  const iat = Math.floor(now() / 1000);
  const header = part({ alg: "ES256", ...(keyId === undefined ? {} : { kid: keyId }), typ: "JWT" });
  const claims = part({
    iss: clientId,
    sub: clientId,
    aud: audience,
    iat,
    exp: iat + LASTS_SECONDS,
    jti: Buffer.from(random(ID_BYTES)).toString("hex"),
  });
  const signature = sign("sha256", Buffer.from(`${header}.${claims}`), { key, dsaEncoding: "ieee-p1363" });
  return `${header}.${claims}.${signature.toString("base64url")}`;
}

/**
 * The private key of the Apple Business API out of its file.
 *
 * @param name of the file
 * @throws `input-rejected` where it is none
 */
export function privateKeyOf(name: string, pem: string): KeyObject {
  const key = attempt(() => createPrivateKey(pem));
  if (key?.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw rejected(
    name,
    text(
      "not the private key of an API account (EC P-256, PEM, without a password)",
      "API アカウントの秘密鍵(EC P-256、PEM 形式、パスワードなし)ではありません",
    ),
    text(
      "make an API account in Apple Business Manager and take the key that it lets you download once",
      "Apple Business Manager で API アカウントを作成し、一度だけダウンロードできる秘密鍵を指定してください",
    ),
  );
}
