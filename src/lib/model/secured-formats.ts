/** Apart from the thing, which formats know as data, and from the list of all formats, which a check need not load. */

import { formatOf, type Format } from "./format.ts";
import { SECURED_APPS, SECURED_USER, type SecuredApp } from "./secured-user.ts";

/** The formats of the five SECURED APPs. */
export const SECURED_FORMATS = Object.fromEntries(
  SECURED_APPS.map((app) => [app, formatOf(SECURED_USER, app)]),
) as Readonly<Record<SecuredApp, Format>>;
