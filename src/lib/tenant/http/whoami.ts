/** The handlers of one noun. Every noun has its own file, even if the file is short. */

import { whoami } from "../accounts/whoami.ts";
import type { Handlers, TenantParts } from "./handler.ts";

/** Returns the handler that shows the acting account. */
export default ({ session }: TenantParts): Handlers<"whoami"> => ({ show: () => whoami(session) });
