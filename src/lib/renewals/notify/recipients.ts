import type { RenewalItem } from "../../model/renewal.ts";
import { fits, SENDABLE_ADDRESS } from "../../model/rules.ts";
import type { DatedItem } from "../judge.ts";
import type { NotifySettings, Recipient } from "./settings.ts";

/** A way and a name: what a notice is recorded under. */
export interface Addressee {
  readonly way: Recipient["way"];
  /** a mail address in lower case, or the name of a webhook or command */
  readonly recipient: string;
}

/** The items of one tenant. */
export interface TenantItems {
  readonly context: string;
  readonly items: readonly DatedItem[];
}

/** A recipient, and the items it is notified of. */
export interface RecipientItems {
  readonly recipient: Recipient;
  readonly addressee: Addressee;
  /** one a tenant, in the tenants' order; none is empty */
  readonly tenantItems: readonly TenantItems[];
}

/** What notices to a recipient are recorded under. */
const addresseeOf = (recipient: Recipient): Addressee =>
  recipient.way === "mail"
    ? { way: "mail", recipient: recipient.address.toLowerCase() }
    : { way: recipient.way, recipient: recipient.name };

/** The mail address of the person who renews a thing, where the owner is written as one. */
export const ownerAddress = ({ owner }: Pick<RenewalItem, "owner">): string | undefined => {
  const address = owner?.trim() ?? "";
  return fits(SENDABLE_ADDRESS, address) ? address : undefined;
};

/** Recipients of the settings, then owners with a mail address who are not among them; owners need a mail server. */
const everybody = (
  tenantItems: readonly TenantItems[],
  { smtp, recipients, language }: NotifySettings,
): readonly Recipient[] => {
  const owners = tenantItems.flatMap(({ items }) => items.flatMap((item) => ownerAddress(item) ?? []));
  const asRecipients = owners.map((address): Recipient => ({
    name: address,
    way: "mail",
    address,
    language,
    // an owner is notified of nothing but what is theirs
    kinds: [],
  }));
  const all = new Map<string, Recipient>();
  for (const recipient of [...recipients, ...(smtp === undefined ? [] : asRecipients)]) {
    const { way, recipient: name } = addresseeOf(recipient);
    const key = `${way} ${name}`;
    if (!all.has(key)) all.set(key, recipient);
  }
  return [...all.values()];
};

/** Whether a recipient is notified of an item: by the settings, or as its owner. */
export const receives = (recipient: Recipient, context: string, item: RenewalItem): boolean => {
  const { contexts, kinds } = recipient;
  const chosen = (contexts?.includes(context) ?? true) && (kinds?.includes(item.kind) ?? true);
  return chosen || (recipient.way === "mail" && ownerAddress(item)?.toLowerCase() === recipient.address.toLowerCase());
};

/** The items of each recipient of the settings, and of each owner with a mail address. */
export const itemsOfRecipients = (
  tenantItems: readonly TenantItems[],
  settings: NotifySettings,
): readonly RecipientItems[] =>
  everybody(tenantItems, settings).flatMap((recipient) => {
    const own = tenantItems
      .map(({ context, items }) => ({ context, items: items.filter((item) => receives(recipient, context, item)) }))
      .filter(({ items }) => items.length > 0);
    return own.length === 0 ? [] : [{ recipient, addressee: addresseeOf(recipient), tenantItems: own }];
  });
