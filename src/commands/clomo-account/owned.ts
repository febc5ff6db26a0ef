import type { Account, Client, RenewalItem } from "../../lib/client/index.ts";
import { codeKey, emailKey, nameKey } from "../../lib/model/normalise.ts";
import { ownersIn } from "../../lib/model/renewal-owner.ts";

/** The renewals whose owner names the user of an account: by mail address, employee code, account name, or full name of nobody else. */
export async function ownedBy(client: Client<"renewals" | "users">, account: Account): Promise<readonly RenewalItem[]> {
  const known = new Map<string, Promise<boolean>>();
  const isHis = (word: string): Promise<boolean> => {
    const asked = known.get(word) ?? names(client, account, word);
    known.set(word, asked);
    return asked;
  };
  const keys = new Set(account.emails.map(emailKey));
  const owned: RenewalItem[] = [];
  for (const item of await client.renewals.list()) {
    for (const { text, isAddress } of ownersIn(item.owner)) {
      if (!(isAddress ? keys.has(emailKey(text)) : await isHis(text))) continue;
      owned.push(item);
      break;
    }
  }
  return owned;
}

async function names({ users }: Client<"users">, { id, name, user }: Account, word: string): Promise<boolean> {
  if (codeKey(word) === codeKey(name)) return true;
  const found = await users.find({ name: word });
  if (found.length > 0) return found.length === 1 && found[0]?.id === id;
  if (nameKey(word) !== nameKey(user)) return false;
  for await (const other of users.list({ search: word }))
    if (other.id !== id && nameKey(other.name) === nameKey(word)) return false;
  return true;
}
