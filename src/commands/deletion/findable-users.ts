import type { Client, User } from "../../lib/client/index.ts";
import type { FindableKind } from "./findable.ts";
import { USER_LOOKUP } from "../users/columns.ts";

/** Returns how users are found by arguments and by the lines of a list. */
export const buildFindableUsers = (client: Client<"users">): FindableKind<User> => ({
  ...USER_LOOKUP,
  called: ({ name }) => name,
  find: (name) => client.users.find({ name }),
  every: () => client.users.list(),
  knownBy: ({ id, emails, employeeCode, accountName }) => ({
    exact: [id],
    codes: [employeeCode, accountName],
    mails: emails,
  }),
});
