import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_kp_clientAuth,
} from "@peculiar/asn1-x509";
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { childrenOf, elementOf } from "../../encoding/ber.ts";
import { attempt } from "../../encoding/foreign.ts";
import { signingRequestDer } from "../../signing-request.ts";
import type { Ids } from "../ids.ts";
import { MARK } from "../names.ts";

/** Who signs the certificates: made at the first one, and kept. */
export interface Authority {
  /** PKCS#8, PEM */
  readonly privateKey: string;
  /** PEM */
  readonly certificate: string;
}

/** A push certificate that the portal lists. */
export interface PushCertificate {
  /** hexadecimal digits in capitals */
  readonly serial: string;
  /** `com.apple.mgmt.External.…` */
  readonly topic: string;
}

/** What the portal keeps. */
export interface PushPortalState {
  readonly authority?: Authority | undefined;
  readonly certificates: readonly PushCertificate[];
}

const DAY_MS = 24 * 3600 * 1000;
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const NULL = new Uint8Array([5, 0]).buffer;
const UID = "0.9.2342.19200300.100.1.1";
const [COMMON_NAME, COUNTRY, ORGANISATION] = ["2.5.4.3", "2.5.4.6", "2.5.4.10"];
const TOPIC_HEAD = "com.apple.mgmt.External.";

const named = (parts: readonly (readonly [type: string, value: string])[]): Name =>
  new Name(
    parts.map(([type, value]) => {
      const said = new AttributeValue(type === COUNTRY ? { printableString: value } : { utf8String: value });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: said })]);
    }),
  );

const ISSUER: readonly (readonly [string, string])[] = [
  [COUNTRY, "US"],
  [ORGANISATION, `${MARK} clomoctl`],
  [COMMON_NAME, `${MARK} Application Integration Certification Authority`],
];

const extension = (extnID: string, critical: boolean, value: unknown): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** What a certificate says; the rest is the same for all. */
interface CertificateFields {
  readonly serial: string;
  readonly subject: readonly (readonly [string, string])[];
  /** of the public key, DER */
  readonly key: Uint8Array;
  readonly from: number;
  readonly days: number;
  readonly extensions: readonly Extension[];
}

function signed({ serial, subject, key, from, days, extensions }: CertificateFields, privateKey: string): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: SHA256_WITH_RSA, parameters: NULL });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array(Buffer.from(serial, "hex")).buffer,
    signature: algorithm,
    issuer: named(ISSUER),
    validity: new Validity({ notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS) }),
    subject: named(subject),
    subjectPublicKeyInfo: AsnConvert.parse(key, SubjectPublicKeyInfo),
    extensions: new Extensions([...extensions]),
  });
  const signatureValue = sign("sha256", new Uint8Array(AsnConvert.serialize(tbsCertificate)), privateKey);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(signatureValue).buffer,
  });
  const lines =
    Buffer.from(AsnConvert.serialize(certificate))
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** By the object identifiers of RSA signatures, of which only the last part differs. @see RFC 8017 appendix A.2.4 */
const HASHES = new Map([
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  ["2a864886f70d010105", "sha1"],
]);

/** The public key of a request, DER, once the request's own signature was found right. */
function keyOf(der: Uint8Array): Uint8Array | undefined {
  return attempt(() => {
    const [info, algorithm, signature] = childrenOf(elementOf(der));
    const [, , key] = info === undefined ? [] : childrenOf(info);
    const [hash] = algorithm === undefined ? [] : childrenOf(algorithm);
    if (info === undefined || key === undefined || signature === undefined || hash === undefined) return undefined;
    const publicKey = createPublicKey({ key: Buffer.from(key.whole), format: "der", type: "spki" });
    const name = HASHES.get(Buffer.from(hash.content).toString("hex"));
    // a bit string begins with the number of bits that are left over
    const isOwn =
      publicKey.asymmetricKeyType === "rsa" && verify(name, info.whole, publicKey, signature.content.subarray(1));
    return isOwn ? key.whole : undefined;
  });
}

const rejected = (what: Failure["what"], hint?: Failure["hint"]): Failure =>
  new Failure("input-rejected", { what, hint });

/** Apple's Push Certificates Portal: it signs what a vendor has signed, and as well what nobody has. @see apple 4 */
export class PushPortal {
  readonly #ids: Ids;
  readonly #certificates: PushCertificate[];
  #authority: Authority | undefined;

  constructor(ids: Ids, { authority, certificates }: PushPortalState) {
    this.#ids = ids;
    this.#authority = authority;
    this.#certificates = [...certificates];
  }

  /**
   * A certificate for a request: with a topic of its own, or, as renewed, with that of a certificate of before.
   *
   * @param request PKCS#10, or what a vendor has signed
   * @param renew topic or serial number of the one of before
   * @param now the simulator's clock
   * @returns PEM
   * @throws Failure `input-rejected` where the request is broken, `not-found` where nothing is to be renewed
   */
  issue(request: string, renew: string | undefined, now: number): string {
    const key = keyOf(signingRequestDer({ name: "csr", bytes: Buffer.from(request) }));
    if (key === undefined) {
      throw rejected(
        text(
          "the request's signature is wrong, or its key is not RSA",
          "CSR の署名が正しくないか、鍵が RSA ではありません",
        ),
      );
    }
    const topic = renew === undefined ? this.#newTopic() : this.#topicOf(renew);
    const serial = `4${this.#ids.hex(15, "certificate", this.#certificates.length)}`.toUpperCase();
    const certificate = signed(
      {
        serial,
        subject: [
          [UID, topic],
          [COMMON_NAME, `APSP:${topic.slice(TOPIC_HEAD.length)}`],
          [ORGANISATION, `${MARK} clomoctl`],
          [COUNTRY, "JP"],
        ],
        key,
        from: now,
        days: 365,
        extensions: [
          extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
          extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_clientAuth])),
        ],
      },
      this.authority(now).privateKey,
    );
    this.#certificates.push({ serial, topic });
    return certificate;
  }

  /** Who signs; made where there is none yet. */
  authority(now: number): Authority {
    if (this.#authority !== undefined) return this.#authority;
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "der" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const { privateKey } = pair;
    const certificate = signed(
      {
        serial: `4${this.#ids.hex(15, "authority")}`,
        subject: ISSUER,
        key: pair.publicKey,
        from: now - DAY_MS,
        days: 3650,
        extensions: [
          extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
          extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)),
        ],
      },
      privateKey,
    );
    this.#authority = { privateKey, certificate };
    return this.#authority;
  }

  /** For saving. */
  state(): PushPortalState {
    return { authority: this.#authority, certificates: [...this.#certificates] };
  }

  #newTopic(): string {
    return `${TOPIC_HEAD}${this.#ids.uuid("topic", this.#certificates.length)}`;
  }

  #topicOf(renew: string): string {
    const wanted = renew.replaceAll(":", "").toUpperCase();
    const known = this.#certificates.find(({ serial, topic }) => topic === renew || serial === wanted);
    if (known !== undefined) return known.topic;
    throw new Failure("not-found", {
      what: text(`the portal has no certificate ${renew}`, `ポータルに証明書 ${renew} はありません`),
      hint: text(
        "without --renew a certificate of a new topic is made",
        "--renew を付けなければ、新しいトピックの証明書が作成されます",
      ),
    });
  }
}
