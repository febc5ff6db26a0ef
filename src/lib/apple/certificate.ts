import { X509Certificate } from "node:crypto";
import { tryOrUndefined } from "../errors/index.ts";
import type { RenewalKind } from "../nouns/renewal.ts";
import { text } from "../text/index.ts";
import { findPemBlocks, extractSignedContent, parsePropertyList } from "./encoding.ts";
import {
  fingerprintOf,
  type Issuer,
  type RenewableReadResult,
  createRejectedFileFailure,
  type Renewable,
  formatInstant,
  toNonEmptyText,
  type NamedFile,
} from "./renewable.ts";

const MAX_CERTIFICATES = 1000;

const PUSH_CERTIFICATE_NAME_PATTERN = /^Apple (?:(?:Production|Development) IOS )?Push Services: /;
const BUILD_CERTIFICATE_NAME_PATTERN = /^(?:iPhone|Apple) Distribution: /;

/**
 * Omits certificates that issued another certificate in the text. @throws `input-rejected` for too many certificates
 */
export function readPemCertificates(name: string, pem: string): RenewableReadResult {
  const all = findPemBlocks(pem)
    .filter(({ label }) => label === "CERTIFICATE")
    .take(MAX_CERTIFICATES + 1)
    .map((block, index) => parseCertificate(name, block.text, index + 1))
    .toArray();
  const parsed = all.filter((one) => "certificate" in one);
  const broken = all.filter((one) => "en" in one);
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

export function readDerCertificate(name: string, der: Uint8Array): Renewable | undefined {
  const certificate = tryOrUndefined(() => new X509Certificate(der));
  return certificate === undefined ? undefined : buildRenewable(name, certificate);
}

function parseCertificate(name: string, written: string, number: number) {
  const parsed = tryOrUndefined(() => {
    const certificate = new X509Certificate(written);
    return { certificate, renewable: buildRenewable(name, certificate) };
  });
  return (
    parsed ??
    text(`certificate ${number} is broken or truncated`, `${number} 件目の証明書が壊れているか途中で切れています`)
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
      kind: topic === null ? detectCertificateKind(commonName, from.namesApple) : "push-certificate",
      // Apple's common name contains only `APSP:` and a UUID
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
      // computed only when it is read, because the computation is slow and only `renewals verify` needs it
      get publicKey() {
        return (
          tryOrUndefined(() => fingerprintOf(certificate.publicKey.export({ type: "spki", format: "der" }))) ?? null
        );
      },
    },
  };
}

function detectCertificateKind(name: string | undefined, namesApple: boolean): RenewalKind {
  if (!namesApple || name === undefined) return "certificate";
  if (PUSH_CERTIFICATE_NAME_PATTERN.test(name)) return "agent-push-certificate";
  return BUILD_CERTIFICATE_NAME_PATTERN.test(name) ? "agent-build-certificate" : "certificate";
}

function formatCertificateDate(file: string, date: Date): string {
  const instant = tryOrUndefined(() => formatInstant(date));
  if (instant !== undefined) return instant;
  throw createRejectedFileFailure(
    file,
    text("a certificate in the file contains an invalid date", "ファイルの証明書に正しくない日付があります"),
  );
}

/**
 * Returns the first value of an attribute such as `CN`. Node.js writes one attribute per line and joins the attributes
 * of a set with ` + `.
 */
export function findNameAttribute(name: string | undefined, attribute: string): string | undefined {
  for (const line of name?.split("\n") ?? []) {
    for (const part of line.split(" + ")) {
      if (part.startsWith(`${attribute}=`)) return unescapeAttribute(part.slice(attribute.length + 1));
    }
  }
  return undefined;
}

const unescapeAttribute = (value: string): string =>
  value.replaceAll(/\\([0-9A-Fa-f]{2}|.)/g, (_, code: string) =>
    code.length === 2 ? String.fromCodePoint(Number.parseInt(code, 16)) : code,
  );

const NOT_A_PROFILE = text(
  "the file is not a provisioning profile: choose a .mobileprovision file, or download it again",
  "プロビジョニングプロファイルではありません。.mobileprovision ファイルを選ぶか、もう一度ダウンロードしてください",
);

const toInstant = (value: unknown): string | undefined =>
  value instanceof Date ? tryOrUndefined(() => formatInstant(value)) : undefined;

/** Reads a property list that Apple signed (`.mobileprovision`). @throws `input-rejected` for any other message */
export async function readProvisioningProfile(file: NamedFile, message: Uint8Array): Promise<Renewable> {
  const { name } = file;
  const content = extractSignedContent(message);
  const properties = content && (await parsePropertyList(Buffer.from(content).toString("utf8")));
  const expiresAt = toInstant(properties?.["ExpirationDate"]);
  if (properties === undefined || expiresAt === undefined) throw createRejectedFileFailure(name, NOT_A_PROFILE);
  return {
    expiring: {
      kind: "agent-profile",
      name: toNonEmptyText(properties["Name"]) ?? name,
      expiresAt,
      validFrom: toInstant(properties["CreationDate"]) ?? null,
      certainty: "exact",
      fingerprint: fingerprintOf(file.bytes),
      topic: null,
      organisation: toNonEmptyText(properties["TeamName"]) ?? null,
    },
    evidence: { of: "provisioning-profile" },
  };
}
