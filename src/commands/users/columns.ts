import type { User } from "../../lib/client/index.ts";
import { USER } from "../../lib/model/user.ts";
import { columnsOfFields } from "../listing/columns.ts";

/** All columns of a user. */
export const USER_COLUMNS = columnsOfFields<User>(USER.fields);
