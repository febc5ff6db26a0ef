/** Handlers of one noun: each has its own file, however short. */

import { whoami } from "../accounts/whoami.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Who acts. */
export default ({ session }: TenantParts): Handlers<"whoami"> => ({ show: () => whoami(session) });
