import { generateKeyPairSync, sign } from "node:crypto";

/** Encodes one DER value. @see ITU-T X.690 8.1 */
const encodeDer = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};

const SEQUENCE = 0x30;
const ECDSA_WITH_SHA256 = encodeDer(SEQUENCE, encodeDer(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = encodeDer(0x06, Buffer.from("550403", "hex"));
const ALTERNATIVE_NAME = encodeDer(0x06, Buffer.from("551d11", "hex"));
const BASIC_CONSTRAINTS = encodeDer(0x06, Buffer.from("551d13", "hex"));

interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** Creates a self-signed certificate for 127.0.0.1 that never expires. @see RFC 5280 4.1 */
export const createSelfSignedIdentity = (): Identity => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = encodeDer(
    SEQUENCE,
    encodeDer(0x31, encodeDer(SEQUENCE, COMMON_NAME, encodeDer(0x0c, Buffer.from("tenant")))),
  );
  const always = encodeDer(
    SEQUENCE,
    encodeDer(0x17, Buffer.from("200101000000Z")),
    encodeDer(0x18, Buffer.from("99991231235959Z")),
  );
  const loopback = encodeDer(SEQUENCE, encodeDer(0x87, Buffer.from([127, 0, 0, 1])));
  const authority = encodeDer(SEQUENCE, encodeDer(0x01, Buffer.from([0xff])));
  const extensions = encodeDer(
    SEQUENCE,
    encodeDer(SEQUENCE, ALTERNATIVE_NAME, encodeDer(0x04, loopback)),
    encodeDer(SEQUENCE, BASIC_CONSTRAINTS, encodeDer(0x04, authority)),
  );
  const certified = encodeDer(
    SEQUENCE,
    encodeDer(0xa0, encodeDer(0x02, Buffer.from([2]))),
    encodeDer(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    always,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    encodeDer(0xa3, extensions),
  );
  const signature = encodeDer(0x03, Buffer.from([0]), sign("sha256", certified, privateKey));
  const certificate = encodeDer(SEQUENCE, certified, ECDSA_WITH_SHA256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
};
