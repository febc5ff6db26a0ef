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
import { readChildren, readElement } from "../../encoding/ber.ts";
import { attempt } from "../../encoding/foreign.ts";
import { extractSigningRequestDer } from "../../signing-request.ts";
import type { SeededIds } from "../ids.ts";
import { SIMULATOR_MARK } from "../names.ts";

/** The certificate authority that signs all certificates. It is created with the first certificate, then kept. */
export interface CertificateAuthority {
  /** PKCS#8 in PEM */
  readonly privateKey: string;
  /** PEM */
  readonly certificate: string;
}

/** A push certificate that the portal lists. */
export interface PushCertificate {
  /** upper-case hexadecimal digits */
  readonly serial: string;
  /** `com.apple.mgmt.External.…` */
  readonly topic: string;
}

/** The saved state of the portal. */
export interface PushPortalState {
  readonly authority?: CertificateAuthority | undefined;
  readonly certificates: readonly PushCertificate[];
}

const DAY_MS = 24 * 3600 * 1000;
const SHA256_WITH_RSA_OID = "1.2.840.113549.1.1.11";
const ASN1_NULL = new Uint8Array([5, 0]).buffer;
const UID_OID = "0.9.2342.19200300.100.1.1";
const [COMMON_NAME, COUNTRY, ORGANISATION] = ["2.5.4.3", "2.5.4.6", "2.5.4.10"];
const TOPIC_PREFIX = "com.apple.mgmt.External.";

const buildDistinguishedName = (parts: readonly (readonly [type: string, value: string])[]): Name =>
  new Name(
    parts.map(([type, value]) => {
      const said = new AttributeValue(type === COUNTRY ? { printableString: value } : { utf8String: value });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: said })]);
    }),
  );

const ISSUER_ATTRIBUTES: readonly (readonly [string, string])[] = [
  [COUNTRY, "US"],
  [ORGANISATION, `${SIMULATOR_MARK} clomoctl`],
  [COMMON_NAME, `${SIMULATOR_MARK} Application Integration Certification Authority`],
];

const buildExtension = (extnID: string, critical: boolean, value: unknown): Extension =>
  new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });

/** The fields in which certificates differ. All other fields are the same for all certificates. */
interface CertificateFields {
  readonly serial: string;
  readonly subject: readonly (readonly [string, string])[];
  /** public key in DER */
  readonly key: Uint8Array;
  readonly from: number;
  readonly days: number;
  readonly extensions: readonly Extension[];
}

function signCertificate(
  { serial, subject, key, from, days, extensions }: CertificateFields,
  privateKey: string,
): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: SHA256_WITH_RSA_OID, parameters: ASN1_NULL });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array(Buffer.from(serial, "hex")).buffer,
    signature: algorithm,
    issuer: buildDistinguishedName(ISSUER_ATTRIBUTES),
    validity: new Validity({ notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS) }),
    subject: buildDistinguishedName(subject),
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

/** Hashes by object identifier of the RSA signature, which differ only at the end.  @see RFC 8017 appendix A.2.4 */
const HASHES_BY_SIGNATURE_OID = new Map([
  ["2a864886f70d01010b", "sha256"],
  ["2a864886f70d01010c", "sha384"],
  ["2a864886f70d01010d", "sha512"],
  ["2a864886f70d010105", "sha1"],
]);

/** Returns the public key (DER) of a signing request if the signature of the request itself is valid. */
function extractVerifiedKey(der: Uint8Array): Uint8Array | undefined {
  return attempt(() => {
    const [info, algorithm, signature] = readChildren(readElement(der));
    const [, , key] = info === undefined ? [] : readChildren(info);
    const [hash] = algorithm === undefined ? [] : readChildren(algorithm);
    if (info === undefined || key === undefined || signature === undefined || hash === undefined) return undefined;
    const publicKey = createPublicKey({ key: Buffer.from(key.whole), format: "der", type: "spki" });
    const name = HASHES_BY_SIGNATURE_OID.get(Buffer.from(hash.content).toString("hex"));
    // the first byte of a bit string is the number of unused bits, so it is skipped
    const isOwn =
      publicKey.asymmetricKeyType === "rsa" && verify(name, info.whole, publicKey, signature.content.subarray(1));
    return isOwn ? key.whole : undefined;
  });
}

