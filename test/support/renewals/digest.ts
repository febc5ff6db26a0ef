import { EXAMPLE_RENEWAL_ITEM } from "../examples.ts";
import type { DatedItem } from "../../../src/lib/renewals/expiry-status.ts";
import type { DueReminder } from "../../../src/lib/renewals/notify/message.ts";

const EXPIRY = "2027-03-01T03:00:00.000Z";

export const createDatedItem = (change: Partial<DatedItem> = {}): DatedItem => ({
  ...EXAMPLE_RENEWAL_ITEM,
  id: "019a0000-0000-7000-8000-000000000001",
  name: "本社",
  expiresAt: EXPIRY,
  owner: null,
  account: null,
  ...change,
});

const CRITICAL_STATE = {
  context: "local",
  level: "critical",
  expiresOn: "2027-03-01",
  expiry: "2027-03-01",
  daysLeft: 30,
  isToday: false,
  remark: null,
} as const;

export const createDueReminder = ({
  item = {},
  ...change
}: Partial<Omit<DueReminder, "item">> & { item?: Partial<DueReminder["item"]> } = {}): DueReminder => ({
  tenant: item.context ?? "local",
  item: { ...createDatedItem(), ...CRITICAL_STATE, expiresAt: EXPIRY, ...item },
  ...change,
});

/** Returns the content of a message, with one reminder by default. */
export const createReminders = (
  change: { readonly due?: readonly DueReminder[]; readonly language?: "en" | "ja" } = {},
) => ({
  due: [createDueReminder()],
  language: "ja" as const,
  messageId: "019a0000-0000-7000-8000-0000000000ff@clomoctl.invalid",
  ...change,
});
