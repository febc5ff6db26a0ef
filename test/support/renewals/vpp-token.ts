/**
 * Returns a VPP content token in the format of Apple's portal. Tests use it when they need an expiring item that does
 * not require openssl.
 */
export const createVppToken = (expiresAt: Date, organisation: string): string =>
  Buffer.from(
    JSON.stringify({
      token: "not-a-real-token",
      expDate: `${expiresAt.toISOString().slice(0, 19)}+0000`,
      orgName: organisation,
    }),
  ).toString("base64");
