import type { Whoami } from "../../contract/index.ts";
import { OPERATIONS, type Operation } from "../../model/role.ts";
import { reachOf } from "../policy/check.ts";
import type { Session } from "../session.ts";
import { findSelf, placesOf } from "./askers.ts";

/** Who acts in a session, and what he may. */
export const whoami = ({ asker, actor, by, store }: Session): Promise<Whoami> =>
  store.read(async (reader) => {
    const { account, role, scheme = null, items, orgs } = asker;
    return {
      account: account?.name ?? null,
      owner: by ?? actor,
      user: account === undefined ? null : await findSelf(reader, account.user),
      role,
      scheme,
      orgs: orgs === undefined ? null : [...(await placesOf(reader, orgs))],
      items: [...items],
      operations: (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) => {
        const reach = reachOf(asker, operation);
        return reach === undefined ? [] : [{ operation, reach }];
      }),
    };
  });
