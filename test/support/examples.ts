import type { DeviceAction } from "../../src/lib/nouns/device.ts";
import type { ReminderRecord, RenewalItem } from "../../src/lib/nouns/renewal.ts";

export const createExampleId = (last: number): string => `019a9f3c-5a00-7abc-8def-${String(last).padStart(12, "0")}`;

const CREATED_AT = "2026-11-20T01:23:45.000Z";

export const EXAMPLE_RENEWAL_ITEM: RenewalItem = {
  id: createExampleId(8),
  kind: "push-certificate",
  name: "本社のプッシュ証明書",
  organisation: null,
  expiresAt: "2027-03-01T05:00:00.000Z",
  certainty: "exact",
  fingerprint: null,
  topic: "com.apple.mgmt.External.0f9e8d7c-0000-4000-8000-000000000000",
  owner: "hanako@example.co.jp",
  account: "mdm@example.co.jp",
  phone: "090-0000-0000",
  phoneHolder: "情報システム部の金庫",
  notes: null,
  source: null,
  confirmedAt: null,
  confirmedBy: null,
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
};

export const EXAMPLE_REMINDER: ReminderRecord = {
  id: createExampleId(9),
  itemId: EXAMPLE_RENEWAL_ITEM.id,
  expiresAt: "2027-03-01T05:00:00.000Z",
  stage: 90,
  way: "mail",
  recipient: "hanako@example.co.jp",
  state: "sending",
  messageId: `${createExampleId(9)}@clomoctl.invalid`,
  attempts: 1,
  at: CREATED_AT,
  error: null,
};

export const EXAMPLE_DEVICE_ACTION: DeviceAction = {
  id: createExampleId(20),
  serialNumber: "SERIAL000001",
  kind: "lost-mode",
  message: "拾われた方はご連絡ください",
  phoneNumber: "03-0000-0000",
  deviceName: null,
  picture: null,
  screen: null,
  reason: "外出先で紛失",
  by: "山田 花子",
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
};
