import type { User } from "../../lib/client/index.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import { USER } from "../../lib/model/user.ts";
import { same } from "../../lib/text/index.ts";
import type { ResultLayout } from "../records/change-result.ts";
import { USER_COLUMNS } from "./columns.ts";

const showRootOrgName = (column: (typeof USER_COLUMNS)[number]): (typeof USER_COLUMNS)[number] =>
  column.key === "org" ? { ...column, name: ({ org }) => same(org.path === "" ? ROOT_ORG_NAME : org.path) } : column;

export const USER_RESULT_LAYOUT: ResultLayout<User> = {
  columns: USER_COLUMNS.map(showRootOrgName),
  fields: USER.fields,
  called: ({ name, emails }) => `${name} <${emails[0] ?? ""}>`,
};
