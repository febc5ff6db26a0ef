import { EXAMPLE_REMINDER } from "../examples.ts";
import { type ReminderRecord } from "../../../src/lib/nouns/renewal.ts";
import type { DatedItem } from "../../../src/lib/renewals/expiry-status.ts";
import type { ReminderTenant } from "../../../src/lib/renewals/notify/tenant.ts";

export interface ReminderTenantContent {
  readonly context?: string;
  readonly timezone?: string;
  readonly items?: readonly DatedItem[];
  readonly notices?: readonly ReminderRecord[];
}

/** Creates an in-memory tenant for reading only. */
export const createReminderTenant = ({
  context = "kanto",
  timezone = "Asia/Tokyo",
  items = [],
  notices = [],
}: ReminderTenantContent): ReminderTenant => ({
  context,
  tenant: context,
  timezone,
  items,
  past: notices,
  mistimed: [],
  client: {
    renewals: {
      notices: async () => notices,
      claimNotice: () => Promise.reject(new TypeError("nothing is to be claimed")),
      settleNotice: () => Promise.reject(new TypeError("nothing is to be settled")),
    },
  },
});

/** Returns a stored reminder; by default, a reminder of `itemId` that was sent by email. */
export const createPastReminder = (at: string, change: Partial<ReminderRecord> = {}): ReminderRecord => ({
  ...EXAMPLE_REMINDER,
  id: at,
  itemId: "019a0000-0000-7000-8000-000000000001",
  expiresAt: "2027-03-01T03:00:00.000Z",
  stage: 30,
  recipient: "it@example.jp",
  state: "sent",
  messageId: "m",
  at,
  ...change,
});
