import type { RenewalItem } from "../../nouns/renewal.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";
import type { ReminderTenant } from "./tenant.ts";

export interface RecipientId {
  readonly way: Recipient["way"];
  readonly recipient: string;
}

export const toRecipientId = (recipient: Recipient): RecipientId =>
  recipient.way === "mail"
    ? { way: "mail", recipient: recipient.address.toLowerCase() }
    : { way: recipient.way, recipient: recipient.name };

export const findOwnerAddress = ({ owner }: Pick<RenewalItem, "owner">): string | undefined => {
  const address = owner?.trim() ?? "";
  return satisfiesRule(SENDABLE_ADDRESS_RULE, address) ? address : undefined;
};

export const listRecipients = (
  tenants: readonly Pick<ReminderTenant, "items">[],
  { smtp, recipients, language }: NotifySettings,
): readonly Recipient[] => {
  const owners =
    smtp === undefined ? [] : tenants.flatMap(({ items }) => items.flatMap((item) => findOwnerAddress(item) ?? []));
  const asRecipients = owners.map((address): Recipient => ({
    name: address,
    way: "mail",
    address,
    language,
    // an empty list limits the reminders to the items of this owner
    contexts: [],
  }));
  const all = new Map<string, Recipient>();
  for (const recipient of [...recipients, ...asRecipients]) {
    const { way, recipient: name } = toRecipientId(recipient);
    const key = `${way} ${name}`;
    if (!all.has(key)) all.set(key, recipient);
  }
  return [...all.values()];
};

export const shouldNotify = (recipient: Recipient, context: string, item: RenewalItem): boolean =>
  (recipient.contexts?.includes(context) ?? true) ||
  (recipient.way === "mail" && findOwnerAddress(item)?.toLowerCase() === recipient.address.toLowerCase());
