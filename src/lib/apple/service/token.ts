/** What a server token holds; all but the expiry is secret. */
export interface AdeToken {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  /** a UTC instant */
  readonly expiresAt: string;
}
