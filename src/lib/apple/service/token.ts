/** The contents of a server token. Everything except the expiry date is secret. */
export interface AdeToken {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  readonly expiresAt: string;
}
