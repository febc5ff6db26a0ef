/** All members except the expiry date are secret. */
export interface AdeToken {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
  readonly expiresAt: string;
}
