import forge from "node-forge";

/**
 * Encrypts data with the public key of a PEM certificate, as S/MIME does: CMS EnvelopedData with AES-256-CBC; the
 * content key is encrypted with RSA PKCS#1 v1.5.
 *
 * @returns the message in DER
 */
export function encryptForCertificate(certificate: string, plain: Uint8Array): Uint8Array {
  const message = forge.pkcs7.createEnvelopedData();
  message.addRecipient(forge.pki.certificateFromPem(certificate));
  message.content = forge.util.createBuffer(Buffer.from(plain).toString("binary"));
  message.encrypt();
  return Buffer.from(forge.asn1.toDer(message.toAsn1()).getBytes(), "binary");
}
