import { X509Certificate } from "node:crypto";
import { attempt } from "./encoding/foreign.ts";
import type { AppleSignature } from "./renewable.ts";

/** A certificate of one of Apple's certificate authorities, as Apple publishes it. */
interface Authority {
  /** SHA-256 of the DER, in hexadecimal digits */
  readonly fingerprint: string;
  /** subject key identifier, in hexadecimal digits */
  readonly keyId: string;
  readonly pem: string;
}

/**
 * Apple's root and the authority that issues MDM push certificates, from Apple's page of authorities. The fingerprints
 * were compared with two independent packages. Decision 028 records the sources, and what to do when Apple uses another
 * authority.
 *
 * @see https://www.apple.com/certificateauthority/
 */
export const APPLE_AUTHORITIES = {
  /** Apple Root CA, valid until 2035-02-09 */
  root: {
    fingerprint: "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
    keyId: "2bd06947947609fef46b8d2e40a6f7474d7f085e",
    pem: `-----BEGIN CERTIFICATE-----
MIIEuzCCA6OgAwIBAgIBAjANBgkqhkiG9w0BAQUFADBiMQswCQYDVQQGEwJVUzET
MBEGA1UEChMKQXBwbGUgSW5jLjEmMCQGA1UECxMdQXBwbGUgQ2VydGlmaWNhdGlv
biBBdXRob3JpdHkxFjAUBgNVBAMTDUFwcGxlIFJvb3QgQ0EwHhcNMDYwNDI1MjE0
MDM2WhcNMzUwMjA5MjE0MDM2WjBiMQswCQYDVQQGEwJVUzETMBEGA1UEChMKQXBw
bGUgSW5jLjEmMCQGA1UECxMdQXBwbGUgQ2VydGlmaWNhdGlvbiBBdXRob3JpdHkx
FjAUBgNVBAMTDUFwcGxlIFJvb3QgQ0EwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAw
ggEKAoIBAQDkkakJH5HbHkdQ6wXtXnmELes2oldMVeyLGYne+Uts9QerIjAC6Bg+
+FAJ039BqJj50cpmnCRrEdCju+QbKsMflZ56DKRHi1vUFjczy8QPTc4UadHJGXL1
XQ7Vf1+b8iUDulWPTV0N8WQ1IxVLFVkds5T39pyez1C6wVhQZ48ItCD3y6wsIG9w
tj8BMIy3Q88PnT3zK0koGsj+zrW5DtleHNbLPbU6rfQPDgCSC7EhFi501TwN22IW
q6NxkkdTVcGvL0Gz+PvjcM3mo0xFfh9Ma1CWQYnEdGILEINBhzOKgbEwWOxaBDKM
aLOPHd5lc/9nXmW8Sdh2nzMUZaF3lMktAgMBAAGjggF6MIIBdjAOBgNVHQ8BAf8E
BAMCAQYwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUK9BpR5R2Cf70a40uQKb3
R01/CF4wHwYDVR0jBBgwFoAUK9BpR5R2Cf70a40uQKb3R01/CF4wggERBgNVHSAE
ggEIMIIBBDCCAQAGCSqGSIb3Y2QFATCB8jAqBggrBgEFBQcCARYeaHR0cHM6Ly93
d3cuYXBwbGUuY29tL2FwcGxlY2EvMIHDBggrBgEFBQcCAjCBthqBs1JlbGlhbmNl
IG9uIHRoaXMgY2VydGlmaWNhdGUgYnkgYW55IHBhcnR5IGFzc3VtZXMgYWNjZXB0
YW5jZSBvZiB0aGUgdGhlbiBhcHBsaWNhYmxlIHN0YW5kYXJkIHRlcm1zIGFuZCBj
b25kaXRpb25zIG9mIHVzZSwgY2VydGlmaWNhdGUgcG9saWN5IGFuZCBjZXJ0aWZp
Y2F0aW9uIHByYWN0aWNlIHN0YXRlbWVudHMuMA0GCSqGSIb3DQEBBQUAA4IBAQBc
NplMLXi37Yyb3PN3m/J20ncwT8EfhYOFG5k9RzfyqZtAjizUsZAS2L70c5vu0mQP
y3lPNNiiPvl4/2vIB+x9OYOLUyDTOMSxv5pPCmv/K/xZpwUJfBdAVhEedNO3iyM7
R6PVbyTi69G3cN8PReEnyvFteO3ntRcXqNx+IjXKJdXZD9Zr1KIkIxH3oayPc4Fg
xhtbCS+SsvhESPBgOJ4V9T0mZyCKM2r3DYLP3uujL/lTaltkwGMzd/c6ByxW69oP
IQ7aunMZT7XZNn/Bh1XZp5m5MkL72NVxnn6hUrcbvZNCJBIqxw8dtk2cXmPIS4AX
UKqK1drk/NAJBzewdXUh
-----END CERTIFICATE-----`,
  },
  /** Apple Application Integration 2 Certification Authority, valid until 2028-05-24 */
  push: {
    fingerprint: "d3496f4b73cd67aab9f2fcb1d5aa41f8dc457769c455c792b70ddb19e92023d6",
    keyId: "f7be7c216091db3d1b7bd83a328169df9e6c7f9b",
    pem: `-----BEGIN CERTIFICATE-----
MIIEGDCCAwCgAwIBAgIIBLn7ZZFKmGkwDQYJKoZIhvcNAQELBQAwYjELMAkGA1UE
BhMCVVMxEzARBgNVBAoTCkFwcGxlIEluYy4xJjAkBgNVBAsTHUFwcGxlIENlcnRp
ZmljYXRpb24gQXV0aG9yaXR5MRYwFAYDVQQDEw1BcHBsZSBSb290IENBMB4XDTEz
MDUyNDE3NDMzN1oXDTI4MDUyNDE3NDMzN1owgYwxQDA+BgNVBAMMN0FwcGxlIEFw
cGxpY2F0aW9uIEludGVncmF0aW9uIDIgQ2VydGlmaWNhdGlvbiBBdXRob3JpdHkx
JjAkBgNVBAsMHUFwcGxlIENlcnRpZmljYXRpb24gQXV0aG9yaXR5MRMwEQYDVQQK
DApBcHBsZSBJbmMuMQswCQYDVQQGEwJVUzCCASIwDQYJKoZIhvcNAQEBBQADggEP
ADCCAQoCggEBALhIoWdsVgid5XDFRvSvheO9Ot6h59moNjwZYqV8FaBHs2uBGxCs
/th05g41sFhPdNij/u0t7qRzJVnUltwmz50ni1Sc3JKx4DMSGGKZyLmvNhikaoGR
pxVt3d0PLcwFgR19EMwpiaPJDJmqouzZAWdpBwI8F79EKCSxxCw11rECAAgl71Cn
B9slxsNPb1uHvirxk6fUbF6yOS4EqeFtHDuuOXE/BPO59FedIwBPmYNen/AMAVi+
tdHs17J+wmXi8ew8pvxu21az7goGsgtLyaLw8TH2rt41bMOAXlBjkLa6bVzA458m
g0od3pupsFpv+5trgezd3zLe/C5Cosp4WtcCAwEAAaOBpjCBozAdBgNVHQ4EFgQU
9758IWCR2z0be9g6MoFp355sf5swDwYDVR0TAQH/BAUwAwEB/zAfBgNVHSMEGDAW
gBQr0GlHlHYJ/vRrjS5ApvdHTX8IXjAuBgNVHR8EJzAlMCOgIaAfhh1odHRwOi8v
Y3JsLmFwcGxlLmNvbS9yb290LmNybDAOBgNVHQ8BAf8EBAMCAQYwEAYKKoZIhvdj
ZAYCAwQCBQAwDQYJKoZIhvcNAQELBQADggEBAJXNjf2kXfXxwIdJh92zM5OthBLQ
IZPj2dbarwkigmANPFlC8S0Bk7Y///Qq9O4VanjBLvs7TBCuZUPLz6gO6z03kEUv
CEqNqIhrGRcR4prb72e4B/Hk2IYLcXfT84ngr6TqKAWkPzR5ZTaDVBJBcdcdEiHc
UFVFzo6899xV0LPKKFGsc1EHrHl/i26SoDcJYTEvodG66+FcN8DY0RsM5+AQUkKk
lH+L9mAiYHygwD/BlYXVwidjsGJWme0l9MyImZncVBwXBQG3eeiBhThAwrkI7U1i
1Cv2KQbxZ6HhHQWNcgx3DvaglCtRiBKEU/LzkgkIhPPov6ETJs/8F5I3u0A=
-----END CERTIFICATE-----`,
  },
} as const satisfies Record<string, Authority>;

/** Parsed authorities. They are parsed once, for the first certificate. */
let parsedAuthorities: readonly { readonly keyId: string; readonly certificate: X509Certificate }[] | undefined;

/**
 * Verifies whether the signatures of a certificate and of its issuers lead to Apple's root.
 *
 * @param keyId authority key identifier of the certificate, in hexadecimal digits; null if the certificate does not
 * have one
 */
export function verifyAppleSignature(certificate: X509Certificate, keyId: string | null): AppleSignature {
  parsedAuthorities ??= Object.values(APPLE_AUTHORITIES).map(({ pem, ...rest }) => ({
    ...rest,
    certificate: new X509Certificate(pem),
  }));
  const [root] = parsedAuthorities;
  const issuer = parsedAuthorities.find(
    (authority) =>
      authority.certificate.subject === certificate.issuer && (keyId === null || authority.keyId === keyId),
  );
  if (issuer === undefined) return "unknown";
  // Node throws an error for an unknown algorithm
  if (attempt(() => certificate.verify(issuer.certificate.publicKey)) !== true) return "forged";
  return issuer === root ? "verified" : verifyAppleSignature(issuer.certificate, null);
}
