import type { Level } from "../../../src/lib/document/blocks.ts";
import type { CheckedItem } from "../../../src/lib/renewals/expiry-status.ts";

const dayAfter = (days: number | null): string | null =>
  days === null ? null : new Date(Date.UTC(2026, 10, 20 + days)).toISOString().slice(0, 10);

export const createCheckedItem = (
  name: string,
  level: Level,
  daysLeft: number | null,
  more: Partial<CheckedItem> = {},
): CheckedItem => ({
  kind: "certificate",
  name,
  organisation: null,
  expiresAt: daysLeft === null ? null : new Date(Date.UTC(2026, 10, 20 + daysLeft)).toISOString(),
  expiresOn: dayAfter(daysLeft),
  expiry: dayAfter(daysLeft),
  isToday: daysLeft === 0,
  certainty: "exact",
  fingerprint: null,
  topic: null,
  validFrom: null,
  source: null,
  remark: null,
  context: null,
  level,
  daysLeft,
  ...more,
});
