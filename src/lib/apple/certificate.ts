import { X509Certificate } from "node:crypto";
import type { RenewalKind } from "../model/renewal.ts";
import { text, type Text } from "../text/index.ts";
import { attempt } from "./encoding/foreign.ts";
import { findNameAttribute } from "./encoding/distinguished-name.ts";
import { findPemBlocks } from "./encoding/pem.ts";
import {
  fingerprintOf,
  type Issuer,
  type RenewableReadResult,
  createRejectedFileFailure,
  type Renewable,
} from "./renewable.ts";
import { formatInstant } from "./encoding/instant.ts";

const MAX_CERTIFICATES = 1000;

const CERTIFICATE_LABELS = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/** Extensions of Apple's push certificates only.  @see Apple WWDR Certification Practice Statement, 4.11 ff. */
const PUSH_EXTENSIONS = [
  encodeAppleOid(0x06, 0x03, 0x01),
  encodeAppleOid(0x06, 0x03, 0x02),
  encodeAppleOid(0x06, 0x03, 0x06),
];
const BUILD_EXTENSIONS = [encodeAppleOid(0x06, 0x01, 0x04)];

const PUSH_NAME_PATTERN = /^Apple (?:(?:Production|Development) IOS )?Push Services: /;
const BUILD_NAME_PATTERN = /^(?:iPhone|Apple) Distribution: /;

function encodeAppleOid(...rest: readonly number[]): Buffer {
  const bytes = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, ...rest];
  return Buffer.from([0x06, bytes.length, ...bytes]);
}

/**
 * Reads the certificates in a PEM text, and ignores keys and other text. If the file contains both an authority's
 * certificate and a certificate issued by this authority, the authority's certificate is part of the chain and is not
 * returned as an item. A broken certificate is reported with its position, and does not hide the others.
 *
 * @throws Failure `input-rejected` if there are too many certificates
 */
export function readPemCertificates(name: string, pem: string): RenewableReadResult {
  return parseCertificates(
    name,
    findPemBlocks(pem)
      .filter(({ label }) => CERTIFICATE_LABELS.includes(label))
      .map(({ text: block }) => removeHeaders(block)),
  );
}

/** Removes the `Name: value` lines that may precede the content of a block. @see RFC 1421 4.4 */
function removeHeaders(block: string): string {
  const [begin = "", first = ""] = block.split("\n", 2);
  const end = first.includes(":") ? block.search(/\n\r?\n/) : -1;
  return end === -1 ? block : `${begin}\n${block.slice(end).trimStart()}`;
}

/** Reads the certificates of a bundle, each in DER, in the same way as {@link readPemCertificates}. */
export const readBundleCertificates = (name: string, bundle: readonly Uint8Array[]): RenewableReadResult =>
  parseCertificates(name, bundle.values());

interface ParsedCertificate {
  readonly certificate: X509Certificate;
  readonly renewable: Renewable;
}

function parseCertificates(name: string, written: IteratorObject<string | Uint8Array>): RenewableReadResult {
  const all = written
    .take(MAX_CERTIFICATES + 1)
    .map((one, index) => parseCertificate(name, one, index + 1))
    .toArray();
  const parsed = all.filter((one) => "certificate" in one);
  const broken = all.filter((one) => "en" in one);
  // if the file contains nothing else, the first broken certificate is enough
  if (parsed.length === 0) return { renewables: [], broken: broken.slice(0, 1) };
  if (all.length > MAX_CERTIFICATES) {
    const many = MAX_CERTIFICATES;
    throw createRejectedFileFailure(
      name,
      text(`the file contains more than ${many} certificates`, `ファイルの証明書が ${many} 件を超えています`),
    );
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

/** Reads a certificate in DER. Returns undefined if the bytes are not a certificate. */
export function readDerCertificate(name: string, der: Uint8Array): Renewable | undefined {
  const certificate = attempt(() => new X509Certificate(der));
  return certificate === undefined ? undefined : buildRenewable(name, certificate);
}

function parseCertificate(name: string, written: string | Uint8Array, number: number): ParsedCertificate | Text {
  const certificate = attempt(() => new X509Certificate(written));
  const renewable = certificate && attempt(() => buildRenewable(name, certificate));
  if (certificate !== undefined && renewable !== undefined) return { certificate, renewable };
  return text(
    `certificate ${number} in the file is broken or truncated`,
    `${number} 件目の証明書が壊れているか途中で切れています`,
  );
}

function buildRenewable(file: string, certificate: X509Certificate): Renewable {
  const { subject, issuer, raw } = certificate;
  const uid = findNameAttribute(subject, "UID");
  const topic = uid?.startsWith("com.apple.mgmt") === true ? uid : null;
  const organisation = findNameAttribute(subject, "O") ?? null;
  const from: Issuer = {
    name: (issuer ?? "").replaceAll("\n", ", "),
    namesApple: findNameAttribute(issuer, "O") === "Apple Inc.",
  };
  const commonName = findNameAttribute(subject, "CN");
  return {
    expiring: {
      kind: topic === null ? detectCertificateKind(certificate, commonName, from.namesApple) : "push-certificate",
      // Apple's common name is only APSP: and a UUID
      name: topic === null ? (commonName ?? organisation ?? uid ?? file) : "push-certificate",
      expiresAt: formatCertificateDate(file, certificate.validToDate),
      validFrom: formatCertificateDate(file, certificate.validFromDate),
      certainty: "exact",
      fingerprint: fingerprintOf(raw),
      topic,
      organisation,
    },
    evidence: {
      of: "certificate",
      issuer: from,
      publicKey: fingerprintPublicKey(certificate),
    },
  };
}

/**
 * Returns the kind of a certificate. The kind is certain only if the certificate has an extension that Apple alone
 * issues, or if it has Apple's wording and names Apple as the issuer.
 */
function detectCertificateKind({ raw }: X509Certificate, name: string | undefined, namesApple: boolean): RenewalKind {
  const is = (extensions: readonly Buffer[], wording: RegExp): boolean =>
    extensions.some((extension) => raw.includes(extension)) || (namesApple && name !== undefined && wording.test(name));
  if (is(PUSH_EXTENSIONS, PUSH_NAME_PATTERN)) return "agent-push-certificate";
  return is(BUILD_EXTENSIONS, BUILD_NAME_PATTERN) ? "agent-build-certificate" : "certificate";
}

function formatCertificateDate(file: string, date: Date): string {
  const instant = attempt(() => formatInstant(date));
  if (instant !== undefined) return instant;
  throw createRejectedFileFailure(
    file,
    text("a certificate in the file contains an invalid date", "ファイルの証明書に正しくない日付があります"),
  );
}

const fingerprintPublicKey = (certificate: X509Certificate): string | null =>
  attempt(() => fingerprintOf(certificate.publicKey.export({ type: "spki", format: "der" }))) ?? null;
