import forge from "node-forge";

/** Encrypts data for a PEM certificate as in S/MIME: CMS EnvelopedData (DER), AES-256-CBC, RSA PKCS#1 v1.5. */
export function encryptForCertificate(certificate: string, plain: Uint8Array): Uint8Array {
  const message = forge.pkcs7.createEnvelopedData();
  message.addRecipient(forge.pki.certificateFromPem(certificate));
  message.content = forge.util.createBuffer(Buffer.from(plain).toString("binary"));
  message.encrypt();
  return Buffer.from(forge.asn1.toDer(message.toAsn1()).getBytes(), "binary");
}
