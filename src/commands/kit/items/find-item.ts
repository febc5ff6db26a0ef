import { line } from "../../../lib/advice/index.ts";
import type { RenewalItem, Client } from "../../../lib/client/index.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { RENEWAL_KINDS } from "../../../lib/nouns/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import type { TextField } from "../field.ts";
import { requireSingleMatch } from "../list/single-match.ts";

export const ITEM_ARGUMENT = {
  kind: "string",
  value: "ITEM",
  required: true,
  about: text("name or ID of an item, or the start of its ID", "項目の名前か ID(ID は先頭の一部でもよい)"),
} as const satisfies TextField;

/** A name takes precedence over the start of an ID. @throws Failure `not-found`, `usage` if several items match */
export async function findItem(client: Client<"renewals">, typed: string): Promise<RenewalItem> {
  const items = await client.renewals.list();
  const start = typed.toLowerCase();
  const named = items.filter(({ id, name }) => id === start || nameKey(name) === nameKey(typed));
  const found = named.length > 0 || start === "" ? named : items.filter(({ id }) => id.startsWith(start));
  return requireSingleMatch(typed, found, {
    noun: text("item", "項目"),
    list: line("renewals list", []),
    describe: ({ id, name, kind, organisation }) => {
      const told = [name, organisation, id].filter((part) => part !== null).join(" ");
      const { en, ja } = RENEWAL_KINDS[kind];
      return text(`${en} ${told}`, `${ja} ${told}`);
    },
  });
}
