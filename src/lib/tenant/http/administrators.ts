/** Handlers of one noun: each has its own file, however short. */

import { administratorsOf, markAdministrators } from "../accounts/administrators.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Who is an administrator, where nothing else tells. */
export default ({ session }: TenantParts): Handlers<"administrators"> => ({
  list: ({ params: { kind } }) => session.read((reader) => administratorsOf(reader, kind)),
  mark: ({ params: { kind }, body, repeatable }) => markAdministrators(session, kind, body, repeatable),
});
