import { RENEWAL_ITEM } from "../../../src/lib/model/renewal.ts";
import { exampleOf } from "../../../src/lib/model/thing.ts";
import type { DatedItem } from "../../../src/lib/renewals/judge.ts";
import type { Digest, DueNotice } from "../../../src/lib/renewals/notify/digest.ts";

/** A thing as a tenant records it. */
const recordedItem = (change: Partial<DatedItem> = {}): DatedItem => ({
  ...exampleOf(RENEWAL_ITEM.fields),
  id: "019a0000-0000-7000-8000-000000000001",
  name: "本社",
  expiresAt: "2027-03-01T03:00:00.000Z",
  owner: null,
  account: null,
  updatedAt: "2026-11-20T00:00:00.000Z",
  ...change,
});

/** A thing as a digest tells it. */
export const dueNotice = ({
  item = {},
  ...change
}: Partial<Omit<DueNotice, "item">> & { item?: Partial<DatedItem> } = {}): DueNotice => ({
  context: "local",
  item: { ...recordedItem(item), expiresAt: item.expiresAt ?? "2027-03-01T03:00:00.000Z" },
  stage: 30,
  days: 30,
  day: "2027-03-01",
  expired: false,
  ...change,
});

/** A digest of one thing, unless more are given. */
export const digestOf = (change: Partial<Digest> = {}): Digest => ({
  due: [dueNotice()],
  warnings: [],
  language: "ja",
  severalContexts: false,
  messageId: "019a0000-0000-7000-8000-0000000000ff@clomoctl.invalid",
  ...change,
});
