// Generated from the commands by `npm run generate`; do not edit.

/** The commands that do not use a tenant. */
export const TENANTLESS_COMMANDS: ReadonlySet<string> = new Set(
  "completion|apps template|config-profiles template|context add|context list|context remove|context set|context use|csv check|devices template|handover receive|handover verify|orgs template|renewals notify|renewals schedule|secured users template|tenant backup".split("|"),
);
