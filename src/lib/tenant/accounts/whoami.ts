import type { Whoami } from "../../contract/index.ts";
import { OPERATIONS, type Operation } from "../../model/role.ts";
import { getPermittedReach } from "../policy/check.ts";
import type { Session } from "../session.ts";
import { findOwnUser, readOrgPaths } from "./askers.ts";

export const whoami = ({ asker, actor, by, store }: Session): Promise<Whoami> =>
  store.read(async (reader) => {
    const { account, role, scheme = null, items, orgs, credential } = asker;
    return {
      account: account?.name ?? null,
      owner: by ?? actor,
      user: account === undefined ? null : await findOwnUser(reader, account.user),
      role,
      scheme,
      orgs: orgs === undefined ? null : [...(await readOrgPaths(reader, orgs))],
      items: [...items],
      operations: (Object.keys(OPERATIONS) as Operation[]).flatMap((operation) => {
        const reach = getPermittedReach(asker, operation);
        return reach === undefined ? [] : [{ operation, reach }];
      }),
      token:
        credential?.kind === "token"
          ? { name: credential.name, readOnly: credential.isReadOnly, expiresAt: credential.expiresAt }
          : null,
    };
  });
