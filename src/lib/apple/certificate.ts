import { X509Certificate } from "node:crypto";
import type { RenewalKind } from "../model/renewal.ts";
import { text, type Text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { attributeOf } from "./encoding/distinguished-name.ts";
import { pemBlocks } from "./encoding/pem.ts";
import { appleSignatureOf } from "./authorities.ts";
import { childrenOf, elementOf, TAG } from "./encoding/ber.ts";
import { hex, present } from "./encoding/cms.ts";
import { fingerprintOf, type Issuer, type ReadPartly, rejected, type Renewable } from "./renewable.ts";
import { instantOf } from "./encoding/instant.ts";
import { isSimulatedCertificate } from "./simulated.ts";

/** More than the bundle of all public authorities holds. */
const MAX_CERTIFICATES = 1000;

const CERTIFICATE_LABELS = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/** @see Apple, Certification Practice Statement for Worldwide Developer Relations, section 4.11 and following */
const PUSH_EXTENSIONS = [oid(0x06, 0x03, 0x01), oid(0x06, 0x03, 0x02), oid(0x06, 0x03, 0x06)];
const BUILD_EXTENSIONS = [oid(0x06, 0x01, 0x04)];

const PUSH_NAME = /^Apple (?:(?:Production|Development) IOS )?Push Services: /;
const BUILD_NAME = /^(?:iPhone|Apple) Distribution: /;

/** The DER of an object identifier below Apple's, 1.2.840.113635.100. */
function oid(...rest: readonly number[]): Buffer {
  const bytes = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, ...rest];
  return Buffer.from([0x06, bytes.length, ...bytes]);
}

/**
 * The certificates of a text in PEM, keys and words beside them left alone. An authority's certificate is no item of
 * its own where the file also has one it has issued: it came along as that one's chain. One that is broken is told by
 * its place, and hides no other.
 *
 * @throws `input-rejected` when there are too many
 */
export function certificatesOfPem(name: string, pem: string): ReadPartly {
  return withoutChains(
    name,
    pemBlocks(pem)
      .filter(({ label }) => CERTIFICATE_LABELS.includes(label))
      .map(({ text: block }) => withoutHeaders(block)),
  );
}

/** A block without the `Name: value` lines that may stand before its content. @see RFC 1421 4.4 */
function withoutHeaders(block: string): string {
  const [begin = "", first = ""] = block.split("\n", 2);
  const end = first.includes(":") ? block.search(/\n\r?\n/) : -1;
  return end === -1 ? block : `${begin}\n${block.slice(end).trimStart()}`;
}

/** Those of a bundle, each in DER; see {@link certificatesOfPem}. */
export const certificatesOfBundle = (name: string, bundle: readonly Uint8Array[]): ReadPartly =>
  withoutChains(name, bundle.values());

interface ParsedCertificate {
  readonly certificate: X509Certificate;
  readonly renewable: Renewable;
}

function withoutChains(name: string, written: IteratorObject<string | Uint8Array>): ReadPartly {
  const all = written
    .take(MAX_CERTIFICATES + 1)
    .map((one, index) => parse(name, one, index + 1))
    .toArray();
  const parsed = all.filter((one) => "certificate" in one);
  const broken = all.filter((one) => "en" in one);
  // the first one tells enough of a file that holds nothing else
  if (parsed.length === 0) return { renewables: [], broken: broken.slice(0, 1) };
  if (all.length > MAX_CERTIFICATES) {
    const many = MAX_CERTIFICATES;
    throw rejected(name, text(`more than ${many} certificates in one file`, `証明書が ${many} 件を超えています`));
  }
  const certificates = parsed.map(({ certificate }) => certificate);
  const issuers = new Set(certificates.filter((one) => one.subject !== one.issuer).map(({ issuer }) => issuer));
  return {
    renewables: parsed
      .filter(({ certificate: { ca, subject } }) => !(ca && issuers.has(subject)))
      .map(({ renewable }) => renewable),
    broken,
  };
}

/** A certificate in DER; undefined where the bytes are none. */
export function certificateOfDer(name: string, der: Uint8Array): Renewable | undefined {
  const certificate = attempt(() => new X509Certificate(der));
  return certificate === undefined ? undefined : renewableOf(name, certificate);
}

