import { OPERATIONS, type Operation } from "../../derived/role-policy.ts";
import { operation } from "./operation.ts";
import { getPermittedReach } from "../ledger/check-rights.ts";
import type { Session } from "../ledger/session.ts";
import { findOwnUser, readOrgPaths } from "../ledger/actor.ts";

export type Whoami = Awaited<ReturnType<typeof readWhoami>>;

const readWhoami = ({ actor, actorName, by, store }: Session) =>
  store.read(async (reader) => {
    const { account, role, scheme = null, items, orgs, credential } = actor;
    return {
      account: account?.name ?? null,
      owner: by ?? actorName,
      user: account?.user === undefined ? null : await findOwnUser(reader, account.user),
      role,
      scheme,
      orgs: orgs === undefined ? null : [...(await readOrgPaths(reader, orgs))],
      items: [...items],
      operations: (Object.keys(OPERATIONS) as Operation[]).flatMap((one) => {
        const reach = getPermittedReach(actor, one);
        return reach === undefined ? [] : [{ operation: one, reach }];
      }),
      token:
        credential?.kind === "token"
          ? { name: credential.name, readOnly: credential.isReadOnly, expiresAt: credential.expiresAt }
          : null,
    };
  });

export const whoami = {
  show: operation({
    route: "GET /v1/whoami",
    about: "Get the acting account, its role and its organisations",
    needs: [],
    run: ({ session }) => readWhoami(session),
  }),
};
