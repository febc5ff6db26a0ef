/** This module is separate, so that checks do not load all formats, and imports have no cycle. */

import { createFormat, type Format } from "./format.ts";
import { SECURED_APPS, SECURED_USER, type SecuredApp } from "../nouns/secured-user.ts";

export const SECURED_FORMATS = Object.fromEntries(
  SECURED_APPS.map((app) => [app, createFormat(SECURED_USER, app)]),
) as Readonly<Record<SecuredApp, Format>>;
