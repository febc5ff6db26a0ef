import { text, type Text } from "../text/index.ts";

/** @see apple 2 */
export const APPLE_ADE_URL = "https://mdmenrollment.apple.com";

/** `full` and `business` get all devices. `delta` gets the changes since the last sync. @see apple 3, 6 */
export const SYNC_KINDS = {
  full: text("full", "全件"),
  delta: text("delta", "差分"),
  business: text("Apple Business", "Apple Business"),
} as const satisfies Record<string, Text>;

export type SyncKind = keyof typeof SYNC_KINDS;

const HOUR_MS = 60 * 60 * 1000;

/** Shorter than a day, so that a daily run that begins early still makes a full sync. */
export const FULL_SYNC_INTERVAL_MS = 23 * HOUR_MS;

/** A sync that removes more devices than both limits permit needs a confirmation. */
export const UNCONFIRMED_REMOVAL_LIMITS = { count: 5, percent: 5 } as const;

/** Apple rejects a cursor that is older than this. @see apple 3 */
export const CURSOR_LIFETIME_MS = 7 * 24 * HOUR_MS;

/** @see facts 3.5 */
export const CLOMO_KEY_WARNING = text(
  "do not upload this key to CLOMO's MDM server or download a new token there, because a new token makes the current token invalid",
  "CLOMO が使う MDM サーバーでは、この公開鍵をアップロードしたり、新しいトークンをダウンロードしたりしないでください(使用中のトークンが無効になります)",
);
