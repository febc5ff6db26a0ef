import type { RenewalItem } from "../../model/renewal.ts";
import { satisfiesRule, SENDABLE_ADDRESS_RULE } from "../../model/rules.ts";
import type { DatedItem } from "../judge.ts";
import type { NotifySettings, Recipient } from "./settings-schema.ts";

/** The channel and name under which reminders are recorded. */
export interface Addressee {
  readonly way: Recipient["way"];
  /** email address in lower case, or the name of a webhook or command */
  readonly recipient: string;
}

export interface TenantItems {
  readonly context: string;
  readonly items: readonly DatedItem[];
}

export interface RecipientItems {
  readonly recipient: Recipient;
  readonly addressee: Addressee;
  readonly tenantItems: readonly TenantItems[];
}

export const addresseeOf = (recipient: Recipient): Addressee =>
  recipient.way === "mail"
    ? { way: "mail", recipient: recipient.address.toLowerCase() }
    : { way: recipient.way, recipient: recipient.name };

export const findOwnerAddress = ({ owner }: Pick<RenewalItem, "owner">): string | undefined => {
  const address = owner?.trim() ?? "";
  return satisfiesRule(SENDABLE_ADDRESS_RULE, address) ? address : undefined;
};

const listAllRecipients = (
  tenantItems: readonly TenantItems[],
  { smtp, recipients, language }: NotifySettings,
): readonly Recipient[] => {
  const owners = tenantItems.flatMap(({ items }) => items.flatMap((item) => findOwnerAddress(item) ?? []));
  const asRecipients = owners.map((address): Recipient => ({
    name: address,
    way: "mail",
    address,
    language,
    // an owner is notified only of their own items
    contexts: [],
  }));
  const all = new Map<string, Recipient>();
  for (const recipient of [...recipients, ...(smtp === undefined ? [] : asRecipients)]) {
    const { way, recipient: name } = addresseeOf(recipient);
    const key = `${way} ${name}`;
    if (!all.has(key)) all.set(key, recipient);
  }
  return [...all.values()];
};

/** Returns true if a recipient is notified of an item, because of the settings or as its owner. */
export const shouldNotify = (recipient: Recipient, context: string, item: RenewalItem): boolean => {
  return (
    (recipient.contexts?.includes(context) ?? true) ||
    (recipient.way === "mail" && findOwnerAddress(item)?.toLowerCase() === recipient.address.toLowerCase())
  );
};

/** Returns the items of each recipient of the settings, and of each owner with an email address. */
export const groupItemsByRecipient = (
  tenantItems: readonly TenantItems[],
  settings: NotifySettings,
): readonly RecipientItems[] =>
  listAllRecipients(tenantItems, settings).flatMap((recipient) => {
    const own = tenantItems
      .map(({ context, items }) => ({ context, items: items.filter((item) => shouldNotify(recipient, context, item)) }))
      .filter(({ items }) => items.length > 0);
    return own.length === 0 ? [] : [{ recipient, addressee: addresseeOf(recipient), tenantItems: own }];
  });
