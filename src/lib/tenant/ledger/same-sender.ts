import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { ACTING_ACCOUNT_COLUMNS, ACTING_ACCOUNT_TABLES, toActingAccount } from "./acting-accounts.ts";
import { toActor } from "./resolve-actor.ts";
import type { Actor } from "./actor.ts";
import type { Reader } from "../store/types.ts";

const RIGHTS_CHANGED_FAILURE = new Failure("conflict", {
  what: text(
    "your rights changed while the request was being received; nothing was changed",
    "リクエストの受信中に権限が変わったため、何も変更していません",
  ),
  hint: text("try again", "もう一度お試しください"),
});

const SIGNED_OUT_FAILURE = new Failure("not-signed-in", {
  what: text(
    "the session or token ended while the request was being received; nothing was changed",
    "リクエストの受信中にセッションまたはトークンが無効になったため、何も変更していません",
  ),
});

const listRights = ({ role, scheme, items, orgs }: Actor): string =>
  JSON.stringify([role, scheme, [...items].toSorted(), orgs]);

/**
 * Checks in the transaction that the sender still has the credential and rights of the request. A body may arrive long
 * after the headers. @throws Failure `not-signed-in`, `conflict`
 */
export const requireSameSender = async (reader: Reader, sender: Actor | undefined): Promise<void> => {
  if (sender?.credential === undefined) return;
  const row = await reader.get(
    `select ${ACTING_ACCOUNT_COLUMNS} from main.credential c join ${ACTING_ACCOUNT_TABLES}
     where u.pk = c.user and c.id = :id`,
    { id: sender.credential.id },
  );
  const now = row && toActor(toActingAccount(row));
  if (now === undefined) throw SIGNED_OUT_FAILURE;
  if (listRights(now) !== listRights(sender)) throw RIGHTS_CHANGED_FAILURE;
};
