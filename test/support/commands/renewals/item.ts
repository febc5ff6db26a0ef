import type { RenewalItem } from "../../../../src/lib/client/index.ts";
import { example } from "../tenant.ts";

export const idOf = (number: number): string => `019a9f3c-5a00-7abc-8def-${String(number).padStart(12, "0")}`;

/** Returns a custom renewal item without an owner. By default, the item expires in a year. */
export const item = (number: number, change: Partial<RenewalItem> = {}): RenewalItem => ({
  ...example<RenewalItem>("addRenewal"),
  id: idOf(number),
  kind: "custom",
  name: `契約 ${number}`,
  expiresAt: "2027-11-20T14:59:59.000Z",
  certainty: "typed",
  topic: null,
  owner: null,
  account: null,
  phone: null,
  phoneHolder: null,
  ...change,
});
