import type { Level } from "../../../src/lib/document/level.ts";
import type { CheckedItem } from "../../../src/lib/renewals/judge.ts";

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
  expiresOn: daysLeft === null ? null : new Date(Date.UTC(2026, 10, 20 + daysLeft)).toISOString().slice(0, 10),
  certainty: "exact",
  fingerprint: null,
  topic: null,
  validFrom: null,
  source: null,
  remark: null,
  context: null,
  state: "current",
  level,
  daysLeft,
  ...more,
});
