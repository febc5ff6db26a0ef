/** A content token (VPP) as Apple's portal gives it: something that expires and needs no openssl. */
export const vppToken = (expiresAt: Date, organisation: string): string =>
  Buffer.from(
    JSON.stringify({
      token: "not-a-real-token",
      expDate: `${expiresAt.toISOString().slice(0, 19)}+0000`,
      orgName: organisation,
    }),
  ).toString("base64");
