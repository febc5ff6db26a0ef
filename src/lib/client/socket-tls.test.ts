import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Failure } from "../errors/index.ts";
import { openSocket } from "./socket.ts";

/** One value of DER. @see ITU-T X.690 8.1 */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};

const SEQUENCE = 0x30;
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = der(0x06, Buffer.from("550403", "hex"));
const ALTERNATIVE_NAME = der(0x06, Buffer.from("551d11", "hex"));
const BASIC_CONSTRAINTS = der(0x06, Buffer.from("551d13", "hex"));

/** A certificate of 127.0.0.1 that signs itself and never expires. @see RFC 5280 4.1 */
const selfSigned = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der(SEQUENCE, der(0x31, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from("tenant")))));
  const always = der(SEQUENCE, der(0x17, Buffer.from("200101000000Z")), der(0x18, Buffer.from("99991231235959Z")));
  const loopback = der(SEQUENCE, der(0x87, Buffer.from([127, 0, 0, 1])));
  const authority = der(SEQUENCE, der(0x01, Buffer.from([0xff])));
  const extensions = der(
    SEQUENCE,
    der(SEQUENCE, ALTERNATIVE_NAME, der(0x04, loopback)),
    der(SEQUENCE, BASIC_CONSTRAINTS, der(0x04, authority)),
  );
  const certified = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    always,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", certified, privateKey));
  const certificate = der(SEQUENCE, certified, ECDSA_WITH_SHA256, signature).toString("base64");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`,
  };
};

const identity = selfSigned();
const server = createServer(identity, (_, response) => response.end("reached"));
const surroundings = { now: () => 0, wait: async () => undefined, newKey: () => "key" };
let address = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

it("trusts the authority that the context names", async () => {
  const socket = openSocket({ surroundings, authorities: [identity.cert] });
  expect(await (await socket.transport(new Request(address))).text()).toBe("reached");
  await socket.close();
});

it("does not trust an authority that nobody named", async () => {
  const socket = openSocket({ surroundings });
  const error: unknown = await socket.transport(new Request(address)).catch((reason: unknown) => reason);
  await socket.close();
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({
    code: "unavailable",
    where: address,
    what: { en: "the certificate is not signed by an authority this machine trusts" },
    hint: { en: expect.stringContaining("--ca-file") },
  });
});