function parse(name: string, written: string | Uint8Array, number: number): ParsedCertificate | Text {
  const certificate = attempt(() => new X509Certificate(written));
  const renewable = certificate && attempt(() => renewableOf(name, certificate));
  if (certificate !== undefined && renewable !== undefined) return { certificate, renewable };
  const cause = typeof written === "string" ? FLAWS.find(([pattern]) => pattern.test(written))?.[1] : undefined;
  return text(
    `certificate ${number} in the file is broken or truncated${cause === undefined ? "" : `: ${cause.en}`}`,
    `${number} 件目の証明書が壊れているか途中で切れています${cause === undefined ? "" : `(${cause.ja})`}`,
  );
}

/** What keeps OpenSSL, and so any server, from reading a block in PEM that a person would. */
const FLAWS: readonly (readonly [RegExp, Text])[] = [
  [/^[^\n]*\r[^\n]/, text("its lines end in CR alone", "改行が CR だけです")],
  [/\n[ \t]+\S/, text("its lines are indented", "行頭に空白があります")],
  [/\n>/, text("its lines are quoted, as in a mail", "メールの引用のように、行頭に > があります")],
];

function renewableOf(file: string, certificate: X509Certificate): Renewable {
  const { subject, issuer, raw } = certificate;
  const uid = attributeOf(subject, "UID");
  const topic = uid?.startsWith("com.apple.mgmt") === true ? uid : null;
  const organisation = attributeOf(subject, "O") ?? null;
  const from: Issuer = {
    name: (issuer ?? "").replaceAll("\n", ", "),
    namesApple: attributeOf(issuer, "O") === "Apple Inc.",
    keyId: authorityKeyOf(raw),
  };
  const commonName = attributeOf(subject, "CN");
  return {
    expiring: {
      kind: topic === null ? kindOf(certificate, commonName, from.namesApple) : "push-certificate",
      name: commonName ?? organisation ?? uid ?? file,
      expiresAt: dateOf(file, certificate.validToDate),
      validFrom: dateOf(file, certificate.validFromDate),
      certainty: "exact",
      fingerprint: fingerprintOf(raw),
      topic,
      organisation,
    },
    evidence: {
      of: "certificate",
      issuer: from,
      signature: appleSignatureOf(certificate, from.keyId),
      publicKey: publicKeyOf(certificate),
    },
    ...(isSimulatedCertificate(certificate) && { simulated: true }),
  };
}

/** Sure only by an extension that Apple alone gives, or by Apple's wording under Apple's name as the issuer. */
function kindOf({ raw }: X509Certificate, name: string | undefined, namesApple: boolean): RenewalKind {
  const is = (extensions: readonly Buffer[], wording: RegExp): boolean =>
    extensions.some((extension) => raw.includes(extension)) || (namesApple && name !== undefined && wording.test(name));
  if (is(PUSH_EXTENSIONS, PUSH_NAME)) return "agent-push-certificate";
  return is(BUILD_EXTENSIONS, BUILD_NAME) ? "agent-build-certificate" : "certificate";
}

function dateOf(file: string, date: Date): string {
  const instant = attempt(() => instantOf(date));
  if (instant !== undefined) return instant;
  throw rejected(file, text("a certificate in the file has an invalid date", "証明書の日付が正しくありません"));
}

const publicKeyOf = (certificate: X509Certificate): string | null =>
  attempt(() => fingerprintOf(certificate.publicKey.export({ type: "spki", format: "der" }))) ?? null;

/** 2.5.29.35, and the tags of the extensions of a certificate and of the key's identifier in this one. @see RFC 5280 4.2.1.1 */
const AUTHORITY_KEY = "551d23";
const [EXTENSIONS, KEY_IDENTIFIER] = [0xa3, 0x80];

/** The authority key identifier of a certificate, which Node does not tell; null if there is none. */
const authorityKeyOf = (certificate: Uint8Array): string | null =>
  attempt(() => {
    const [content] = childrenOf(elementOf(certificate));
    const [extensions] = childrenOf(present(childrenOf(present(content)).find(({ tag }) => tag === EXTENSIONS)));
    const parts = childrenOf(present(extensions)).map((extension) => childrenOf(extension));
    const found = parts.find(([type]) => hex(type) === AUTHORITY_KEY)?.find(({ tag }) => tag === TAG.octets);
    return hex(childrenOf(elementOf(present(found).content)).find(({ tag }) => tag === KEY_IDENTIFIER)) || null;
  }) ?? null;
