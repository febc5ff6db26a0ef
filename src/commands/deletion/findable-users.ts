import type { Client, User } from "../../lib/client/index.ts";
import type { FindableKind } from "./findable.ts";
import { USER_LOOKUP } from "../users/columns.ts";

/** Returns how users are found by arguments and by the lines of a list. */
export const buildFindableUsers = (client: Client<"users">): FindableKind<User> => ({
  ...USER_LOOKUP,
  called: ({ name }) => name,
  headings: ({ org }) => [org.path, ...org.path.split("/")].filter((name) => name !== ""),
  compared: ({ name, emails, org }) => `${name} <${emails[0] ?? ""}> ${org.path}`.trim(),
  beside: ({ name, nameKana, employeeCode, accountName, title, org }) => [
    name,
    nameKana,
    employeeCode,
    accountName,
    title,
    org.path,
    ...org.path.split("/"),
  ],
  find: (name) => client.users.find({ name }),
  every: () => client.users.list(),
  knownBy: ({ id, emails, employeeCode, accountName }) => ({
    exact: [id],
    codes: [employeeCode, accountName],
    mails: emails,
  }),
});