const createRejectedInputFailure = (what: Failure["what"], hint?: Failure["hint"]): Failure =>
  new Failure("input-rejected", { what, hint });

/** The simulated Apple Push Certificates Portal. It also signs requests that no vendor has signed.  @see apple 4 */
export class PushPortal {
  readonly #ids: SeededIds;
  readonly #certificates: PushCertificate[];
  #authority: CertificateAuthority | undefined;

  constructor(ids: SeededIds, { authority, certificates }: PushPortalState) {
    this.#ids = ids;
    this.#authority = authority;
    this.#certificates = [...certificates];
  }

  /**
   * Issues a certificate for a signing request, with a new topic or with the topic of the certificate to renew.
   *
   * @param request PKCS#10, or the form signed by a vendor
   * @param renew topic or serial number of the certificate to renew; undefined for a new topic
   * @param now time of the simulator's clock
   * @returns the certificate in PEM
   * @throws Failure `input-rejected` if the request is broken; `not-found` if there is no certificate to renew
   */
  issue(request: string, renew: string | undefined, now: number): string {
    const key = extractVerifiedKey(extractSigningRequestDer({ name: "csr", bytes: Buffer.from(request) }));
    if (key === undefined) {
      throw createRejectedInputFailure(
        text(
          "the signature of the request is not valid, or its key is not RSA",
          "CSR の署名が正しくないか、鍵が RSA ではありません",
        ),
      );
    }
    const topic = renew === undefined ? this.#newTopic() : this.#topicOf(renew);
    const serial = `4${this.#ids.hex(15, "certificate", this.#certificates.length)}`.toUpperCase();
    const certificate = signCertificate(
      {
        serial,
        subject: [
          [UID_OID, topic],
          [COMMON_NAME, `APSP:${topic.slice(TOPIC_PREFIX.length)}`],
          [ORGANISATION, `${SIMULATOR_MARK} clomoctl`],
          [COUNTRY, "JP"],
        ],
        key,
        from: now,
        days: 365,
        extensions: [
          buildExtension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
          buildExtension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_clientAuth])),
        ],
      },
      this.authority(now).privateKey,
    );
    this.#certificates.push({ serial, topic });
    return certificate;
  }

  /** Returns the certificate authority. Creates it if it does not exist yet. */
  authority(now: number): CertificateAuthority {
    if (this.#authority !== undefined) return this.#authority;
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "der" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const { privateKey } = pair;
    const certificate = signCertificate(
      {
        serial: `4${this.#ids.hex(15, "authority")}`,
        subject: ISSUER_ATTRIBUTES,
        key: pair.publicKey,
        from: now - DAY_MS,
        days: 3650,
        extensions: [
          buildExtension(id_ce_basicConstraints, true, new BasicConstraints({ cA: true })),
          buildExtension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)),
        ],
      },
      privateKey,
    );
    this.#authority = { privateKey, certificate };
    return this.#authority;
  }

  /** Returns the state to save. */
  state(): PushPortalState {
    return { authority: this.#authority, certificates: [...this.#certificates] };
  }

  #newTopic(): string {
    return `${TOPIC_PREFIX}${this.#ids.uuid("topic", this.#certificates.length)}`;
  }

  #topicOf(renew: string): string {
    const wanted = renew.replaceAll(":", "").toUpperCase();
    const known = this.#certificates.find(({ serial, topic }) => topic === renew || serial === wanted);
    if (known !== undefined) return known.topic;
    throw new Failure("not-found", {
      what: text(`the portal does not have certificate ${renew}`, `ポータルに証明書 ${renew} はありません`),
      hint: text(
        "omit --renew to create a certificate with a new topic",
        "--renew を付けなければ、新しいトピックの証明書が作成されます",
      ),
    });
  }
}
