/** Returns a VPP content token as from Apple's portal, for tests that need an expiring item without openssl. */
export const createVppToken = (expiresAt: Date, organisation: string): string =>
  Buffer.from(
    JSON.stringify({
      token: "not-a-real-token",
      expDate: `${expiresAt.toISOString().slice(0, 19)}+0000`,
      orgName: organisation,
    }),
  ).toString("base64");
